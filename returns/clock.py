"""The one clock: stored in UTC, shown in London, moved only by the TODAY setting."""

import datetime

from django.conf import settings
from django.utils import timezone

def _shift() -> datetime.timedelta:
    if settings.TODAY is None:
        return datetime.timedelta(0)
    return datetime.datetime.combine(settings.TODAY, datetime.time(9, 0), datetime.UTC) - settings.STARTED


def now() -> datetime.datetime:
    """This moment; with TODAY set, the same clock begun at 9am of that day when the process started."""
    return timezone.now() + _shift()


def today() -> datetime.date:
    return timezone.localdate(now())
