"""Approves a return and is killed on the way, at every point there is; prints what was left each time.

    python -m tests.support.killing DATABASE FOLDER

DATABASE is an SQLite file with the demonstration councils, FOLDER takes a copy of it for each point. What can't be
seen from a test's own process can be seen here: a process that ends without another word.
"""

import hashlib
import json
import os
import shutil
import signal
import sys
from pathlib import Path

import django

MOMENT = "2004-12-08 15:00"


def main(database: str, folder: str) -> None:
    template = Path(database)
    _open(template)
    _bring_to_cabinet()
    _close()
    drawn = Drawn()
    writes = _approve_whole(_copy(template, folder, "whole"), drawn)
    points = ["before drawing", "after drawing", *range(1, len(writes) + 1), "before commit", "after commit"]
    reference = _look()
    found = {}
    for point in points:
        path = _copy(template, folder, str(point).replace(" ", "-"))
        found[str(point)] = {"ended by": _killed_at(point, path, drawn), **_left(path, drawn)}
    print(json.dumps({"writes": writes, "reference": reference, "points": found}))  # noqa: T201


class Drawn:
    """The PDF of a version is drawn once for real. A later process that begins from the same head and moment
    would draw the same bytes again, in two seconds, so it is given these."""

    def __init__(self):
        from returns.lifecycle import performing

        self.real, self.kept = performing.version_pdf, {}

    def __call__(self, answers, version, event, decision, parts) -> bytes:
        key = version.digest, event.number, event.digest
        if key not in self.kept:
            self.kept[key] = self.real(answers, version, event, decision, parts)
        return self.kept[key]


def _open(path: Path) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = str(path)


def _close() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _copy(template: Path, folder: str, name: str) -> Path:
    return Path(shutil.copy(template, Path(folder) / f"{name}.sqlite3"))


def _return():
    from returns.models import Return

    return Return.objects.select_related("authority").get(authority__slug="wyeborough")


def _bring_to_cabinet() -> None:
    from ieg4.cabinet import report
    from returns.lifecycle import performing
    from tests.support.moving import at, reopen, send, sign

    real, performing.version_pdf = performing.version_pdf, lambda *_: b"%PDF-stand-in"
    report.copy_pdf = lambda _: b"%PDF-stand-in"
    with at("2004-12-08 10:00"):
        reopen(_return(), ("outcomes", "R3"))
        sign(_return(), "head-corporate", "corporate")
        send(_return())
    performing.version_pdf = real


def _approve(draw) -> None:
    from returns.lifecycle import performing
    from tests.support.moving import approve, at

    performing.version_pdf = draw
    with at(MOMENT):
        approve(_return(), delegate="head-corporate")


def _approve_whole(path: Path, drawn: Drawn) -> list[str]:
    """The writes of an approval that nobody interrupts."""
    from django.db import connection

    _open(path)
    seen = []

    def watch(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if _is_write(sql):
            words = sql.split()
            seen.append(f"{words[0]} {words[1 if words[0] == 'UPDATE' else 2]}".replace('"', ""))
        return result

    with connection.execute_wrapper(watch):
        _approve(drawn)
    return seen


def _is_write(sql: str) -> bool:
    return sql.startswith(("INSERT", "UPDATE", "DELETE"))


def _killed_at(point, path: Path, drawn: Drawn) -> str:
    from django.db import connection

    connection.close()
    child = os.fork()
    if child == 0:
        try:
            _open(path)
            _approve_until(point, drawn)
        finally:
            os._exit(1)  # it was to be killed
    _, status = os.waitpid(child, 0)
    return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "itself"


def _approve_until(point, drawn: Drawn) -> None:
    from django.db import connection

    written = 0

    def end() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def draw(*args) -> bytes:
        if point == "before drawing":
            end()
        body = drawn(*args)
        if point == "after drawing":
            end()
        return body

    def watch(execute, sql, params, many, context):
        nonlocal written
        result = execute(sql, params, many, context)
        written += _is_write(sql)
        if written == point:
            end()
        return result

    commit = connection._commit

    def committing() -> None:
        if point == "before commit":
            end()
        commit()
        if point == "after commit":
            end()

    connection.ensure_connection()
    connection._commit = committing
    with connection.execute_wrapper(watch):
        _approve(draw)


def _left(path: Path, drawn: Drawn) -> dict:
    """What the next process finds, and what it can make of it."""
    _open(path)
    found = {"found": _look()}
    if found["found"]["status"] == "with_cabinet":
        _approve(drawn)
    return found | {"then": _look()}


def _look() -> dict:
    from django.db import connection
    from django.test import Client

    from returns import history

    return_ = _return()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        integrity = cursor.fetchone()[0]
    last = return_.versions.order_by("-number").first()
    client = Client()
    client.force_login(
        return_.authority.people.get(username="wyeborough-lead"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    served = client.get(last.pdf_url)
    return {
        "integrity": integrity,
        "history": history.check(return_),
        "status": return_.status,
        "head": history.head(return_).number,
        "versions": list(return_.versions.order_by("number").values_list("kind", flat=True)),
        "decisions": return_.decisions.count(),
        "notices": return_.notices.count(),
        "pdf": last.pdf_digest,
        "served": hashlib.sha256(served.content).hexdigest() if served.status_code == 200 else "",
        "whole": served.content[:5] == b"%PDF-" and served.content.rstrip()[-5:] == b"%%EOF",
    }


if __name__ == "__main__":
    os.environ["DATABASE_URL"] = f"sqlite:///{sys.argv[1]}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    main(*sys.argv[1:])
