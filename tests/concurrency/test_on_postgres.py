"""What the tests of `returns` show on SQLite holds on PostgreSQL too."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUTER = "PYTEST_"  # what tells a worker of this run which one it is would confuse the other run


def test_tests_of_returns_pass_on_postgresql(postgres_url):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OUTER)}

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/returns", "-q", "-p", "no:cacheprovider"],
        cwd=ROOT,
        env=environment | {"DATABASE_URL": postgres_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
    )

    assert done.returncode == 0, "\n".join(done.stdout.splitlines()[-60:])
