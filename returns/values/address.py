"""The address of what is asked: a place, a record of answers at that place, one answer of the record.

What an address hasn't is None: no line, no department, no date or year. Columns and text write it as nothing. The
ways to columns are here, those to text in `returns.answers.address`. A department is named by its id.
"""

from __future__ import annotations

from typing import NamedTuple


class PlaceAddress(NamedTuple):
    """A section's line, of one department where departments answer; without a line the section's own record."""

    section: str
    line: str | None = None
    department: int | None = None

    @classmethod
    def of_row(cls, row) -> PlaceAddress:
        """The place that a stored row names in its columns section, line and department."""
        return cls(row.section, row.line or None, row.department_id)

    @property
    def columns(self) -> dict:
        """The columns of a row that name this place."""
        return {"section": self.section, "line": self.line or "", "department_id": self.department}


class RecordAddress(NamedTuple):
    """One record of answers: a table of the place, at one of its dates or years where it has them."""

    place: PlaceAddress
    table: str
    point: str | None = None

    def cell(self, field: str) -> CellAddress:
        return CellAddress(self, field)


class CellAddress(NamedTuple):
    """One answer: a column of a record."""

    record: RecordAddress
    field: str

    @property
    def columns(self) -> dict:
        """The columns of an event that changed this answer. Its table tells the section, so that none is stored."""
        place, table, point = self.record
        return {
            "table": table,
            "line": place.line or "",
            "point": point or "",
            "department_id": place.department,
            "field": self.field,
        }
