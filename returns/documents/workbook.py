"""The return as a spreadsheet: a sheet for each section, a row for each thing that is asked."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterable
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from ..answers.cells import for_spreadsheet
from ..answers.reader import Answers, Cell
from ..values.parsing import clean_text

HEADS = ("Reference", "Line", "Department", "Asked", "Answer", "Unit", "State")
WIDTHS = (12, 50, 24, 34, 60, 12, 16)
BOLD = Font(bold=True)
WRAPPED = Alignment(wrap_text=True, vertical="top")
FIRST_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip archive can hold
LONGEST = 32_767  # characters of a cell


def workbook(
    answers: Answers, *, at: datetime.datetime, digest: str, about: Iterable[tuple[str, str]] = ()
) -> bytes:
    """The answers as XLSX, dated `at`; the same arguments give the same bytes.

    Text is stored as text whatever it begins with, figures as figures; what isn't answered is an empty cell.
    """
    return_ = answers.return_
    book = Workbook(write_only=True)
    first = _sheet(book, "About", (24, 90))
    facts = [
        ("Council", return_.authority.name),
        ("Return", return_.proforma.round.title),
        ("Proforma", return_.proforma.name),
        ("SHA-256 of the answers", digest),
        *about,
    ]
    for label, text in facts:
        first.append([_text(first, label, BOLD), _text(first, text)])
    for section in answers.sections:
        sheet = _sheet(book, f"{section.number} {section.short}", WIDTHS)
        sheet.freeze_panes = "A2"
        sheet.append([_text(sheet, head, BOLD) for head in HEADS])
        for place in answers.places(section):
            for cell in answers.cells(place):
                sheet.append(_row(sheet, cell))
    book.properties.title = f"{return_.authority.name}: {return_.proforma.round.title}"
    book.properties.creator = return_.authority.name
    written = io.BytesIO()
    book.save(written)
    return _settled(written.getvalue(), at)


def _row(sheet, cell: Cell) -> list:
    place, value = cell.entry.place, for_spreadsheet(cell)
    is_figure = isinstance(value, int | Decimal)
    answer = WriteOnlyCell(sheet, value) if is_figure else _text(sheet, value or "")
    department = place.department.name if place.department else ""
    words = (place.code, place.label, department, cell.where)
    rest = (cell.column.unit, _state(cell))
    return [*(_text(sheet, each) for each in words), answer, *(_text(sheet, each) for each in rest)]


def _state(cell: Cell) -> str:
    if not cell.blank and not cell.outside:
        return "answered"
    if not cell.applies:
        return "does not apply"
    return "not answered" if cell.column.required else "may stay blank"


def _sheet(book: Workbook, title: str, widths: Iterable[int]):
    sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", title)[:31].strip("' "))
    for number, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFG"[number]].width = width
    return sheet


def _text(sheet, text: str, font: Font | None = None) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, clean_text(str(text))[:LONGEST])
    cell.data_type = "s"  # never a formula
    cell.alignment = WRAPPED
    if font:
        cell.font = font
    return cell


def _settled(body: bytes, at: datetime.datetime) -> bytes:
    """The archive with the moment of the document in place of the moment of writing."""
    stamp = at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    settled = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda each: (each != "[Content_Types].xml", each)):
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:(\w+)[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            info = zipfile.ZipInfo(name, FIRST_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, part)
    return settled.getvalue()
