"""Answers are saved, case studies brought and removed, lines allocated."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from .. import clock, history, locks, rules
from ..answers import Entry, Place
from ..chain import canonical
from ..history import to_text
from ..models import Allocation, CaseStudy, Department, Event, Return, Role, User
from ..notices import listed, tell, with_roles
from ..proforma import Column, Line
from .base import ActionRefused, fresh, lock
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


@transaction.atomic
def save_answers(*, return_: Return, by: User, changes: list[Change], reason: str = "") -> Saved:
    """Write the changes and an event for each cell, or write nothing and return the conflicts.

    A cell that only others changed keeps their value, one that only this person changed takes the new one.
    A signature on a place that changes is void. Under a delegation a change needs a reason. Raises
    ActionRefused when this person may not change one of the places.
    """
    return_, by = lock(return_), fresh(by)
    lines = {change.entry.place.line.key for change in changes if change.entry.place.line}
    allocations = {a.line: a for a in return_.allocations.filter(line__in=lines)}
    for change in changes:
        place = change.entry.place
        now_there = Place(return_, place.section, place.line, place.department)
        allocation = None if place.department or not place.line else allocations[place.line.key]
        if not rules.can_answer(by, now_there, allocation):
            raise ActionRefused(_not_yours(return_, now_there, by, allocation))
    current = _lock_records(changes)
    if len(current) < len(changes):
        raise ActionRefused("What you answered has been removed by someone else meanwhile.")
    now = clock.now()
    events, conflicts, touched, places = [], [], {}, {}
    later = _later_events(return_, [c for c in changes if c.seen != current[c.entry.key].version])
    for change in changes:
        record = current[change.entry.key]
        written = {}
        for name, value in change.values.items():
            model_field = record._meta.get_field(name)
            mine, theirs = to_text(value), to_text(getattr(record, name))
            since = later.get((change.entry.key, name), [])
            since = [event for event in since if event.version > change.seen]
            if mine == theirs:
                continue
            choice, met = change.resolved.get(name, ("", -1))
            settled = bool(since) and met >= since[-1].version
            if settled and choice == "theirs":
                continue
            if since and not (settled and choice in ("mine", "both")):
                before = since[0].old
                if mine == before:
                    continue
                column = change.entry.table.column(name)
                conflicts.append(Conflict(change.entry, column, before, mine, theirs, since[-1]))
                continue
            setattr(record, model_field.attname, value)
            written[name] = (theirs, mine)
        if written:
            _refuse_contradiction(record, change.entry.place)
            record.version += 1
            touched.setdefault(type(record), []).append(record)
            events += [
                answer_event(change.entry, record, by, now, name, old, new, reason)
                for name, (old, new) in written.items()
            ]
            places[change.entry.place.key] = Place(
                return_, change.entry.place.section, change.entry.place.line, change.entry.place.department
            )
    if conflicts:
        return Saved([], conflicts)
    if events and return_.status == Return.Status.AMENDING and not reason:
        raise ActionRefused("Say why you amend this: after approval each change needs a reason.")
    for model, records in touched.items():
        names = {event.field for event in events}
        fields = [f.name for f in model._meta.concrete_fields if f.name in names]
        model.objects.bulk_update(records, [*fields, "version"])
    changed = listed([place.code for place in places.values()])
    voided = void_signatures(
        return_, list(places.values()), by=by, at=now, because=f"{changed} changed after you signed."
    )
    history.record(return_, [*events, *voided])
    return Saved(events, [], voided)


def _not_yours(return_: Return, place: Place, by: User, allocation: Allocation | None) -> str:
    """Why this person may not change that place now, and who could."""
    if not rules.is_open(place):
        return f"{place.code} is locked. {locks.why_locked(return_)}"
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
    if not rules.can_add_case_study(by, return_) or department.pk not in by.department_ids:
        raise ActionRefused(
            locks.refusal(
                return_, "Case studies are brought by the department concerned. Ask one of its officers."
            )
        )
    section, table = return_.proforma.tables["cases"]
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
    section, table = return_.proforma.tables["cases"]
    place = Place(return_, section, Line(key=line, label=study.title), study.department)
    if not rules.can_remove_case_study(by, place, None):
        raise ActionRefused(
            f"Case study {line} is {study.department}’s to remove. {locks.why_locked(return_)}".strip()
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
    if not rules.can_allocate(by, return_):
        raise ActionRefused(locks.refusal(return_, "The e-government lead allocates lines."))
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
        return_, moved, by=by, at=now, because=f"{listed([p.code for p in moved])} went to {department}."
    )
    history.record(return_, [*events, *voided])
    if changed:
        codes = listed([allocation.line for allocation in changed])
        by_when = f", by {due:%-d %B %Y}" if due else ""
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
