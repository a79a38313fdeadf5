"""Corrections of what was recorded of a decision or a filing; what was recorded stays beside them."""

from __future__ import annotations

import datetime

from django.db import transaction

from .. import clock, history
from ..messages.notices import tell, with_roles
from ..models import Correction, Event, Return, Role, User
from ..rules import access
from ..values import wording
from ..values.digests import canonical
from .base import ActionRefused, fresh, lock

TOLD = (Role.LEAD, Role.FINANCE, Role.CLERK, Role.HEAD)


@transaction.atomic
def correct_decision(
    *, return_: Return, by: User, date: datetime.date, number: str, reason: str, seen: int
) -> Correction:
    """Cabinet's latest decision has that day and minute number, and everyone concerned is told.

    `seen` is how many corrections of it the person saw. Raises ActionRefused.
    """
    return_, by = lock(return_), fresh(by)
    if not access.can_correct_decision(by, return_):
        raise ActionRefused("Only the clerk corrects what was recorded of Cabinet’s decision.")
    decision = return_.decision
    sent = (
        return_.events.filter(kind=Event.Kind.SENT, number__lt=decision.event.number)
        .order_by("number")
        .last()
    )
    if sent.by == by:
        raise ActionRefused(
            "You sent the return to Cabinet yourself, so another clerk must correct the decision."
        )
    if date < clock.day_of(sent.at):
        raise ActionRefused("Cabinet can’t have decided before the return was sent to it. Check the date.")
    if decision.delegate and decision.delegated_until < date:
        raise ActionRefused("The last day of the delegation is before that date. Check the date.")
    filing = return_.filing
    if filing and filing.event.number > decision.event.number and filing.day < date:
        raise ActionRefused("The return was filed before that date. Check this date and the date of filing.")
    correction = Correction(decision=decision, date=date, number=number)
    people = [*with_roles(return_, *TOLD, Role.CABINET), decision.delegate]
    return _store(return_, by, correction, reason, seen, people)


@transaction.atomic
def correct_filing(
    *, return_: Return, by: User, date: datetime.date, number: str, reason: str, seen: int
) -> Correction:
    """The latest filing has that day and reference, and everyone concerned is told.

    `seen` is how many corrections of it the person saw. Raises ActionRefused.
    """
    return_, by = lock(return_), fresh(by)
    if not access.can_correct_filing(by, return_):
        raise ActionRefused("Only the e-government lead corrects what was recorded of the filing.")
    filing = return_.filing
    approval = return_.decisions.filter(event__number__lt=filing.event.number).order_by("pk").last()
    if date < approval.day:
        raise ActionRefused("The return can’t have been filed before Cabinet approved it. Check the date.")
    correction = Correction(filing=filing, date=date, number=number)
    return _store(return_, by, correction, reason, seen, with_roles(return_, *TOLD))


def _refuse(correction: Correction, reason: str, *, changes: bool) -> None:
    """Raises ActionRefused for a correction without a reason, of nothing, or of a later date than its recording."""
    record = correction.corrected
    if not reason:
        raise ActionRefused("Give a reason: everyone notified sees it.")
    if not changes:
        raise ActionRefused(
            f"Nothing was corrected: this date and {record.recorded_number} are already recorded."
        )
    if correction.date > clock.day_of(record.event.at):
        raise ActionRefused("The date can’t be later than the day on which it was recorded. Check the date.")


def _store(
    return_: Return,
    by: User,
    correction: Correction,
    reason: str,
    seen: int,
    people: list[User],
) -> Correction:
    record = correction.corrected
    what, noun = record._meta.model_name, record.recorded_number
    was, now = (record.day, record.number), (correction.date, correction.number)
    last = record.all_corrections[-1] if record.all_corrections else None
    if last and was == now and (last.event.by, last.event.reason) == (by, reason):
        return last  # a form sent twice makes one correction
    if seen != len(record.all_corrections):
        raise ActionRefused(
            f"{last.event.by} corrected it after you opened this page. Check what is recorded now."
        )
    _refuse(correction, reason, changes=was != now)
    event = Event(
        return_record=return_,
        at=clock.now(),
        by=by,
        kind=Event.Kind.CORRECTED,
        field=what,
        old=_words(was, noun),
        new=_words(now, noun),
        reason=reason,
        detail=canonical(history.correction_detail(correction)),
    )
    correction.return_record = return_
    (correction.event,) = history.record(return_, [event])
    correction.save(force_insert=True)
    subject = f"{history.CORRECTED[what]} was corrected"
    text = f"{subject}. {correction.sentence}"
    tell(return_, people, but=by, subject=subject, text=text, path=return_.get_absolute_url())
    return correction


def _words(values: tuple[datetime.date, str], noun: str) -> str:
    date, number = values
    return f"{wording.day(date)}, {noun} {number}"
