"""The return as it is keyed into the receiving system: a reference for each answer, and a check of what was keyed.

Where departments contribute the form has the council's totals, so those are keyed. What was keyed is compared by
meaning, and nothing of it is stored.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from ..answers.address import reference as reference_of
from ..answers.cells import (
    CHOICE,
    COUNT,
    DATE,
    LIGHT,
    MONEY,
    NIL,
    NOT_APPLICABLE,
    TICK,
    choices_of,
    kind_of,
    plain_figure,
)
from ..answers.cells import typed as typed_cell
from ..answers.reader import Answers, Place
from ..proforma import Line, Section
from ..values.parsing import NotTyped, clean_text, parse_count, parse_money, shorten

COLUMNS = ("Reference", "Section", "What", "Keyed")
LARGEST = 2_000_000  # bytes; a return filled to every limit is about 300,000
BESIDE = 200  # characters
LONGEST = 1_000_000  # characters of one cell
SHOWN = 500  # differences; whoever has more has chosen the wrong file
MISSING, EXTRA, DIFFERENT = KINDS = ("missing", "extra", "different")
FORMULA = re.compile(r"'*[=+\-@\t\r]")
DATES = ("%d %B %Y", "%d %b %Y", "%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y", "%d-%m-%Y")
YES, NO = {"yes", "y", "true", "1", "x"}, {"no", "n", "false", "0", ""}
LIGHTS = {"r": "R", "red": "R", "a": "A", "amber": "A", "g": "G", "green": "G"}
NONE = {"n": NOT_APPLICABLE, "na": NOT_APPLICABLE, "n/a": NOT_APPLICABLE, "not applicable": NOT_APPLICABLE}


@dataclass(frozen=True)
class KeyedCell:
    """One answer of the form: its reference, what is asked, and the answer exactly as it is to be typed."""

    reference: str
    section: Section
    line: Line | None
    where: str
    kind: str
    typed: str
    required: bool
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def wide(self) -> bool:
        """Whether it is too long to print in a column beside its reference."""
        return len(self.typed) > BESIDE

    @property
    def what(self) -> str:
        return f"{self.line.key} {self.line.label.rstrip('.')}: {self.where}" if self.line else self.where


@dataclass(frozen=True)
class Difference:
    """One reference at which what was keyed and the return differ; `kind` is one of KINDS."""

    kind: str
    reference: str
    what: str
    wanted: str
    keyed: str


@dataclass(frozen=True)
class Comparison:
    """The first SHOWN differences, and how many there are of each kind."""

    first: tuple[Difference, ...]
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def unshown(self) -> int:
        return self.total - len(self.first)


class BadFile(Exception):
    """The file can't be read as what was keyed; the message says what to do instead."""


# The answers of the form.


def keyed_cells(answers: Answers) -> list[KeyedCell]:
    """Every answer that is keyed, in the order of the proforma. One that may be blank and is blank is left out."""
    found = [cell for section in answers.sections for cell in _section_cells(answers, section)]
    return [cell for cell in found if cell.typed or cell.required]


def _section_cells(answers: Answers, section: Section):
    for place in _places(answers, section):
        if place.line and section.per_department:
            yield from _sums(answers, place)
            continue
        for cell in answers.cells(place):
            table, column, point = cell.entry.table, cell.column, cell.entry.point
            kind = kind_of(table, column.field)
            if kind == TICK and not cell.value:
                continue  # "we have none" is only ever ticked
            choices = tuple(choices_of(table, column.field).items()) if kind == CHOICE else ()
            reference = reference_of(place.key, column.field, point=point and point.key)
            yield KeyedCell(
                reference, section, place.line, cell.where, kind, typed_cell(cell), cell.required, choices
            )


def _places(answers: Answers, section: Section):
    """Every place of the section; for lines that several departments answer, the line itself once."""
    seen = set()
    for place in answers.places(section):
        if place.line and section.per_department:
            place = Place(place.return_, section, place.line)
        if place.key not in seen:
            seen.add(place.key)
            yield place


def _sums(answers: Answers, line_place: Place):
    """The council's totals of a line, then each department's answers in words."""
    section, line = line_place.section, line_place.line
    places = [Place(line_place.return_, section, line, department) for department in answers.departments]
    applies = any(answers.applies(place) for place in places)
    for table in line_place.tables:
        if not table.points:
            continue
        for point in table.points:
            for column in table.columns:
                kind = kind_of(table, column.field)
                if kind not in (COUNT, MONEY):
                    continue
                found = answers.council_sum(section, table, line, point, column.field)
                typed = plain_figure(_figure(found.value, kind)) if found.complete and places else ""
                yield KeyedCell(
                    reference_of(line_place.key, column.field, point=point.key),
                    section,
                    line,
                    column.at(point),
                    kind,
                    typed if applies or not places else NIL,
                    True,
                )
    for place in places:
        for cell in answers.cells(place):
            kind = kind_of(cell.entry.table, cell.column.field)
            if cell.entry.point or (kind == TICK and not cell.value):
                continue
            reference = reference_of(line_place.key, cell.column.field, department=place.department.slug)
            where = f"{cell.where}, {place.department.name}"
            yield KeyedCell(reference, section, line, where, kind, typed_cell(cell), cell.required)


def _figure(value: Decimal | int, kind: str) -> Decimal | int:
    return Decimal(value) if kind == MONEY else int(value)


# The file.


def write_csv(cells: list[KeyedCell], *, filled: bool) -> bytes:
    """The answers' references as CSV, with the column Keyed blank, or `filled` with the answers.

    In UTF-8 with a byte order mark, which spreadsheets need. Text that looks like a formula gets an apostrophe.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for cell in cells:
        section = f"{cell.section.number} {cell.section.short}"
        row = (cell.reference, section, clean_text(cell.what), cell.typed if filled else "")
        writer.writerow([escaped(each) for each in row])
    return text.getvalue().encode("utf-8-sig")


def escaped(text: str) -> str:
    """The text with an apostrophe where a spreadsheet would take it for a formula; `unescaped` removes it."""
    return f"'{text}" if FORMULA.match(text) else text


def unescaped(text: str) -> str:
    return text[1:] if text.startswith("'") and FORMULA.match(text[1:]) else text


def read_csv(body: bytes) -> dict[str, str]:
    """What was keyed by reference. Raises BadFile with a sentence that says what is wrong and what to do."""
    rows = _rows(_decoded(body))
    if not rows:
        raise BadFile("The file is empty. Fill in the template and choose that file.")
    head = [" ".join(name.split()).casefold() for name in rows[0]]
    if head.count("reference") != 1 or head.count("keyed") != 1:
        shown = shorten(", ".join(name for name in rows[0] if name.strip()) or "nothing", 80)
        raise BadFile(
            f"The first row says {shown}. It needs one column Reference and one column Keyed: use the template, and "
            "leave its first row as it is."
        )
    reference_at, keyed_at = head.index("reference"), head.index("keyed")
    found: dict[str, str] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(each.strip() for each in row):
            continue
        if len(row) <= max(reference_at, keyed_at):
            raise BadFile(
                f"Row {number} ends before the column Keyed. Save the sheet as CSV again, with every column."
            )
        reference, keyed = row[reference_at].strip(), row[keyed_at]
        if not reference:
            raise BadFile(
                f"Row {number} has no reference, so what was keyed can’t be compared. Take it from the template."
            )
        if reference.casefold() in found:
            raise BadFile(
                f"{shorten(reference)} is in the file twice, again in row {number}. Remove one of the two rows."
            )
        found[reference.casefold()] = unescaped(keyed)
    if not found:
        raise BadFile("The file has no rows below the first. Fill in the template and choose that file.")
    return found


def too_large(size: int) -> BadFile:
    return BadFile(
        f"The file is {size / 1_000_000:.1f} MB; the limit is {LARGEST // 1_000_000} MB. "
        "Choose the filled-in template, saved as CSV."
    )


def _decoded(body: bytes) -> str:
    if not body.strip():
        raise BadFile("The file is empty. Fill in the template and choose that file.")
    if len(body) > LARGEST:
        raise too_large(len(body))
    if body.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BadFile(
            "The file is a workbook. In the spreadsheet choose “Save as”, then CSV, and choose that file."
        )
    if body.startswith(b"%PDF-"):
        raise BadFile("The file is a PDF. Choose the filled-in template, saved as CSV.")
    coding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = body.decode(coding)
    except UnicodeDecodeError as error:
        raise BadFile(
            "The file’s characters can’t be read. Save it again as “CSV UTF-8” and choose that file."
        ) from error
    if "\x00" in text:
        raise BadFile("The file isn’t text. Choose the filled-in template, saved as CSV.")
    return text


def _rows(text: str) -> list[list[str]]:
    """The rows of the file; spreadsheets separate columns by commas, semicolons or tabs."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    parted = max(",;\t", key=first.count)
    before = csv.field_size_limit(LONGEST)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=parted, strict=True))
    except csv.Error as error:
        raise BadFile(
            "The file isn’t valid CSV: a quotation mark is opened and not closed, or closed too early. Save it from "
            "the spreadsheet again, as CSV."
        ) from error
    finally:
        csv.field_size_limit(before)
    while rows and not any(each.strip() for each in rows[0]):
        rows.pop(0)
    return rows


# What was keyed compared with what should have been keyed.


def compare(cells: list[KeyedCell], keyed: dict[str, str]) -> Comparison:
    """Where they differ in meaning, in the order of the proforma; last come references that the form doesn't have."""
    found = []
    known = set()
    for cell in cells:
        name = cell.reference.casefold()
        known.add(name)
        given = keyed.get(name)
        if kind := _difference(cell, given):
            found.append(Difference(kind, cell.reference, cell.what, cell.typed, given or ""))
    unknown = [name for name, given in keyed.items() if name not in known and given.strip()]
    room = max(0, SHOWN - len(found))
    shown = found[:SHOWN] + [
        Difference(EXTRA, name, "not an answer to be keyed", "", keyed[name]) for name in unknown[:room]
    ]
    counts = Counter(each.kind for each in found)
    counts[EXTRA] += len(unknown)
    return Comparison(tuple(shown), {kind: counts[kind] for kind in KINDS if counts[kind]})


def _difference(cell: KeyedCell, given: str | None) -> str:
    """How what was keyed differs from the answer: one of KINDS, or "". `given` is None without its reference."""
    if meaning(cell, given or "") == meaning(cell, cell.typed):
        return MISSING if given is None and cell.typed else ""
    if given is None or not given.strip():
        return MISSING
    return DIFFERENT if cell.typed else EXTRA


def meaning(cell: KeyedCell, text: str):
    """What a text means as that answer: the same for 1,200 and 1200.0, for Yes and y, for every kind of line end."""
    plain = " ".join(clean_text(text).split())
    lowered = plain.casefold()
    if cell.kind == TICK:
        return True if lowered in YES else False if lowered in NO else plain
    if not plain:
        return None
    if cell.kind == LIGHT:
        return LIGHTS.get(lowered) or NONE.get(lowered) or plain
    if cell.kind in (COUNT, MONEY):
        return NIL if lowered == NIL else _number(cell.kind, plain)
    if cell.kind == DATE:
        return _date(plain)
    if cell.kind == CHOICE:
        labels = {label.casefold(): key for key, label in cell.choices}
        return labels.get(lowered) or (lowered if lowered in dict(cell.choices) else plain)
    return unicodedata.normalize("NFC", clean_text(text))


def _number(kind: str, text: str):
    """The figure, also where a spreadsheet has added a decimal place or a pound sign."""
    whole = re.sub(r"(\.\d)0+$", r"\1", text)
    try:
        if kind == MONEY:
            return parse_money(whole)
        return Decimal(parse_count(re.sub(r"\.0$", "", whole)))
    except NotTyped:
        return text


def _date(text: str):
    for pattern in DATES:
        try:
            return datetime.datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    return text
