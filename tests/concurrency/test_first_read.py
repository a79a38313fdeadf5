"""Many threads may be the first to read the proforma, as when a server has just begun."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TRIES = 12


def first_read(*options: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "tests.concurrency.first_read", *options]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def test_all_of_them_read_it():
    found = [first_read() for _ in range(TRIES)]

    assert [(done.returncode, done.stdout, done.stderr) for done in found] == [
        (0, " ".join(["ieg4"] * 8) + "\n", "")
    ] * TRIES


def test_with_a_decoder_made_by_the_first_reader_the_process_would_end():
    """About every second time; once is enough."""
    codes = (first_read("--without-guard").returncode for _ in range(10 * TRIES))

    assert any(code in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS) for code in codes)
