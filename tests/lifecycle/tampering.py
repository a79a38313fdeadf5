"""Ways to alter a return behind its back: as the application's database user could, and as the database's owner."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, models, transaction

from returns.models import Answer, Return

guards = importlib.import_module("ieg4.migrations.0001_guards")
quote = connection.ops.quote_name


def answer_models() -> list[type[Answer]]:
    """Every table of answers there is, of all apps."""
    return [model for model in apps.get_models() if issubclass(model, Answer)]


def of_return(model, return_: Return):
    """The rows of that table that belong to the return."""
    found = (
        model.objects.filter(pk=return_.pk)
        if model is Return
        else model.objects.filter(return_record=return_)
    )
    return found.order_by("pk")


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done inside is taken back at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def installed_guards() -> set[tuple[str, str]]:
    """The triggers the database has, each with its table; those of foreign keys apart."""
    if connection.vendor == "postgresql":
        query = (
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal"
        )
    else:
        query = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
    return set(fetch(query))


def lift_guards() -> None:
    """The database refuses nothing more but broken constraints; what only its owner can do."""
    if connection.vendor == "postgresql":
        run(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # a table whose rows still wait to be checked can't lose a trigger
        run("SET CONSTRAINTS ALL DEFERRED")
    statement = "DROP TRIGGER {} ON {}" if connection.vendor == "postgresql" else "DROP TRIGGER {}"
    for table, name in installed_guards():
        run(statement, names=(name, table))


def run(statement: str, *values, names=()) -> int:
    """How many rows the statement changed; `names` of tables and columns stand where it has braces."""
    with connection.cursor() as cursor:
        cursor.execute(statement.format(*map(quote, names)), list(values))
        return cursor.rowcount


def fetch(statement: str, *values, names=()) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(*map(quote, names)), list(values))
        return [tuple(row) for row in cursor.fetchall()]


def prepared(field: models.Field, value):
    return field.get_db_prep_save(value, connection)


def sql_update(row: models.Model, name: str, value) -> int:
    """One column of one row, by plain SQL."""
    field = row._meta.get_field(name)
    names = (row._meta.db_table, field.column)
    return run("UPDATE {} SET {} = %s WHERE id = %s", prepared(field, value), row.pk, names=names)


def sql_delete(row: models.Model) -> int:
    return run("DELETE FROM {} WHERE id = %s", row.pk, names=[row._meta.db_table])


def sql_insert(row: models.Model, *, instead_of: models.Model | None = None) -> int:
    """That row as it is, its number apart; `instead_of` an older row in SQLite's own way, which asks no trigger."""
    fields = [field for field in row._meta.concrete_fields if instead_of or not field.primary_key]
    how = "INSERT OR REPLACE INTO {} (" if instead_of else "INSERT INTO {} ("
    marks = ", ".join(["{}"] * len(fields)) + ") VALUES (" + ", ".join(["%s"] * len(fields)) + ")"
    values = [prepared(field, getattr(row, field.attname)) for field in fields]
    return run(how + marks, *values, names=[row._meta.db_table, *(field.column for field in fields)])
