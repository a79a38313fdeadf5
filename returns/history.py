"""The history of a return: the one way to add to it, to read it, to replay it, and to prove it whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from . import chain
from .answers import Answers, Entry, Place, model_of, read
from .frozen import freeze, stored_columns
from .models import Allocation, Decision, Event, Filing, Query, Return, Version
from .proforma import ProformaError, Table

START = Return.Status.PREPARING
NOBODY = {"owner": "", "department": "", "due": ""}
# While one of these lasts, the answers are those of the latest version, or at least what is not provisional is.
FIXED = (Return.Status.WITH_CABINET, Return.Status.APPROVED, Return.Status.AMENDING, Return.Status.SUBMITTED)
# What a record that holds something impossible makes of the code that reads it.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, ProformaError, TypeError, ValueError)


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
    saves: dict[tuple, int] = field(default_factory=dict)
    allocations: dict[str, dict] = field(default_factory=dict)
    signed: dict[tuple, int] = field(default_factory=dict)
    sent_back: dict[tuple, int] = field(default_factory=dict)
    queries: dict[str, list] = field(default_factory=dict)
    asked: dict[str, tuple] = field(default_factory=dict)
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
            state.saves[cell[:-1]] = event.version
        elif event.kind == kinds.ALLOCATION:
            state.allocations[event.line] = json.loads(event.detail)
        elif event.kind == kinds.ADDED:
            for name in _case_columns(cases):
                state.answers[cases.key, event.line, event.department_id, "", name] = ""
        elif event.kind == kinds.REMOVED:
            for name in _case_columns(cases):
                state.answers.pop((cases.key, event.line, event.department_id, "", name), None)
            state.saves.pop((cases.key, event.line, event.department_id, ""), None)
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
            kind = Query.Kind.QUERY if event.kind == kinds.QUERIED else Query.Kind.QUESTION
            state.asked[event.field] = (kind, *place)
        elif event.kind == kinds.REPLIED:
            state.queries[event.field][1] = event.number
        elif event.kind == kinds.CLOSED:
            state.queries[event.field][2] = event.number
        elif event.kind == kinds.STORED:
            state.versions[event.number - 1] = json.loads(event.detail)
        else:
            state.status = event.new
            if event.kind == kinds.SENT:
                state.sent_back.clear()
            elif event.kind in (kinds.APPROVED, kinds.REFERRED):
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
            blank = _blank_record(entry)
            for name in stored_columns(entry):
                found[cell_key(place, entry.table, entry.point, name)] = to_text(getattr(blank, name))
    return found


def _blank_record(entry: Entry):
    """Such a record as it is when a return is opened."""
    model = type(entry.record)
    start = getattr(model, "starting_values", None)
    return model(**start(entry.place.line, entry.place.return_)) if start else model()


def _unasked(entry: Entry) -> list[str]:
    """The columns that another section’s records use, where this record holds something in them."""
    record, blank = entry.record, _blank_record(entry)
    asked = {"id", "return_record", "version", "line", "point", "department", *stored_columns(entry)}
    return [
        field.name
        for field in record._meta.concrete_fields
        if field.name not in asked and getattr(record, field.attname) != getattr(blank, field.attname)
    ]


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


def present_saves(answers: Answers) -> dict[tuple, int]:
    """The version of every record that was ever saved: how often that was."""
    return {
        cell_key(place, entry.table, entry.point, "")[:-1]: entry.record.version
        for place in answers.places()
        for entry in answers.entries(place)
        if entry.record.version
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
    found = []
    try:
        for problem in _problems(return_, expected):
            found.append(problem)  # noqa: PERF402 (what was found before a record can't be read is kept)
    except UNREADABLE as error:
        found.append(
            f"A record of the return can’t be read, so it was altered: {type(error).__name__}: {error}."
        )
    return found


def _problems(return_: Return, expected: Head | None) -> Iterator[str]:
    events = list(return_.events.order_by("number", "pk"))
    broken = next(_broken_links(events), None)
    if broken:
        yield broken
    elif expected and not _reaches(events, expected):
        ends = f"ends at {len(events):,}" if len(events) < expected.number else "has another there"
        yield (
            f"The PDF was made after event {expected.number:,}, digest {expected.digest[:16]}; the history {ends}."
        )
    elif misplaced := list(_moved(return_, events)) or list(_misplaced(return_, events)):
        yield from misplaced  # with records missing, the return can’t be read any further
    else:
        yield from _contradictions(return_, events)


def _reaches(events: list[Event], expected: Head) -> bool:
    if not 0 < expected.number <= len(events):
        return False
    return events[expected.number - 1].digest.startswith(expected.digest)


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


def _moved(return_: Return, events: list[Event]) -> Iterator[str]:
    """The return stands under another council or round than the one its answers were given for."""
    own = set(return_.authority.departments.values_list("pk", flat=True))
    if {event.department_id for event in events} - own - {None}:
        yield f"The return stands with {return_.authority}, its history with departments of another council."
    if return_.proforma.round.key != return_.round:
        yield f"The return stands in round {return_.round}, its proforma in {return_.proforma.round.key}."


def _misplaced(return_: Return, events: list[Event]) -> Iterator[str]:
    """Each record of answers that is missing, or that stands where nothing is asked."""
    cases = set()
    for event in events:
        if event.kind == Event.Kind.ADDED:
            cases.add((event.line, event.department_id, ""))
        elif event.kind == Event.Kind.REMOVED:
            cases.discard((event.line, event.department_id, ""))
    tables = [(section, table) for section in return_.proforma.sections for table in section.tables]
    stored = {model_of(table): set() for _, table in tables}
    for model in stored:
        fields = {each.name for each in model._meta.concrete_fields}
        for row in model.objects.filter(return_record=return_):
            stored[model].add(
                (
                    row.line if "line" in fields else "",
                    row.department_id if "department" in fields else None,
                    row.point if "point" in fields else "",
                )
            )
    names = {department.pk: str(department) for department in return_.authority.departments.all()}
    contributing = {key[1] for _, table in tables if table.per_department for key in stored[model_of(table)]}
    contributing &= names.keys()
    asked = {model: set() for model in stored}
    for section, table in tables:
        lines = [line.key for line in section.lines] if table.shape == "grid" else [""]
        asked[model_of(table)] |= (
            cases
            if table.shape == "list"
            else {
                (line, department, point.key if point else "")
                for line in lines
                for department in (contributing if table.per_department else [None])
                for point in table.points or [None]
            }
        )
    for model, keys in stored.items():
        for line, department, point in sorted(keys ^ asked[model], key=str):
            where = ", ".join(part for part in (line, names.get(department, ""), point) if part)
            what = f"{model._meta.verbose_name} {where}".strip()
            if (line, department, point) in keys:
                yield f"The record {what} stands where the return asks nothing."
            else:
                yield f"The record {what} is missing."


def _contradictions(return_: Return, events: list[Event]) -> Iterator[str]:
    """Each record that says otherwise than the history."""
    answers = read(return_)
    told = replay(return_, events, answers)
    yield from _changed_answers(answers, told)
    if told.status != return_.status:
        yield f"The history says that the return is {told.status}, the return says {return_.status}."
    for line in sorted(return_.proforma.allocated_lines.keys() | answers.allocations.keys()):
        allocation = answers.allocations.get(line)
        asked = line in return_.proforma.allocated_lines
        if not (asked and allocation) or not _as_told(
            return_, allocation, told.allocations.get(line, NOBODY)
        ):
            yield f"{line}: owner, department or date differ from the history."
    by_number = {event.number: event.pk for event in events}
    signed = {row.key: row.event_id for row in return_.signoffs.all()}
    sent_back = {row.key: row.event_id for row in return_.sent_back.all()}
    for what, then, now in (
        ("signature", told.signed, signed),
        ("element sent back", told.sent_back, sent_back),
    ):
        for key in sorted(then.keys() | now.keys(), key=str):
            if by_number.get(then.get(key)) != now.get(key):
                yield f"{_place_name(answers, *key)}: the {what} differs from the history."
    queries = {str(query.number): query for query in return_.queries.all()}
    for number in sorted(told.queries.keys() | queries.keys()):
        then = [by_number.get(event) for event in told.queries.get(number, [])]
        query = queries.get(number)
        now = query and [query.asked_id, query.replied_id, query.closed_id]
        if then != now or told.asked[number] != (query.kind, *query.key):
            yield f"Query {number} differs from the history."
    yield from _changed_acts(return_, told, by_number)
    yield from _changed_versions(return_, told, by_number, answers)


def _as_told(return_: Return, allocation: Allocation, detail: dict) -> bool:
    # The history knows a department by its short name, which another council may have too.
    foreign = allocation.department and allocation.department.authority_id != return_.authority_id
    return allocation_detail(allocation) == detail and not foreign


def _changed_answers(answers: Answers, told: Replayed) -> Iterator[str]:
    present = present_cells(answers)
    for cell in sorted(told.answers.keys() | present.keys(), key=str):
        was, now = told.answers.get(cell), present.get(cell)
        if was != now:
            yield f"{_cell_name(answers, cell)}: the history says {_quoted(was)}, the return says {_quoted(now)}."
    for place in answers.places():
        for entry in answers.entries(place):
            if unasked := _unasked(entry):
                where = _record_name(answers, *cell_key(place, entry.table, entry.point, "")[:-1])
                yield f"{where}: {', '.join(unasked)} altered, which the return does not ask for."
    saves = present_saves(answers)
    for record in sorted(told.saves.keys() | saves.keys(), key=str):
        then, now = told.saves.get(record, 0), saves.get(record, 0)
        if then != now:
            yield f"{_record_name(answers, *record)}: the history knows {then:,} saves of it, the return {now:,}."


def _changed_acts(return_: Return, told: Replayed, by_number: dict) -> Iterator[str]:
    decisions = {row.event_id: decision_detail(row) for row in return_.decisions.select_related("delegate")}
    filings = {row.event_id: filing_detail(row) for row in return_.filings.all()}
    versions = {row.event_id: version_detail(row) for row in return_.versions.defer("data", "pdf")}
    for what, then, now in (
        ("Cabinet’s decision", told.decisions, decisions),
        ("The filing", told.filings, filings),
        ("The version", told.versions, versions),
    ):
        for number, pk in by_number.items():
            if then.get(number) != now.pop(pk, None):
                yield f"{what} of event {number:,} differs from the history."
        if now:
            yield f"{what} of an event of another return stands here."


def _changed_versions(return_: Return, told: Replayed, by_number: dict, answers: Answers) -> Iterator[str]:
    last = None
    for version in return_.versions.order_by("number"):
        if chain.sha256_of_bytes(bytes(version.pdf)) != version.pdf_digest:
            yield f"Version {version.number}: its PDF does not fit its digest."
        if chain.sha256(version.data) != version.digest:
            yield f"Version {version.number}: its data do not fit their digest."
        else:
            last = version
    if last and return_.status in FIXED:
        yield from _differences(answers, last)


def _differences(answers: Answers, version: Version) -> Iterator[str]:
    """What is another than in the version that stands; people and departments may have been renamed since."""
    held, now = json.loads(version.data), json.loads(freeze(answers))
    stands = f"version {version.number}, which is the one that stands"
    for name, what in (
        ("slug", "council"),
        ("round", "round"),
        ("proforma", "proforma"),
        ("answers_due", "day by which departments answer"),
        ("cabinet_date", "day of Cabinet"),
    ):
        was, is_ = (data["authority"][name] if name == "slug" else data[name] for data in (held, now))
        if was != is_:
            yield f"The return’s {what} differs from {stands}."
    tables = answers.return_.proforma.tables
    amending = answers.return_.status == Return.Status.AMENDING
    rows = [
        {
            (row["line"] or tables[row["table"]][0].short, row["department"], row["table"], row["point"]): row
            for row in data["answers"]
            if not (amending and tables[row["table"]][0].provisional)
        }
        for data in (held, now)
    ]
    changed = {key[:2] for key in rows[0].keys() | rows[1].keys() if rows[0].get(key) != rows[1].get(key)}
    for code, department in sorted(changed):
        yield f"{code}{f', {department}' if department else ''} differs from {stands}."
    # The others stand by the proforma and by the departments’ names.
    order = [[key for key in found if tables[key[2]][1].shape == "list"] for found in rows]
    if not changed and order[0] != order[1]:
        yield f"The order of the case studies differs from {stands}."


def _cell_name(answers: Answers, cell: tuple) -> str:
    _, table = answers.return_.proforma.tables[cell[0]]
    return _record_name(answers, *cell[:-1], label=table.column(cell[-1]).label)


def _record_name(answers: Answers, table_key: str, line: str, department_id, point: str, label="") -> str:
    section, table = answers.return_.proforma.tables[table_key]
    place = _place_name(answers, section.key, line, department_id)
    parts = [place, label, point and table.point(point).name]
    return ", ".join(part for part in parts if part)


def _place_name(answers: Answers, section_key: str, line: str | None, department_id) -> str:
    section = answers.return_.proforma.section_by_key.get(section_key)
    department = next((str(d) for d in answers.departments if d.pk == department_id), "")
    code = line or (section.short if section else section_key)
    return f"{code}, {department}" if department else code


def _quoted(text: str | None) -> str:
    if text is None:
        return "nothing"
    return f"“{text[:60]}{'…' if len(text) > 60 else ''}”" if text else "blank"
