"""Copies of a whole database, made by the engine itself."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2


@contextlib.contextmanager
def copied(url: str) -> Iterator[str]:
    """The address of a database with all that is in that one, until the end of the block.

    On PostgreSQL nobody may be connected to the one that is copied.
    """
    with _copied_file(url) if url.startswith("sqlite:") else _copied_on_server(url) as copy:
        yield copy


@contextlib.contextmanager
def _copied_file(url: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="ieg4-sqlite-") as folder:
        path = Path(folder, "copy.sqlite3")
        with (
            contextlib.closing(sqlite3.connect(urlsplit(url).path.removeprefix("/"))) as source,
            contextlib.closing(sqlite3.connect(path)) as copy,
        ):
            source.backup(copy)
        yield f"sqlite:///{path}"


@contextlib.contextmanager
def _copied_on_server(url: str) -> Iterator[str]:
    address = urlsplit(url)
    original, copy = address.path.removeprefix("/"), f"copy_{uuid4().hex}"
    with contextlib.closing(psycopg2.connect(address._replace(path="/postgres").geturl())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
            try:
                yield address._replace(path=f"/{copy}").geturl()
            finally:
                cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')
