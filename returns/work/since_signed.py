"""What changed in a line since the signature on it that was cancelled, for whoever signs it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..answers import address
from ..answers.cells import LIGHT, TEXT, figures_in_words, kept_in_words, kind_of
from ..answers.reader import Place
from ..checks.completeness import Part, PlaceState
from ..models import Event, Return
from ..proforma import Column, Point, Table
from ..values.address import CellAddress, PlaceAddress
from ..values.differences import Piece, marked


@dataclass(frozen=True)
class ChangedAnswer:
    """One answer as it was signed and as it is now, with the events that changed it, last first."""

    where: str
    kind: str
    was: str  # of a rating its letter
    now: str
    was_pieces: tuple[Piece, ...]
    now_pieces: tuple[Piece, ...]
    figures: str  # of a figure both in words, "was 210, now 85 (£ thousand)"
    events: tuple[Event, ...]


@dataclass(frozen=True)
class ChangedPlace:
    """A line whose signature was cancelled: who signed it, why it was cancelled, and what is different now."""

    place: Place
    signed: Event
    cancelled: Event
    answers: tuple[ChangedAnswer, ...]


def changed_since_signed(return_: Return, part: Part) -> list[ChangedPlace]:
    """The unsigned lines of a part that were signed before, in its order; three queries, however many they are.

    An answer that was changed and changed back is left out.
    """
    signed = _latest(return_, Event.Kind.SIGNED)
    cancelled = _latest(return_, Event.Kind.VOIDED)
    before = [state for state in part.unsigned if _was_signed(state, signed, cancelled)]
    if not before:
        return []
    first = min(signed[state.place.key].number for state in before)
    changes = return_.events.filter(kind=Event.Kind.ANSWER, number__gt=first).select_related("by")
    by_place: dict[PlaceAddress, list[Event]] = {}
    for event in changes.order_by("number"):
        by_place.setdefault(address.of_event(return_.proforma, event), []).append(event)
    return [
        ChangedPlace(
            state.place,
            signed[state.place.key],
            cancelled[state.place.key],
            tuple(_answers(state.place, by_place.get(state.place.key, []), signed[state.place.key])),
        )
        for state in before
    ]


def _latest(return_: Return, kind: str) -> dict[PlaceAddress, Event]:
    """The last event of that kind for each place, by the place's address."""
    events = return_.events.filter(kind=kind).select_related("by").order_by("number")
    return {PlaceAddress.of_row(event): event for event in events}


def _was_signed(state: PlaceState, signed: dict, cancelled: dict) -> bool:
    given, taken = signed.get(state.place.key), cancelled.get(state.place.key)
    return bool(given and taken and taken.number > given.number)


def _answers(place: Place, events: list[Event], signed: Event) -> Iterator[ChangedAnswer]:
    """The answers of the place that differ, in the order of the form."""
    by_cell: dict[CellAddress, list[Event]] = {}
    for event in events:
        if event.number > signed.number:
            cell = address.cell_of_event(place.return_.proforma, event)
            by_cell.setdefault(cell, []).append(event)
    for table in place.tables:
        for point in table.points or (None,):
            for column in table.columns:
                found = by_cell.get(place.record_address(table, point).cell(column.field))
                if found and found[0].old != found[-1].new:
                    yield _answer(table, point, column, found)


def _answer(table: Table, point: Point | None, column: Column, events: list[Event]) -> ChangedAnswer:
    kind = kind_of(table, column.field)
    old, new = events[0].old, events[-1].new
    if kind != LIGHT:
        old, new = (kept_in_words(table, column.field, text) for text in (old, new))
    pieces = marked(old, new) if kind == TEXT else ((), ())
    figures = figures_in_words(table, column, old, new)
    return ChangedAnswer(column.at(point), kind, old, new, *pieces, figures, tuple(reversed(events)))
