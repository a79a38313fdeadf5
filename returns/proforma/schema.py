"""Reads a proforma file into frozen structures, or says where it is wrong."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from .contradictions import contradictions

FOLDER = Path(__file__).parent
# Where definitions are looked for, in this order. Tests put a folder of their own behind ours.
FOLDERS: tuple[Path, ...] = (FOLDER,)

Confidence = Literal["confirmed", "likely", "assumed"]
Key = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]+$")]
Words = Annotated[str, msgspec.Meta(pattern=r"\S")]
Year = Annotated[str, msgspec.Meta(pattern=r"^\d{4}/\d{2}$")]
Whole = Annotated[int, msgspec.Meta(ge=0)]
# The one field that holds a letter of the scale.
RATING = "light"
Unit = Literal["", "types", "£ thousand"]


class ProformaError(Exception):
    """A definition is unknown or malformed; the message names the file and the place."""


class _Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    pass


class Sourced(_Frozen, frozen=True, kw_only=True):
    """A fact of the form, with its confidence and its sources."""

    confidence: Confidence = "likely"
    sources: tuple[str, ...] = ()
    note: str = ""


class Source(_Frozen, frozen=True, kw_only=True):
    key: Key
    title: Words
    url: str = ""


class Round(Sourced, frozen=True, kw_only=True):
    key: Key
    name: Words
    title: Words
    cover_line: Words
    department: Words
    abbreviation: Words
    system: Words
    deadline: datetime.date
    financial_year: Year
    grant_gbp: Whole
    grant_year: Year


class GrantYear(Sourced, frozen=True, kw_only=True):
    year: Year
    amount_gbp: Whole


class Term(_Frozen, frozen=True, kw_only=True):
    term: Words
    meaning: Words


class AuthorityType(_Frozen, frozen=True, kw_only=True):
    key: Key
    label: Words


class Tier(Sourced, frozen=True, kw_only=True):
    key: Key
    letter: Words
    label: Words
    mandatory: bool
    count: Whole
    meaning: Words
    due: datetime.date | None = None


class Light(Sourced, frozen=True, kw_only=True):
    """One step of the scale; `key` is the letter that is stored and printed."""

    key: Literal["R", "A", "G", "N"]
    label: Words
    meaning: Words
    rank: int | None = None


class Target(Sourced, frozen=True, kw_only=True):
    percent_per_year: Decimal
    until: Year
    origin: Words


class Group(Sourced, frozen=True, kw_only=True):
    key: Key
    label: Words
    number: int | None = None


class Line(Sourced, frozen=True, kw_only=True):
    """One thing the form asks about: R1, CM3, EF6. No `applies_to` means every type of council.

    `confidence` is of the code with its subject. `help` is part of what the form prints; `guidance` is what the
    notes for practitioners add, for whoever answers.
    """

    key: Key
    label: Words
    help: str = ""
    guidance: str = ""
    group: Key = ""
    tier: Key = ""
    applies_to: tuple[Key, ...] = ()
    applies_to_confidence: Confidence = "confirmed"
    sponsor: str = ""

    @property
    def wording_is_ours(self) -> bool:
        """Whether no source was found for what is asked here, so that code and subject are our own choice.

        Of other lines only the phrasing is ours. The mark "assumed" says so, in every version of a form.
        """
        return self.confidence == "assumed"

    def is_function_of(self, kind: str) -> bool:
        return not self.applies_to or kind in self.applies_to


class Point(Sourced, frozen=True, kw_only=True):
    """A date or year for which a line is answered, actual or forecast."""

    key: Key
    label: Words
    kind: Literal["actual", "forecast"]
    date: datetime.date | None = None
    short: str = ""

    @property
    def name(self) -> str:
        """The label, with the kind where the label alone is a year."""
        return self.label if self.date else f"{self.label} {self.kind}"


class Column(Sourced, frozen=True, kw_only=True):
    """One field of the table's model, with the words the form prints for it."""

    field: str
    label: Words
    required: bool
    short: str = ""
    unit: Unit = ""
    help: str = ""
    max_words: Annotated[int, msgspec.Meta(ge=1)] | None = None

    def at(self, point: Point | None) -> str:
        """The column and, where there is one, the date or year: "Enabled at 31 March 2005"."""
        if point is None:
            return self.label
        return f"{self.label} {'at' if point.date else 'for'} {point.name}"


class Table(_Frozen, frozen=True, kw_only=True):
    key: Key
    shape: Literal["record", "grid", "list"]
    model: str
    columns: tuple[Column, ...]
    row_field: str = "line"
    point_field: str = ""
    points: tuple[Point, ...] = ()
    per_department: bool = False
    least: Whole = 0
    most: Whole = 0

    def column(self, field: str) -> Column:
        return next(column for column in self.columns if column.field == field)

    def point(self, key: str) -> Point:
        return next(point for point in self.points if point.key == key)


class Section(Sourced, frozen=True, kw_only=True):
    key: Key
    number: int
    title: Words
    short: Words
    answered_by: Literal["lead", "owner", "departments", "any"]
    signed_by: Literal["department", "finance"] = "department"
    tables: tuple[Table, ...]
    line_word: str = ""
    guidance: str = ""
    unit: Unit = ""
    provisional: bool = False
    groups: tuple[Group, ...] = ()
    lines: tuple[Line, ...] = ()

    @cached_property
    def lines_by_key(self) -> dict[str, Line]:
        return {line.key: line for line in self.lines}

    @property
    def has_list(self) -> bool:
        """Whether departments bring its rows, as they bring case studies."""
        return any(table.shape == "list" for table in self.tables)

    @property
    def per_department(self) -> bool:
        return any(table.per_department for table in self.tables)

    def table(self, key: str) -> Table:
        return next(table for table in self.tables if table.key == key)

    @cached_property
    def models(self) -> frozenset[str]:
        """The models that keep its answers, in lower case: what it can be printed by."""
        return frozenset(table.model.lower() for table in self.tables)

    def table_on(self, model: str) -> Table | None:
        """Its table that is kept in that model, such as "returns.CaseStudy"; None where there is none."""
        return next((table for table in self.tables if table.model.lower() == model.lower()), None)

    @cached_property
    def has_tiers(self) -> bool:
        """Whether its lines have tiers; in a form at most one section's have."""
        return any(line.tier for line in self.lines)

    @cached_property
    def has_ratings(self) -> bool:
        """Whether its lines are rated red, amber or green."""
        return any(column.field == RATING for table in self.tables for column in table.columns)

    @property
    def points(self) -> tuple[Point, ...]:
        """The dates or years this section is answered for; at most one table of a section has any."""
        return next((table.points for table in self.tables if table.points), ())

    def grouped_lines(self) -> list[tuple[Group | None, list[Line]]]:
        if not self.groups:
            return [(None, list(self.lines))]
        return [(group, [line for line in self.lines if line.group == group.key]) for group in self.groups]


class Proforma(_Frozen, frozen=True, kw_only=True):
    key: Key
    version: Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]*$")]
    title: Words
    round: Round
    grant_history: tuple[GrantYear, ...]
    authority_types: tuple[AuthorityType, ...]
    tiers: tuple[Tier, ...]
    scale: tuple[Light, ...]
    target: Target
    sections: tuple[Section, ...]
    glossary: tuple[Term, ...]
    sources: tuple[Source, ...]

    @property
    def name(self) -> str:
        """Its name in documents: "Proforma IEG4 2004, version 1"."""
        return f"Proforma {self.round.name} {self.round.deadline.year}, version {self.version}"

    @cached_property
    def section_by_key(self) -> dict[str, Section]:
        return {section.key: section for section in self.sections}

    @cached_property
    def tier_by_key(self) -> dict[str, Tier]:
        return {tier.key: tier for tier in self.tiers}

    @cached_property
    def tables(self) -> dict[str, tuple[Section, Table]]:
        return {table.key: (section, table) for section in self.sections for table in section.tables}

    @cached_property
    def allocated_lines(self) -> dict[str, tuple[Section, Line]]:
        """Lines that one named owner answers, by code."""
        return {
            line.key: (section, line)
            for section in self.sections
            if section.answered_by == "owner"
            for line in section.lines
        }

    @cached_property
    def by_tier(self) -> Section | None:
        """The section whose lines have tiers, such as the priority outcomes; None where none has."""
        return next((section for section in self.sections if section.has_tiers), None)

    @cached_property
    def rated(self) -> tuple[Section, ...]:
        """The sections whose lines are rated red, amber or green."""
        return tuple(section for section in self.sections if section.has_ratings)

    @property
    def tiered_lines(self) -> tuple[Line, ...]:
        return self.by_tier.lines if self.by_tier else ()

    @property
    def rating_points(self) -> tuple[Point, ...]:
        """The dates at which lines are rated: the same in every section, which the checks see to."""
        return self.rated[0].points if self.rated else ()

    def section_on(self, model: str) -> Section | None:
        """The first section with a table that is kept in that model; None where there is none."""
        return next((section for section in self.sections if section.table_on(model)), None)

    def tier_of(self, line: Line) -> Tier | None:
        return self.tier_by_key.get(line.tier)


# Made on import, by one thread: two threads that decoded for the first time at the same moment would both build
# msgspec's description of these classes, which sometimes crashed the process.
_DECODER = msgspec.json.Decoder(Proforma)


@cache
def _files(folders: tuple[Path, ...]) -> dict[str, Path]:
    return {path.stem: path for folder in reversed(folders) for path in folder.glob("*.json")}


def files() -> dict[str, Path]:
    """The file of each known proforma, by key; looked for once in a process, for each tuple of folders."""
    return _files(FOLDERS)


def known_keys() -> list[str]:
    return sorted(files())


def load(key: str) -> Proforma:
    """The proforma of that key. Raises ProformaError naming file and place."""
    path = files().get(key)
    if path is None:
        raise ProformaError(f"There is no proforma {key!r}. Known: {', '.join(known_keys())}.")
    return _loaded(path)


def versions_of(round_key: str) -> list[Proforma]:
    """Every version of that round's form, the oldest first; none where the round is unknown."""
    known = [load(key) for key in known_keys()]
    found = [proforma for proforma in known if proforma.round.key == round_key]
    return sorted(found, key=lambda proforma: int(proforma.version))


def current(round_key: str) -> Proforma:
    """The newest version of that round's form: what a return that is opened now is pinned to.

    Raises ProformaError where the round is unknown.
    """
    found = versions_of(round_key)
    if not found:
        rounds = sorted({load(key).round.key for key in known_keys()})
        raise ProformaError(f"There is no round {round_key!r}. Known: {', '.join(rounds)}.")
    return found[-1]


def read(path: Path) -> Proforma:
    """The proforma in that file, checked in itself. Raises ProformaError naming file and place."""
    try:
        proforma = _DECODER.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProformaError(f"{path.name}: {error}") from error
    for place, problem in contradictions(proforma, path.stem):
        raise ProformaError(f"{path.name}: {place}: {problem}")
    return proforma


_loaded = cache(read)
