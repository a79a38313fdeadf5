"""What each kind of event does to the state of a return that is replayed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from ..answers.address import cell_of_event
from ..models import Event, Query, Return
from ..models.return_ import MOVES
from ..proforma import Proforma
from ..values.address import CellAddress, PlaceAddress, RecordAddress


@dataclass
class Replayed:
    """The state of a return as its history alone tells it."""

    status: str = Return.Status.PREPARING
    form: str = ""  # the version of the form that was adopted last; "" if it is still the first
    answers: dict[CellAddress, str] = field(default_factory=dict)
    saves: dict[RecordAddress, int] = field(default_factory=dict)
    allocations: dict[str, dict] = field(default_factory=dict)
    signed: dict[PlaceAddress, int] = field(default_factory=dict)
    sent_back: dict[PlaceAddress, int] = field(default_factory=dict)
    queries: dict[str, list] = field(default_factory=dict)
    asked: dict[str, tuple] = field(default_factory=dict)
    versions: dict[int, dict] = field(default_factory=dict)
    decisions: dict[int, dict] = field(default_factory=dict)
    filings: dict[int, dict] = field(default_factory=dict)
    corrections: dict[int, dict] = field(default_factory=dict)
    report: dict[str, tuple] = field(default_factory=dict)
    report_copies: dict[int, dict] = field(default_factory=dict)


def beside(state: Replayed, event: Event, proforma: Proforma) -> None:
    """Nothing: what such an event changes is kept beside the return and has a proof of its own."""


# Answers and owners.


def answered(state: Replayed, event: Event, proforma: Proforma) -> None:
    cell = cell_of_event(proforma, event)
    state.answers[cell] = event.new
    state.saves[cell.record] = event.version


def added(state: Replayed, event: Event, proforma: Proforma) -> None:
    record = cell_of_event(proforma, event).record
    for name in _written(proforma, event):
        state.answers[record.cell(name)] = ""


def removed(state: Replayed, event: Event, proforma: Proforma) -> None:
    record = cell_of_event(proforma, event).record
    for name in _written(proforma, event):
        state.answers.pop(record.cell(name), None)
    state.saves.pop(record, None)
    state.sent_back.pop(record.place, None)


def _written(proforma: Proforma, event: Event) -> list[str]:
    """What is written in a row of that list."""
    _, table = proforma.tables[event.table]
    return [column.field for column in table.columns if column.field in ("title", "text")]


def allocated(state: Replayed, event: Event, proforma: Proforma) -> None:
    state.allocations[event.line] = json.loads(event.detail)


# Signatures.


def signed(state: Replayed, event: Event, proforma: Proforma) -> None:
    state.signed[PlaceAddress.of_row(event)] = event.number
    state.sent_back.pop(PlaceAddress.of_row(event), None)


def cancelled(state: Replayed, event: Event, proforma: Proforma) -> None:
    state.signed.pop(PlaceAddress.of_row(event), None)


def restored(state: Replayed, event: Event, proforma: Proforma) -> None:
    state.signed[PlaceAddress.of_row(event)] = int(event.detail)


def sent_back(state: Replayed, event: Event, proforma: Proforma) -> None:
    state.sent_back[PlaceAddress.of_row(event)] = event.number


# Queries.


def queried(state: Replayed, event: Event, proforma: Proforma) -> None:
    _ask(state, event, Query.Kind.QUERY)


def asked(state: Replayed, event: Event, proforma: Proforma) -> None:
    _ask(state, event, Query.Kind.QUESTION)


def _ask(state: Replayed, event: Event, kind: str) -> None:
    state.queries[event.field] = [event.number, None, None]
    state.asked[event.field] = (kind, *PlaceAddress.of_row(event))


def replied(state: Replayed, event: Event, proforma: Proforma) -> None:
    state.queries[event.field][1] = event.number


def closed(state: Replayed, event: Event, proforma: Proforma) -> None:
    state.queries[event.field][2] = event.number


# The return as a whole.


def moved(state: Replayed, event: Event, proforma: Proforma) -> None:
    """The return is in the state that such an act brings it to. Raises ValueError where the event names another."""
    if event.new != MOVES[Event.Kind(event.kind)]:
        raise ValueError(f"event {event.number:,} ({event.kind}) moves the return to {event.new}")
    state.status = event.new


def sent(state: Replayed, event: Event, proforma: Proforma) -> None:
    moved(state, event, proforma)
    state.sent_back.clear()


def decided(state: Replayed, event: Event, proforma: Proforma) -> None:
    moved(state, event, proforma)
    state.decisions[event.number] = json.loads(event.detail)


def filed(state: Replayed, event: Event, proforma: Proforma) -> None:
    moved(state, event, proforma)
    state.filings[event.number] = json.loads(event.detail)


def corrected(state: Replayed, event: Event, proforma: Proforma) -> None:
    state.corrections[event.number] = json.loads(event.detail)


def form_adopted(state: Replayed, event: Event, proforma: Proforma) -> None:
    state.form = event.new


def stored(state: Replayed, event: Event, proforma: Proforma) -> None:
    """A version belongs to the act before it, by which it was made."""
    state.versions[event.number - 1] = json.loads(event.detail)


# The covering report.


def report_edited(state: Replayed, event: Event, proforma: Proforma) -> None:
    drafted = json.loads(event.detail)["drafted"]
    state.report[event.field] = (event.new, drafted, event.version, event.number)


def report_stored(state: Replayed, event: Event, proforma: Proforma) -> None:
    state.report_copies[event.number] = json.loads(event.detail)
