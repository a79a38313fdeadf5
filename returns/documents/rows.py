"""The answers as rows that a document prints: texts and figures formatted, nothing left to work out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ..answers.reader import Answers, Place
from ..proforma import Line, Point, Section
from ..proforma.schema import Light
from ..values import wording
from ..values.parsing import clean_text, count_words
from ..values.sums import Sum

LONG = 30  # words; a longer comment takes less height in a row of its own than in the narrow column
DASH = "–"
SUM_OPEN = "– means no total yet: a figure that belongs in it is still blank."


@dataclass(frozen=True)
class Figure:
    """One printed figure. kind: empty, "blank" (not answered) or "open" (a sum with a blank in it)."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Words:
    """A text that somebody wrote; while it is missing, `todo` says who has to answer and by when."""

    text: str = ""
    paragraphs: tuple[str, ...] = ()
    count: int = 0
    limit: int = 0
    todo: str = ""

    @property
    def long(self) -> bool:
        return self.count > LONG

    @property
    def counted(self) -> str:
        return f"{self.count:,} of at most {self.limit:,} words"


@dataclass(frozen=True)
class Fact:
    """A caption of the form with what it says."""

    label: str
    words: Words
    unit: str = ""


@dataclass(frozen=True)
class Row:
    """A line with its figures; one that is nil has a reason instead."""

    code: str
    label: str
    figures: tuple[Figure, ...] = ()
    nil: str = ""


@dataclass(frozen=True)
class LightRow:
    """A line with its rating at each date ("" where blank) and its comment, or why it does not apply."""

    code: str
    label: str
    help: str
    lights: tuple[str, ...]
    comment: Words
    applies: bool = True


@dataclass(frozen=True)
class BasisRow:
    """How one department worked out its figures of a line."""

    department: str
    words: Words


@dataclass(frozen=True)
class RowGroup:
    """Lines under one heading; the heading is empty where the form has none."""

    label: str
    rows: tuple
    key: str = ""
    number: int | None = None


@dataclass(frozen=True)
class Case:
    """A case study as printed."""

    code: str
    title: Words
    department: str
    words: Words


@dataclass(frozen=True)
class Bar:
    """One year of the chart of gains, in the units of its drawing, heights growing downwards from y."""

    label: str
    x: int
    y: int
    cashable: int
    middle: int
    non_cashable: int
    total: str
    target_y: int
    target: str


@dataclass(frozen=True)
class Head:
    """A date or year over a column: its name, its short form and whether it is actual or forecast."""

    name: str
    short: str
    kind: str


@dataclass(frozen=True)
class SectionRows:
    """One section of the form, ready to print; a section leaves empty what it has none of."""

    key: str
    number: int
    title: str
    guidance: str
    unit: str
    provisional: str  # who may still change it, until when; empty when nobody may
    line_word: str
    layout: str  # names its template and its style
    follows: bool = False  # goes on below the section before it; all others begin a page
    divided: bool = False  # each group has a table and a heading of its own, so that it can begin a page
    heads: tuple[Head, ...] = ()
    subheads: tuple[tuple[str, str], ...] = ()  # (short, label) of each column under a head
    scale: tuple[Light, ...] = ()  # the ratings that can appear in this section
    groups: tuple[RowGroup, ...] = ()
    total: tuple[Figure, ...] = ()
    facts: tuple[Fact, ...] = ()
    words: Words = Words()
    limit: int = 0
    bases: tuple[RowGroup, ...] = ()
    basis_label: str = ""
    target: tuple[Row, ...] = ()
    bars: tuple[Bar, ...] = ()  # none while a figure is missing
    cases: tuple[Case, ...] = ()
    notes: tuple[str, ...] = ()
    continued: bool = False  # without its heading: that is on an earlier page
    size: str = ""  # "" or "small" or "tiny": how much smaller figures are printed, to fit beside each other

    @property
    def bars_in_words(self) -> str:
        """What the chart shows, for a reader who hears it."""
        years = " ".join(f"{bar.label}: {bar.total} of {bar.target}." for bar in self.bars)
        return f"Cumulative gains beside the target, {self.unit}. {years}"

    @property
    def anchor(self) -> str:
        return f"section-{self.key}"

    @property
    def template(self) -> str:
        return f"documents/sections/{self.layout}.html"


def heads_of(points: Iterable[Point]) -> tuple[Head, ...]:
    return tuple(Head(point.name, point.short or point.label, point.kind) for point in points)


def words_of(text: str, todo: str = "", limit: int | None = None) -> Words:
    """The text without characters that carry none, cut at blank lines; `todo` is used where there is none."""
    text = clean_text(text or "")
    if not text:
        return Words(limit=limit or 0, todo=todo)
    return Words(text, tuple(text.split("\n\n")), count_words(text), limit or 0)


def todo_of(answers: Answers, place: Place) -> str:
    """Who has to answer what is missing, and by when."""
    owner, department = answers.owner(place), answers.department(place)
    due = wording.day(answers.due(place))
    if owner is None:
        return f"No owner yet; due {due}"
    return f"With {owner}{f', {department}' if department else ''}; due {due}"


def places_of(values: Iterable[Decimal | None]) -> int:
    """One decimal place for all when one of them needs it, so that they align."""
    return int(any(value is not None and value != value.to_integral_value() for value in values))


def figure(value, places: int = 0) -> Figure:
    return Figure("blank", "blank") if value is None else Figure(wording.aligned(value, places))


def sum_figure(found: Sum, places: int = 0, asked: int | None = None) -> Figure:
    """The sum; while something of it is blank a dash, or "blank" when all that was asked is."""
    if found.complete:
        return Figure(wording.aligned(found.value, places))
    return Figure("blank", "blank") if found.blanks == asked else Figure(DASH, "open")


def add(sums: Iterable[Sum]) -> Sum:
    sums = list(sums)
    return Sum(sum((each.value for each in sums), Decimal(0)), sum(each.blanks for each in sums))


def size_of(figures: Iterable[Figure], small: int, tiny: int) -> str:
    longest = max((len(each.text) for each in figures), default=0)
    return "tiny" if longest > tiny else "small" if longest > small else ""


def row_groups(section: Section, rows: dict) -> tuple[RowGroup, ...]:
    """The rows of the section's lines, under the groups of the form."""
    return tuple(
        RowGroup(
            group.label if group else "",
            tuple(rows[line.key] for line in lines),
            group.key if group else "",
            group.number if group else None,
        )
        for group, lines in section.grouped_lines()
    )


def asked_of(answers: Answers, section: Section, line: Line) -> int:
    """How many departments are asked for figures of the line: those that have not declared it nil."""
    return sum(
        answers.applies(Place(answers.return_, section, line, department))
        for department in answers.departments
    )


def council_figures(answers: Answers, section: Section) -> dict[str, tuple[list, str]]:
    """The figures of each line that the council answers as a whole, with the reason where it is nil."""
    found = {}
    for line in section.lines:
        entries = answers.entries(Place(answers.return_, section, line))
        head, counted = entries[0].record, entries[1:]
        nil = "" if head.applies else clean_text(head.reason)
        found[line.key] = [getattr(entry.record, entry.table.columns[0].field) for entry in counted], nil
    return found


def open_note(printed: Iterable[Figure]) -> tuple[str, ...]:
    return (SUM_OPEN,) if any(each.kind == "open" for each in printed) else ()
