"""The only way to the answers of a return."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.apps import apps
from django.urls import reverse

from .. import clock
from ..models import Allocation, CaseStudy, Department, Query, Return, SignOff, User
from ..proforma import Column, Line, Point, Section, Table
from ..rules.states import due_in_state
from ..values.address import CellAddress, PlaceAddress, RecordAddress
from ..values.sums import Sum, total
from .address import FieldName, PlaceName, RecordName
from .people import People, departments_of, people_of

NOT_APPLICABLE = "N"  # the light of a line that doesn't apply


@dataclass(frozen=True)
class Place:
    """Where answers belong: a section's line, of one department where departments contribute.

    Without a line it is the section's record (cover, context, the efficiency note).
    """

    return_: Return
    section: Section
    line: Line | None = None
    department: Department | None = None

    @property
    def key(self) -> PlaceAddress:
        """Its address, by which the answers keep what belongs to it."""
        return PlaceAddress(
            self.section.key, self.line and self.line.key, self.department and self.department.pk
        )

    @property
    def name(self) -> PlaceName:
        """How text names it."""
        return PlaceName(
            self.section.key, self.line and self.line.key, self.department and self.department.slug
        )

    def record_address(self, table: Table, point: Point | None) -> RecordAddress:
        return RecordAddress(self.key, table.key, point and point.key)

    @property
    def tables(self) -> list[Table]:
        wanted = {"grid", "list"} if self.line else {"record"}
        return [table for table in self.section.tables if table.shape in wanted]

    @property
    def code(self) -> str:
        return self.line.key if self.line else self.section.short

    @property
    def label(self) -> str:
        """What is asked here, without a full stop."""
        if self.line:
            return self.line.label.rstrip(".")
        return self.tables[0].columns[-1].label if self.section.lines else self.section.title

    @property
    def label_in_full(self) -> str:
        """The label, with the department where departments contribute."""
        named = self.department and self.section.per_department
        return f"{self.label}, {self.department.name}" if named else self.label

    def get_absolute_url(self) -> str:
        address = [self.return_.authority.slug, self.return_.round, self.section.key]
        if self.line is None:
            name = "section-answer" if self.tables else "section-detail"
            return reverse(f"returns:{name}", args=address)
        if self.department and self.section.per_department:
            return reverse("returns:line-answer", args=[*address, self.line.key, self.department.slug])
        return reverse("returns:line-answer", args=[*address, self.line.key])


@dataclass(frozen=True)
class Entry:
    """One record of answers in its place."""

    place: Place
    table: Table
    point: Point | None
    record: object

    @property
    def address(self) -> RecordAddress:
        return self.place.record_address(self.table, self.point)

    @property
    def name(self) -> RecordName:
        """How the data of a version name it."""
        place = self.place.name
        return RecordName(self.table.key, place.line, place.department, self.point and self.point.key)

    @property
    def form_name(self) -> RecordName:
        """How a form names it: with a department only where each department has such a record."""
        return self.name if self.table.per_department else self.name._replace(department=None)

    def field_name(self, field: str) -> str:
        """How a form names one of its fields: a column, or "seen" for the version its writer saw."""
        return str(FieldName(self.form_name, field))

    @property
    def key(self) -> str:
        """Its name in a form as one word."""
        return str(self.form_name)


@dataclass(frozen=True)
class Cell:
    """One column of one record: the smallest thing that is asked."""

    entry: Entry
    column: Column
    applies: bool

    @property
    def address(self) -> CellAddress:
        return self.entry.address.cell(self.column.field)

    @property
    def name(self) -> FieldName:
        """How a form names its field."""
        return FieldName(self.entry.form_name, self.column.field)

    @property
    def anchor(self) -> str:
        """How a page names it within an address: "#id_cover-email"."""
        return f"id_{self.name}"

    @property
    def value(self):
        return getattr(self.entry.record, self.column.field)

    @property
    def blank(self) -> bool:
        return self.value is None or self.value == ""

    @property
    def outside(self) -> bool:
        """Whether the line is declared nil or not applicable, which then stands in place of what the cell holds."""
        return self.entry.point is not None and not self.applies

    @property
    def required(self) -> bool:
        return self.column.required and self.applies

    @property
    def missing(self) -> bool:
        return self.required and self.blank

    @property
    def where(self) -> str:
        """The column and, where there is one, the date or year: "Enabled at 31 March 2005"."""
        return self.column.at(self.entry.point)


@dataclass
class Answers:
    """The answers of a return, or of some of its sections, in the order of the proforma."""

    return_: Return
    sections: tuple[Section, ...]
    departments: list[Department]
    allocations: dict[str, Allocation]
    people: People
    signed: dict[PlaceAddress, SignOff]
    queries: dict[PlaceAddress, list[Query]]
    _records: dict = field(repr=False)
    _lists: dict = field(repr=False)
    frozen: bool = False  # a version that was sent or approved: nothing in it can still be done

    @property
    def lead(self) -> User | None:
        return self.people.lead

    @cached_property
    def department_by_slug(self) -> dict[str, Department]:
        return {department.slug: department for department in self.departments}

    def places(self, section: Section | None = None) -> Iterator[Place]:
        """Every place that is asked, in the order of the proforma, departments by name within a line."""
        for each in [section] if section else self.sections:
            if any(table.shape == "record" for table in each.tables):
                yield Place(self.return_, each)
            for line in each.lines:
                if each.per_department:
                    for department in self.departments:
                        yield Place(self.return_, each, line, department)
                else:
                    yield Place(self.return_, each, line)
            for table in each.tables:
                for record in self.list_rows(table):
                    yield self._list_place(each, record)

    def list_rows(self, table: Table) -> list:
        return self._lists.get(table.key, [])

    def _list_place(self, section: Section, record: CaseStudy) -> Place:
        line = Line(key=record.line, label=record.title or f"{section.line_word} {record.line}")
        return Place(self.return_, section, line, record.department)

    def at(self, address: PlaceAddress) -> Place | None:
        """The place of that address, or None where nothing is asked there, or no longer."""
        section = next((each for each in self.sections if each.key == address.section), None)
        return (
            next((place for place in self.places(section) if place.key == address), None) if section else None
        )

    def place(
        self, section_key: str, line_key: str | None, department_slug: str | None = None
    ) -> Place | None:
        """The place that an address of the web names, or None where the proforma and the council have none."""
        section = next((each for each in self.sections if each.key == section_key), None)
        if section is None:
            return None
        if line_key is None:
            return Place(self.return_, section) if any(t.shape == "record" for t in section.tables) else None
        for table in section.tables:
            for record in self.list_rows(table):
                if record.line == line_key and department_slug is None:
                    return self._list_place(section, record)
        line = section.lines_by_key.get(line_key)
        if line is None or section.per_department != (department_slug is not None):
            return None
        if department_slug is None:
            return Place(self.return_, section, line)
        department = self.department_by_slug.get(department_slug)
        return department and Place(self.return_, section, line, department)

    def entries(self, place: Place) -> list[Entry]:
        """The records of that place, table by table and point by point."""
        found = []
        for table in place.tables:
            for point in table.points or (None,):
                found.append(Entry(place, table, point, self.record(place, table, point)))
        return found

    def record(self, place: Place, table: Table, point: Point | None = None):
        department_id = place.department.pk if table.per_department else None
        return self._records[table.model, department_id, place.line and place.line.key, point and point.key]

    def head(self, place: Place):
        """The record that speaks for the place as a whole."""
        return self.record(place, place.tables[0]) if not place.tables[0].points else None

    def applies(self, place: Place) -> bool:
        """False if the line is declared nil or not applicable, so that nothing else of it is asked."""
        return getattr(self.head(place), "applies", True)

    def not_adopted(self, place: Place) -> bool:
        """Whether the line is voluntary, one of this type of council's functions, and not taken on."""
        tier = self.return_.proforma.tier_of(place.line) if place.line else None
        if tier is None or tier.mandatory or self.applies(place):
            return False
        return place.line.is_function_of(self.return_.authority.kind)

    def outside(self, place: Place) -> str:
        """Why a line is not asked: "Not adopted", "Not applicable" or, of figures, "Nil"; nothing where it is."""
        if self.applies(place):
            return ""
        if any(column.field == "nil" for column in place.tables[0].columns):
            return "Nil"
        return "Not adopted" if self.not_adopted(place) else "Not applicable"

    def cells(self, place: Place) -> Iterator[Cell]:
        applies = self.applies(place)
        for entry in self.entries(place):
            for column in entry.table.columns:
                yield Cell(entry, column, applies)

    def lights(self, place: Place) -> list[str]:
        """The ratings of a place in the order of their dates: a letter, N where it does not apply, or blank."""
        lights = [cell for cell in self.cells(place) if cell.column.field == "light"] if place.tables else []
        return [NOT_APPLICABLE if cell.outside else cell.value for cell in lights]

    def count_lights(self, places: Iterable[Place]) -> Counter[tuple[str, str]]:
        """How many of the places have each light at each date, by the key of the date and light, as in `lights`."""
        return Counter(
            (point.key, light)
            for place in places
            for point, light in zip(place.section.points, self.lights(place), strict=False)
        )

    def owner(self, place: Place) -> User | None:
        """The one person answerable for the place."""
        if place.department:
            return place.department.contributor
        if place.line:
            return self.allocations[place.line.key].owner
        return self.lead

    def department(self, place: Place) -> Department | None:
        """The department that answers the place; the lead's own where the lead answers."""
        if place.department:
            return place.department
        if place.line:
            return self.allocations[place.line.key].department
        return next(iter(self.lead.departments.all()), None) if self.lead else None

    def council_sum(self, section: Section, table: Table, line: Line, point: Point, name: str) -> Sum:
        """The sum over departments; one that declares the line nil adds nothing and is not blank."""
        values = []
        for department in self.departments:
            place = Place(self.return_, section, line, department)
            if self.applies(place):
                values.append(getattr(self.record(place, table, point), name))
        return total(values)

    def allocation(self, place: Place) -> Allocation | None:
        return None if place.department or not place.line else self.allocations[place.line.key]

    def due(self, place: Place):
        """The day on which the answer of the place is due, in the present state of the return."""
        allocation, sent_back = self.allocation(place), self.return_.open_again.get(place.key)
        due = (allocation and allocation.due) or self.return_.answers_due
        return due_in_state(self.return_, due, sent_back and clock.day_of(sent_back.event.at))


def model_of(table: Table):
    return apps.get_model(table.model)


def read(return_: Return, *sections: str) -> Answers:
    """The answers of the return, or of the sections named, by one query for each kind of record."""
    proforma = return_.proforma
    wanted = tuple(s for s in proforma.sections if not sections or s.key in sections)
    # Sorted here, since databases sort names each in their own way.
    departments = sorted(departments_of(return_).select_related("contributor"), key=lambda d: (d.name, d.pk))
    by_id = {department.pk: department for department in departments}
    records, lists = {}, {}
    for table in {table.model: table for section in wanted for table in section.tables}.values():
        rows = list(model_of(table).objects.filter(return_record=return_).order_by("pk"))
        for row in rows:
            _attach(row, "return_record", return_)
            department_id = getattr(row, "department_id", None)
            if department_id:
                _attach(row, "department", by_id[department_id])
            line = getattr(row, table.row_field, None)
            point = getattr(row, "point", None)
            records[table.model, None if table.shape == "list" else department_id, line, point] = row
        if table.shape == "list":
            lists[table.key] = rows
    allocations = return_.allocations.select_related("owner", "department")
    signed = list(return_.signoffs.select_related("event"))
    signers = User.objects.in_bulk({row.event.by_id for row in signed})
    for row in signed:
        _attach(row.event, "by", signers[row.event.by_id])
    queries: dict[PlaceAddress, list[Query]] = {}
    for query in return_.queries.select_related("asked__by", "replied__by", "closed__by"):
        queries.setdefault(query.key, []).append(query)
    return Answers(
        return_,
        wanted,
        departments,
        {a.line: a for a in allocations},
        people_of(return_),
        {row.key: row for row in signed},
        queries,
        records,
        lists,
    )


def _attach(row, name: str, other) -> None:
    """The row refers to this object, whose key it holds already; quick, as a page sets thousands of rows."""
    row._meta.get_field(name).set_cached_value(row, other)
