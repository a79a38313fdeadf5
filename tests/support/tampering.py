"""Ways to alter a return behind its back: as the application's database user could, and as the database's owner."""

from __future__ import annotations

import datetime
import importlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from django.apps import apps
from django.db import connection, models, transaction

from returns.models import (
    Allocation,
    Answer,
    Correction,
    Decision,
    Event,
    Filing,
    Query,
    ReportCopy,
    Return,
    SentBack,
    SignOff,
    Version,
)

guards = importlib.import_module("ieg4.migrations.0001_guards")
guards_of_copies = importlib.import_module("ieg4.migrations.0002_guards_of_copies")
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


# Single changes drawn by chance.

TABLES = [
    *answer_models(),
    Allocation,
    SignOff,
    SentBack,
    Query,
    Decision,
    Filing,
    Version,
    ReportCopy,
    Correction,
    Event,
    Return,
]


@dataclass(frozen=True)
class Tampering:
    """One change: by which way, of which row, and what is done to it."""

    way: str  # page, act, orm, sql, owner
    what: str  # for a page or act its name; otherwise alter, delete or add
    row: models.Model | None = None
    column: str = ""
    value: object = None
    by: str = ""

    def __str__(self):
        return f"{self.way}: {self.what} {self.row!r} {self.column} {self.value!r:.60} {self.by}"


def random_changes(
    return_, number: int, seed: int, *, pages: list[tuple], acts: list[tuple]
) -> list[Tampering]:
    """Changes drawn by chance, the same for the same seed; of pages and acts those given, each with who tries it."""
    chance = random.Random(seed)
    found = []
    for _ in range(number):
        way = chance.choices(["page", "act", "orm", "sql", "owner"], [1, 1, 2, 2, 4])[0]
        if way in ("page", "act"):
            name, by = chance.choice(pages if way == "page" else acts)
            found.append(Tampering(way, name, by=by))
            continue
        model = chance.choice(TABLES)
        rows = list(of_return(model, return_))
        what = chance.choice(["alter", "alter", "alter", "delete", "add"]) if rows else "add"
        if model is Return and what == "add":
            what = "alter"  # another return is no change to this one
        row = chance.choice(rows) if rows else forged(model, return_)
        if what == "alter":
            fields = [field for field in model._meta.concrete_fields if not field.primary_key]
            field = chance.choice(fields)
            found.append(Tampering(way, what, row, field.name, another(field, row, chance)))
        else:
            found.append(Tampering(way, what, copy_of(row, chance) if what == "add" else row))
    return found


def another(field: models.Field, row, chance: random.Random):
    """A value for that column which it does not hold, and which the column could hold."""
    value = getattr(row, field.attname)
    if field.remote_field:
        others = list(
            field.related_model.objects.exclude(pk=value).order_by("pk").values_list("pk", flat=True)
        )
        return field.related_model.objects.get(pk=chance.choice(others))
    if field.choices:
        offered = [key for key, _ in field.choices if key != value]
        return chance.choice(offered)
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.DateTimeField):
        return value + datetime.timedelta(seconds=chance.choice([-1, 1, 86_400]))
    if isinstance(field, models.DateField):
        return value + datetime.timedelta(days=1) if value else datetime.date(2004, 12, 25)
    if isinstance(field, models.DecimalField):
        return (value or Decimal()) + Decimal("0.1")
    if isinstance(field, models.IntegerField):
        return (value or 0) + chance.choice([1, 2, 7])
    if isinstance(field, models.BinaryField):
        body = bytearray(value)
        body[chance.randrange(len(body))] ^= 1
        return bytes(body)
    if not value:
        return "x"
    at = chance.randrange(len(value))
    return f"{value[:at]}{'x' if value[at] != 'x' else 'y'}{value[at + 1 :]}"


def copy_of(row, chance: random.Random):
    """A row like that one, for another line, number or event, so that no constraint speaks against it."""
    copy = type(row)(**{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields})
    copy.pk = None
    fields = {field.name for field in copy._meta.concrete_fields}
    if "line" in fields and not isinstance(copy, Event):
        copy.line = f"X{chance.randrange(100)}"
    if "number" in fields and not isinstance(copy, (Answer, Correction)):
        copy.number += 5000
    if "event" in fields:
        used = type(copy).objects.values("event")
        copy.event = Event.objects.filter(return_record=row.return_record).exclude(pk__in=used).first()
    return copy


def forged(model, return_):
    """A row for a table of which the return has none."""
    event = return_.events.order_by("number")[10]
    if model is Filing:
        return Filing(return_record=return_, event=event, date=datetime.date(2004, 12, 7), reference="IEG4-1")
    if model is Correction:
        record = return_.decisions.first()
        return Correction(return_record=return_, event=event, decision=record, date=record.date, number="99")
    assert model is SentBack
    return SentBack(return_record=return_, section="outcomes", line="R1", event=event)


def by_orm(change: Tampering, chance: random.Random) -> None:
    """The same change in one of the ways that Django's models offer."""
    row, model = change.row, type(change.row)
    if change.what == "add":
        chance.choice([lambda: row.save(force_insert=True), lambda: model.objects.bulk_create([row])])()
    elif change.what == "delete":
        chance.choice([row.delete, lambda: model.objects.filter(pk=row.pk)._raw_delete(using="default")])()
    else:
        setattr(row, change.column, change.value)
        chance.choice(
            [
                row.save,
                lambda: row.save(update_fields=[change.column]),
                lambda: model.objects.filter(pk=row.pk).update(**{change.column: change.value}),
                lambda: model.objects.bulk_update([row], [change.column]),
            ]
        )()


def by_sql(change: Tampering) -> None:
    if change.what == "add":
        sql_insert(change.row)
    elif change.what == "delete":
        sql_delete(change.row)
    else:
        value = change.value.pk if isinstance(change.value, models.Model) else change.value
        sql_update(change.row, change.column, value)


def named(change: Tampering, messages: list[str]) -> bool:
    """Whether one of the messages names what was altered: the line, the event, the version and so on."""
    row = change.row
    if isinstance(row, Event):
        names = [f"Event {row.number:,} ", f"of event {row.number - 1:,} ", "The record case study"]
        if change.column == "number" or change.what == "add":
            names.append("Event ")
    elif isinstance(row, Version):
        names = ["version", "Version"]
    elif isinstance(row, Correction):
        names = ["The correction of event "]
    elif isinstance(row, ReportCopy):
        names = ["The covering report of ", "Covering report of version "]
    elif isinstance(row, Decision):
        names = ["Cabinet’s decision"]
    elif isinstance(row, Filing):
        names = ["The filing"]
    elif isinstance(row, Query):
        names = [f"Query {row.number} "]
    elif isinstance(row, Return):
        names = ["return", "The return’s"]
    else:
        names = _words(row)
    return any(name in message for name in names for message in messages)


def _words(row) -> list[str]:
    """What an answer, owner, signature or thing sent back goes by."""
    if getattr(row, "line", ""):
        return [row.line]
    section = {"Cover": "Cover", "Context": "Context", "EfficiencyNote": "Efficiency"}.get(type(row).__name__)
    return [section or row.section.title(), f"The record {type(row)._meta.verbose_name} "]
