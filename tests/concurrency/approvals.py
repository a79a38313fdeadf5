"""Twelve officers save different answers while one person moves the return along."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from django.db import DatabaseError, connection

from ieg4.cabinet import report
from returns import clock, history
from returns.acts import ActionRefused, Saved, save_answers, sign_department, statement_of
from returns.answers.reader import Entry, read
from returns.checks.completeness import assess
from returns.lifecycle import TRANSITIONS, Action, perform, performing
from returns.models import Decision, Event, Return, Role, User
from returns.versions.snapshot import says_the_same
from tests.concurrency.copies import copied
from tests.concurrency.together import Deadline, Together, acknowledged, attempt, marchshire, text_of, typed

SAVERS = 12
FIELD = "comment"
# How many of them have filled in their forms when they start, and so are level with whoever acts.
READY = (0, 1, 2, 6, 12)
# How often each of the others looks at the record first, and so comes earlier or later.
LOOKS = (2, 4, 8, 16, 32)
# The whole history is replayed after every tenth time; the answers are read and compared after each.
REPLAYED = 10
COUNTED = (
    "races", "snapshots", "saves", "acknowledged", "refused", "errors", "sent_at_once", "sent_after_signing",
    "saved_while_approved", "saved_after_the_act", "not_in_snapshot", "refused_in_snapshot", "snapshot_differs",
    "histories_at_fault",
)  # fmt: skip


@dataclass
class Saver:
    """An officer with one outcome to comment on."""

    person: User
    entry: Entry
    text: str = ""
    looks: int = 0
    told: Saved | ActionRefused | DatabaseError | None = None

    @property
    def line(self) -> str:
        return self.entry.place.line.key

    def save(self, together: Together) -> None:
        return_, changes = marchshire(), typed(self.entry, FIELD, self.text)
        together.wait()
        for _ in range(self.looks):
            self.entry.record.refresh_from_db()
        if self.looks:
            changes = typed(self.entry, FIELD, self.text)
        self.told = attempt(save_answers, return_=return_, by=self.person, changes=changes)


def approval_races(options, deadline: Deadline) -> dict:
    """Twelve save while the return is sent to Cabinet, then while Cabinet's approval is recorded.

    Each time on a fresh copy of the database, since a return comes back from Cabinet locked but for what is reopened.
    Where a save comes first, its department signs again and the return is sent again: what was acknowledged must then
    stand in the snapshot. Without the guard only the sending is tried, until something lands behind the snapshot.
    """
    chance, template = random.Random(options.seed), os.environ["DATABASE_URL"]
    found, savers = Counter(), []
    for number in range(options.times):
        deadline.check()
        with copied(template) as url:
            # The name that every thread's next connection goes by.
            connection.settings_dict["NAME"] = urlsplit(url).path.removeprefix("/")
            try:
                savers = savers or _savers(marchshire())
                found += _send(savers, chance, number, again=not options.without_guard)
                if not options.without_guard:
                    found += _approve(savers, chance, number)
            finally:
                connection.close()
        if options.without_guard and found["not_in_snapshot"]:
            break
    return {name: found[name] for name in COUNTED}


def _savers(return_: Return) -> list[Saver]:
    """Twelve people of as few departments as have them, each with an outcome of their own department."""
    answers = read(return_, "outcomes")
    places = {}
    for place in answers.places():
        places.setdefault(answers.department(place), []).append(place)
    people = User.objects.filter(groups__name__in=[Role.OFFICER, Role.HEAD], authority=return_.authority)
    chosen = people.order_by("departments__slug", "pk").prefetch_related("groups", "departments")[:SAVERS]
    own = [places[person.departments.all()[0]].pop() for person in chosen]
    return [Saver(person, answers.entries(place)[0]) for person, place in zip(chosen, own, strict=True)]


def _send(savers: list[Saver], chance: random.Random, number: int, *, again: bool) -> Counter:
    lead = User.objects.get(username="lead")
    _prepare(savers, chance, f"Time {number}, as it is sent")
    sent = _race(savers, Action.SEND, inside=bool(number % 2), by=lead)
    if isinstance(sent, ActionRefused) and again:
        _sign_again(marchshire())
        perform(Action.SEND, return_=marchshire(), by=lead)
        return _compare(savers, Event.Kind.SENT) + Counter(sent_after_signing=1)
    return _compare(savers, Event.Kind.SENT) + Counter(sent_at_once=isinstance(sent, Return))


def _approve(savers: list[Saver], chance: random.Random, number: int) -> Counter:
    _prepare(savers, chance, f"Time {number}, as it is approved")
    decision = Decision(
        outcome=Decision.Outcome.APPROVED, date=clock.today(), minute=f"{number}/04", text="Approved."
    )
    clerk = User.objects.get(username="clerk")
    _race(savers, Action.APPROVE, inside=bool(number % 2), by=clerk, decision=decision)
    return _compare(savers, Event.Kind.APPROVED) + Counter(
        saved_while_approved=sum(acknowledged(saver.told) for saver in savers),
        histories_at_fault=number % REPLAYED == 0 and bool(history.check(marchshire())),
    )


def _prepare(savers: list[Saver], chance: random.Random, head: str) -> None:
    ready = chance.sample(range(len(savers)), chance.choice(READY))
    for number, saver in enumerate(savers):
        saver.text, saver.told = text_of(chance, f"{head}, {number}"), None
        saver.looks = 0 if number in ready else chance.choice(LOOKS)


def _race(savers: list[Saver], action: Action, *, inside: bool, **details):
    """What became of the act.

    The savers start when the last of its documents is drawn, just before it locks the return; or, `inside`, once it
    has checked all its conditions within its transaction and begins to write. The drawing itself is left out, or else
    all of them would take most of an hour.
    """
    together, begun = Together(len(savers) + 1), []

    def begin() -> None:
        if not begun:  # a version is drawn anew when the history has moved, and the savers are off by then
            begun.append(True)
            together.wait()

    def draw(*_) -> bytes:
        if not inside and action != Action.SEND:
            begin()
        return b"%PDF-1.7 of no pages"

    def draw_report(*_) -> bytes:
        if not inside:
            begin()
        return b"%PDF-1.7 of no pages"

    def during(step) -> None:
        begin()
        transition.during(step)

    transition = TRANSITIONS[action]
    performing.version_pdf, TRANSITIONS[action] = draw, replace(transition, during=during)
    report.copy_pdf = draw_report
    for saver in savers:
        together.submit(saver.save, together)
    try:
        return attempt(perform, action, return_=marchshire(), **details)
    finally:
        TRANSITIONS[action] = transition
        if not begun:
            together.barrier.abort()
        together.results()


def _sign_again(return_: Return) -> None:
    """Whoever lost a signature by a save gives it anew."""
    assessment = assess(read(return_))
    for part in assessment.parts:
        if part.unsigned:
            shown = statement_of(assessment, part).digest
            sign_department(return_=return_, by=part.signer, department=part.department, shown=shown)


def _compare(savers: list[Saver], kind: Event.Kind) -> Counter:
    """What the savers were told beside the snapshot that the act made, where it made one."""
    return_ = marchshire()
    found = Counter(
        races=1,
        saves=len(savers),
        acknowledged=sum(acknowledged(saver.told) for saver in savers),
        refused=sum(isinstance(saver.told, ActionRefused) for saver in savers),
        errors=sum(isinstance(saver.told, DatabaseError) for saver in savers),
    )
    version = return_.versions.select_related("event").order_by("-number").first()
    if version and version.event.kind == kind:
        rows = json.loads(version.data)["answers"]
        held = {row["line"]: row["answers"][FIELD] for row in rows if row["table"] == "outcomes"}
        later = return_.events.filter(kind=Event.Kind.ANSWER, number__gt=version.event.number)
        found["snapshots"] = 1
        found["snapshot_differs"] = not says_the_same(read(return_), version.data)
        stands = [(acknowledged(saver.told), held[saver.line] == saver.text) for saver in savers]
        found["saved_after_the_act"] = later.count()
        found["not_in_snapshot"] = stands.count((True, False))
        found["refused_in_snapshot"] = stands.count((False, True))
    return found
