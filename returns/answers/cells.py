"""The value of one cell, as a person types it or reads it."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from ..proforma import Column, Table
from ..values import wording
from ..values.parsing import clean_text
from .reader import NOT_APPLICABLE, Cell, model_of

LIGHT, COUNT, MONEY, CHOICE, TICK, DATE, TEXT = "light", "count", "money", "choice", "tick", "date", "text"
NIL = "nil"


@cache
def kind_of(table: Table, field: str) -> str:
    """What kind of answer a column takes; a computed column is text, but for the date of filing."""
    if field == "light":
        return LIGHT
    try:
        model_field = model_of(table)._meta.get_field(field)
    except FieldDoesNotExist:
        return DATE if field == "submitted_on" else TEXT
    if isinstance(model_field, models.PositiveIntegerField):
        return COUNT
    if isinstance(model_field, models.DecimalField):
        return MONEY
    if isinstance(model_field, models.BooleanField):
        return TICK
    return CHOICE if model_field.choices else TEXT


@cache
def choices_of(table: Table, field: str) -> dict[str, str]:
    """The stored key of each choice with its label."""
    return dict(model_of(table)._meta.get_field(field).flatchoices)


def typed(cell: Cell) -> str:
    """The answer exactly as it must be typed; empty if it is blank.

    A rating of a line that doesn't apply is N, a figure of a line declared nil is "nil".
    """
    table, field = cell.entry.table, cell.column.field
    kind = kind_of(table, field)
    if cell.outside:
        return NOT_APPLICABLE if kind == LIGHT else NIL
    value = cell.value
    if kind == TICK:
        return "Yes" if value else "No"
    if value is None or value == "":
        return ""
    if kind == DATE:
        return wording.day(value)
    if kind == CHOICE:
        return choices_of(table, field)[value]
    return plain_figure(value) if kind in (COUNT, MONEY) else clean_text(str(value))


def plain_figure(value: int | Decimal) -> str:
    """A figure without thousands separators: 1234, 1234.5; money that is whole has no decimal place."""
    return wording.figure(value).replace(",", "")


def in_words(cell: Cell) -> str:
    """The answer as a person reads it, figures with thousands separators; empty if it is blank."""
    if kind_of(cell.entry.table, cell.column.field) in (COUNT, MONEY) and typed(cell) not in ("", NIL):
        return wording.figure(cell.value)
    return typed(cell)


def for_spreadsheet(cell: Cell) -> str | int | Decimal | None:
    """The answer as a figure where it is one, else in words, a light by its name; None while blank or outside."""
    if cell.blank or cell.outside:
        return None
    kind = kind_of(cell.entry.table, cell.column.field)
    if kind in (COUNT, MONEY):
        return cell.value
    return choices_of(cell.entry.table, cell.column.field)[cell.value] if kind == LIGHT else typed(cell)


def posted_in_words(table: Table, field: str, text: str) -> str:
    """What was typed or chosen in a form, before any rule is put to it: a choice by its label, the rest as it is."""
    kind = kind_of(table, field)
    if kind == TICK:
        return "Yes" if text else ""
    return str(choices_of(table, field).get(text, text)) if kind in (LIGHT, CHOICE) else text


def kept_in_words(table: Table, field: str, text: str) -> str:
    """A value from the history as a person reads it: a choice by its label, figures with thousands separators; empty
    if it is blank."""
    kind = kind_of(table, field)
    if kind == TICK:
        return "Yes" if text else "No"
    if not text:
        return ""
    if kind == MONEY:
        return wording.figure(Decimal(text))
    if kind == COUNT:
        return wording.figure(int(text))
    return choices_of(table, field)[text] if kind in (LIGHT, CHOICE) else text


def figures_in_words(table: Table, column: Column, old: str, new: str) -> str:
    """How a figure changed, from both in words: "was 210, now 85 (£ thousand)"; empty if it is not a figure."""
    if kind_of(table, column.field) not in (COUNT, MONEY):
        return ""
    unit = f" ({column.unit})" if column.unit else ""
    return f"was {old or 'blank'}, now {new or 'blank'}{unit}"
