"""The ways between an address and an event, a form, the data of a version, the re-keying sheet.

The addresses themselves are in `returns.values.address`. Text names a department by its slug.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..models import Event
from ..proforma import Proforma, Section, Table
from ..values.address import CellAddress, PlaceAddress, RecordAddress

BETWEEN = "--"  # the parts of a name; a slug may hold one hyphen, and a browser sends both as they are
BEFORE_FIELD = "-"


def of_event(proforma: Proforma, event: Event) -> PlaceAddress:
    """The place that an event is about: an act names its section, an answer its table, an allocation only its line.

    Raises KeyError where the proforma has no such table or line.
    """
    if event.table:
        return in_table(proforma, event.table, event.line, event.department_id)
    if event.kind == Event.Kind.ALLOCATION:
        section, line = proforma.allocated_lines[event.line]
        return PlaceAddress(section.key, line.key)
    return PlaceAddress.of_row(event)


def in_table(proforma: Proforma, table: str, line: str, department_id: int | None) -> PlaceAddress:
    """The place that the columns of an answer name. Raises KeyError where the proforma has no such table."""
    section, _ = proforma.tables[table]
    return PlaceAddress(section.key, line or None, department_id)


def cell_of_event(proforma: Proforma, event: Event) -> CellAddress:
    """The answer that an event changed. Raises KeyError where the proforma has no such table."""
    place = in_table(proforma, event.table, event.line, event.department_id)
    return RecordAddress(place, event.table, event.point or None).cell(event.field)


def _columns(name: NamedTuple) -> dict[str, str]:
    return {part: text or "" for part, text in name._asdict().items()}


class PlaceName(NamedTuple):
    """How a form or an address of the web names a place; `str` gives it as one word."""

    section: str
    line: str | None = None
    department: str | None = None

    def __str__(self) -> str:
        return BETWEEN.join(part for part in self if part)

    @classmethod
    def of_web(cls, named: Mapping[str, str]) -> PlaceName:
        """What the parts or the query of an address of the web call a place. There need not be such a place."""
        return cls(*(named.get(part) or None for part in cls._fields))

    @classmethod
    def read(cls, text: str) -> PlaceName | None:
        """What a form calls a place; None where that is no such name."""
        parts = text.split(BETWEEN, 2)
        return cls(*parts) if all(parts) else None

    @property
    def columns(self) -> dict[str, str]:
        """The name as a signature covers it."""
        return _columns(self)


class RecordName(NamedTuple):
    """How a form or the data of a version name a record; `str` gives it as one word."""

    table: str
    line: str | None = None
    department: str | None = None
    point: str | None = None

    def __str__(self) -> str:
        return BETWEEN.join(part for part in self if part)

    @property
    def columns(self) -> dict[str, str]:
        """The name as the data of a version have it."""
        return _columns(self)

    @classmethod
    def of_columns(cls, row: dict) -> RecordName:
        """The name that a row of a version's data has."""
        return cls(row["table"], *(row[part] or None for part in cls._fields[1:]))


class FieldName(NamedTuple):
    """How a form names the field of an answer: "bvpi157_counts--I1--education--2005-12-31-enabled"."""

    record: RecordName
    field: str

    def __str__(self) -> str:
        return f"{self.record}{BEFORE_FIELD}{self.field}"

    @classmethod
    def read(cls, proforma: Proforma, text: str) -> FieldName | None:
        """The name in that text; None where the proforma has no such table, line, point or column.

        Which departments there are, and which rows a list has, no proforma knows.
        """
        record, _, field = text.rpartition(BEFORE_FIELD)
        key, *parts = record.split(BETWEEN)
        section, table = proforma.tables.get(key, (None, None))
        if table is None or field not in {column.field for column in table.columns}:
            return None
        line = parts.pop(0) if parts and table.shape != "record" else None
        point = parts.pop() if parts and table.points else None
        department = BETWEEN.join(parts) or None  # whatever its slug holds
        name = cls(RecordName(key, line, department, point), field)
        return name if _is_asked(section, table, name.record) else None


def _is_asked(section: Section, table: Table, name: RecordName) -> bool:
    line_fits = {
        "record": name.line is None,
        "grid": name.line in section.lines_by_key,
        "list": bool(name.line),
    }[table.shape]
    points = {point.key for point in table.points} or {None}
    return line_fits and name.point in points and table.per_department == bool(name.department)


def reference(
    place: PlaceAddress, field: str, *, point: str | None = None, department: str | None = None
) -> str:
    """What names a figure or text of the council on the re-keying sheet: "R1.light.mar05", "cover.email".

    Where each department says something of its own, its slug ends the reference.
    """
    parts = (place.line or place.section, field, point, department)
    return ".".join(part for part in parts if part)
