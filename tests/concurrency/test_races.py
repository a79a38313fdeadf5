"""Nothing acknowledged is lost, and nothing lands behind a snapshot, however many people save at once.

Each twin takes the row locks away and shows that the same test would then fail. There is none for SQLite: it begins
each transaction with the one lock it has for writing (`transaction_mode`), so it is whole without locks on rows.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

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


def test_contested_saves_lose_nothing(database_url, engine):
    found = race(database_url, "contested_saves", "--times", "2000")

    assert found | {"seconds": None} == {
        "scenario": "contested_saves",
        "engine": engine,
        "guarded": True,
        "rounds": 2000,
        "one_winner": 2000,
        "loser_shown_both": 2000,
        "errors": 0,
        "acknowledged": 2000,
        "recorded": 2000,
        "recorded_otherwise": 0,
        "lost": 0,
        "last_stands": True,
        "history": [],
        "seconds": None,
    }


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_contested_saves_without_locks_would_lose_some(database_url):
    found = race(database_url, "contested_saves", "--times", "200", "--without-guard")

    assert (found["rounds"], found["guarded"]) == (200, False)
    assert found["lost"] > 0


def test_contested_risks_lose_nothing(database_url, engine):
    found = race(database_url, "contested_risks", "--times", "50")

    assert found | {"seconds": None} == {
        "scenario": "contested_risks",
        "engine": engine,
        "guarded": True,
        "rounds": 50,
        "one_winner": 50,
        "errors": 0,
        "acknowledged": 50,
        "recorded": 50,
        "lost": 0,
        "last_stands": True,
        "accepted": 1,
        "history": [],
        "seconds": None,
    }


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_contested_risks_without_locks_would_go_wrong(database_url):
    """Two events of one number are refused by the database; a change over what nobody saw is not."""
    found = race(database_url, "contested_risks", "--times", "50", "--without-guard")

    assert (found["rounds"], found["guarded"]) == (50, False)
    assert found["errors"] + found["lost"] > 0


def test_saves_stand_in_the_snapshot_or_are_refused(template, engine):
    """A hundred times sent and a hundred times approved, by two processes, each on copies of its own."""
    with ThreadPoolExecutor() as pool:
        halves = [
            pool.submit(race, template, "approval_races", "--times", "50", "--seed", seed)
            for seed in ("2004", "2005")
        ]
    found = Counter()
    for half in halves:
        said = half.result()
        assert (said.pop("scenario"), said.pop("engine"), said.pop("guarded")) == (
            "approval_races", engine, True,
        )  # fmt: skip
        found.update(said)

    # Who comes first is chance; that both happened shows that the race was one.
    assert 0 < found["sent_at_once"] < 100
    assert 0 < found["acknowledged"]
    assert dict(found) == {
        "races": 200,
        "saves": 200 * 12,
        "acknowledged": found["acknowledged"],
        "refused": 200 * 12 - found["acknowledged"],
        "errors": 0,
        "sent_at_once": found["sent_at_once"],
        "sent_after_signing": 100 - found["sent_at_once"],
        "snapshots": 200,
        "saved_while_approved": 0,
        "saved_after_the_act": 0,
        "not_in_snapshot": 0,
        "refused_in_snapshot": 0,
        "snapshot_differs": 0,
        "histories_at_fault": 0,
        "seconds": found["seconds"],
    }


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_without_locks_saves_would_land_behind_the_snapshot(template):
    """The chain of events and the triggers stop many of them by themselves, with an error, but not all."""
    found = race(template, "approval_races", "--without-guard")

    assert found["guarded"] is False
    assert found["not_in_snapshot"] > 0
