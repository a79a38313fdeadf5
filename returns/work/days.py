"""Until when something is to be done, and how near that is."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from .. import clock
from ..values import wording


@dataclass(frozen=True)
class Day:
    """When something is due or was asked, in words; `urgent` is how late or how near that is, or nothing."""

    words: str
    urgent: str = ""


def due_on(date: datetime.date, words: str = "Due") -> Day:
    """A day with how late or how near it is."""
    days = (clock.today() - date).days
    near = {0: "today", -1: "tomorrow"}.get(days, "")
    return Day(
        f"{words} {wording.day_of_year(date)}", f"{wording.counted(days, 'day')} late" if days > 0 else near
    )
