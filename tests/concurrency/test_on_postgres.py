"""What the tests show of answers, signatures and history on SQLite holds on PostgreSQL too."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What leans on the database: the rest asks the same of either, and took twice the time for nothing.
MODULES = [
    "tests/unit/returns/documents/test_drawing.py",
    "tests/unit/returns/answers/test_answers.py",
    "tests/unit/returns/forms/test_unsaved.py",
    "tests/unit/ieg4/test_health.py",
    "tests/lifecycle/test_history_chain.py",
    "tests/lifecycle/test_meanwhile.py",
    "tests/lifecycle/test_signatures.py",
]
OF_TIME_ALONE = "hold_it_up or given_up or asks_waits"  # of these the database knows nothing
OUTER = "PYTEST_"  # what tells a worker of this run which one it is would confuse the other run


def test_what_leans_on_the_database_passes_on_postgresql(postgres_url):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OUTER)}

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *MODULES,
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            f"not ({OF_TIME_ALONE})",
        ],
        cwd=ROOT,
        env=environment | {"DATABASE_URL": postgres_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
    )

    assert done.returncode == 0, "\n".join(done.stdout.splitlines()[-60:])
