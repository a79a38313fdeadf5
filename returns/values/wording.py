"""How dates, times, figures, counts and lists are written on pages, in mail and in documents.

Templates use the same functions as filters (`returns.templatetags.returns_format`).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.template.defaultfilters import pluralize
from django.utils import timezone
from django.utils.formats import date_format

from .. import clock


def day(value: datetime.date) -> str:
    """A date: "8 December 2004"."""
    return date_format(value, "j F Y")


def short_day(value: datetime.date) -> str:
    """A date for a narrow column: "8 Dec 2004"."""
    return date_format(value, "j M Y")


def day_of_year(value: datetime.date) -> str:
    """A date without its year, where the text around it gives that: "8 December"."""
    return date_format(value, "j F")


def weekday(value: datetime.date) -> str:
    """A date with the day of the week: "Monday 20 December 2004"."""
    return date_format(value, "l j F Y")


def time_of_day(value: datetime.datetime) -> str:
    """The time in London: "9:40am"."""
    return f"{timezone.localtime(value):%-I:%M%p}".replace("AM", "am").replace("PM", "pm")


def moment(value: datetime.datetime) -> str:
    """A date and time in London: "8 December 2004, 9:40am"."""
    return f"{day(timezone.localtime(value).date())}, {time_of_day(value)}"


def days_waiting(value: datetime.datetime) -> str:
    """How long ago that was: "5 days waiting"; "" on the first day."""
    days = (clock.today() - clock.day_of(value)).days
    return f"{counted(days, 'day')} waiting" if days > 0 else ""


def figure(value) -> str:
    """1234 as "1,234"; a decimal number to one place, rounded half up, without ".0"; blank as ""."""
    if value is None or value == "":
        return ""
    return aligned(value, 1).removesuffix(".0") if isinstance(value, Decimal) else f"{value:,}"


def aligned(value: Decimal | int, places: int) -> str:
    """A figure beside others, each with so many decimal places, rounded half up: "1,234.0"."""
    return f"{Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,}"


def pounds(value: Decimal | int) -> str:
    """A sum in pounds, with pence where there are any: "£150,000", "£12.50"."""
    return f"£{aligned(value, 0 if value == int(value) else 2)}"


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 day", "1,200 days", "2 entries" where `many` gives the plural."""
    return f"{count:,} {noun(count, one, many)}"


def noun(count: int, one: str, many: str = "") -> str:
    """The noun for that number of things: "day" or "days"."""
    return pluralize(count, f"{one},{many or one + 's'}")


def listed(words: Sequence[str]) -> str:
    """A list within a sentence: "R1, R2 and R3"; "" for an empty list."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def listed_codes(codes: Sequence[str], *, most: int = 12) -> str:
    """Codes within a sentence, each once; beyond `most` their number: "R1, R2 and 3 more"."""
    codes = list(dict.fromkeys(codes))  # one line of several departments has one code
    more = len(codes) - most
    return listed(codes) if more <= 0 else f"{', '.join(codes[:most])} and {more} more"


def within_sentence(label: str) -> str:
    """A label as it is written within a sentence: "with Cabinet", not "With Cabinet"."""
    return f"{label[:1].lower()}{label[1:]}"
