"""People see what they were told."""

from __future__ import annotations

from django.db import transaction

from .. import clock
from ..models import Notice, Return, User
from ..rules import access
from .base import ActionRefused, fresh, lock


@transaction.atomic
def mark_seen(*, return_: Return, by: User, upto: int) -> int:
    """This person's notices of the return, up to that one, are seen; returns how many were not. Raises ActionRefused.

    It is no act on the return itself, so its history says nothing of it.
    """
    return_, by = lock(return_), fresh(by)
    if not access.can_read_return(by, return_):
        raise ActionRefused("You no longer read this return, so nothing was marked.")
    unseen = Notice.objects.filter(person=by, return_record=return_, pk__lte=upto, seen_at=None)
    return unseen.update(seen_at=clock.now())
