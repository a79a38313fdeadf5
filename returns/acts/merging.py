"""What people want answers to be, beside what is stored: what is written, and what is in conflict."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from .. import clock
from ..answers import address
from ..answers.reader import Entry, Place
from ..history import to_text
from ..models import Event, Return, User
from ..proforma import Column
from ..values.address import CellAddress, PlaceAddress
from .base import ActionRefused, refuse_newer

# What a person may keep where somebody else had saved first: their own, the other's, or a text written from both.
MINE, THEIRS, BOTH = "mine", "theirs", "both"


@dataclass(frozen=True)
class Change:
    """What a person wants a record to hold, and the version they saw when they began."""

    entry: Entry
    seen: int
    values: dict
    # Of answers that were in conflict: what the person chose, and the version of the other text they saw then.
    resolved: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Conflict:
    """An answer that somebody else saved first, with all three texts."""

    entry: Entry
    column: Column
    before: str
    mine: str
    theirs: str
    event: Event


@dataclass
class Merge:
    """The changes of a save beside what is stored: what they write, and the conflicts that stop it."""

    return_: Return
    by: User
    reason: str
    at: datetime.datetime = field(default_factory=clock.now)
    events: list[Event] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    records: dict[type, list] = field(default_factory=dict)
    places: dict[PlaceAddress, Place] = field(default_factory=dict)

    def add(self, change: Change, record, place: Place, later: dict) -> None:
        """What the change does to its record as it is stored, after the later events on it. Raises ActionRefused."""
        written = {}
        for name, value in change.values.items():
            since = [e for e in later.get(change.entry.address.cell(name), []) if e.version > change.seen]
            mine, stored = to_text(value), to_text(getattr(record, name))
            if _in_conflict(change, name, mine, stored, since):
                column = change.entry.table.column(name)
                self.conflicts.append(Conflict(change.entry, column, since[0].old, mine, stored, since[-1]))
            elif _takes(change, name, mine, stored, since):
                setattr(record, record._meta.get_field(name).attname, value)
                written[name] = (stored, mine)
        if written:
            _refuse_contradiction(record, place)
            self._write(change.entry, record, place, written)

    def _write(self, entry: Entry, record, place: Place, written: dict[str, tuple[str, str]]) -> None:
        record.version += 1
        self.records.setdefault(type(record), []).append(record)
        self.places[place.key] = place
        self.events += [
            answer_event(entry, record, self.by, self.at, name, old, new, self.reason)
            for name, (old, new) in written.items()
        ]


def merge(
    return_: Return, by: User, changes: list[Change], places: dict[PlaceAddress, Place], reason: str
) -> Merge:
    """What the changes do to their records as they are stored now, by place; nothing is written.

    The records are locked. Raises ActionRefused where one is gone, newer than stored, or two changes don't fit.
    """
    current = _lock_records(changes)
    if len(current) < len(changes):
        raise ActionRefused("Someone else has removed what you answered.")
    for change in changes:
        place, stored = change.entry.place, current[change.entry.address].version
        refuse_newer(place.code, seen=change.seen, stored=stored)
    later = _later_events(return_, [c for c in changes if c.seen != current[c.entry.address].version])
    merged = Merge(return_, by, reason)
    for change in changes:
        merged.add(change, current[change.entry.address], places[change.entry.place.key], later)
    return merged


def _in_conflict(change: Change, name: str, mine: str, stored: str, since: list[Event]) -> bool:
    """Whether a cell was changed by both, in different ways, and this person has not chosen between the two."""
    if not since or mine in (stored, since[0].old):
        return False
    return not _chosen(change, name, since)


def _takes(change: Change, name: str, mine: str, stored: str, since: list[Event]) -> bool:
    """Whether a cell that is in no conflict takes what this person wants it to hold."""
    if mine == stored:
        return False
    choice = _chosen(change, name, since)
    if since:
        return choice in (MINE, BOTH)
    return True


def _chosen(change: Change, name: str, since: list[Event]) -> str:
    """What was chosen against the very text that is stored now; nothing where that text changed again."""
    choice, met = change.resolved.get(name, ("", -1))
    return choice if since and met == since[-1].version and choice in (MINE, THEIRS, BOTH) else ""


def _refuse_contradiction(record, place: Place) -> None:
    """Figures of two people, each valid alone, may contradict each other together. Raises ActionRefused."""
    record.return_record = place.return_
    try:
        record.clean()
    except ValidationError as error:
        raise ActionRefused(
            f"Someone else has changed {place.code}, and the two changes don’t agree. {' '.join(error.messages)}"
        ) from error


def _lock_records(changes: list[Change]) -> dict:
    """Fresh copies of the records to be changed, by address, locked in the order of their ids."""
    found = {}
    by_model = {}
    for change in changes:
        by_model.setdefault(type(change.entry.record), {})[change.entry.record.pk] = change.entry.address
    for model, addresses in sorted(by_model.items(), key=lambda item: item[0]._meta.label):
        for record in model.objects.select_for_update().filter(pk__in=addresses).order_by("pk"):
            found[addresses[record.pk]] = record
    return found


def _later_events(return_: Return, stale: list[Change]) -> dict[CellAddress, list[Event]]:
    """Events since the oldest version seen, by answer, for records that others have changed."""
    found = {}
    records = {change.entry.address for change in stale}
    if not records:
        return found
    events = Event.objects.filter(
        return_record=return_,
        kind=Event.Kind.ANSWER,
        table__in={change.entry.table.key for change in stale},
        version__gt=min(change.seen for change in stale),
    ).select_related("by")
    for event in events:
        cell = address.cell_of_event(return_.proforma, event)
        if cell.record in records:
            found.setdefault(cell, []).append(event)
    return found


def answer_event(entry: Entry, record, by: User, at, name: str, old: str, new: str, reason: str) -> Event:
    return Event(
        return_record_id=record.return_record_id,
        at=at,
        by=by,
        kind=Event.Kind.ANSWER,
        **entry.address.cell(name).columns,
        old=old,
        new=new,
        reason=reason,
        version=record.version,
    )
