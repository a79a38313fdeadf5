"""What a monitor is told, and what people are told while the database is busy or away."""

import datetime
import sqlite3

import psycopg2
import pytest
from django.db import DataError, InterfaceError, OperationalError, ProgrammingError, connection

from ieg4.readiness import missing_guards, unapplied_migrations
from ieg4.views import is_passing
from returns import clock
from returns.models import Drawing, Notice
from tests.support.clocks import both_at
from tests.support.poison import AT

R1 = "/marchshire/ieg4/outcomes/R1/"


def waiting(marchshire, person, **details) -> Drawing:
    values = {"document": "return", "title": "The return", "name": "x", "at": AT, "html": "<p>x"}
    return Drawing.objects.create(return_record=marchshire, requested_by=person, **(values | details))


def test_readiness_says_what_waits_and_for_how_long(client, marchshire, person):
    Notice.objects.update(mail=Notice.Mail.SENT)
    first, second, *_ = Notice.objects.filter(return_record=marchshire).order_by("pk")
    for notice, minutes in ((first, 90), (second, 5)):
        at = AT - datetime.timedelta(minutes=minutes)
        Notice.objects.filter(pk=notice.pk).update(mail=Notice.Mail.QUEUED, at=at, next_try=AT)
    waiting(marchshire, person("lead"), requested_at=AT - datetime.timedelta(seconds=7))
    waiting(marchshire, person("clerk"), requested_at=AT, state=Drawing.State.TAKEN, tries=1, leased_until=AT)
    waiting(marchshire, person("clerk"), requested_at=AT, state=Drawing.State.FAILED, tries=3)

    with both_at(AT):
        response = client.get("/health/ready/")

    assert (response.status_code, response.json()) == (
        200,
        {
            "ready": True,
            "migrations_unapplied": 0,
            "mail": {"queued": 2, "oldest_seconds": 5400},
            "drawings": {"queued": 2, "oldest_seconds": 7},
        },
    )


def test_readiness_with_nothing_waiting(client, marchshire):
    Notice.objects.update(mail=Notice.Mail.SENT)

    assert client.get("/health/ready/").json() == {
        "ready": True,
        "migrations_unapplied": 0,
        "mail": {"queued": 0, "oldest_seconds": 0},
        "drawings": {"queued": 0, "oldest_seconds": 0},
    }


def test_not_ready_before_the_database_has_had_every_migration(client, db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'returns' AND name = '0006_drawing'")

    response = client.get("/health/ready/")

    assert unapplied_migrations() == ["returns.0006_drawing"]
    assert (response.status_code, response.json()) == (503, {"ready": False, "migrations_unapplied": 1})


def test_readiness_asks_the_database_as_often_however_much_waits(
    client, marchshire, person, django_assert_num_queries
):
    client.get("/health/ready/")
    Notice.objects.update(mail=Notice.Mail.SENT)
    with django_assert_num_queries(4):
        client.get("/health/ready/")
    Notice.objects.update(mail=Notice.Mail.QUEUED)
    waiting(marchshire, person("lead"), requested_at=clock.real_now())

    with django_assert_num_queries(4):
        client.get("/health/ready/")


@pytest.mark.parametrize("table", ["returns_version", "returns_reportcopy"])
def test_every_guard_is_in_force_and_one_that_is_not_is_named(db, table):
    assert missing_guards() == []

    with connection.cursor() as cursor:
        on = f" ON {table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {table}_no_delete{on}")

    assert missing_guards() == [f"{table}_no_delete"]


def test_a_guard_that_is_switched_off_is_missing(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite can't switch a trigger off")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE returns_version DISABLE TRIGGER returns_version_no_truncate")

    assert missing_guards() == ["returns_version_no_truncate"]


def coded(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError()
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("raised", "cause", "passing"),
    [
        (OperationalError, coded(sqlite3.SQLITE_BUSY), True),
        (OperationalError, coded(sqlite3.SQLITE_CANTOPEN), True),
        (OperationalError, coded(sqlite3.SQLITE_FULL), True),
        (OperationalError, coded(sqlite3.SQLITE_ERROR), False),
        (OperationalError, psycopg2.errors.LockNotAvailable(), True),
        (OperationalError, psycopg2.errors.QueryCanceled(), True),
        (OperationalError, psycopg2.errors.AdminShutdown(), True),
        (InterfaceError, psycopg2.InterfaceError(), True),
        (ProgrammingError, psycopg2.errors.UndefinedTable(), False),
        (DataError, psycopg2.errors.NumericValueOutOfRange(), False),
        (ValueError, None, False),
    ],
)
def test_only_what_passes_by_itself_is_said_to_pass(raised, cause, passing):
    error = raised("x")
    error.__cause__ = cause

    assert is_passing(error) is passing


def test_too_many_fields_are_refused_like_too_many_characters(signed_in):
    officer = signed_in("officer-education")
    officer.raise_request_exception = False

    response = officer.post(R1, {f"field-{number}": "x" for number in range(2001)})

    assert response.status_code == 413
    assert "Not saved: the form is too long" in response.content.decode()


def test_what_is_too_large_is_refused_to_a_stranger_too(client):
    client.raise_request_exception = False

    response = client.post(R1, {"text": "x" * 6_100_000})

    assert response.status_code == 413
    assert "Not saved: the form is too long" in response.content.decode()
