"""Both clocks at a moment that a test names."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

import time_machine
from django.conf import settings
from django.test import override_settings

from returns import clock


@contextmanager
def both_at(moment: datetime.datetime) -> Iterator[None]:
    """The shown clock and the real clock stand still at that moment within the block."""
    with clock.stopped_at(moment), time_machine.travel(moment, tick=False):
        yield


@contextmanager
def started(at: datetime.datetime, now: datetime.datetime) -> Iterator[None]:
    """Within the block it is that moment for a process of a demonstration that started at the other."""
    assert settings.TODAY is not None
    with override_settings(STARTED=at), time_machine.travel(now, tick=False):
        yield
