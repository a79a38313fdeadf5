"""The demonstration councils in a file, written once for all workers of a run; whoever needs them takes a copy."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).resolve().parents[2]
# The demonstration is loaded only where people try things out.
AS_ONE_TRIES_IT = {"DJANGO_SETTINGS_MODULE": "ieg4.settings", "DEBUG": "1", "TODAY": "2004-12-08"}


def manage(url: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=os.environ | AS_ONE_TRIES_IT | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, (
        f"manage.py {' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}"
    )


def demonstration(folder: Path, *, complete: bool = False) -> Path:
    """An SQLite database in that folder with the demonstration councils; complete, with nothing left to do.

    Written by the first who asks, while the others wait, and by nobody after.
    """
    folder.mkdir(exist_ok=True)
    path = folder / ("completed.sqlite3" if complete else "demonstration.sqlite3")
    with FileLock(f"{path}.lock"):
        if not path.exists():
            unfinished = path.with_suffix(".unfinished")
            if complete:
                shutil.copy(demonstration(folder), unfinished)
            manage(f"sqlite:///{unfinished}", "migrate", "--verbosity", "0")
            manage(f"sqlite:///{unfinished}", "load_demo", *(["--complete"] if complete else []))
            with contextlib.closing(sqlite3.connect(unfinished)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            unfinished.rename(path)
    return path
