"""One table of what may follow what: pages draw buttons from it, acts run by it, docs/lifecycle.md prints it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models

from ..models import Event, Return, User, Version
from ..rules import access
from ..rules.states import amendable
from ..values import wording
from . import steps
from .steps import Step

Status = Return.Status


class Action(models.TextChoices):
    SEND_BACK = "send-back", "Send lines back"
    SEND = "send", "Send to Cabinet"
    APPROVE = "approve", "Record Cabinet’s approval"
    REFER_BACK = "refer-back", "Record that Cabinet refers it back"
    AMEND = "amend", "Begin an amendment"
    FINISH = "finish", "Finish the amendment"
    ABANDON = "abandon", "Abandon the amendment"
    SUBMIT = "submit", "Record the filing"
    REOPEN = "reopen", "Reopen lines"


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One act: its states before and after (None: unchanged), who may do it, what it needs, and its steps.

    `means` may name `{amendable}`, the sections that a delegate may amend, and `{system}`, through which it is filed.
    """

    sources: tuple[Status, ...]
    target: Status | None
    rule: Callable[[User, Return], bool]
    who: str
    condition: str
    means: str  # what it does, told to a person who is about to do it
    kind: Event.Kind
    guard: Callable[[Return, User], str] | None = None
    version: Version.Kind | None = None
    before: Callable[[Step], None] = steps.nothing
    during: Callable[[Step], None] = steps.nothing
    after: Callable[[Step], None] = steps.nothing


TRANSITIONS: dict[Action, Transition] = {
    Action.SEND_BACK: Transition(
        sources=(Status.PREPARING, Status.REFERRED_BACK),
        target=None,
        rule=access.can_send_back,
        who="the lead",
        condition="chosen lines, a reason",
        means=(
            "The lines you tick can be changed again. Any signature on one of them is cancelled, and its signer "
            "is told. Each owner is told why. The lines must be signed again before the return can go to Cabinet."
        ),
        kind=Event.Kind.SENT_BACK,
        before=steps.with_elements,
        during=steps.open_elements,
        after=steps.opened,
    ),
    Action.SEND: Transition(
        sources=(Status.PREPARING, Status.REFERRED_BACK),
        target=Status.WITH_CABINET,
        rule=access.can_send_to_cabinet,
        who="the lead",
        condition="no blockers",
        means=(
            "A copy of the return is stored for Cabinet, as data and as PDF. Its answers are then locked until "
            "Cabinet has decided. Cabinet members, heads of department, the clerk and the section 151 officer are "
            "told."
        ),
        kind=Event.Kind.SENT,
        guard=steps.nothing_blocks,
        version=Version.Kind.CABINET,
        after=steps.sent,
    ),
    Action.APPROVE: Transition(
        sources=(Status.WITH_CABINET,),
        target=Status.APPROVED,
        rule=access.can_record_decision,
        who="a clerk who did not send it",
        condition="date, minute number, text; delegate and last day, or neither",
        means=(
            "The return is locked as Cabinet saw it, and the approved PDF is stored permanently. If Cabinet let "
            "somebody amend the return, name that person and the last day. They may amend {amendable} only."
        ),
        kind=Event.Kind.APPROVED,
        guard=steps.another_person_sent_it,
        version=Version.Kind.APPROVED,
        before=steps.decide,
        during=steps.confirm_delegate,
        after=steps.decided,
    ),
    Action.REFER_BACK: Transition(
        sources=(Status.WITH_CABINET,),
        target=Status.REFERRED_BACK,
        rule=access.can_record_decision,
        who="a clerk who did not send it",
        condition="date, minute number, text",
        means=(
            "The return goes back to the lead, who sends chosen lines back to their owners. Only those can be "
            "changed; the rest stays as it was signed. The return then goes to Cabinet again."
        ),
        kind=Event.Kind.REFERRED,
        guard=steps.another_person_sent_it,
        before=steps.decide,
        after=steps.decided,
    ),
    Action.AMEND: Transition(
        sources=(Status.APPROVED,),
        target=Status.AMENDING,
        rule=access.is_delegate,
        who="the delegate, until the end of the last day",
        condition="a reason",
        means=(
            "Only you can change {amendable}. What you change must be signed again. The approved version stays as "
            "it is until you finish, and is restored if you abandon the amendment."
        ),
        kind=Event.Kind.AMENDING,
        before=steps.with_reason,
        after=steps.amending,
    ),
    Action.FINISH: Transition(
        sources=(Status.AMENDING,),
        target=Status.APPROVED,
        rule=access.can_amend,
        who="the delegate, until the end of the last day",
        condition="something changed, no blockers",
        means=(
            "The return is approved again, as a new version with your amendments. The version that Cabinet "
            "approved is kept too. Cabinet members, the e-government lead, heads of department, the clerk and the "
            "section 151 officer are told."
        ),
        kind=Event.Kind.AMENDED,
        guard=steps.amended_and_nothing_blocks,
        version=Version.Kind.AMENDED,
        after=steps.amended,
    ),
    Action.ABANDON: Transition(
        sources=(Status.AMENDING,),
        target=Status.APPROVED,
        rule=access.can_abandon_amendment,
        who="the delegate or the lead, at any time",
        condition="a reason; the approved answers are put back",
        means=(
            "Every answer is put back as it was approved, and a signature that covers exactly that answer is "
            "restored. The amended answers stay in the history."
        ),
        kind=Event.Kind.ABANDONED,
        before=steps.read_approved,
        during=steps.restore,
        after=steps.abandoned,
    ),
    Action.SUBMIT: Transition(
        sources=(Status.APPROVED,),
        target=Status.SUBMITTED,
        rule=access.can_file,
        who="the lead",
        condition="date and reference",
        means=(
            "This records when the return was filed through the {system}, and its reference. Nothing is sent from "
            "here. The return is then locked."
        ),
        kind=Event.Kind.SUBMITTED,
        before=steps.file,
        after=steps.filed,
    ),
    Action.REOPEN: Transition(
        sources=(Status.WITH_CABINET, Status.APPROVED, Status.SUBMITTED),
        target=Status.REFERRED_BACK,
        rule=access.can_send_back,
        who="the lead",
        condition="chosen lines, a reason",
        means=(
            "Only the lines you tick can be changed again. Any signature on one of them is cancelled, and its "
            "signer is told. The return must go to Cabinet again before it can be filed. The versions stored so "
            "far are kept."
        ),
        kind=Event.Kind.REOPENED,
        before=steps.with_elements,
        during=steps.open_elements,
        after=steps.reopened,
    ),
}


def available_actions(return_: Return, user: User) -> list[Action]:
    """What this person may do in the present state, in the order of the table, whether or not its guard is met."""
    return [
        action
        for action, transition in TRANSITIONS.items()
        if return_.status in transition.sources
        and access.belongs(user, return_.authority)
        and transition.rule(user, return_)
    ]


def meaning(action: Action, return_: Return) -> str:
    """What the act does to that return; sentences for a person who is about to do it."""
    round_ = return_.proforma.round
    return TRANSITIONS[action].means.format(amendable=amendable(return_), system=round_.system)


def why_not_yet(action: Action, return_: Return, user: User) -> str:
    """What has to happen before this available act can be done; empty if it can be done now."""
    guard = TRANSITIONS[action].guard
    return guard(return_, user) if guard else ""


def opening_action(return_: Return, user: User) -> Action | None:
    """The act by which this person can open lines again in the present state, or None."""
    mine = available_actions(return_, user)
    return next((action for action in (Action.SEND_BACK, Action.REOPEN) if action in mine), None)


def as_markdown() -> str:
    """The table for docs/lifecycle.md."""
    rows = ["| act | from | to | who | needs |", "| --- | --- | --- | --- | --- |"]
    for action, transition in TRANSITIONS.items():
        sources = ", ".join(wording.within_sentence(status.label) for status in transition.sources)
        target = wording.within_sentence(transition.target.label) if transition.target else "the same"
        rows.append(f"| {action.label} | {sources} | {target} | {transition.who} | {transition.condition} |")
    return "\n".join(rows)
