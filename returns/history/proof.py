"""Proof that a history is whole, and that the return says what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Set

from django.db import transaction
from django.db.models import Model

from ..answers.address import cell_of_event
from ..answers.reader import Answers, model_of, read
from ..models import Allocation, Event, Return, Version
from ..proforma import ProformaError
from ..values import digests
from ..values.address import CellAddress, PlaceAddress, RecordAddress
from ..versions.snapshot import freeze
from . import hash_chain
from .events import (
    Head,
    allocation_detail,
    correction_detail,
    decision_detail,
    filing_detail,
    report_copy_detail,
    version_detail,
)
from .remarks import figure_sections
from .replay import present_cells, present_saves, replay, unasked_columns
from .steps import Replayed

NOBODY = {"owner": "", "department": "", "due": ""}
# While one of these lasts, the answers are those of the latest version, or at least what is not provisional is.
FIXED = (Return.Status.WITH_CABINET, Return.Status.APPROVED, Return.Status.AMENDING, Return.Status.SUBMITTED)
# What a record that holds something impossible makes of the code that reads it.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, ProformaError, TypeError, ValueError)

Proof = Callable[[Return, list[Event]], Iterable[str]]
# Of what other apps keep beside the return.
_beside: list[Proof] = []


def also_proves(proof: Proof) -> Proof:
    """Every check of a history asks this too, which gets the return and its events and tells what differs."""
    _beside.append(proof)
    return proof


def check(return_: Return, *, expected: Head | None = None) -> list[str]:
    """What is wrong with the history and with what stands beside it; nothing when all is whole.

    The first broken link ends the search: what follows it proves nothing. `expected` is a head copied from
    an approved PDF, which shows a history whose end was cut off.
    """
    found = []
    with transaction.atomic():
        # Locked, so that a save between two of the many readings isn't taken for tampering.
        return_ = (
            Return.objects.select_for_update(of=("self",)).select_related("authority").get(pk=return_.pk)
        )
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
        yield from _own_figures_signed(return_, events)
        for proof in _beside:
            yield from proof(return_, events)


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
        if event.digest != hash_chain.link(digest, event):
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
    names = {department.pk: str(department) for department in return_.authority.departments.all()}
    stored = _stored(return_)
    asked = _asked(return_, events, stored, names.keys())
    for model, keys in stored.items():
        for line, department, point in sorted(keys ^ asked[model], key=str):
            where = ", ".join(part for part in (line, names.get(department, ""), point) if part)
            what = f"{model._meta.verbose_name} {where}".strip()
            if (line, department, point) in keys:
                yield f"The record {what} stands where the return asks nothing."
            else:
                yield f"The record {what} is missing."


def _stored(return_: Return) -> dict[type[Model], set[tuple]]:
    """The records there are: line, department and point of each, by model."""
    models = dict.fromkeys(model_of(table) for _, table in return_.proforma.tables.values())
    stored = {}
    for model in models:
        fields = {each.name for each in model._meta.concrete_fields}
        stored[model] = {
            (
                row.line if "line" in fields else "",
                row.department_id if "department" in fields else None,
                row.point if "point" in fields else "",
            )
            for row in model.objects.filter(return_record=return_)
        }
    return stored


def _asked(
    return_: Return, events: list[Event], stored: dict[type[Model], set[tuple]], departments: Set[int]
) -> dict[type[Model], set[tuple]]:
    """The records there must be: those the proforma asks for, and the rows of lists that the events left there.

    Departments that contribute are asked alike: of each there is a record in every table of departments.
    """
    asked = {model: set() for model in stored}
    tables = return_.proforma.tables.values()
    contributing = {key[1] for _, table in tables if table.per_department for key in stored[model_of(table)]}
    contributing &= departments
    for section, table in tables:
        lines = [line.key for line in section.lines] if table.shape == "grid" else [""]
        asked[model_of(table)] |= (
            _rows_left(events)
            if table.shape == "list"
            else {
                (line, department, point.key if point else "")
                for line in lines
                for department in (contributing if table.per_department else [None])
                for point in table.points or [None]
            }
        )
    return asked


def _rows_left(events: list[Event]) -> set[tuple]:
    """The rows of lists that were added and not removed since."""
    rows = set()
    for event in events:
        if event.kind == Event.Kind.ADDED:
            rows.add((event.line, event.department_id, ""))
        elif event.kind == Event.Kind.REMOVED:
            rows.discard((event.line, event.department_id, ""))
    return rows


def _contradictions(return_: Return, events: list[Event]) -> Iterator[str]:
    """Each record that says otherwise than the history."""
    answers = read(return_)
    told = replay(return_, events, answers)
    yield from _changed_answers(answers, told)
    if told.form not in ("", return_.proforma_key):
        yield f"The history says that the return answers {told.form}, the return says {return_.proforma_key}."
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
        ("line sent back", told.sent_back, sent_back),
    ):
        for key in sorted(then.keys() | now.keys(), key=str):
            if by_number.get(then.get(key)) != now.get(key):
                yield f"{_place_name(answers, key)}: the {what} differs from the history."
    queries = {str(query.number): query for query in return_.queries.all()}
    for number in sorted(told.queries.keys() | queries.keys()):
        then = [by_number.get(event) for event in told.queries.get(number, [])]
        query = queries.get(number)
        now = query and [query.asked_id, query.replied_id, query.closed_id]
        if then != now or told.asked[number] != (query.kind, *query.key):
            yield f"Query {number} differs from the history."
    yield from _changed_report(return_, told, by_number)
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
            if unasked := unasked_columns(entry):
                where = _record_name(answers, entry.address)
                yield f"{where}: {', '.join(unasked)} altered, which the return does not ask for."
    saves = present_saves(answers)
    for record in sorted(told.saves.keys() | saves.keys(), key=str):
        then, now = told.saves.get(record, 0), saves.get(record, 0)
        if then != now:
            yield f"{_record_name(answers, record)}: the history knows {then:,} saves of it, the return {now:,}."


def _own_figures_signed(return_: Return, events: list[Event]) -> Iterator[str]:
    """Each signature on figures that its signer had entered, which every act refuses."""
    sections = {section.key for section in figure_sections(return_)}
    entered: dict[PlaceAddress, dict[CellAddress, int]] = {}
    for event in events:
        if event.kind == Event.Kind.ANSWER:
            cell = cell_of_event(return_.proforma, event)
            entered.setdefault(cell.record.place, {})[cell] = event.by_id
            continue
        cells = entered.get(PlaceAddress.of_row(event), {})
        if event.kind == Event.Kind.SIGNED and event.section in sections and event.by_id in cells.values():
            code = event.line or event.section
            yield f"Event {event.number:,}: {event.by} signed figures of {code} that they had entered themselves."


def _changed_report(return_: Return, told: Replayed, by_number: dict) -> Iterator[str]:
    then = {key: (*rest, by_number[event]) for key, (*rest, event) in told.report.items()}
    now = {row.key: (row.text, row.drafted, row.version, row.event_id) for row in return_.paragraphs.all()}
    for key in sorted(then.keys() | now.keys()):
        if then.get(key) != now.get(key):
            yield f"Covering report, {key}: the paragraph differs from the history."


def _changed_acts(return_: Return, told: Replayed, by_number: dict) -> Iterator[str]:
    decisions = {row.event_id: decision_detail(row) for row in return_.decisions.select_related("delegate")}
    filings = {row.event_id: filing_detail(row) for row in return_.filings.all()}
    corrected = return_.corrections.select_related("decision__event", "filing__event")
    corrections = {row.event_id: correction_detail(row) for row in corrected}
    versions = {row.event_id: version_detail(row) for row in return_.versions.defer("data", "pdf")}
    kept = return_.report_copies.select_related("version").defer(
        "data", "pdf", "version__data", "version__pdf"
    )
    copies = {row.event_id: report_copy_detail(row) for row in kept}
    for what, then, now in (
        ("Cabinet’s decision", told.decisions, decisions),
        ("The filing", told.filings, filings),
        ("The correction", told.corrections, corrections),
        ("The version", told.versions, versions),
        ("The covering report", told.report_copies, copies),
    ):
        for number, pk in by_number.items():
            if then.get(number) != now.pop(pk, None):
                yield f"{what} of event {number:,} differs from the history."
        if now:
            yield f"{what} belongs to an event of another return."


def _changed_versions(return_: Return, told: Replayed, by_number: dict, answers: Answers) -> Iterator[str]:
    last = None
    for version in return_.versions.order_by("number"):
        if digests.sha256_of_bytes(bytes(version.pdf)) != version.pdf_digest:
            yield f"Version {version.number}: its PDF does not fit its digest."
        if digests.sha256(version.data) != version.digest:
            yield f"Version {version.number}: its data do not fit their digest."
        else:
            last = version
    for copy in return_.report_copies.select_related("version").defer("version__data", "version__pdf"):
        if digests.sha256_of_bytes(bytes(copy.pdf)) != copy.pdf_digest:
            yield f"{copy}: its PDF does not fit its digest."
        if digests.sha256(copy.data) != copy.digest:
            yield f"{copy}: its data do not fit their digest."
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


def _cell_name(answers: Answers, cell: CellAddress) -> str:
    _, table = answers.return_.proforma.tables[cell.record.table]
    return _record_name(answers, cell.record, label=table.column(cell.field).label)


def _record_name(answers: Answers, record: RecordAddress, label: str = "") -> str:
    _, table = answers.return_.proforma.tables[record.table]
    parts = [_place_name(answers, record.place), label, record.point and table.point(record.point).name]
    return ", ".join(part for part in parts if part)


def _place_name(answers: Answers, place: PlaceAddress) -> str:
    section = answers.return_.proforma.section_by_key.get(place.section)
    department = next((str(d) for d in answers.departments if d.pk == place.department), "")
    code = place.line or (section.short if section else place.section)
    return f"{code}, {department}" if department else code


def _quoted(text: str | None) -> str:
    if text is None:
        return "nothing"
    return f"“{text[:60]}{'…' if len(text) > 60 else ''}”" if text else "blank"
