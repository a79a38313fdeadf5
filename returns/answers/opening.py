"""Opens a return with every record that its proforma declares, blank."""

from django.db import transaction

from ..models import Allocation, Department, Return
from ..proforma import Line, Section, Table, load
from .reader import model_of


@transaction.atomic
def open_return(*, authority, proforma_key: str, answers_due, cabinet_date) -> Return:
    """A new return with every record the proforma declares, blank: an answer is missing when it is blank."""
    proforma = load(proforma_key)
    return_ = Return.objects.create(
        authority=authority,
        round=proforma.round.key,
        proforma_key=proforma_key,
        answers_due=answers_due,
        cabinet_date=cabinet_date,
    )
    Allocation.objects.bulk_create(
        Allocation(return_record=return_, line=line) for line in proforma.allocated_lines
    )
    for section in proforma.sections:
        for table in section.tables:
            if table.shape == "record":
                model_of(table).objects.create(return_record=return_)
            elif table.shape == "grid" and not table.per_department:
                _create_grid(return_, section, table, {})
    for department in authority.departments.all():
        add_department(return_=return_, department=department)
    return return_


@transaction.atomic
def add_department(*, return_: Return, department: Department) -> None:
    """The blank records of a department that contributes figures from now on."""
    for section in return_.proforma.sections:
        for table in section.tables:
            if table.per_department:
                _create_grid(return_, section, table, {"department": department})


def _create_grid(return_: Return, section: Section, table: Table, shared: dict) -> None:
    model = model_of(table)
    start = getattr(model, "starting_values", _blank)
    rows = []
    for line in section.lines:
        for point in table.points or (None,):
            values = {table.row_field: line.key} | ({table.point_field: point.key} if point else {})
            rows.append(model(return_record=return_, **values, **shared, **start(line, return_)))
    model.objects.bulk_create(rows)


def _blank(line: Line, return_: Return) -> dict:
    return {}
