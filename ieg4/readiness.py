"""Whether this installation is ready to serve: its database, migrations and guards, and what waits in its queues."""

from __future__ import annotations

import datetime
from functools import cache
from importlib import import_module

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Min

from returns import clock
from returns.models import Drawing, Notice

# One row for each trigger that is in force.
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}


def ask_database() -> None:
    """The database has answered a query. Raises OperationalError where it does not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def unapplied_migrations() -> list[str]:
    """The migrations of this program that the database has not had, such as "returns.0006_drawing"."""
    applied = MigrationRecorder(connection).applied_migrations()
    return [f"{app}.{name}" for app, name in _migrations() if (app, name) not in applied]


@cache
def _migrations() -> list[tuple[str, str]]:
    """Read from the program's files once: they don't change while it runs."""
    return sorted(MigrationLoader(None).disk_migrations)


def missing_guards() -> list[str]:
    """The triggers against changes to locked answers and history that are missing or disabled in the database."""
    wanted = {
        name
        for guards in ("0001_guards", "0002_guards_of_copies")  # 0003 installs one of the first anew
        for name in import_module(f"ieg4.migrations.{guards}").trigger_names(connection.vendor)
    }
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor])
        found = {name for (name,) in cursor.fetchall()}
    return sorted(wanted - found)


def readiness() -> dict:
    """Whether pages can be served, and the queues of the two other processes. Takes four short queries.

    It says nothing of any one council. Queued work doesn't make it unready: pages are served all the same.
    """
    unapplied = unapplied_migrations()
    if unapplied:  # the tables of the queues may not be there yet
        return {"ready": False, "migrations_unapplied": len(unapplied)}
    mail = Notice.objects.filter(mail=Notice.Mail.QUEUED).aggregate(count=Count("pk"), oldest=Min("at"))
    drawings = Drawing.objects.filter(state__in=(Drawing.State.WAITING, Drawing.State.TAKEN)).aggregate(
        count=Count("pk"), oldest=Min("requested_at")
    )
    return {
        "ready": True,
        "migrations_unapplied": 0,
        "mail": {"queued": mail["count"], "oldest_seconds": _seconds(clock.now(), mail["oldest"])},
        "drawings": {
            "queued": drawings["count"],
            "oldest_seconds": _seconds(clock.real_now(), drawings["oldest"]),
        },
    }


def _seconds(now: datetime.datetime, oldest: datetime.datetime | None) -> int:
    """How long it has waited, in seconds; 0 if nothing waits."""
    return max(0, round((now - oldest).total_seconds())) if oldest else 0
