"""What is still missing, and the money that hangs on it: one engine, asked by every page and document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from .answers import Answers, Cell, Place, read
from .entry import count_words
from .models import Department, Return, User


@dataclass(frozen=True)
class Blocker:
    """One thing that keeps the return from going to Cabinet."""

    kind: str  # blank, owner, check
    place: Place
    message: str
    owner: User | None
    department: Department | None
    point: str = ""
    field: str = ""
    anchor: str = ""

    @property
    def url(self) -> str:
        """The page of the line."""
        return self.place.get_absolute_url()

    @property
    def link(self) -> str:
        """The page of the line, opened at the cell."""
        return f"{self.url}#{self.anchor}" if self.anchor else self.url

    def as_dict(self) -> dict:
        return {
            "kind": self.kind,
            "section": self.place.section.key,
            "line": self.place.line.key if self.place.line else "",
            "point": self.point,
            "field": self.field,
            "department": self.department.slug if self.department else "",
            "owner": self.owner.username if self.owner else "",
            "message": self.message,
            "url": self.url,
        }


@dataclass(frozen=True)
class Tally:
    """How many cells are required, how many of them answered, and how many blockers there are."""

    required: int = 0
    answered: int = 0
    blockers: int = 0

    @property
    def percent(self) -> int:
        """Whole per cent, rounded down: 100 means that nothing is blank."""
        return self.answered * 100 // self.required if self.required else 100


@dataclass
class Assessment:
    """The state of a return at the moment it was read."""

    answers: Answers
    blockers: list[Blocker]
    places: list[PlaceState] = field(repr=False)

    @property
    def grant_gbp(self) -> int:
        return self.answers.return_.proforma.round.grant_gbp

    @property
    def exposure_gbp(self) -> int:
        """The whole grant while one blocker is left, nothing when none is; never a share."""
        return self.grant_gbp if self.blockers else 0

    @cached_property
    def tally(self) -> Tally:
        return self.tally_of(bool)

    def tally_of(self, wanted: Callable[[PlaceState], bool]) -> Tally:
        states = [state for state in self.places if wanted(state)]
        return Tally(
            sum(state.required for state in states),
            sum(state.answered for state in states),
            sum(len(state.blockers) for state in states),
        )

    def by_department_and_section(self) -> dict[tuple, Tally]:
        """Tallies by (department id or None, section key), only of those that are asked anything."""
        grouped: dict[tuple, list[PlaceState]] = {}
        for state in self.places:
            key = (state.department.pk if state.department else None, state.place.section.key)
            grouped.setdefault(key, []).append(state)
        return {
            key: Tally(
                sum(s.required for s in states),
                sum(s.answered for s in states),
                sum(len(s.blockers) for s in states),
            )
            for key, states in grouped.items()
        }

    def by_owner(self) -> list[tuple[User | None, list[Blocker]]]:
        """Blockers with whoever can clear them, most first, those without a person at the top."""
        grouped: dict[User | None, list[Blocker]] = {}
        for blocker in self.blockers:
            grouped.setdefault(blocker.owner, []).append(blocker)
        return sorted(
            grouped.items(), key=lambda item: (item[0] is not None, -len(item[1]), str(item[0] or ""))
        )

    @cached_property
    def state_by_key(self) -> dict[tuple, PlaceState]:
        return {state.place.key: state for state in self.places}

    def state(self, place: Place) -> PlaceState:
        return self.state_by_key[place.key]


@dataclass(frozen=True)
class PlaceState:
    """How far one place is: what is asked of it and what stands in the way."""

    place: Place
    owner: User | None
    department: Department | None
    applies: bool
    required: int
    answered: int
    blockers: tuple[Blocker, ...]

    @property
    def blank(self) -> int:
        return self.required - self.answered

    @property
    def label(self) -> str:
        if not self.applies:
            return "Nil" if self.place.section.key not in ("outcomes",) else "Not applicable"
        if self.blank == self.required and self.required:
            return "Not started"
        if self.blank:
            return f"{self.blank} blank"
        if self.blockers:
            return "To mend"
        return "Complete"


def assess(source: Return | Answers) -> Assessment:
    """Everything that blocks the return, or the sections that were read of it."""
    answers = source if isinstance(source, Answers) else read(source)
    states = [_place_state(answers, place) for place in answers.places()]
    states += _too_short_lists(answers)
    return Assessment(answers, [b for state in states for b in state.blockers], states)


def _place_state(answers: Answers, place: Place) -> PlaceState:
    owner, department = answers.owner(place), answers.department(place)
    applies = answers.applies(place)
    required = answered = 0
    blockers = []

    def block(kind: str, message: str, cell: Cell | None = None) -> None:
        point = cell.entry.point.key if cell and cell.entry.point else ""
        name = cell.column.field if cell else ""
        prefix = f"{place.code}, {place.department}" if place.department else place.code
        anchor = f"id_{cell.entry.key}-{name}" if cell else ""
        blockers.append(Blocker(kind, place, f"{prefix}: {message}", owner, department, point, name, anchor))

    if applies and place.line and not place.department and owner is None:
        block("owner", "no owner. Allocate it to a named person")
    for cell in answers.cells(place):
        if cell.required:
            required += 1
            answered += not cell.blank
        if cell.missing:
            block("blank", f"{_missing(cell)} blank", cell)
        elif problem := _broken(cell):
            block("check", problem, cell)
    return PlaceState(place, owner, department, applies, required, answered, tuple(blockers))


def _missing(cell: Cell) -> str:
    return f"{cell.where[0].lower()}{cell.where[1:]} is"


def _broken(cell: Cell) -> str:
    """The hard check that a filled cell fails, or nothing. Pages refuse these; other ways in might not."""
    limit = cell.column.max_words
    if cell.applies and limit and isinstance(cell.value, str) and count_words(cell.value) > limit:
        return f"{cell.where} has {count_words(cell.value):,} words; the limit is {limit:,}"
    return ""


def _too_short_lists(answers: Answers) -> list[PlaceState]:
    """One blocker for each list that has fewer rows than the proforma asks for."""
    found = []
    for section in answers.sections:
        for table in section.tables:
            rows = len(answers.list_rows(table)) if table.shape == "list" else table.least
            if rows < table.least:
                place = Place(answers.return_, section)
                needed = "one" if table.least == 1 else str(table.least)
                message = f"{section.short}: at least {needed} needed, {rows or 'none'} so far"
                department = next(iter(answers.lead.departments.all()), None) if answers.lead else None
                blocker = Blocker("blank", place, message, answers.lead, department)
                short = table.least - rows
                found.append(PlaceState(place, answers.lead, department, True, short, 0, (blocker,)))
    return found
