"""Two clocks. People read the shown clock, in London time; the TODAY setting and demonstration data move it.

Leases, retries and ages of queued work go by the real clock: the shown one begins again at each start.
"""

import datetime
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.utils import timezone

TOLERANCE = datetime.timedelta(minutes=1)  # by which the clocks of two machines may differ
_moment: ContextVar[datetime.datetime | None] = ContextVar("moment", default=None)


def now() -> datetime.datetime:
    """This moment; with TODAY set, the same clock as begun at 9am of that day when the process started."""
    if (moment := _moment.get()) is not None:
        return moment
    return shown(real_now())


def real_now() -> datetime.datetime:
    """This moment, whatever TODAY says and wherever the shown clock is stopped."""
    return timezone.now()


def shown(moment: datetime.datetime) -> datetime.datetime:
    """A moment of the real clock as people read it; the same moment unless TODAY is set."""
    if settings.TODAY is None:
        return moment
    begun = datetime.datetime.combine(settings.TODAY, datetime.time(9), datetime.UTC)
    return begun + (moment - settings.STARTED)


def today() -> datetime.date:
    return timezone.localdate(now())


def day_of(moment: datetime.datetime) -> datetime.date:
    """The day it was in London."""
    return timezone.localdate(moment)


@contextmanager
def stopped_at(moment: datetime.datetime):
    """The shown clock stands still at that moment within the block; the real clock runs on."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
