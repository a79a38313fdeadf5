"""The state of a return as its history alone tells it, and the same as it is now."""

from __future__ import annotations

from ..answers.reader import Answers, Entry
from ..models import Return
from ..values.address import CellAddress, RecordAddress
from ..versions.snapshot import stored_columns
from . import kinds
from .events import to_text
from .steps import Replayed


def replay(return_: Return, events, start: Answers) -> Replayed:
    """Begin with a blank return and follow each event. `start` gives the places there are, not their answers."""
    state = Replayed(answers=_blank_cells(start))
    for event in events:
        kinds.of(event).replay(state, event, return_.proforma)
    return state


def _blank_cells(answers: Answers) -> dict[CellAddress, str]:
    found = {}
    for place in answers.places():
        for entry in answers.entries(place):
            if entry.table.shape == "list":
                continue
            blank = _blank_record(entry)
            for name in stored_columns(entry):
                found[entry.address.cell(name)] = to_text(getattr(blank, name))
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


def present_cells(answers: Answers) -> dict[CellAddress, str]:
    """Every stored cell as it is now, in the words of the history."""
    return {
        entry.address.cell(name): to_text(getattr(entry.record, name))
        for place in answers.places()
        for entry in answers.entries(place)
        for name in stored_columns(entry)
    }


def present_saves(answers: Answers) -> dict[RecordAddress, int]:
    """The version of every record that was ever saved: how often that was."""
    return {
        entry.address: entry.record.version
        for place in answers.places()
        for entry in answers.entries(place)
        if entry.record.version
    }
