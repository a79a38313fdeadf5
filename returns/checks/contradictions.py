"""Years, sums, dates and percentages in what people wrote, compared with the stored ones."""

from __future__ import annotations

import datetime
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ..models import Return
from ..values import wording
from ..values.parsing import clean_text

NEAR = 70  # characters between a word such as “grant” and the figure that it speaks of
AROUND = 60  # characters shown on either side of what contradicts
BEFORE = 100  # characters before a date or year that say what it is: "by noon on", "up to the year"

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTH = "|".join(f"{name}|{name[:3]}" for name in MONTHS)
_UNITS = {"k": 1000, "thousand": 1000, "m": 1_000_000, "million": 1_000_000, "bn": 10**9, "billion": 10**9}

SENTENCE = re.compile(r"[^.!?;\n]+(?:[.!?;](?!\s+[A-Z£“(]|\s*$|\n)[^.!?;\n]*)*")
YEAR = re.compile(r"\b(20\d\d)\s?[/–-]\s?((?:20)?\d\d)\b(?!\s?[/–-]\s?\d)")
# No sum has more digits; without a limit each digit of a long row would be tried with all that follow.
_SUM = r"\d[\d,]{0,15}(?:\.\d{1,6})?"
SUM = re.compile(
    rf"£\s?(?P<pounds>{_SUM})(?:\s?(?P<unit>k|m|bn|thousand|million|billion)\b)?"
    rf"|\b(?P<plain>{_SUM})\s?(?P<short>k|m|thousand|million)\b(?=\s*(?:pounds|of|in|for|from|capital|[,.)]|$))"
    rf"|\b(?P<bare>{_SUM})\s?(?:pounds|GBP)\b"
    r"|(?<=\bof )(?P<digits>\d{5,15}|\d{1,3}(?:,\d{3}){1,5})\b(?=\s*(?:in|for|from|is|are|may|will|[,.)]|$))",
    re.IGNORECASE,
)
PERCENT = re.compile(r"\b(\d{1,6}(?:\.\d{1,6})?)\s?(?:%|per ?cent\b)", re.IGNORECASE)
DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month>{_MONTH})\s?,?\s+(?P<year>20\d\d)"
    rf"|(?P<month2>{_MONTH})\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year2>20\d\d)"
    r"|(?P<day3>\d{1,2})[/.](?P<month3>\d{1,2})[/.](?P<year3>20\d\d)"
    r"|(?P<year4>20\d\d)-(?P<month4>\d\d)-(?P<day4>\d\d))\b",
    re.IGNORECASE,
)

GRANT = re.compile(r"\b(?:grant|funding)\b", re.IGNORECASE)
# Words that show it is this grant, not one of another programme or an earlier round.
THIS_GRANT = re.compile(
    r"\b(?:IEG ?4?|ODPM|e-government|withh[eo]ld\w*|capital (?:grant|funding)|(?:this|the) grant)\b",
    re.IGNORECASE,
)
OTHER_GRANT = re.compile(
    r"\b(?:received|spent|previous\w*|earlier|last year|IEG ?[123]|past|so far|already|lottery|DWP|benefits?|housing|"
    r"standards fund|Invest to Save|partnership(?:’s|'s)? grant|supporting people)\b",
    re.IGNORECASE,
)
TARGET = re.compile(r"\b(?:efficien\w+|Gershon|gains?|effectiveness)\b", re.IGNORECASE)
A_YEAR = re.compile(
    r"\b(?:a year|per annum|per year|annual(?:ly)?|each year|every year|p\.?a\.?|yearly)(?!\w)", re.IGNORECASE
)
UNTIL = re.compile(
    r"\b(?:up to|until|through to|to the end of|by the end of|to|by)\s+(?:the year\s+)?$", re.IGNORECASE
)
RETURN = re.compile(r"\b(?:return|IEG ?4|proforma|submission|statement)\b", re.IGNORECASE)
DUE = re.compile(
    r"\b(?:submit\w*|submission|fil(?:e|ed|ing)|deadline|due|reach(?:es)?|lodged?|sent to the ODPM)\b",
    re.IGNORECASE,
)
BY = re.compile(
    r"\b(?:by|before|no later than|deadline(?: is| of|:)?|due(?: on| by)?)\s+(?:noon on\s+|the\s+)?$",
    re.IGNORECASE,
)
CABINET = re.compile(r"\b(?:Cabinet|Executive)\b")
MEETS = re.compile(
    r"\b(?:meets?|meeting|will|is to|asked to|considers?|approves?|be approved)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Passage:
    """A text that somebody wrote, with its place in words and, where there is one, its page."""

    where: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class Contradiction:
    """One value that differs from the stored one: which fact, what the text says, what is stored."""

    passage: Passage
    fact: str
    found: str
    stored: str
    around: str


@dataclass(frozen=True)
class Facts:
    """What is stored."""

    grant_year: str
    grant_gbp: int
    percent_per_year: Decimal
    target_until: str
    deadline: datetime.date
    cabinet_date: datetime.date


def facts_of(return_: Return) -> Facts:
    proforma = return_.proforma
    round_, target = proforma.round, proforma.target
    return Facts(
        round_.grant_year,
        round_.grant_gbp,
        target.percent_per_year,
        target.until,
        round_.deadline,
        return_.cabinet_date,
    )


def contradictions(return_: Return, passages: Iterable[Passage]) -> list[Contradiction]:
    """Each value in the passages that contradicts the stored one, in their order.

    A value is compared with a fact only where its sentence names that fact, because false alarms are worse than a
    missed one. Numbers written in words are not read.
    """
    facts = facts_of(return_)
    found = []
    for passage in passages:
        text = clean_text(passage.text)
        for sentence in SENTENCE.finditer(text):
            for match, fact, stored in _wrong(sentence[0], facts):
                start, end = (sentence.start() + at for at in match.span())
                around = text[max(0, start - AROUND) : end + AROUND].replace("\n", " ").strip()
                found.append(Contradiction(passage, fact, match[0].strip(), stored, around))
    return found


def _wrong(sentence: str, facts: Facts) -> Iterator[tuple[re.Match, str, str]]:
    """What is wrong in a sentence: the value, the name of the fact and what is stored, in the order of the text."""
    found = [
        *_grant(sentence, facts),
        *_target(sentence, facts),
        *_dates(sentence, facts),
    ]
    yield from sorted(found, key=lambda each: each[0].start())


def _grant(sentence: str, facts: Facts):
    words = list(GRANT.finditer(sentence))
    if not words or not THIS_GRANT.search(sentence) or OTHER_GRANT.search(sentence):
        return
    years = [year for year in YEAR.finditer(sentence) if not _is_target_end(sentence, year)]
    for year in _nearest(words, years):
        if _year(year) != facts.grant_year:
            yield year, "Grant year", facts.grant_year
    for amount in _nearest(words, list(SUM.finditer(sentence))):
        if _amount(amount) != facts.grant_gbp:
            yield amount, "Grant", wording.pounds(facts.grant_gbp)


def _target(sentence: str, facts: Facts):
    if not TARGET.search(sentence):
        return
    for percent in _nearest(list(A_YEAR.finditer(sentence)), list(PERCENT.finditer(sentence))):
        if Decimal(percent[1]) != facts.percent_per_year:
            yield percent, "Efficiency target", f"{facts.percent_per_year.normalize():f}% a year"
    if not (PERCENT.search(sentence) or "target" in sentence.lower()):
        return
    for year in YEAR.finditer(sentence):
        if _is_target_end(sentence, year) and _year(year) != facts.target_until:
            yield year, "Last year of the efficiency target", facts.target_until


def _dates(sentence: str, facts: Facts):
    if not RETURN.search(sentence):
        return
    due, meets = DUE.search(sentence), MEETS.search(sentence)
    for match in DATE.finditer(sentence):
        day = _date(match)
        if day is None:
            continue
        if due and _said_before(BY, sentence, match):
            if day != facts.deadline:
                yield match, "Filing date", wording.day(facts.deadline)
        elif meets and _about_cabinet(sentence, match) and day != facts.cabinet_date:
            yield match, "Date of Cabinet’s meeting", wording.day(facts.cabinet_date)


def _said_before(words: re.Pattern, sentence: str, match: re.Match) -> bool:
    """Whether the text directly before the match ends with those words."""
    return bool(words.search(sentence, max(0, match.start() - BEFORE), match.start()))


def _about_cabinet(sentence: str, match: re.Match) -> bool:
    """Whether Cabinet is named shortly before the match."""
    words = CABINET.finditer(sentence, max(0, match.start() - BEFORE), match.start())
    return any(match.start() - word.end() <= NEAR for word in words)


def _is_target_end(sentence: str, year: re.Match) -> bool:
    return _said_before(UNTIL, sentence, year)


def _nearest(words: list[re.Match], values: list[re.Match]) -> list[re.Match]:
    """For each word the value nearest to it, within reach; each value once, in the order of the text."""
    starts = [value.start() for value in values]
    chosen = {}
    for word in words:
        after = bisect_left(starts, word.start())
        beside = values[
            max(0, after - 1) : after + 1
        ]  # values don't overlap, so none is nearer than these two
        value = min(beside, key=lambda value: _gap(word, value), default=None)
        if value and _gap(word, value) <= NEAR:
            chosen[value.start()] = value
    return [chosen[at] for at in sorted(chosen)]


def _gap(word: re.Match, value: re.Match) -> int:
    return max(value.start() - word.end(), word.start() - value.end(), 0)


def _year(match: re.Match) -> str:
    return f"{match[1]}/{match[2][-2:]}"


def _amount(match: re.Match) -> Decimal:
    """Whole pounds, however they are written: £150,000, 150k, £0.15 million."""
    digits = match["pounds"] or match["plain"] or match["bare"] or match["digits"]
    unit = (match["unit"] or match["short"] or "").lower()
    return Decimal(digits.replace(",", "")) * _UNITS.get(unit, 1)


def _date(match: re.Match) -> datetime.date | None:
    """The day, or None if there is no such day."""
    parts = {name.rstrip("234"): value for name, value in match.groupdict().items() if value}
    month = parts["month"]
    number = (
        int(month) if month.isdigit() else [name[:3].lower() for name in MONTHS].index(month[:3].lower()) + 1
    )
    try:
        return datetime.date(int(parts["year"]), number, int(parts["day"]))
    except ValueError:
        return None
