"""The one clock: stored in UTC, shown in London, moved only by the TODAY setting and by demonstration data."""

import datetime
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.utils import timezone

_moment: ContextVar[datetime.datetime | None] = ContextVar("moment", default=None)


def now() -> datetime.datetime:
    """This moment; with TODAY set, the same clock as begun at 9am of that day when the process started."""
    if (moment := _moment.get()) is not None:
        return moment
    if settings.TODAY is None:
        return timezone.now()
    begun = datetime.datetime.combine(settings.TODAY, datetime.time(9), datetime.UTC)
    return begun + (timezone.now() - settings.STARTED)


def today() -> datetime.date:
    return timezone.localdate(now())


def day_of(moment: datetime.datetime) -> datetime.date:
    """The day it was in London."""
    return timezone.localdate(moment)


@contextmanager
def stopped_at(moment: datetime.datetime):
    """Inside, it is always that moment."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
