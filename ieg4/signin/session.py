"""How long a person stays signed in."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from returns.values import wording


def begin(session: SessionBase) -> None:
    """The session ends SESSION_COOKIE_AGE seconds from now, by the real clock."""
    session.set_expiry(timezone.now() + datetime.timedelta(seconds=settings.SESSION_COOKIE_AGE))


def seconds_left(session: SessionBase) -> int:
    return max(0, int((session.get_expiry_date() - timezone.now()).total_seconds()))


def until(session: SessionBase) -> str:
    """When the session ends, in London: "5:22pm"."""
    return wording.time_of_day(session.get_expiry_date())


def signed_in_until(request) -> dict:
    """Context of every page of a person who is signed in: when that ends. Makes no query."""
    session = getattr(request, "session", None)
    if session is None or not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    return {"signed_in": {"until": until(session), "seconds": seconds_left(session)}}
