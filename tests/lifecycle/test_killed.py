"""A process that is killed while it approves leaves everything or nothing."""

import json
import sqlite3
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection


@pytest.fixture
def database(django_db_setup, django_db_blocker, tmp_path):
    """The demonstration councils in a file of their own."""
    with django_db_blocker.unblock():
        if connection.vendor != "sqlite":
            pytest.skip("Copies an SQLite file for each point; the acts are the same on any database.")
        connection.ensure_connection()
        path = tmp_path / "councils.sqlite3"
        with sqlite3.connect(path) as copy:
            connection.connection.backup(copy)
        copy.close()
    return path


def test_approval_killed_anywhere_leaves_everything_or_nothing(database, tmp_path):
    command = [sys.executable, "-m", "tests.support.killing", str(database), str(tmp_path)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)

    assert result["writes"] == [
        "INSERT returns_event",
        "UPDATE returns_return",
        "INSERT returns_version",
        "INSERT returns_decision",
        "INSERT returns_notice",
    ]
    approved = result["reference"]
    assert approved["versions"] == ["cabinet", "approved", "cabinet", "approved"]
    assert (approved["status"], approved["history"], approved["integrity"]) == ("approved", [], "ok")
    assert (approved["whole"], approved["served"]) == (True, approved["pdf"])
    untouched = result["points"]["before drawing"]["found"]
    assert (untouched["status"], untouched["versions"]) == (
        "with_cabinet",
        ["cabinet", "approved", "cabinet"],
    )
    assert (untouched["history"], untouched["integrity"]) == ([], "ok")
    assert (untouched["decisions"], untouched["head"]) == (
        approved["decisions"] - 1,
        approved["head"] - 2,
    )
    nothing = {"ended by": "SIGKILL", "found": untouched, "then": approved}
    everything = {"ended by": "SIGKILL", "found": approved, "then": approved}
    points = ["before drawing", "after drawing", "1", "2", "3", "4", "5", "before commit"]
    assert result["points"] == dict.fromkeys(points, nothing) | {"after commit": everything}
