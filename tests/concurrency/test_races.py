"""Nothing acknowledged is lost, however many people save at once.

Each twin takes the row locks away and shows that the same test would then fail. There is none for SQLite: it begins
each transaction with the one lock it has for writing (`transaction_mode`), so it is whole without locks on rows.
"""

import pytest

from tests.concurrency.races import race


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


def test_asking_for_a_document_while_it_is_finished_always_gives_one(database_url, engine):
    found = race(database_url, "asking_while_drawn", "--times", "400")

    assert found | {"seconds": None} == {
        "scenario": "asking_while_drawn",
        "engine": engine,
        "guarded": True,
        "asked": 1200,
        "given": 1200,
        "errors": [],
        "finished_meanwhile": True,
        "left": True,
        "seconds": None,
    }


def test_two_administrators_who_remove_each_other_leave_one(database_url, engine):
    found = race(database_url, "contested_accounts", "--times", "100")

    assert found | {"seconds": None} == {
        "scenario": "contested_accounts",
        "engine": engine,
        "guarded": True,
        "rounds": 100,
        "saved": 100,
        "refused": 100,
        "left_with_none": 0,
        "left_with_both": 0,
        "seconds": None,
    }


def test_asking_only_once_would_fail_at_times(database_url):
    """This race is won and lost on SQLite too: no transaction holds the refusal and the look together."""
    found = race(database_url, "asking_while_drawn", "--times", "400", "--without-guard")

    assert (found["asked"], found["guarded"]) == (1200, False)
    assert found["errors"] == ["RuntimeError"]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_two_administrators_without_locks_would_leave_none(database_url):
    found = race(database_url, "contested_accounts", "--times", "100", "--without-guard")

    assert (found["rounds"], found["guarded"]) == (100, False)
    assert found["left_with_none"] > 0
