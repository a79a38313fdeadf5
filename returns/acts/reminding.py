"""Who is reminded of what is due, and when: by the lead's button, or each day by `send_reminders`."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from .. import clock
from ..answers.reader import read
from ..checks.completeness import Blocker, assess
from ..messages.notices import tell
from ..models import Notice, Return, User
from ..rules import access
from ..values import wording
from .base import ActionRefused, fresh, lock

# Days before a due date on which owners are reminded; after it they are reminded daily.
BEFORE = frozenset({7, 3, 1, 0})


def due_reminders(return_: Return, today: datetime.date) -> dict[User, list[Blocker]]:
    """Whoever holds a blocker whose date is near or past, with those blockers."""
    answers = read(return_)
    found: dict[User, list[Blocker]] = {}
    for blocker in assess(answers).blockers:
        due = answers.due(blocker.place) if blocker.place else return_.answers_due
        if blocker.owner and (due < today or (due - today).days in BEFORE):
            found.setdefault(blocker.owner, []).append(blocker)
    return found


@transaction.atomic
def send_due(*, return_: Return, today: datetime.date) -> list[Notice]:
    """Each of them is told once that day; nobody who has left, and nothing once the return is with Cabinet.

    No person does it, so no rule asks who; the notices themselves are the record of it.
    """
    return_ = lock(return_)
    if not access.reminders_are_sent(return_):
        return []
    return _tell(return_, due_reminders(return_, today), today, by=None)


@transaction.atomic
def remind(*, return_: Return, by: User, only: str = "") -> list[Notice]:
    """Whoever holds a blocker is told, or that one person; nobody twice on one day. Raises ActionRefused."""
    return_, by = lock(return_), fresh(by)
    if not access.can_remind(by, return_):
        raise ActionRefused("The e-government lead reminds people, as long as lines are answered.")
    held: dict[User, list[Blocker]] = {}
    for blocker in assess(read(return_)).blockers:
        if blocker.owner and only in ("", blocker.owner.username):
            held.setdefault(blocker.owner, []).append(blocker)
    return _tell(return_, held, clock.today(), by=by)


def not_reminded_today(return_: Return, people: set[User]) -> set[User]:
    """Those of these people whom a reminder would still reach today: nobody is reminded twice on one day."""
    reminded = _reminded_on(return_, people, clock.today())
    return {person for person in people if person.pk not in reminded}


def _reminded_on(return_: Return, people: Iterable[User], day: datetime.date) -> set[int]:
    earlier = Notice.objects.filter(return_record=return_, reminder=True, person__in=people)
    return {notice.person_id for notice in earlier if clock.day_of(notice.at) == day}


def _tell(
    return_: Return, held: dict[User, list[Blocker]], today: datetime.date, by: User | None
) -> list[Notice]:
    # The return is locked, so that two runs at once tell nobody twice, and it goes to Cabinet before or after.
    told = _reminded_on(return_, held, today)
    notices = []
    round_ = return_.proforma.round
    deadline = wording.day(round_.deadline)
    for person, blockers in held.items():
        if person.pk in told:
            continue
        codes = wording.listed_codes(list(dict.fromkeys(_name(blocker) for blocker in blockers)))
        count = len(blockers)
        asked = f"{by} asks you to answer" if by else "You still have to answer"
        notices += tell(
            return_,
            [person],
            but=by,
            subject=f"You hold {wording.counted(count, 'blocker')} of the {round_.name} return",
            text=f"{asked}: {codes}. The whole grant is at risk until every blocker is cleared. "
            f"Filing closes on {deadline}.",
            path=reverse("returns:return-detail", args=[return_.authority.slug, return_.round]),
            reminder=True,
            at=_moment_of(today),
        )
    return notices


def _moment_of(today: datetime.date) -> datetime.datetime:
    """Now, or this time on the other day that was given: each day has its own reminder."""
    now = timezone.localtime(clock.now())
    return now if now.date() == today else timezone.make_aware(datetime.datetime.combine(today, now.time()))


def _name(blocker: Blocker) -> str:
    return blocker.place.code if blocker.place else "your signature"
