"""The history of a return: the one way to add to it, to read it, to replay it, and to prove it whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from . import chain
from .answers import Answers, Place, read
from .frozen import says_the_same, stored_columns
from .models import Allocation, Decision, Event, Filing, Return
from .proforma import Table

START = Return.Status.PREPARING


def to_text(value) -> str:
    """A value as the history keeps it: blank as nothing, yes or no as words, figures plain."""
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, Decimal):
        return f"{value:.1f}"
    return str(value)


@dataclass(frozen=True)
class Head:
    """The last event of a history: its number and digest, or nought and nothing before the first."""

    number: int = 0
    digest: str = ""


def head(return_: Return) -> Head:
    last = return_.events.order_by("-number").values_list("number", "digest").first()
    return Head(*last) if last else Head()


def linked(after: Head, events: list[Event]) -> list[Event]:
    """The events, numbered and tied to the history that ends there. Nothing is written."""
    number, digest = after.number, after.digest
    for event in events:
        number += 1
        event.number = number
        event.digest = digest = chain.link(digest, event)
    return events


def record(return_: Return, events: list[Event]) -> list[Event]:
    """The events stand at the end of the history. The return's row must be locked."""
    return Event.objects.bulk_create(linked(head(return_), events)) if events else []


def place_event(kind: str, place: Place, *, at, by, **values) -> Event:
    """An event of an act on a place as a whole."""
    return Event(
        return_record=place.return_,
        at=at,
        by=by,
        kind=kind,
        section=place.section.key,
        line=place.line.key if place.line else "",
        department=place.department,
        **values,
    )


def of_place(place: Place) -> list[Event]:
    """The events of a place, newest first, each with `what` saying in the form's words what it changed."""
    events = Event.objects.filter(
        return_record=place.return_,
        line=place.line.key if place.line else "",
        department=place.department,
    ).select_related("by")
    tables = {table.key for table in place.tables}
    return [
        _explained(place.return_, event)
        for event in events.order_by("-pk")
        if event.table in tables
        or event.section == place.section.key
        or (event.kind == Event.Kind.ALLOCATION and place.line)
    ]


def of_return(return_: Return, *, kinds: list[str] | None = None):
    """All events, newest first; `explained` gives a page of them their words."""
    events = return_.events.select_related("by", "department").order_by("-number")
    return events.filter(kind__in=kinds) if kinds else events


def explained(return_: Return, events) -> list[Event]:
    return [_explained(return_, event) for event in events]


def _explained(return_: Return, event: Event) -> Event:
    if event.kind == Event.Kind.ANSWER:
        _, table = return_.proforma.tables[event.table]
        label = table.column(event.field).label
        event.what = f"{label}, {table.point(event.point).name}" if event.point else label
    elif event.kind == Event.Kind.ALLOCATION:
        event.what = "Owner"
    else:
        event.what = event.get_kind_display()
    return event


@dataclass
class Replayed:
    """The state of a return as its history alone tells it."""

    status: str = START
    answers: dict[tuple, str] = field(default_factory=dict)
    allocations: dict[str, dict] = field(default_factory=dict)
    signed: dict[tuple, int] = field(default_factory=dict)
    sent_back: dict[tuple, int] = field(default_factory=dict)
    queries: dict[str, list] = field(default_factory=dict)
    versions: dict[int, dict] = field(default_factory=dict)
    decisions: dict[int, dict] = field(default_factory=dict)
    filings: dict[int, dict] = field(default_factory=dict)


def replay(return_: Return, events, start: Answers) -> Replayed:
    """Begin with a blank return and follow each event. `start` gives the places there are, not their answers."""
    state = Replayed(answers=_blank_cells(start))
    kinds = Event.Kind
    _, cases = return_.proforma.tables["cases"]
    for event in events:
        place = (event.section, event.line or None, event.department_id)
        if event.kind == kinds.ANSWER:
            cell = (event.table, event.line, event.department_id, event.point, event.field)
            state.answers[cell] = event.new
        elif event.kind == kinds.ALLOCATION:
            state.allocations[event.line] = json.loads(event.detail)
        elif event.kind == kinds.ADDED:
            for name in _case_columns(cases):
                state.answers[cases.key, event.line, event.department_id, "", name] = ""
        elif event.kind == kinds.REMOVED:
            for name in _case_columns(cases):
                state.answers.pop((cases.key, event.line, event.department_id, "", name), None)
            state.sent_back.pop((cases.key, event.line, event.department_id), None)
        elif event.kind == kinds.SIGNED:
            state.signed[place] = event.number
            state.sent_back.pop(place, None)
        elif event.kind == kinds.VOIDED:
            state.signed.pop(place, None)
        elif event.kind == kinds.REINSTATED:
            state.signed[place] = int(event.detail)
        elif event.kind == kinds.SENT_BACK:
            state.sent_back[place] = event.number
        elif event.kind in (kinds.QUERIED, kinds.ASKED):
            state.queries[event.field] = [event.number, None, None]
        elif event.kind == kinds.REPLIED:
            state.queries[event.field][1] = event.number
        elif event.kind == kinds.CLOSED:
            state.queries[event.field][2] = event.number
        elif event.kind == kinds.STORED:
            state.versions[event.number - 1] = json.loads(event.detail)
        else:
            state.status = event.new
            if event.kind in (kinds.APPROVED, kinds.REFERRED):
                state.decisions[event.number] = json.loads(event.detail)
            elif event.kind == kinds.SUBMITTED:
                state.filings[event.number] = json.loads(event.detail)
    return state


def _blank_cells(answers: Answers) -> dict[tuple, str]:
    found = {}
    for place in answers.places():
        for entry in answers.entries(place):
            if entry.table.shape == "list":
                continue
            model = type(entry.record)
            start = getattr(model, "starting_values", None)
            blank = model(**start(place.line, answers.return_)) if start else model()
            for name in stored_columns(entry):
                found[cell_key(place, entry.table, entry.point, name)] = to_text(getattr(blank, name))
    return found


def _case_columns(table: Table) -> list[str]:
    return [column.field for column in table.columns if column.field in ("title", "text")]


def cell_key(place: Place, table: Table, point, name: str) -> tuple:
    """How the history names a cell."""
    return (
        table.key,
        place.line.key if place.line else "",
        place.department.pk if place.department else None,
        point.key if point else "",
        name,
    )


def present_cells(answers: Answers) -> dict[tuple, str]:
    """Every stored cell as it is now, in the words of the history."""
    return {
        cell_key(place, entry.table, entry.point, name): to_text(getattr(entry.record, name))
        for place in answers.places()
        for entry in answers.entries(place)
        for name in stored_columns(entry)
    }


def allocation_detail(allocation: Allocation) -> dict:
    return {
        "owner": allocation.owner.username if allocation.owner else "",
        "department": allocation.department.slug if allocation.department else "",
        "due": allocation.due.isoformat() if allocation.due else "",
    }


def decision_detail(decision: Decision) -> dict:
    return {
        "outcome": decision.outcome,
        "date": decision.date.isoformat(),
        "minute": decision.minute,
        "text": decision.text,
        "delegate": decision.delegate.username if decision.delegate else "",
        "delegated_until": decision.delegated_until.isoformat() if decision.delegated_until else "",
    }


def filing_detail(filing: Filing) -> dict:
    return {"date": filing.date.isoformat(), "reference": filing.reference}


def version_detail(version) -> dict:
    return {
        "number": version.number,
        "kind": version.kind,
        "data": version.digest,
        "pdf": version.pdf_digest,
        "size": version.pdf_size,
    }


def check(return_: Return, *, expected: Head | None = None) -> list[str]:
    """What is wrong with the history and with what stands beside it; nothing when all is whole.

    The first broken link ends the search: what follows it proves nothing. `expected` is a head copied from
    an approved PDF, which shows a history whose end was cut off.
    """
    events = list(return_.events.order_by("number", "pk"))
    broken = next(_broken_links(events), None)
    if broken:
        return [broken]
    if expected and (
        len(events) < expected.number or not events[expected.number - 1].digest.startswith(expected.digest)
    ):
        return [
            f"The PDF was made after event {expected.number:,}, digest {expected.digest[:16]}; the history "
            f"{'ends at ' + format(len(events), ',') if len(events) < expected.number else 'has another there'}."
        ]
    return list(_contradictions(return_, events))


def _broken_links(events: list[Event]) -> Iterator[str]:
    digest = ""
    for number, event in enumerate(events, 1):
        if event.number != number:
            yield f"Event {number:,} is missing: event {event.number:,} follows event {number - 1:,}."
            return
        if event.digest != chain.link(digest, event):
            yield (
                f"Event {number:,} ({event.get_kind_display().lower()}, {event.line or event.section or 'return'}) "
                "does not fit the digest that it carries: it, or the order of events, was altered."
            )
            return
        digest = event.digest


def _contradictions(return_: Return, events: list[Event]) -> Iterator[str]:
    """Each record that says otherwise than the history."""
    answers = read(return_)
    told = replay(return_, events, answers)
    present = present_cells(answers)
    for cell in sorted(told.answers.keys() | present.keys(), key=str):
        was, now = told.answers.get(cell), present.get(cell)
        if was != now:
            yield f"{_cell_name(answers, cell)}: the history says {_quoted(was)}, the return says {_quoted(now)}."
    if told.status != return_.status:
        yield f"The history says that the return is {told.status}, the return says {return_.status}."
    for line, allocation in sorted(answers.allocations.items()):
        blank = {"owner": "", "department": "", "due": ""}
        if allocation_detail(allocation) != told.allocations.get(line, blank):
            yield f"{line}: owner, department or date differ from the history."
    by_number = {event.number: event.pk for event in events}
    yield from _differences(
        "signature", told.signed, {r.key: r.event_id for r in return_.signoffs.all()}, by_number
    )
    yield from _differences(
        "element sent back", told.sent_back, {r.key: r.event_id for r in return_.sent_back.all()}, by_number
    )
    queries = {
        str(query.number): [query.asked_id, query.replied_id, query.closed_id]
        for query in return_.queries.all()
    }
    for number in sorted(told.queries.keys() | queries.keys()):
        if [by_number.get(n) for n in told.queries.get(number, [])] != queries.get(number):
            yield f"Query {number} differs from the history."
    yield from _changed_acts(return_, told, by_number)
    yield from _changed_versions(return_, told, by_number, answers)


def _differences(what: str, told: dict, present: dict, by_number: dict) -> Iterator[str]:
    for key in sorted(told.keys() | present.keys(), key=str):
        if by_number.get(told.get(key)) != present.get(key):
            yield f"{key[1] or key[0]}: the {what} differs from the history."


def _changed_acts(return_: Return, told: Replayed, by_number: dict) -> Iterator[str]:
    decisions = {d.event_id: decision_detail(d) for d in return_.decisions.select_related("delegate")}
    if decisions != {by_number[number]: detail for number, detail in told.decisions.items()}:
        yield "Cabinet’s decision differs from the history."
    filings = {f.event_id: filing_detail(f) for f in return_.filings.all()}
    if filings != {by_number[number]: detail for number, detail in told.filings.items()}:
        yield "The record of filing differs from the history."


def _changed_versions(return_: Return, told: Replayed, by_number: dict, answers: Answers) -> Iterator[str]:
    versions = list(return_.versions.all())
    if {v.event_id: version_detail(v) for v in versions} != {
        by_number[number]: detail for number, detail in told.versions.items()
    }:
        yield "The versions that are kept differ from the history."
    for version in versions:
        if chain.sha256(version.data) != version.digest:
            yield f"Version {version.number}: its data do not fit their digest."
        if chain.sha256_of_bytes(bytes(version.pdf)) != version.pdf_digest:
            yield f"Version {version.number}: its PDF does not fit its digest."
    locked = (Return.Status.WITH_CABINET, Return.Status.APPROVED, Return.Status.SUBMITTED)
    if versions and return_.status in locked and not says_the_same(answers, versions[-1].data):
        yield f"The return differs from version {versions[-1].number}, which is the one that stands."


def _cell_name(answers: Answers, cell: tuple) -> str:
    table_key, line, department_id, point, name = cell
    section, table = answers.return_.proforma.tables[table_key]
    department = next((str(d) for d in answers.departments if d.pk == department_id), "")
    parts = [line or section.short, department, table.column(name).label, point and table.point(point).name]
    return ", ".join(part for part in parts if part)


def _quoted(text: str | None) -> str:
    if text is None:
        return "nothing"
    return f"“{text[:60]}{'…' if len(text) > 60 else ''}”" if text else "blank"
