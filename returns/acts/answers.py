"""Answers are saved, case studies brought and removed, lines allocated."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from .. import clock, history
from ..answers.reader import Entry, Place
from ..history import to_text
from ..messages.notices import tell, with_roles
from ..models import Allocation, CaseStudy, Department, Event, Return, Role, User
from ..proforma import Column, Line
from ..rules import access, refusals
from ..values import wording
from ..values.digests import canonical
from .base import ActionRefused, fresh, lock, refuse_newer
from .signing import void_signatures


@dataclass(frozen=True)
class Change:
    """What a person wants a record to hold, and the version they saw when they began."""

    entry: Entry
    seen: int
    values: dict
    # Of cells met as conflicts before: what the person chose ("mine", "both", "theirs"), and the version
    # of the other text they chose against.
    resolved: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Conflict:
    """A cell that somebody else saved first, with all three texts."""

    entry: Entry
    column: Column
    before: str
    mine: str
    theirs: str
    event: Event


@dataclass(frozen=True)
class Saved:
    """What became of a save: the changes written and the signatures they voided, or the conflicts that stopped it."""

    events: list[Event]
    conflicts: list[Conflict]
    voided: list[Event] = field(default_factory=list)


@dataclass
class _Merge:
    """The changes of a save beside what is stored: what they write, and the conflicts that stop it."""

    at: datetime.datetime
    events: list[Event] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    records: dict[type, list] = field(default_factory=dict)
    places: dict[tuple, Place] = field(default_factory=dict)


@transaction.atomic
def save_answers(*, return_: Return, by: User, changes: list[Change], reason: str = "") -> Saved:
    """Write the changes and an event for each cell, or write nothing and return the conflicts.

    A cell that only others changed keeps their value, one that only this person changed takes the new one.
    The signature on a place that changes is cancelled. Under a delegation a change needs a reason. Raises
    ActionRefused when this person may not change one of the places, or a form names a version that isn't stored.
    """
    return_, by = lock(return_), fresh(by)
    places = _permitted(return_, by, changes)
    merge = _merge(return_, by, changes, places, reason)
    if merge.conflicts:
        return Saved([], merge.conflicts)
    if merge.events and return_.status == Return.Status.AMENDING and not reason:
        raise ActionRefused("Say why you amend this: after approval each change needs a reason.")
    return _write(return_, by, merge)


def _permitted(return_: Return, by: User, changes: list[Change]) -> dict[tuple, Place]:
    """The places of the changes as they are now, by key. Raises ActionRefused where one is not this person's."""
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


def _merge(return_: Return, by: User, changes: list[Change], places: dict, reason: str) -> _Merge:
    """What each change does to its record, as it is stored now; nothing is written. Raises ActionRefused."""
    current = _lock_records(changes)
    if len(current) < len(changes):
        raise ActionRefused("What you answered has been removed by someone else meanwhile.")
    for change in changes:
        place, stored = change.entry.place, current[change.entry.key].version
        refuse_newer(place.code, seen=change.seen, stored=stored)
    merge = _Merge(clock.now())
    later = _later_events(return_, [c for c in changes if c.seen != current[c.entry.key].version])
    for change in changes:
        record, place = current[change.entry.key], places[change.entry.place.key]
        written = {}
        for name, value in change.values.items():
            since = [e for e in later.get((change.entry.key, name), []) if e.version > change.seen]
            mine, stored = to_text(value), to_text(getattr(record, name))
            if _in_conflict(change, name, mine, stored, since):
                column = change.entry.table.column(name)
                merge.conflicts.append(Conflict(change.entry, column, since[0].old, mine, stored, since[-1]))
            elif _takes(change, name, mine, stored, since):
                setattr(record, record._meta.get_field(name).attname, value)
                written[name] = (stored, mine)
        if written:
            _refuse_contradiction(record, place)
            record.version += 1
            merge.records.setdefault(type(record), []).append(record)
            merge.places[place.key] = place
            merge.events += [
                answer_event(change.entry, record, by, merge.at, name, old, new, reason)
                for name, (old, new) in written.items()
            ]
    return merge


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
        return choice in ("mine", "both")
    return True


def _chosen(change: Change, name: str, since: list[Event]) -> str:
    """What was chosen against the very text that is stored now; nothing where that text changed again."""
    choice, met = change.resolved.get(name, ("", -1))
    return choice if since and met == since[-1].version and choice in ("mine", "both", "theirs") else ""


def _write(return_: Return, by: User, merge: _Merge) -> Saved:
    """The merged records and their events are stored, and the signatures on them cancelled."""
    for model, records in merge.records.items():
        names = {event.field for event in merge.events}
        fields = [f.name for f in model._meta.concrete_fields if f.name in names]
        model.objects.bulk_update(records, [*fields, "version"])
    places = list(merge.places.values())
    because = f"{wording.listed_codes([place.code for place in places])} changed after you signed."
    voided = void_signatures(return_, places, by=by, at=merge.at, because=because)
    history.record(return_, [*merge.events, *voided])
    return Saved(merge.events, [], voided)


def _not_yours(return_: Return, place: Place, by: User, allocation: Allocation | None) -> str:
    """Why this person may not change that place now, and who could."""
    if not access.is_open(place):
        return f"{place.code} is locked. {refusals.why_locked(return_)}"
    return (
        f"{place.code} isn’t yours to change: it may have been given to someone else. "
        "Ask the e-government lead."
    )


def _refuse_contradiction(record, place: Place) -> None:
    """Two people's figures, each right by itself, may not fit together. Raises ActionRefused."""
    record.return_record = place.return_
    try:
        record.clean()
    except ValidationError as error:
        raise ActionRefused(
            f"Someone else changed {place.code} meanwhile, and the two don’t fit. {' '.join(error.messages)}"
        ) from error


def _lock_records(changes: list[Change]) -> dict:
    """Fresh copies of the records to be changed, by entry key, locked in the order of their ids."""
    found = {}
    by_model = {}
    for change in changes:
        by_model.setdefault(type(change.entry.record), {})[change.entry.record.pk] = change.entry.key
    for model, keys in sorted(by_model.items(), key=lambda item: item[0]._meta.label):
        for record in model.objects.select_for_update().filter(pk__in=keys).order_by("pk"):
            found[keys[record.pk]] = record
    return found


def _later_events(return_: Return, stale: list[Change]) -> dict:
    """Events since the oldest version seen, by entry key and field, for records that others have changed."""
    found = {}
    keys = {_event_key(change.entry): change.entry.key for change in stale}
    if not keys:
        return found
    events = Event.objects.filter(
        return_record=return_,
        kind=Event.Kind.ANSWER,
        table__in={change.entry.table.key for change in stale},
        version__gt=min(change.seen for change in stale),
    ).select_related("by")
    for event in events:
        key = keys.get((event.table, event.line, event.point, event.department_id))
        if key:
            found.setdefault((key, event.field), []).append(event)
    return found


def _event_key(entry: Entry) -> tuple:
    return (
        entry.table.key,
        entry.place.line.key if entry.place.line else "",
        entry.point.key if entry.point else "",
        entry.place.department.pk if entry.place.department else None,
    )


def answer_event(entry: Entry, record, by: User, at, name: str, old: str, new: str, reason: str) -> Event:
    table, line, point, department_id = _event_key(entry)
    return Event(
        return_record_id=record.return_record_id,
        at=at,
        by=by,
        kind=Event.Kind.ANSWER,
        table=table,
        line=line,
        point=point,
        department_id=department_id,
        field=name,
        old=old,
        new=new,
        reason=reason,
        version=record.version,
    )


@transaction.atomic
def add_case_study(*, return_: Return, by: User, department: Department) -> CaseStudy:
    """A blank case study of that department, at the end of the list. Raises ActionRefused."""
    return_, by = lock(return_), fresh(by)
    if not access.can_add_case_study(by, return_) or department.pk not in by.department_ids:
        raise ActionRefused(
            refusals.refusal(
                return_, "Case studies are brought by the department concerned. Ask one of its officers."
            )
        )
    table = return_.proforma.section_on("returns.CaseStudy").table_on("returns.CaseStudy")
    codes = CaseStudy.objects.filter(return_record=return_).values_list("line", flat=True)
    numbers = [int(code.removeprefix("C")) for code in codes]
    if len(numbers) >= table.most:
        raise ActionRefused(f"The return already has {table.most} case studies, the most it takes.")
    # A removed study's code is not given out again, so that the history stays plain.
    removed = Event.objects.filter(return_record=return_, kind=Event.Kind.REMOVED, table=table.key)
    numbers += [int(code.removeprefix("C")) for code in removed.values_list("line", flat=True)]
    study = CaseStudy.objects.create(
        return_record=return_, department=department, line=f"C{max(numbers, default=0) + 1}"
    )
    event = Event(
        return_record=return_,
        at=clock.now(),
        by=by,
        kind=Event.Kind.ADDED,
        table=table.key,
        line=study.line,
        department=department,
    )
    history.record(return_, [event])
    return study


@transaction.atomic
def remove_case_study(*, return_: Return, by: User, line: str) -> None:
    """That case study is gone, its words kept in the history. Raises ActionRefused."""
    return_, by = lock(return_), fresh(by)
    study = CaseStudy.objects.select_related("department").filter(return_record=return_, line=line).first()
    if study is None:
        raise ActionRefused("This case study has been removed already.")
    section = return_.proforma.section_on("returns.CaseStudy")
    table = section.table_on("returns.CaseStudy")
    place = Place(return_, section, Line(key=line, label=study.title), study.department)
    if not access.can_remove_case_study(by, place, None):
        raise ActionRefused(
            f"Case study {line} is {study.department}’s to remove. {refusals.why_locked(return_)}".strip()
        )
    left = CaseStudy.objects.filter(return_record=return_).count() - 1
    if left < table.least and return_.status != Return.Status.PREPARING:
        raise ActionRefused(
            "The return needs at least one case study, and none can be brought while only what was sent back "
            "is open. Change this one instead."
        )
    now = clock.now()
    event = Event(
        return_record=return_,
        at=now,
        by=by,
        kind=Event.Kind.REMOVED,
        table=table.key,
        line=line,
        department=study.department,
        old=f"{study.title}\n\n{study.text}".strip(),
    )
    because = f"Case study {line} was removed."
    voided = void_signatures(return_, [place], by=by, at=now, because=because)
    open_queries = [
        query for query in return_.queries.filter(section=section.key, line=line) if query.is_open
    ]
    closed = [
        history.place_event(Event.Kind.CLOSED, place, at=now, by=by, field=str(query.number), reason=because)
        for query in open_queries
    ]
    history.record(return_, [*voided, *closed, event])
    for query, closing in zip(open_queries, closed, strict=True):
        query.closed = closing
        query.save(update_fields=["closed"])
    if open_queries:
        tell(
            return_,
            with_roles(return_, Role.LEAD),
            but=by,
            subject=f"{line}: the query is closed",
            text=f"{by} removed case study {line}, which you had asked about.",
            path=reverse("returns:event-list", args=[return_.authority.slug, return_.round]),
        )
    return_.sent_back.filter(section=section.key, line=line).delete()
    study.delete()


@transaction.atomic
def allocate_lines(*, return_: Return, by: User, lines: list[str], owner: User, department, due) -> int:
    """Those lines have that owner, department and date, and the owner is told; returns how many changed.

    A line that goes to another department loses its signature. Raises ActionRefused.
    """
    return_, by = lock(return_), fresh(by)
    if not access.can_allocate(by, return_):
        raise ActionRefused(refusals.refusal(return_, "The e-government lead allocates lines."))
    if owner.authority_id != return_.authority_id or department.pk not in owner.department_ids:
        raise ActionRefused(f"{owner} doesn’t answer for {department}. Choose another owner.")
    if not owner.is_active:
        raise ActionRefused(f"{owner} has left. Choose another owner.")
    now = clock.now()
    changed, events, moved = [], [], []
    rows = return_.allocations.filter(line__in=lines).select_related("owner", "department")
    for allocation in rows.order_by("pk"):
        old, before = _allocation_text(allocation), allocation.department
        allocation.owner, allocation.department, allocation.due = owner, department, due
        new = _allocation_text(allocation)
        if new != old:
            changed.append(allocation)
            events.append(
                Event(
                    return_record=return_,
                    at=now,
                    by=by,
                    kind=Event.Kind.ALLOCATION,
                    line=allocation.line,
                    field="owner",
                    old=old,
                    new=new,
                    detail=canonical(history.allocation_detail(allocation)),
                )
            )
            if before not in (None, department):
                section, line = return_.proforma.allocated_lines[allocation.line]
                moved.append(Place(return_, section, line))
    Allocation.objects.bulk_update(changed, ["owner", "department", "due"])
    voided = void_signatures(
        return_,
        moved,
        by=by,
        at=now,
        because=f"{wording.listed_codes([p.code for p in moved])} went to {department}.",
    )
    history.record(return_, [*events, *voided])
    if changed:
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
    return len(changed)


def _allocation_text(allocation: Allocation) -> str:
    if allocation.owner is None:
        return ""
    due = f", by {allocation.due.isoformat()}" if allocation.due else ""
    return f"{allocation.owner}, {allocation.department}{due}"
