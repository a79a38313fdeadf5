"""The statement that the head of a department signs: one page for each department, however much it answers."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.timezone import localtime

from ..answers.reader import Answers, Place
from ..checks.completeness import Assessment, Part, PlaceState, assess
from ..models import Department, Return
from ..values import wording
from ..values.parsing import clean_text
from .engine.sheet import Sheet
from .return_ import council_css, runs
from .rows import Head, heads_of

# What fits on the page; a test renders the fullest page and counts pages. Widths are in letters of average width.
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
    """The department's progress with one section."""

    number: int
    title: str
    lines: int
    codes: str
    required: int
    answered: int
    signed: int


@dataclass(frozen=True)
class OwnerLights:
    """How many lines of one owner have each rating: red, amber, green and blank, at each date in turn."""

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
    lines: int


def statement_sheet(
    return_: Return, departments: Iterable[Department] | None = None, *, as_at: datetime.datetime
) -> Sheet:
    """The statements of those departments, or of all that take part: exactly one page each."""
    assessment = assess(return_)
    chosen = list(assessment.answers.departments) if departments is None else list(departments)
    stamp = wording.moment(as_at)
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
            f"{len(part.signed):,} of {wording.counted(len(states), 'line')} "
            f"{wording.noun(len(part.signed), 'is', 'are')} signed in the system, the last by "
            f"{_one_line(str(last.event.by), NAME)} on {wording.day(localtime(last.event.at))}."
            if last
            else "No line is signed in the system yet."
        ),
        lines=len(states),
    )


def _verdict(states: list[PlaceState], blockers: list) -> str:
    if not states:
        return "Nothing to answer"
    return f"Incomplete: {wording.counted(len(blockers), 'blocker')}" if blockers else "Complete"


def _detail(states: list[PlaceState]) -> str:
    required, answered = sum(s.required for s in states), sum(s.answered for s in states)
    if not states:
        return "No line of the return is allocated to this department. The e-government lead allocates lines."
    return f"{answered:,} of {required:,} required answers are in, on {wording.counted(len(states), 'line')}."


def _sections(states: list[PlaceState]):
    grouped: dict[str, list[PlaceState]] = {}
    for state in states:
        grouped.setdefault(state.place.section.key, []).append(state)
    for found in grouped.values():
        section = found[0].place.section
        yield SectionState(
            number=section.number,
            title=section.short,
            lines=len(found),
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
    """Ratings by owner, most lines first; the owners that don't fit are added up in one row."""
    points = answers.return_.proforma.rating_points
    owned: dict[str, list[Place]] = {}
    for state in states:
        if state.applies and answers.lights(state.place):
            owned.setdefault(str(state.owner or "No owner"), []).append(state.place)
    ordered = sorted(owned, key=lambda name: (-len(owned[name]), name))
    kept = ordered if len(ordered) <= MOST_OWNERS else ordered[: MOST_OWNERS - 1]
    rest = ordered[len(kept) :]

    def row(label: str, names: list[str]) -> OwnerLights:
        places = [place for name in names for place in owned[name]]
        lights = answers.count_lights(places)
        counts = tuple(lights[point.key, light] for point in points for light in ("R", "A", "G", ""))
        return OwnerLights(label, len(places), counts)

    rows = [row(_one_line(name, OWNER), [name]) for name in kept]
    if rest:
        rows.append(row(f"{wording.counted(len(rest), 'other owner')}, together", rest))
    more = (
        f"The owners with most lines are named; the other {len(rest):,} are added up in one row."
        if rest
        else ""
    )
    return tuple(rows), more


def _more_open(count: int) -> str:
    if not count:
        return ""
    return f"And {wording.counted(count, 'more blocker')}, listed on the department’s page in the system."


def _without(message: str, department: Department) -> str:
    """What blocks, without the department's name, which is the heading of the page."""
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
