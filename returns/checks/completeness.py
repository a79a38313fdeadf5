"""What is still missing, and the grant at risk: computed here for every page and document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from django.urls import reverse

from ..answers.reader import Answers, Cell, Place, read
from ..models import Department, Query, Return, SentBack, SignOff, User
from ..values import letters
from ..values.parsing import clean_text, count_words


@dataclass(frozen=True)
class Blocker:
    """One thing that keeps the return from going to Cabinet."""

    kind: str  # blank, owner, check, query, signature, figures
    place: Place | None  # None where a whole part waits for its signature
    message: str
    owner: User | None
    department: Department | None
    point: str = ""
    field: str = ""
    anchor: str = ""
    address: str = ""

    @property
    def url(self) -> str:
        """The page of the line, of the query or of the signature."""
        return self.address or self.place.get_absolute_url()

    @property
    def link(self) -> str:
        """The page of the line, opened at the answer."""
        return f"{self.url}#{self.anchor}" if self.anchor else self.url

    def as_dict(self) -> dict:
        return {
            "kind": self.kind,
            "section": self.place.section.key if self.place else "",
            "line": self.place.line.key if self.place and self.place.line else "",
            "point": self.point,
            "field": self.field,
            "department": self.department.slug if self.department else "",
            "owner": self.owner.username if self.owner else "",
            "message": self.message,
            "url": self.url,
        }


@dataclass(frozen=True)
class Tally:
    """How many answers are required, how many of them are given, and how many blockers there are."""

    required: int = 0
    answered: int = 0
    blockers: int = 0

    @property
    def percent(self) -> int:
        """Whole per cent, rounded down: 100 means that no required answer is blank."""
        return self.answered * 100 // self.required if self.required else 100


@dataclass(frozen=True)
class Part:
    """What one kind of signature covers: a department's own places, or the figures of all (no department)."""

    department: Department | None
    signer: User | None
    states: tuple[PlaceState, ...]

    @property
    def title(self) -> str:
        return str(self.department) if self.department else "Figures"

    @property
    def signed(self) -> list[PlaceState]:
        return [state for state in self.states if state.signed]

    @property
    def unsigned(self) -> list[PlaceState]:
        return [state for state in self.states if not state.signed]

    @property
    def unready(self) -> list[Blocker]:
        """What must be done before the rest can be signed."""
        return [blocker for state in self.unsigned for blocker in state.blockers]

    @property
    def last_signed(self) -> SignOff | None:
        return max((s.signed for s in self.signed), key=lambda row: row.event.number, default=None)

    @property
    def blocker(self) -> Blocker | None:
        """The one thing that blocks while any place of the part is unsigned."""
        count = len(self.unsigned)
        if not count:
            return None
        who = (
            f"signature of the head of {self.department}"
            if self.department
            else "section 151 officer’s signature"
        )
        what = f"{count} of {len(self.states)} lines wait for the {who}"
        return_ = self.states[0].place.return_
        return Blocker(
            kind="signature" if self.department else "figures",
            place=None,
            message=f"{self.title}: {what}",
            owner=self.signer,
            department=self.department,
            address=self._address(return_),
        )

    def _address(self, return_: Return) -> str:
        address = [return_.authority.slug, return_.round]
        if self.department:
            return reverse("returns:department-sign", args=[*address, self.department.slug])
        return reverse("returns:figures-sign", args=address)


@dataclass
class Assessment:
    """The completeness of a return at the moment it was read."""

    answers: Answers
    places: list[PlaceState] = field(repr=False)

    @cached_property
    def blockers(self) -> list[Blocker]:
        """All blockers, in the order of the form; the missing signatures last."""
        return [b for state in self.places for b in state.blockers] + self.missing_signatures

    @cached_property
    def missing_signatures(self) -> list[Blocker]:
        return [part.blocker for part in self.parts if part.blocker] + self._signed_by_nobody()

    def _signed_by_nobody(self) -> list[Blocker]:
        """What the lead answers is signed in the lead's department, so the lead must have one."""
        homeless = [
            state
            for state in self.places
            if state.place.tables
            and state.place.line is None
            and state.place.section.signed_by == "department"
            and state.department is None
            and not self.answers.frozen
        ]
        if not homeless:
            return []
        codes = " and ".join(state.place.code for state in homeless)
        message = f"{codes}: no department signs for the e-government lead. The administrator must give the lead one"
        return [Blocker("signature", None, message, None, None, address=homeless[0].place.get_absolute_url())]

    @cached_property
    def parts(self) -> list[Part]:
        """What is signed together: departments by name, then the figures."""
        if self.answers.frozen:
            return []
        people = self.answers.people
        grouped: dict[Department, list[PlaceState]] = {}
        figures = []
        for state in self.places:
            if not state.place.tables:
                continue
            if state.place.section.signed_by == "finance":
                figures.append(state)
            elif state.department:
                grouped.setdefault(state.department, []).append(state)
        parts = [
            Part(department, people.heads.get(department.pk), tuple(states))
            for department, states in sorted(grouped.items(), key=lambda item: item[0].name)
        ]
        return parts + ([Part(None, people.finance, tuple(figures))] if figures else [])

    def part(self, department: Department | None) -> Part | None:
        return next((part for part in self.parts if part.department == department), None)

    @property
    def grant_gbp(self) -> int:
        return self.answers.return_.proforma.round.grant_gbp

    @property
    def exposure_gbp(self) -> int:
        """Whole pounds: the whole grant while any blocker is left, otherwise 0; never a share."""
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
        """Blockers by the person who can clear them, most first; those without a person at the top."""
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
    """The state of one place: what is asked of it and what blocks it."""

    place: Place
    owner: User | None
    department: Department | None
    applies: bool
    required: int
    answered: int
    blockers: tuple[Blocker, ...]
    signed: SignOff | None = None
    queries: tuple[Query, ...] = ()
    sent_back: SentBack | None = None
    outside: str = ""  # why it isn't asked

    @property
    def blank(self) -> int:
        return self.required - self.answered

    @property
    def label(self) -> str:
        if self.outside:
            return self.outside
        if self.blank == self.required and self.required:
            return "Not started"
        if self.blank:
            return f"{self.blank} blank"
        if any(blocker.kind == "check" for blocker in self.blockers):
            return "Needs correcting"
        if any(query.is_open for query in self.queries):
            return "Query open"
        if self.blockers:
            return "Needs correcting"
        if self.sent_back:
            return "Sent back"
        return "Signed" if self.signed else "Complete"


def assess(source: Return | Answers) -> Assessment:
    """Everything that blocks the return, or the sections that were read of it."""
    answers = source if isinstance(source, Answers) else read(source)
    states = [_place_state(answers, place) for place in answers.places()]
    states += _too_short_lists(answers)
    return Assessment(answers, states)


def _place_state(answers: Answers, place: Place) -> PlaceState:
    owner, department = answers.owner(place), answers.department(place)
    applies = answers.applies(place)
    required = answered = 0
    blockers = []

    def block(kind: str, message: str, cell: Cell | None = None) -> None:
        point = cell.entry.point.key if cell and cell.entry.point else ""
        name = cell.column.field if cell else ""
        prefix = f"{place.code}, {place.department}" if place.department else place.code
        anchor = cell.anchor if cell else ""
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
    queries = tuple(answers.queries.get(place.key, ()))
    for query in queries:
        if query.kind == Query.Kind.QUERY and query.is_open:
            blockers.append(_query_blocker(place, query, owner, department, answers.lead))
    return PlaceState(
        place,
        owner,
        department,
        applies,
        required,
        answered,
        tuple(blockers),
        answers.signed.get(place.key),
        queries,
        None if answers.frozen else answers.return_.open_again.get(place.key),
        answers.outside(place),
    )


def _query_blocker(place: Place, query: Query, owner, department, lead) -> Blocker:
    """An open query waits for its owner's reply, then for the lead to close it."""
    waits_for = "the lead to close it" if query.replied_id else "a reply"
    return Blocker(
        kind="query",
        place=place,
        message=f"{place.code}: query {query.number} waits for {waits_for}",
        owner=lead if query.replied_id else owner,
        department=department,
        address=reverse(
            "returns:query-detail", args=[place.return_.authority.slug, place.return_.round, query.number]
        ),
    )


def _missing(cell: Cell) -> str:
    return f"{cell.where[0].lower()}{cell.where[1:]} is"


def _broken(cell: Cell) -> str:
    """The hard check that a filled cell fails, or nothing. Pages refuse these; other ways in might not."""
    if not isinstance(cell.value, str):
        return ""
    limit = cell.column.max_words
    if cell.applies and limit and count_words(cell.value) > limit:
        return f"{cell.where} has {count_words(cell.value):,} words; the limit is {limit:,}"
    if missing := letters.unprintable(clean_text(cell.value)):
        return f"{cell.where} {letters.refusal(missing).removesuffix('.')}"
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
