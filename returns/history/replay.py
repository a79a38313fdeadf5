"""The state of a return as its history alone tells it, and the same as it is now."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from ..answers.reader import Answers, Entry, Place
from ..models import Event, Query, Return
from ..proforma import Table
from ..versions.snapshot import stored_columns
from .events import to_text

START = Return.Status.PREPARING


@dataclass
class Replayed:
    """The state of a return as its history alone tells it."""

    status: str = START
    form: str = ""  # the version of the form that was adopted last; empty where it is still the first
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
    corrections: dict[int, dict] = field(default_factory=dict)
    report: dict[str, tuple] = field(default_factory=dict)
    report_copies: dict[int, dict] = field(default_factory=dict)


def replay(return_: Return, events, start: Answers) -> Replayed:
    """Begin with a blank return and follow each event. `start` gives the places there are, not their answers."""
    state = Replayed(answers=_blank_cells(start))
    kinds = Event.Kind
    section = return_.proforma.section_on("returns.CaseStudy")
    cases = section and section.table_on("returns.CaseStudy")
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
        elif event.kind == kinds.RISK:
            pass  # the register stands beside the return, moves nothing in it, and has a proof of its own
        elif event.kind in (kinds.QUERIED, kinds.ASKED):
            state.queries[event.field] = [event.number, None, None]
            kind = Query.Kind.QUERY if event.kind == kinds.QUERIED else Query.Kind.QUESTION
            state.asked[event.field] = (kind, *place)
        elif event.kind == kinds.REPLIED:
            state.queries[event.field][1] = event.number
        elif event.kind == kinds.CLOSED:
            state.queries[event.field][2] = event.number
        elif event.kind == kinds.REPORT:
            drafted = json.loads(event.detail)["drafted"]
            state.report[event.field] = (event.new, drafted, event.version, event.number)
        elif event.kind == kinds.CORRECTED:
            state.corrections[event.number] = json.loads(event.detail)
        elif event.kind == kinds.REPORT_KEPT:
            state.report_copies[event.number] = json.loads(event.detail)
        elif event.kind == kinds.FORM:
            state.form = event.new
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


def unasked_columns(entry: Entry) -> list[str]:
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
