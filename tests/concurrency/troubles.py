"""The database is busy, slow or away while somebody saves: `python -m tests.concurrency.troubles`.

A process of its own, with short limits instead of the twenty and sixty seconds of the settings. What comes of it is
one line of JSON: for each trouble what a save was answered during it, what was logged, and what the same save was
answered once it was over.
"""

import contextlib
import json
import logging
import os
import re
import socket
import sqlite3
import sys
from collections.abc import Iterator

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django  # noqa: E402
import psycopg2  # noqa: E402
from django.conf import settings  # noqa: E402

DATABASE = settings.DATABASES["default"]
POSTGRESQL = DATABASE["ENGINE"].endswith("postgresql")
DATABASE["CONN_HEALTH_CHECKS"] = False
if POSTGRESQL:
    DATABASE["OPTIONS"]["options"] = "-c lock_timeout=200ms"
else:
    DATABASE["OPTIONS"]["timeout"] = 0.2
django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from returns.models import User  # noqa: E402

PAGE = "/marchshire/ieg4/messages/"
LOCK = "LOCK TABLE returns_notice IN ACCESS EXCLUSIVE MODE"


def other():
    """A connection of somebody else."""
    if POSTGRESQL:
        return psycopg2.connect(
            host=DATABASE["HOST"], port=DATABASE["PORT"], user=DATABASE["USER"],
            password=DATABASE["PASSWORD"], dbname=DATABASE["NAME"],
        )  # fmt: skip
    return sqlite3.connect(DATABASE["NAME"], isolation_level=None)


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Somebody else holds what the save needs."""
    with contextlib.closing(other()) as holder:
        cursor = holder.cursor()
        cursor.execute(LOCK if POSTGRESQL else "BEGIN IMMEDIATE")
        yield
        holder.rollback()


@contextlib.contextmanager
def slow() -> Iterator[None]:
    """What the save asks takes longer than one statement may."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0; SET statement_timeout = '200ms'")
    with locked():
        yield
    connection.close()


@contextlib.contextmanager
def away() -> Iterator[None]:
    """The connection is lost and no new one is taken."""
    with socket.socket() as nobody:  # bound, but listening to none
        nobody.bind(("127.0.0.1", 0))
        changed = (
            {"HOST": "127.0.0.1", "PORT": nobody.getsockname()[1]} if POSTGRESQL else {"NAME": "/nowhere/db"}
        )
        kept = {name: connection.settings_dict[name] for name in changed}
        connection.close()
        connection.settings_dict |= changed
        yield
        connection.settings_dict |= kept


@contextlib.contextmanager
def mistaken() -> Iterator[None]:
    """A table is not there: a mistake, which doesn't pass."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE returns_notice RENAME TO elsewhere")
        yield
        cursor.execute("ALTER TABLE elsewhere RENAME TO returns_notice")


class Kept(logging.Handler):
    """What is logged from warnings up: by which logger, in how many lines, and whether with a traceback."""

    def __init__(self):
        super().__init__()
        self.lines: list[list] = []

    def emit(self, record):
        if record.levelno >= logging.WARNING:
            self.lines.append([record.name, len(record.getMessage().splitlines()), bool(record.exc_info)])


def tried(client: Client) -> dict:
    """What a save is answered."""
    response = client.post(PAGE, {"upto": "1"})
    heading = re.search(r"<h1>(.*?)</h1>", response.content.decode())
    return {
        "status": response.status_code,
        "retry_after": response.headers.get("Retry-After"),
        "h1": heading[1] if heading else None,
    }


def health(client: Client) -> list:
    return [client.get(address).status_code for address in ("/health/", "/health/ready/")]


def main() -> None:
    lead = Client(raise_request_exception=False)
    lead.force_login(User.objects.get(username="lead"), backend="django.contrib.auth.backends.ModelBackend")
    said = {}
    for trouble in [locked, away, mistaken, *([slow] if POSTGRESQL else [])]:
        kept = Kept()
        logging.getLogger().addHandler(kept)
        with trouble():
            during = tried(lead)
            answers = health(Client(raise_request_exception=False)) if trouble is away else None
        logging.getLogger().removeHandler(kept)
        said[trouble.__name__] = {
            "during": during, "health": answers, "logged": kept.lines, "after": tried(lead)["status"],
        }  # fmt: skip
    print(json.dumps(said))  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
