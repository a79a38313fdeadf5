"""Opens a return with every record that its proforma declares, blank."""

from __future__ import annotations

import datetime

from django.db import transaction

from ..answers.reader import model_of
from ..models import Allocation, Authority, Department, Return, User
from ..proforma import Line, Section, Table, load
from ..rules import access
from .base import ActionRefused, fresh, lock_council


@transaction.atomic
def open_return(
    *,
    authority: Authority,
    by: User | None,
    proforma_key: str,
    answers_due: datetime.date,
    cabinet_date: datetime.date,
) -> Return:
    """A new return with every record the proforma declares, blank: "missing" is "is blank".

    `by` is the council's administrator, or None where a command opens it. The council's row is locked, so that a
    department added meanwhile has its records too. Raises ActionRefused.
    """
    authority = lock_council(authority)
    if by is not None and not access.can_open_return(fresh(by), authority):
        raise ActionRefused("The council’s administrator opens its returns.")
    proforma = load(proforma_key)
    if authority.returns.filter(round=proforma.round.key).exists():
        raise ActionRefused(f"The council’s {proforma.round.name} return is open already.")
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
        add_blank_records(return_, department)
    return return_


def add_blank_records(return_: Return, department: Department) -> None:
    """Part of acts: the blank records of a department that contributes figures from now on."""
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
