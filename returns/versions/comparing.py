"""What changed since Cabinet saw the return: each changed answer, by whom, when, why and under which authority."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.timezone import localtime

from ..answers.address import cell_of_event, of_event
from ..answers.cells import COUNT, LIGHT, MONEY, TEXT, figures_in_words, in_words, kind_of
from ..answers.reader import Answers, Cell, Place, read
from ..models import Decision, Event, Return, User, Version
from ..proforma import Section
from ..rules import access
from ..values import wording
from ..values.address import CellAddress, PlaceAddress
from ..values.differences import GONE, NEW, Piece, marked
from .snapshot import stored_columns, thaw_version

BESIDE = 40  # words; a longer text takes the whole width


@dataclass(frozen=True)
class Hand:
    """One change of an answer: by whom, when, why, and under which authority."""

    by: User
    at: datetime.datetime
    why: str
    authority: str


@dataclass(frozen=True)
class Altered:
    """One answer that differs: what it said when Cabinet saw it, and what it says now."""

    place: Place
    where: str
    kind: str
    was: str
    now: str
    was_pieces: tuple[Piece, ...]
    now_pieces: tuple[Piece, ...]
    note: str
    figures: str  # of a figure both in words, "was 210, now 85 (£ thousand)"
    hands: tuple[Hand, ...]

    @property
    def wide(self) -> bool:
        """Whether it is too long to print beside the other text."""
        return self.kind == TEXT and any(
            sum(len(piece.text.split()) for piece in pieces) > BESIDE
            for pieces in (self.was_pieces, self.now_pieces)
        )


@dataclass(frozen=True)
class SectionChanges:
    """The changed answers of one section, in the order of the proforma."""

    section: Section
    altered: tuple[Altered, ...]


@dataclass(frozen=True)
class Comparison:
    """What Cabinet saw beside the later answers; without `seen` Cabinet has never had the return.

    `compared` counts the answers of both.
    """

    seen: Version | None
    now: Version | None  # none: the answers as they are at this moment
    compared: int
    sections: tuple[SectionChanges, ...]

    @property
    def count(self) -> int:
        return sum(len(each.altered) for each in self.sections)

    @property
    def is_seen(self) -> bool:
        """Whether the answers compared are those of the version that Cabinet has."""
        return self.now is not None and self.now == self.seen


def compare(return_: Return, *, copies_only: bool = False) -> Comparison:
    """What differs between the version Cabinet saw and the answers of now, or with `copies_only` the latest version.

    A version that was sent to Cabinet again is compared with the one sent before it.
    """
    versions = list(return_.versions.defer("pdf").select_related("event__by").order_by("number"))
    sent = [version for version in versions if version.kind == Version.Kind.CABINET]
    if not sent:
        return Comparison(None, None, 0, ())
    seen, now = sent[-1], None
    if copies_only or return_.status in access.LOCKED:
        now = versions[-1]
        if now == seen and len(sent) > 1:
            seen = sent[-2]
    before = thaw_version(return_, seen)
    after = thaw_version(return_, now) if now else read(return_)
    trail = Trail(return_, after=seen.event.number, until=now.event.number if now else None)
    held, said = _said(before), _said(after)
    by_section: dict[str, list[Altered]] = {section.key: [] for section in return_.proforma.sections}
    for address, cell in said.items():
        was = held.get(address)
        if _text(was) != _text(cell):
            by_section[address.record.place.section].append(_altered(was, cell, trail.hands(address)))
    for address, cell in held.items():
        if address not in said and _text(cell):
            by_section[address.record.place.section].append(_altered(cell, None, trail.hands(address)))
    return Comparison(
        seen,
        now,
        len(held.keys() | said.keys()),
        tuple(
            SectionChanges(section, tuple(by_section[section.key]))
            for section in return_.proforma.sections
            if by_section[section.key]
        ),
    )


def _said(answers: Answers) -> dict[CellAddress, Cell]:
    """Every stored answer by its address, which is the same in every version; in the order of the proforma."""
    return {
        cell.address: cell
        for place in answers.places()
        for cell in answers.cells(place)
        if cell.column.field in stored_columns(cell.entry)
    }


def _text(cell: Cell | None) -> str:
    return "" if cell is None else in_words(cell)


def _altered(was: Cell | None, now: Cell | None, hands: tuple[Hand, ...]) -> Altered:
    cell = now or was
    kind = kind_of(cell.entry.table, cell.column.field)
    old, new = _text(was), _text(now)
    before, after = marked(old, new) if kind == TEXT else ((), ())
    note = _note(kind, was, now, before, after)
    figures = figures_in_words(cell.entry.table, cell.column, old, new)
    return Altered(cell.entry.place, cell.where, kind, old, new, before, after, note, figures, hands)


def _note(kind: str, was: Cell | None, now: Cell | None, before, after) -> str:
    """The kind of change in words, where both values alone don't show it."""
    if was is None:
        return "added since"
    if now is None:
        return "removed since"
    if kind == LIGHT:
        return ""
    old, new = was.value, now.value
    if kind in (COUNT, MONEY) and was.applies and now.applies and None not in (old, new):
        return f"{'up' if new > old else 'down'} by {wording.figure(abs(new - old))}"
    if kind == TEXT and not any(piece.kind in (GONE, NEW) for piece in (*before, *after)):
        return "only spaces or line ends differ"
    return ""


class Trail:
    """The events between two versions, by the answer they changed; one query for all of them."""

    KINDS = (
        Event.Kind.ANSWER,
        Event.Kind.ADDED,
        Event.Kind.REMOVED,
        Event.Kind.SENT_BACK,
        Event.Kind.REFERRED,
        Event.Kind.REOPENED,
        Event.Kind.APPROVED,
        Event.Kind.AMENDING,
    )

    def __init__(self, return_: Return, *, after: int, until: int | None):
        events = return_.events.filter(number__gt=after, kind__in=self.KINDS).select_related("by")
        if until is not None:
            events = events.filter(number__lte=until)
        self._cells: dict[CellAddress, list[Hand]] = {}
        self._places: dict[PlaceAddress, list[Hand]] = {}
        sent_back: dict[PlaceAddress, str] = {}
        decided = authority = ""
        for event in events.order_by("number"):
            if event.kind == Event.Kind.SENT_BACK:
                sent_back[of_event(return_.proforma, event)] = event.reason
            elif event.kind == Event.Kind.APPROVED:
                decided = _delegated(event)
            elif event.kind == Event.Kind.AMENDING:
                authority = decided
            elif event.kind == Event.Kind.REFERRED:
                authority = _referred(event)
            elif event.kind == Event.Kind.REOPENED:
                authority = f"Reopened by {event.by}, {_day(event)}: {event.reason}"
            else:
                cell = cell_of_event(return_.proforma, event)
                place = cell.record.place
                hand = Hand(event.by, event.at, event.reason or sent_back.get(place, ""), authority)
                self._cells.setdefault(cell, []).append(hand)
                self._places.setdefault(place, []).append(hand)

    def hands(self, cell: CellAddress) -> tuple[Hand, ...]:
        """Who changed that answer, last first; where it changed with its line, who changed the line."""
        found = self._cells.get(cell) or self._places.get(cell.record.place, [])[-1:]
        return tuple(reversed(found))


def _day(event: Event) -> str:
    return wording.day(localtime(event.at))


def _decided(event: Event) -> tuple[Decision, str]:
    """The decision of that event, and its day and minute number, with later corrections."""
    decision = Decision.objects.get(event=event)
    return decision, f"{wording.day(decision.day)}, minute {decision.number}"


def _delegated(event: Event) -> str:
    decision, when = _decided(event)
    if not decision.delegate_id:
        return ""
    until = wording.day(decision.delegated_until)
    return f"Delegated by Cabinet, {when}, until {until}"


def _referred(event: Event) -> str:
    return f"Referred back by Cabinet, {_decided(event)[1]}"
