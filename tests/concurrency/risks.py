"""Two at the register of funding risks: they change one risk, and accept one proposal, at the same moment."""

from __future__ import annotations

from collections import Counter

from django.db import DatabaseError

from efficiency.register.acts import accept_risk, update_risk, values_of
from efficiency.register.proposals import implied_risks
from returns import history
from returns.checks.completeness import assess
from returns.models import Event, User
from tests.concurrency.together import Deadline, Together, attempt, marchshire

PEOPLE = 2
SOURCE = "late-PRO"


def contested_risks(options, deadline: Deadline) -> dict:
    """Round by round both write risk 1 from the version they read; at the end both accept what is proposed.

    Of each two that write one is acknowledged and the other told who was first; of the proposal one risk is made.
    """
    together, found = Together(PEOPLE), Counter()
    return_ = marchshire()
    risks = return_.risks.count()

    def write(name: str) -> list:
        lead, told = User.objects.get(username="lead"), []
        for number in range(options.times):
            deadline.check()
            risk = marchshire().risks.get(number=1)
            values = values_of(risk) | {"title": f"Round {number}, {name}"}
            together.wait()
            told.append(
                attempt(update_risk, return_=return_, by=lead, number=1, seen=risk.version, values=values)
            )
            together.wait()
        (proposal,) = (each for each in implied_risks(assess(marchshire())) if each.source == SOURCE)
        values = values_of(risk) | {"title": proposal.title, "lines": list(proposal.lines)}
        together.wait()
        accepted = attempt(
            accept_risk,
            return_=return_,
            by=lead,
            source=SOURCE,
            fingerprint=proposal.fingerprint,
            values=values,
        )
        return [told, accepted]

    for name in "AB":
        together.submit(write, name)
    (first, one), (second, other) = together.results()

    won = []
    for number, pair in enumerate(zip(first, second, strict=True)):
        found["errors"] += sum(isinstance(told, DatabaseError) for told in pair)
        winners = [
            f"Round {number}, {name}" for name, told in zip("AB", pair, strict=True) if told_saved(told)
        ]
        found["one_winner"] += len(winners) == 1
        won += winners
    found["errors"] += sum(isinstance(told, DatabaseError) for told in (one, other))
    events = return_.events.filter(kind=Event.Kind.RISK, field="title").order_by("number")
    chained = [events[0].old, *events.values_list("new", flat=True)] if events else []
    # Each was written over what the one before had written, and over nothing else.
    lost = sum(event.old != before for event, before in zip(events, chained, strict=False))
    return {
        "rounds": options.times,
        "one_winner": found["one_winner"],
        "errors": found["errors"],
        "acknowledged": len(won),
        "recorded": len(set(won) & set(chained)),
        "lost": lost,
        "last_stands": bool(won) and marchshire().risks.get(number=1).title == chained[-1],
        "accepted": return_.risks.count() - risks,
        "history": history.check(marchshire()),
    }


def told_saved(told) -> bool:
    return isinstance(told, list) and bool(told)
