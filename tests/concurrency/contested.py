"""Two people of one department edit the same case study."""

from __future__ import annotations

import random
from collections import Counter

from django.db import DatabaseError

from returns import history
from returns.acts import save_answers
from returns.answers.reader import read
from returns.models import Event, User
from tests.concurrency.together import Deadline, Together, acknowledged, attempt, marchshire, text_of, typed

SECTION, LINE, FIELD = "cases", "C4", "text"
PEOPLE = ("officer-education", "head-education")


def contested_saves(options, deadline: Deadline) -> dict:
    """Round by round both open the answer, then both save: one is acknowledged, the other is shown both texts.

    Each keeps a ledger of what they were told, which is then compared with the history and with the record.
    """
    chance = random.Random(options.seed)
    texts = [[text_of(chance, f"Round {n}, {name}") for name in PEOPLE] for n in range(options.times)]
    return_, together = marchshire(), Together(len(PEOPLE))
    before, head = _entry().record.text, history.head(return_)

    def edit(username: str, mine: list[str]) -> list:
        person, entry, ledger = User.objects.get(username=username), _entry(), []
        for text in mine:
            deadline.check()
            changes = typed(entry, FIELD, text)
            together.wait()
            ledger.append(attempt(save_answers, return_=return_, by=person, changes=changes))
            together.wait()
        return ledger

    for username, mine in zip(PEOPLE, zip(*texts, strict=True), strict=True):
        together.submit(edit, username, mine)
    rounds = list(zip(texts, zip(*together.results(), strict=True), strict=True))

    return {"rounds": len(rounds)} | _ledger(rounds, before) | _history(return_, head, before, rounds)


def _entry():
    answers = read(marchshire(), SECTION)
    return answers.entries(answers.place(SECTION, LINE))[0]


def _won(mine: list[str], told: tuple) -> list[str]:
    return [text for text, saved in zip(mine, told, strict=True) if acknowledged(saved)]


def _ledger(rounds: list[tuple], present: str) -> dict:
    """What they were told, round by round; `present` is the text that stood at first."""
    found = Counter()
    for mine, told in rounds:
        won = _won(mine, told)
        shown = [(c.before, c.mine, c.theirs) for saved in told for c in getattr(saved, "conflicts", ())]
        found["errors"] += sum(isinstance(saved, DatabaseError) for saved in told)
        if len(won) == 1:
            found["one_winner"] += 1
            found["loser_shown_both"] += shown == [(present, text, *won) for text in mine if text not in won]
        present = won[-1] if won else present
    return {name: found[name] for name in ("one_winner", "loser_shown_both", "errors")}


def _history(return_, head, before: str, rounds: list[tuple]) -> dict:
    """What the database has to say of what was acknowledged."""
    events = return_.events.filter(kind=Event.Kind.ANSWER, number__gt=head.number).order_by("number")
    rows = list(events.values_list("table", "line", "field", "old", "new"))
    texts = [before, *(row[4] for row in rows)]
    told = [text for mine, told in rounds for text in _won(mine, told)]
    return {
        "acknowledged": len(told),
        "recorded": sum(row[:3] == (SECTION, LINE, FIELD) for row in rows),
        "recorded_otherwise": len(set(told) ^ set(texts[1:])),
        # Each change names the text its writer had seen; where another stood there, that one was lost.
        "lost": sum(row[3] != text for row, text in zip(rows, texts, strict=False)),
        "last_stands": _entry().record.text == texts[-1],
        "history": history.check(marchshire()),
    }
