"""Answers are saved: all of a form's changes, or none."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction

from .. import history
from ..answers.reader import Place
from ..models import Allocation, Event, Return, User
from ..rules import access, refusals
from ..values import wording
from ..values.address import PlaceAddress
from .base import ActionRefused, fresh, lock
from .merging import Change, Conflict, Merge, merge
from .signing import void_signatures


@dataclass(frozen=True)
class Saved:
    """The result of a save: the changes written and the signatures cancelled, or the conflicts that stopped it."""

    events: list[Event]
    conflicts: list[Conflict]
    voided: list[Event] = field(default_factory=list)


@transaction.atomic
def save_answers(*, return_: Return, by: User, changes: list[Change], reason: str = "") -> Saved:
    """Write the changes and an event for each cell, or write nothing and return the conflicts.

    A cell that only others changed keeps their value, one that only this person changed takes the new one.
    The signature on a place that changes is cancelled. Under a delegation a change needs a reason. Raises
    ActionRefused when this person may not change one of the places, or a form names a version that isn't stored.
    """
    return_, by = lock(return_), fresh(by)
    places = _permit(return_, by, changes)
    merged = merge(return_, by, changes, places, reason)
    if merged.conflicts:
        return Saved([], merged.conflicts)
    if merged.events and return_.status == Return.Status.AMENDING and not reason:
        raise ActionRefused("Say why you amend this. After approval every change needs a reason.")
    return _write(merged)


def _permit(return_: Return, by: User, changes: list[Change]) -> dict[PlaceAddress, Place]:
    """The places of the changes as they are now, by address. Raises ActionRefused where one is not this person's."""
    lines = {change.entry.place.line.key for change in changes if change.entry.place.line}
    allocations = {a.line: a for a in return_.allocations.filter(line__in=lines)}
    places = {}
    for change in changes:
        place = change.entry.place
        now_there = Place(return_, place.section, place.line, place.department)
        allocation = None if place.department or not place.line else allocations[place.line.key]
        if not access.can_answer(by, now_there, allocation):
            raise ActionRefused(_not_yours(return_, now_there, by, allocation))
        places[place.key] = now_there
    return places


def _write(merged: Merge) -> Saved:
    """The merged records and their events are stored, and the signatures on them cancelled."""
    names = {event.field for event in merged.events}
    for model, records in merged.records.items():
        fields = [f.name for f in model._meta.concrete_fields if f.name in names]
        model.objects.bulk_update(records, [*fields, "version"])
    places = list(merged.places.values())
    because = f"{wording.listed_codes([place.code for place in places])} changed after you signed."
    voided = void_signatures(merged.return_, places, by=merged.by, at=merged.at, because=because)
    history.record(merged.return_, [*merged.events, *voided])
    return Saved(merged.events, [], voided)


def _not_yours(return_: Return, place: Place, by: User, allocation: Allocation | None) -> str:
    """Why this person may not change that place now, and who could."""
    if not access.is_open(place):
        return f"{place.code} is locked. {refusals.why_locked(return_)}"
    return (
        f"You can’t change {place.code}: it may have been given to someone else. Ask the e-government lead."
    )
