"""The published rules for what people type; pages and files use these and no others."""

import re
from decimal import Decimal

from . import letters

# Nine digits hold every count a council can have, and fit the column on both databases.
COUNT = re.compile(r"(?:\d{1,9}|\d{1,3}(?:,\d{3}){1,2})", re.ASCII)
MONEY = re.compile(r"£? ?(\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(\.\d)?", re.ASCII)
POUNDS = re.compile(r"£? ?(\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(\.\d\d)?", re.ASCII)

COUNT_RULE = "Type a whole number in figures, such as 0, 45 or 1,200."
MONEY_RULE = "Type £ thousand in figures, with at most one decimal place, such as 0, 45 or 1,200.5."
POUNDS_RULE = "Type pounds in figures, such as 0, 150000 or £150,000."

# Beyond tab and new line, control characters carry no text; overrides of direction could make a sentence
# read as its opposite in the return. They are dropped on the way in, as is what only joins, parts or colours
# emoji and letters of other scripts.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_NEW_LINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

# Ten times the longest word in a British dictionary, for each word allowed.
CHARACTERS_A_WORD = 30


class NotTyped(ValueError):
    """What was typed is not a valid answer; the message says what to type instead."""


def parse_count(text: str) -> int | None:
    """A whole number of nought or more, or None for blank. Raises NotTyped."""
    text = _trim(text)
    if not text:
        return None
    if not COUNT.fullmatch(text):
        raise NotTyped(f"“{shorten(text)}” isn’t a whole number of nought or more. {COUNT_RULE}")
    return int(text.replace(",", ""))


def parse_money(text: str) -> Decimal | None:
    """£ thousand of nought or more, to one decimal place, or None for blank. Raises NotTyped."""
    text = _trim(text)
    if not text:
        return None
    found = MONEY.fullmatch(text)
    if not found:
        raise NotTyped(f"“{shorten(text)}” isn’t a sum in £ thousand. {MONEY_RULE}")
    return Decimal(found[1].replace(",", "") + (found[2] or ""))


def parse_pounds(text: str) -> Decimal | None:
    """Pounds of nought or more, with pence or without, or None for blank. Raises NotTyped."""
    text = _trim(text)
    if not text:
        return None
    found = POUNDS.fullmatch(text)
    if not found:
        raise NotTyped(f"“{shorten(text)}” isn’t a sum in pounds. {POUNDS_RULE}")
    return Decimal(found[1].replace(",", "") + (found[2] or ""))


def clean_text(text: str) -> str:
    """The text with one kind of line end, without unseen characters and without blanks at its ends.

    Letters are those that documents print, as far as there are any; which there aren't, `letters.unprintable` tells.
    """
    text = letters.plain(_seen(text))
    lines = [line.rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def clean_name(text: str) -> str:
    """The name of a person, job or department: cleaned like every text, on one line, with single spaces.

    Letters with accents are composed, so that one name typed on two keyboards is one name.
    """
    return " ".join(clean_text(text).split())


def count_words(text: str) -> int:
    return len(text.split())


def _seen(text: str) -> str:
    return _UNSEEN.sub("", _NEW_LINES.sub("\n", text))


def shorten(text: str, length: int = 40) -> str:
    """The beginning of what was typed, to quote it: in the very letters that were typed, on one line."""
    text = _seen(text).strip().replace("\n", " ")
    return text if len(text) <= length else f"{text[:length].rstrip()}…"


def _trim(text: str) -> str:
    return text.strip(" \t\r\n\xa0")
