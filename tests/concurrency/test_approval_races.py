"""Nothing lands behind a snapshot, however many people save while the return is sent or approved.

The twin takes the row locks away and shows that the same test would then fail.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.concurrency.races import race


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
