"""Two administrators who take the role from each other at the same moment."""

from __future__ import annotations

from collections import Counter

from django.contrib.auth.models import Group

from returns.acts import ActionRefused, save_account
from returns.models import Role, User
from tests.concurrency.together import Deadline, Together, attempt, marchshire

PAIR = ("admin", "clerk")


def contested_accounts(options, deadline: Deadline) -> dict:
    """Round by round both are administrators, and each takes the role from the other; one of them is left."""
    together, found = Together(len(PAIR)), Counter()
    authority = marchshire().authority

    def take_from_other(own: str, other: str) -> list:
        told = []
        for _ in range(options.times):
            deadline.check()
            make_administrators(own)
            together.wait()
            by, person = (User.objects.get(username=name) for name in (own, other))
            told.append(
                attempt(save_account, authority=authority, by=by, person=person, roles=[], departments=[])
            )
            together.wait()
            left.append(administrators())
            together.wait()
        return told

    left: list[int] = []
    together.submit(take_from_other, *PAIR)
    together.submit(take_from_other, *reversed(PAIR))
    first, second = together.results()

    for pair in zip(first, second, strict=True):
        found["saved"] += sum(isinstance(told, User) for told in pair)
        found["refused"] += sum(isinstance(told, ActionRefused) for told in pair)
    return {
        "rounds": options.times,
        "saved": found["saved"],
        "refused": found["refused"],
        "left_with_none": sum(count == 0 for count in left),
        "left_with_both": sum(count == len(PAIR) for count in left),
    }


def make_administrators(username: str) -> None:
    User.objects.get(username=username).groups.set([Group.objects.get(name=Role.ADMINISTRATOR)])


def administrators() -> int:
    return User.objects.filter(username__in=PAIR, groups__name=Role.ADMINISTRATOR).count()
