"""Read a proforma file into frozen structures, or say where it is wrong."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

import msgspec

FOLDER = Path(__file__).parent

Confidence = Literal["confirmed", "likely", "assumed"]
Key = str


class ProformaError(Exception):
    """A definition is unknown or malformed; the message names the file and the place."""


class _Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    pass


class Sourced(_Frozen, frozen=True, kw_only=True):
    """A fact of the form with a mark of how sure it is and the sources behind it."""

    confidence: Confidence = "likely"
    sources: tuple[str, ...] = ()
    note: str = ""


class Source(_Frozen, frozen=True, kw_only=True):
    key: Key
    title: str
    url: str = ""


class Round(Sourced, frozen=True, kw_only=True):
    key: Key
    name: str
    title: str
    cover_line: str
    department: str
    abbreviation: str
    system: str
    deadline: datetime.date
    financial_year: str
    grant_gbp: int
    grant_year: str


class GrantYear(Sourced, frozen=True, kw_only=True):
    year: str
    amount_gbp: int


class Term(_Frozen, frozen=True, kw_only=True):
    term: str
    meaning: str


class AuthorityType(_Frozen, frozen=True, kw_only=True):
    key: Key
    label: str


class Tier(Sourced, frozen=True, kw_only=True):
    key: Key
    letter: str
    label: str
    mandatory: bool
    count: int
    meaning: str
    due: datetime.date | None = None


class Light(Sourced, frozen=True, kw_only=True):
    """One step of the scale; `key` is the letter that is stored and printed."""

    key: Literal["R", "A", "G", "N"]
    label: str
    meaning: str
    rank: int | None = None


class Target(Sourced, frozen=True, kw_only=True):
    percent_per_year: Decimal
    until: str
    origin: str


class Group(Sourced, frozen=True, kw_only=True):
    key: Key
    label: str
    number: int | None = None


class Line(Sourced, frozen=True, kw_only=True):
    """One thing the form asks about: R1, CM3, EF6. No `applies_to` means every type of council."""

    key: Key
    label: str
    help: str = ""
    group: Key = ""
    tier: Key = ""
    applies_to: tuple[Key, ...] = ()
    applies_to_confidence: Confidence = "confirmed"
    sponsor: str = ""

    def is_function_of(self, kind: str) -> bool:
        return not self.applies_to or kind in self.applies_to


class Point(Sourced, frozen=True, kw_only=True):
    """A date or year for which a line is answered, as fact or as forecast."""

    key: Key
    label: str
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
    label: str
    required: bool
    short: str = ""
    unit: str = ""
    help: str = ""
    max_words: int | None = None

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
    least: int = 0
    most: int = 0

    def column(self, field: str) -> Column:
        return next(column for column in self.columns if column.field == field)

    def point(self, key: str) -> Point:
        return next(point for point in self.points if point.key == key)


class Section(Sourced, frozen=True, kw_only=True):
    key: Key
    number: int
    title: str
    short: str
    answered_by: Literal["lead", "owner", "departments", "any"]
    signed_by: Literal["department", "finance"] = "department"
    tables: tuple[Table, ...]
    line_word: str = ""
    guidance: str = ""
    unit: str = ""
    provisional: bool = False
    groups: tuple[Group, ...] = ()
    lines: tuple[Line, ...] = ()

    @cached_property
    def lines_by_key(self) -> dict[str, Line]:
        return {line.key: line for line in self.lines}

    @property
    def per_department(self) -> bool:
        return any(table.per_department for table in self.tables)

    def table(self, key: str) -> Table:
        return next(table for table in self.tables if table.key == key)

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
    version: str
    title: str
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
        """How documents cite the definition they were made from."""
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

    def tier_of(self, line: Line) -> Tier | None:
        return self.tier_by_key.get(line.tier)


# Made with the module, and so by one thread: two that were the first to decode at the same moment would both build
# what msgspec knows of these classes, which ended the process now and then.
_DECODER = msgspec.json.Decoder(Proforma)


def known_keys() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


@cache
def load(key: str) -> Proforma:
    """The proforma of that key. Raises ProformaError naming file and place."""
    path = FOLDER / f"{key}.json"
    if key not in known_keys():
        raise ProformaError(f"There is no proforma {key!r}. Known: {', '.join(known_keys())}.")
    return read(path)


def read(path: Path) -> Proforma:
    """The proforma in that file, checked in itself. Raises ProformaError naming file and place."""
    try:
        proforma = _DECODER.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProformaError(f"{path.name}: {error}") from error
    for place, problem in _contradictions(proforma, path.stem):
        raise ProformaError(f"{path.name}: {place}: {problem}")
    return proforma


def _contradictions(proforma: Proforma, stem: str):  # noqa: C901
    """Each reference in the file that leads nowhere, and each code used twice, as (place, problem)."""
    if proforma.key != stem:
        yield "key", f"{proforma.key!r} differs from the file's name"
    yield from _repeated("sections", [section.key for section in proforma.sections])
    yield from _repeated("tables", [t.key for s in proforma.sections for t in s.tables])
    yield from _repeated("lines", [line.key for s in proforma.sections for line in s.lines])
    if [section.number for section in proforma.sections] != list(range(len(proforma.sections))):
        yield "sections", "the numbers do not run from 0 without a gap"
    tiers = {tier.key for tier in proforma.tiers}
    kinds = {kind.key for kind in proforma.authority_types}
    sources = {source.key for source in proforma.sources}
    for section in proforma.sections:
        groups = {group.key for group in section.groups}
        for line in section.lines:
            place = f"{section.key}.{line.key}"
            if line.tier and line.tier not in tiers:
                yield place, f"unknown tier {line.tier!r}"
            if (line.group and line.group not in groups) or (groups and not line.group):
                yield place, f"unknown group {line.group!r}"
            for kind in line.applies_to:
                if kind not in kinds:
                    yield place, f"unknown type of council {kind!r}"
            for source in line.sources:
                if source not in sources:
                    yield place, f"unknown source {source!r}"
        for table in section.tables:
            place = f"{section.key}.{table.key}"
            yield from _repeated(f"{place}.columns", [column.field for column in table.columns])
            yield from _repeated(f"{place}.points", [point.key for point in table.points])
            if bool(table.points) != bool(table.point_field):
                yield place, "points and point_field go together"
            if table.shape == "list" and not 0 <= table.least <= table.most:
                yield place, "a list needs least <= most"
            if table.shape == "grid" and not section.lines:
                yield place, "a grid needs lines"
        if sum(bool(table.points) for table in section.tables) > 1:
            yield section.key, "more than one table has points"
    for tier in proforma.tiers:
        found = sum(line.tier == tier.key for s in proforma.sections for line in s.lines)
        if found != tier.count:
            yield f"tiers.{tier.key}", f"count says {tier.count}, the lines say {found}"


def _repeated(place: str, keys: list[str]):
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield place, f"{key!r} stands twice"
