"""The statement that the head of a department signs: one page for each department, whatever it answers."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime

from ..answers.reader import Answers
from ..checks.completeness import Assessment, Part, PlaceState, assess
from ..models import Department, Return
from ..values import wording
from ..values.parsing import clean_text
from .engine.sheet import Sheet
from .return_ import council_css, runs
from .rows import Head, heads_of

# What fits on the page; the test draws the worst there is and counts pages. Widths are in common letters.
MOST_OWNERS = 7
MOST_OPEN = 6
TITLE = 110  # two lines of the heading
NAME = 60  # of who signs
OWNER = 28
CODES = 60
LINE = 100  # of anything open
WIDE = frozenset("WMwm@%…—")


@dataclass(frozen=True)
class SectionState:
    """How far the department is with one section."""

    number: int
    title: str
    elements: int
    codes: str
    required: int
    answered: int
    signed: int


@dataclass(frozen=True)
class OwnerLights:
    """How many lines of one owner stand at each light: red, amber, green and blank, at each date in turn."""

    name: str
    lines: int
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Statement:
    """One department's page."""

    department: str
    signer: str
    job_title: str
    verdict: str
    detail: str
    sections: tuple[SectionState, ...]
    heads: tuple[Head, ...]
    owners: tuple[OwnerLights, ...]
    more_owners: str
    open: tuple[str, ...]
    more_open: str
    signed: str
    elements: int


def statement_sheet(
    return_: Return, departments: Iterable[Department] | None = None, *, as_at: datetime.datetime
) -> Sheet:
    """The statements of those departments, or of all that take part: exactly one page each."""
    assessment = assess(return_)
    chosen = list(assessment.answers.departments) if departments is None else list(departments)
    stamp = date_format(localtime(as_at), "j F Y, H.i")
    round_ = return_.proforma.round
    context = {
        "council": clean_text(return_.authority.name),
        "round": f"{round_.name} return {round_.deadline.year}",
        "stamp": f"As at {stamp} · {return_.get_status_display()}",
        "proforma": return_.proforma.name,
        "due": wording.day(return_.answers_due),
        "statements": [_statement(assessment, department) for department in chosen],
    }
    html = render_to_string("documents/statement.html", context)
    which = chosen[0].slug if len(chosen) == 1 else "departments"
    name = f"{return_.round}-{return_.authority.slug}-statement-{which}"
    return Sheet(name, html, council_css(return_.authority), as_at)


def _statement(assessment: Assessment, department: Department) -> Statement:
    answers = assessment.answers
    part = assessment.part(department) or Part(department, answers.people.heads.get(department.pk), ())
    states = list(part.states)
    blockers = [blocker for state in states for blocker in state.blockers]
    waiting = [_one_line(_without(blocker.message, department), LINE) for blocker in blockers]
    shown = waiting if len(waiting) <= MOST_OPEN else waiting[: MOST_OPEN - 1]
    owners, more_owners = _owners(answers, states)
    signer = part.signer
    last = part.last_signed
    return Statement(
        department=_one_line(department.name, TITLE),
        signer=_one_line(str(signer), NAME) if signer else "",
        job_title=_one_line(signer.job_title, NAME) if signer else "",
        verdict=_verdict(states, blockers),
        detail=_detail(states),
        sections=tuple(_sections(states)),
        heads=heads_of(answers.return_.proforma.rating_points),
        owners=owners,
        more_owners=more_owners,
        open=tuple(shown),
        more_open=_more_open(len(waiting) - len(shown)),
        signed=(
            f"{len(part.signed):,} of {len(states):,} elements are signed in the system, the last by "
            f"{_one_line(str(last.event.by), NAME)} on {wording.day(localtime(last.event.at))}."
            if last
            else "None of it is signed in the system yet."
        ),
        elements=len(states),
    )


def _verdict(states: list[PlaceState], blockers: list) -> str:
    if not states:
        return "Nothing to answer"
    return (
        f"Incomplete: {wording.counted(len(blockers), 'thing')} missing or open" if blockers else "Complete"
    )


def _detail(states: list[PlaceState]) -> str:
    required, answered = sum(s.required for s in states), sum(s.answered for s in states)
    if not states:
        return "No element of the return has been given to this department. The e-government lead allocates them."
    return (
        f"{answered:,} of {required:,} required answers are in, on {wording.counted(len(states), 'element')}."
    )


def _sections(states: list[PlaceState]):
    grouped: dict[str, list[PlaceState]] = {}
    for state in states:
        grouped.setdefault(state.place.section.key, []).append(state)
    for found in grouped.values():
        section = found[0].place.section
        yield SectionState(
            number=section.number,
            title=section.short,
            elements=len(found),
            codes=_codes([state.place.line.key for state in found if state.place.line]),
            required=sum(state.required for state in found),
            answered=sum(state.answered for state in found),
            signed=sum(bool(state.signed) for state in found),
        )


def _codes(codes: list[str]) -> str:
    """The codes in runs, as many as fit, then how many are left."""
    codes = list(dict.fromkeys(codes))
    whole = runs(codes)
    if len(whole) <= CODES:
        return whole
    for count in range(len(codes), 0, -1):
        text = f"{runs(codes[:count])} and {len(codes) - count:,} more"
        if len(text) <= CODES:
            return text
    return wording.counted(len(codes), "line")


def _owners(answers: Answers, states: list[PlaceState]) -> tuple[tuple[OwnerLights, ...], str]:
    """Lights by owner, most lines first; those that don't fit added up in one row."""
    points = answers.return_.proforma.rating_points
    lights: dict[str, Counter] = {}
    lines: Counter = Counter()
    for state in states:
        if not state.applies or not state.place.section.has_ratings:
            continue
        name = str(state.owner) if state.owner else "No owner"
        lines[name] += 1
        for entry in answers.entries(state.place):
            if entry.point:
                lights.setdefault(name, Counter())[entry.point.key, entry.record.light] += 1
    ordered = sorted(lines, key=lambda name: (-lines[name], name))
    kept = ordered if len(ordered) <= MOST_OWNERS else ordered[: MOST_OWNERS - 1]
    rest = ordered[len(kept) :]

    def row(label: str, names: list[str]) -> OwnerLights:
        counts = tuple(
            sum(lights[name][point.key, light] for name in names)
            for point in points
            for light in ("R", "A", "G", "")
        )
        return OwnerLights(label, sum(lines[name] for name in names), counts)

    rows = [row(_one_line(name, OWNER), [name]) for name in kept]
    if rest:
        rows.append(row(f"{wording.counted(len(rest), 'other owner')}, together", rest))
    more = (
        f"Of {len(ordered):,} owners those with most lines are named; the other {len(rest):,} are added up."
        if rest
        else ""
    )
    return tuple(rows), more


def _more_open(count: int) -> str:
    if not count:
        return ""
    return f"And {wording.counted(count, 'more thing')}: the department’s page in the system lists each."


def _without(message: str, department: Department) -> str:
    """What is open, without the name that stands over the page."""
    return message.replace(f", {department}: ", ": ", 1)


def _one_line(text: str, width: int) -> str:
    """The text on one line, cut where it would be wider than so many common letters."""
    text = " ".join(clean_text(text).split())
    used = 0.0
    for at, letter in enumerate(text):
        used += 1.8 if letter in WIDE or ord(letter) > 0x2E80 else 1.3 if letter.isupper() else 1
        if used > width:
            return f"{text[:at].rstrip()}…"
    return text
