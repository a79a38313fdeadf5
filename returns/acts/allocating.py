"""Lines are allocated: who answers them, for which department, until when."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.urls import reverse

from .. import clock, history
from ..answers.reader import Place
from ..messages.notices import tell
from ..models import Allocation, Department, Event, Return, User
from ..rules import access, refusals
from ..values import wording
from ..values.digests import canonical
from .base import ActionRefused, fresh, lock
from .signing import void_signatures


@transaction.atomic
def allocate_lines(
    *,
    return_: Return,
    by: User,
    lines: list[str],
    owner: User,
    department: Department,
    due: datetime.date | None,
) -> int:
    """Those lines have that owner, department and date, and the owner is told; returns how many changed.

    A line that goes to another department loses its signature. Raises ActionRefused.
    """
    return_, by = lock(return_), fresh(by)
    _refuse(return_, by, owner, department)
    now = clock.now()
    changed, events, moved = [], [], []
    rows = return_.allocations.filter(line__in=lines).select_related("owner", "department")
    for allocation in rows.order_by("pk"):
        old, before = _in_words(allocation), allocation.department
        allocation.owner, allocation.department, allocation.due = owner, department, due
        if _in_words(allocation) == old:
            continue
        changed.append(allocation)
        events.append(_event(allocation, by=by, at=now, old=old))
        if before not in (None, department):
            section, line = return_.proforma.allocated_lines[allocation.line]
            moved.append(Place(return_, section, line))
    Allocation.objects.bulk_update(changed, ["owner", "department", "due"])
    because = f"{wording.listed_codes([place.code for place in moved])} went to {department}."
    voided = void_signatures(return_, moved, by=by, at=now, because=because)
    history.record(return_, [*events, *voided])
    if changed:
        _tell_owner(return_, by, changed)
    return len(changed)


def _refuse(return_: Return, by: User, owner: User, department: Department) -> None:
    """Raises ActionRefused where this person may not allocate, or not to that owner."""
    if not access.can_allocate(by, return_):
        raise ActionRefused(refusals.refusal(return_, "Only the e-government lead allocates lines."))
    if owner.authority_id != return_.authority_id or department.pk not in owner.department_ids:
        raise ActionRefused(f"{owner} doesn’t answer for {department}. Choose another owner.")
    if not owner.is_active:
        raise ActionRefused(f"{owner} has left. Choose another owner.")


def _event(allocation: Allocation, *, by: User, at: datetime.datetime, old: str) -> Event:
    return Event(
        return_record_id=allocation.return_record_id,
        at=at,
        by=by,
        kind=Event.Kind.ALLOCATION,
        line=allocation.line,
        field="owner",
        old=old,
        new=_in_words(allocation),
        detail=canonical(history.allocation_detail(allocation)),
    )


def _tell_owner(return_: Return, by: User, changed: list[Allocation]) -> None:
    """Their new owner is told of the lines."""
    owner, department, due = changed[0].owner, changed[0].department, changed[0].due
    codes = wording.listed_codes([allocation.line for allocation in changed])
    by_when = f", by {wording.day(due)}" if due else ""
    tell(
        return_,
        [owner],
        but=by,
        subject=f"{codes} {'is' if len(changed) == 1 else 'are'} yours to answer",
        text=f"{by} made you the owner of {codes} for {department}{by_when}.",
        path=reverse("returns:work-list", args=[return_.authority.slug, return_.round]),
    )


def _in_words(allocation: Allocation) -> str:
    if allocation.owner is None:
        return ""
    due = f", by {allocation.due.isoformat()}" if allocation.due else ""
    return f"{allocation.owner}, {allocation.department}{due}"
