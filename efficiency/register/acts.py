"""What people do to the register of funding risks: one function an act, each in one transaction.

Each locks the return's row, so that numbers, versions and the history take turns, and writes its events with
the change. The register is no part of the return: it can be changed in every state, locked ones included.
"""

from __future__ import annotations

import json

from django.db import transaction

from returns import clock, history
from returns.acts import ActionRefused, fresh, lock, who_saved
from returns.checks.completeness import assess
from returns.models import Event, Return, User
from returns.rules import access
from returns.values import wording
from returns.values.digests import canonical

from ..models import Dismissal, Risk, RiskLine
from .proposals import Proposal, all_risks, implied_risks, proposals

# The fields of a risk that people write, with the words the history uses for them.
LABELS = {
    "title": "Title",
    "cause": "Cause",
    "likelihood": "Likelihood",
    "impact": "Impact",
    "money_exposed": "Money exposed",
    "member_sponsor": "Member sponsor",
    "executive_sponsor": "Executive sponsor",
    "action": "Action",
    "due": "Action due",
    "lines": "Outcomes",
}
REFUSAL = "The e-government lead keeps the register."


class RiskChanged(ActionRefused):
    """The stored risk is not the version that its writer saw; nothing was written.

    `later` is what was changed since, by somebody else or in another window; empty where the form names a version
    that isn't stored.
    """

    def __init__(self, risk: Risk, later: list[Event], by: User):
        self.risk, self.later = risk, later
        if later:
            why = f"{who_saved(later, by)} changed this risk while you were writing"
        else:
            why = "Your page shows a later version of this risk than the one that is stored"
        super().__init__(
            f"{why}, so yours was not saved over it. "
            "Below are both; what you typed is kept. Save again to put yours in place of theirs."
        )


@transaction.atomic
def add_risk(*, return_: Return, by: User, values: dict) -> Risk:
    """An open risk with the next number. Raises ActionRefused."""
    return_, by = _begin(return_, by)
    for risk in all_risks(return_):
        if risk.is_open and risk.version == 1 and risk.added.by == by and values_of(risk) == values:
            return risk  # a form sent twice adds once
    return _add(return_, by, values)


@transaction.atomic
def accept_risk(*, return_: Return, by: User, source: str, fingerprint: str, values: dict) -> Risk:
    """The suggested risk is an open one, in the lead's words. Raises ActionRefused.

    `fingerprint` is that of the proposal as it was read: data that changed since are read again first.
    """
    return_, by = _begin(return_, by)
    for risk in all_risks(return_):
        if risk.is_open and (risk.source, risk.fingerprint) == (source, fingerprint):
            return risk  # a form sent twice adds once
    proposal = _proposed(return_, source, fingerprint)
    return _add(return_, by, values, proposal)


@transaction.atomic
def dismiss_risk(*, return_: Return, by: User, source: str, fingerprint: str, reason: str) -> Dismissal:
    """The suggestion is dismissed with that reason until the answers behind it change. Raises ActionRefused."""
    return_, by = _begin(return_, by)
    proposal = _proposed(return_, source, fingerprint)
    if proposal.dismissed:
        if (proposal.dismissed.event.by, proposal.dismissed.event.reason) == (by, reason):
            return proposal.dismissed  # a form sent twice dismisses once
        raise ActionRefused(
            f"{proposal.dismissed.event.by} has dismissed this already. The register shows it under Dismissed."
        )
    (event,) = history.record(
        return_,
        [_event(return_, by, dismissed_words(proposal.title), "dismissed", reason=reason)],
    )
    return Dismissal.objects.create(
        return_record=return_,
        source=source,
        fingerprint=fingerprint,
        title=proposal.title,
        event=event,
    )


@transaction.atomic
def update_risk(*, return_: Return, by: User, number: int, seen: int, values: dict) -> list[Event]:
    """The risk has these values; one event for each field that differs. Raises ActionRefused, or its RiskChanged.

    `seen` is the version of the risk as its writer read it.
    """
    return_, by = _begin(return_, by)
    risk = _open_risk(return_, number)
    present = values_of(risk)
    changed = [name for name in LABELS if present[name] != values[name]]
    if not changed:
        return []
    if risk.version != seen:
        raise RiskChanged(risk, changes_since(risk, seen), by)
    risk.version += 1
    events = [
        _event(
            return_,
            by,
            f"Risk {risk.number}: {LABELS[name].lower()}",
            name,
            risk=risk,
            old=in_words(name, present[name]),
            new=in_words(name, values[name]),
        )
        for name in changed
    ]
    events = history.record(return_, events)
    _write(risk, values)
    return events


@transaction.atomic
def close_risk(*, return_: Return, by: User, number: int, reason: str) -> Risk:
    """The risk is closed for that reason and stays in the register. Raises ActionRefused.

    One that was accepted from a suggestion isn't suggested again while the answers stay as they are now.
    """
    return_, by = _begin(return_, by)
    risk = _open_risk(return_, number)
    title = f"Risk {risk.number} closed: {risk.title}"
    (risk.closed,) = history.record(return_, [_event(return_, by, title, "closed", risk=risk, reason=reason)])
    if risk.source:
        left = [each for each in all_risks(return_) if each.is_open and each.pk != risk.pk]
        found = {each.source: each for each in proposals(assess(return_), left)}
        if risk.source in found:
            risk.fingerprint = found[risk.source].fingerprint
    risk.save(update_fields=["closed", "fingerprint"])
    return risk


def changes_since(risk: Risk, seen: int) -> list[Event]:
    """What was changed in the risk after that version, oldest first, each with `what` in words."""
    events = risk.return_record.events.filter(kind=Event.Kind.RISK, version__gt=seen).select_related("by")
    mine = [event for event in events.order_by("number") if risk_of(event) == risk.number]
    return history.explained(risk.return_record, mine)


def risk_of(event: Event) -> int:
    """The number of the risk that the event changed, or 0 where it changed none."""
    return json.loads(event.detail)["risk"]


def dismissed_words(title: str) -> str:
    """What the history says of a proposal that was dismissed."""
    return f"Proposed risk dismissed: {title}"


def closed_already(risk: Risk) -> str:
    return (
        f"{risk.closed.by} closed this risk on {wording.day(clock.day_of(risk.closed.at))}. "
        "If the risk has returned, add it as a new one."
    )


def in_words(name: str, value) -> str:
    """A value as the history and the pages write it: blank as "", nought as £0."""
    if value is None or value == "":
        return ""
    if name == "likelihood":
        return f"{value} {Risk.Likelihood(value).label.lower()}"
    if name == "impact":
        return f"{value} {Risk.Impact(value).label.lower()}"
    if name == "money_exposed":
        return wording.pounds(value)
    if name == "due":
        return f"{wording.day(value)}"
    if name == "lines":
        return ", ".join(value)
    return value


def _begin(return_: Return, by: User) -> tuple[Return, User]:
    return_, by = lock(return_), fresh(by)
    if not access.can_edit_register(by, return_):
        raise ActionRefused(REFUSAL)
    return return_, by


def _proposed(return_: Return, source: str, fingerprint: str) -> Proposal:
    found = {each.source: each for each in implied_risks(assess(return_))}
    proposal = found.get(source)
    if proposal is None:
        raise ActionRefused(
            "The answers no longer suggest this risk, or it is already in the register. Check the register."
        )
    if proposal.fingerprint != fingerprint:
        raise ActionRefused(
            "The answers behind this suggestion changed after you opened it. Read it again below, then decide."
        )
    return proposal


def _open_risk(return_: Return, number: int) -> Risk:
    risk = next((each for each in all_risks(return_) if each.number == number), None)
    if risk is None:
        raise ActionRefused(f"There is no risk {number} in this register.")
    if not risk.is_open:
        raise ActionRefused(closed_already(risk))
    return risk


def _add(return_: Return, by: User, values: dict, proposal: Proposal | None = None) -> Risk:
    number = return_.risks.count() + 1
    risk = Risk(return_record=return_, number=number)
    if proposal:
        risk.source, risk.fingerprint = proposal.source, proposal.fingerprint
    what = f"Risk {number} {'accepted' if proposal else 'added'}"
    (risk.added,) = history.record(
        return_, [_event(return_, by, what, "added", risk=risk, new=values["title"], values=values)]
    )
    _write(risk, values)
    return risk


def _write(risk: Risk, values: dict) -> None:
    for name, value in values.items():
        if name != "lines":
            setattr(risk, name, value)
    risk.save()
    risk.lines.all().delete()
    RiskLine.objects.bulk_create(RiskLine(risk=risk, line=line) for line in values["lines"])


def values_of(risk: Risk) -> dict:
    """What people wrote of a risk, by field."""
    return {name: risk.codes if name == "lines" else getattr(risk, name) for name in LABELS}


def _event(return_, by, what: str, name: str, *, risk=None, values=None, **words) -> Event:
    detail = {"what": what, "risk": risk.number if risk else 0}
    if values:
        detail["values"] = {key: in_words(key, value) for key, value in values.items()}
    return Event(
        return_record=return_,
        at=clock.now(),
        by=by,
        kind=Event.Kind.RISK,
        field=name,
        detail=canonical(detail),
        version=risk.version if risk else 0,
        **words,
    )
