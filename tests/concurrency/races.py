"""A race, run in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 600  # seconds, on a busy machine


def race(url: str, scenario: str, *options: str) -> dict:
    """The numbers of a race, run in a process of its own on that database."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.concurrency.racing", scenario, "--limit", str(LIMIT), *options],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        timeout=LIMIT + 60,
    )
    assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}{done.stderr}"
    [line] = done.stdout.splitlines()
    print(line)  # noqa: T201
    return json.loads(line)
