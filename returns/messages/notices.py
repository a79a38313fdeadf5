"""Telling people: a notice on their pages, queued for e-mail, written in the transaction of the act."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from .. import clock
from ..models import Notice, Return, Role, User


def tell(
    return_: Return,
    people: Iterable[User | None],
    *,
    subject: str,
    text: str,
    path: str,
    but: User | None = None,
    reminder: bool = False,
    at: datetime.datetime | None = None,
) -> list[Notice]:
    """Each of these people has one notice; whoever did the act, has left or is of another council has none.

    `at` is its date and time, if not now. Only rows are written here: mail is sent later, by `mail.send_queued`,
    so that no act waits for a mail server.
    """
    now, due = clock.now(), clock.real_now()
    wanted = {
        person.pk: person
        for person in people
        if person and person.is_active and person.authority_id == return_.authority_id and person != but
    }
    return Notice.objects.bulk_create(
        Notice(
            person=person,
            return_record=return_,
            at=at or now,
            subject=" ".join(subject.split())[:200],
            text=text,
            path=path,
            reminder=reminder,
            mail=Notice.Mail.QUEUED if person.email else Notice.Mail.NONE,
            next_try=due,
        )
        for person in wanted.values()
    )


def with_roles(return_: Return, *roles: Role) -> list[User]:
    """The people of the council who hold one of these roles and have not left."""
    return list(
        User.objects.filter(
            authority_id=return_.authority_id, is_active=True, groups__name__in=roles
        ).distinct()
    )
