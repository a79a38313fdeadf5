"""A database that is busy or away has a page of its own, and one line in the log; a mistake of ours has neither."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUSY = {
    "during": {"status": 503, "retry_after": "30", "h1": "Please try again in a moment"},
    "health": None,
    "logged": [["ieg4.views", 1, False]],
    "after": 302,
}
# Two more lines for the two pages that monitors ask.
AWAY = BUSY | {
    "health": [503, 503],
    "logged": [["ieg4.views", 1, False], *[["django.request", 1, False]] * 2],
}
MISTAKEN = {
    "during": {"status": 500, "retry_after": None, "h1": "Something went wrong on our side"},
    "health": None,
    "logged": [["django.request", 1, True]],
    "after": 302,
}


def test_a_save_while_the_database_is_busy_or_away(database_url, engine):
    done = subprocess.run(
        [sys.executable, "-m", "tests.concurrency.troubles"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    slow = {"slow": BUSY} if engine == "postgresql" else {}
    assert json.loads(done.stdout) == {"locked": BUSY, "away": AWAY, "mistaken": MISTAKEN} | slow
