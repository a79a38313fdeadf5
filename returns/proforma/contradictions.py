"""Contradictions within a form, each as (place, problem).

A place is written as people write it: "outcomes.R1", "tiers.required", "outcomes.outcome_lights.points.mar05".
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .schema import Point, Proforma, Section, Sourced, Table

Problem = tuple[str, str]

LETTERS = ["A", "G", "N", "R"]
# No form of these years looks further back or ahead; a longer span is a typing mistake.
YEARS_IN_REASON = 10


def contradictions(proforma: Proforma, stem: str) -> Iterator[Problem]:
    """References to what doesn't exist, codes used twice, dates and numbers that contradict others."""
    if proforma.key != stem:
        yield "key", f"{proforma.key!r} differs from the file's name"
    yield from _codes(proforma)
    for section in proforma.sections:
        yield from _lines(proforma, section)
        yield from _section(section)
        for table in section.tables:
            yield from _table(proforma, section, table)
    yield from _sources(proforma)
    yield from _round(proforma)
    yield from _tiers(proforma)
    yield from _scale(proforma)


def sourced(proforma: Proforma) -> Iterator[tuple[str, Sourced]]:
    """Everything in the form that carries a mark and sources, with its place."""
    yield "round", proforma.round
    yield from ((f"grant_history.{each.year}", each) for each in proforma.grant_history)
    yield from ((f"tiers.{each.key}", each) for each in proforma.tiers)
    yield from ((f"scale.{each.key}", each) for each in proforma.scale)
    yield "target", proforma.target
    for section in proforma.sections:
        yield section.key, section
        yield from ((f"{section.key}.groups.{each.key}", each) for each in section.groups)
        yield from ((f"{section.key}.{each.key}", each) for each in section.lines)
        for table in section.tables:
            place = f"{section.key}.{table.key}"
            yield from ((f"{place}.points.{each.key}", each) for each in table.points)
            yield from ((f"{place}.columns.{each.field}", each) for each in table.columns)


def _codes(proforma: Proforma) -> Iterator[Problem]:
    sections = proforma.sections
    for place, keys in [
        ("sections", [section.key for section in sections]),
        ("tables", [table.key for section in sections for table in section.tables]),
        ("lines", [line.key for section in sections for line in section.lines]),
        ("tiers", [tier.key for tier in proforma.tiers]),
        ("authority_types", [kind.key for kind in proforma.authority_types]),
        ("sources", [source.key for source in proforma.sources]),
        *((f"{section.key}.groups", [group.key for group in section.groups]) for section in sections),
    ]:
        yield from _repeated(place, keys)
    if [section.number for section in sections] != list(range(len(sections))):
        yield "sections", "the numbers do not run from 0 without a gap"


def _lines(proforma: Proforma, section: Section) -> Iterator[Problem]:
    tiers = {tier.key for tier in proforma.tiers}
    kinds = {kind.key for kind in proforma.authority_types}
    groups = {group.key for group in section.groups}
    some_have_tiers = any(line.tier for line in section.lines)
    for line in section.lines:
        place = f"{section.key}.{line.key}"
        if line.tier and line.tier not in tiers:
            yield place, f"unknown tier {line.tier!r}"
        if some_have_tiers and not line.tier:
            yield place, "has no tier, though other lines of the section have one"
        if (line.group and line.group not in groups) or (groups and not line.group):
            yield place, f"unknown group {line.group!r}"
        for kind in line.applies_to:
            if kind not in kinds:
                yield place, f"unknown type of council {kind!r}"


def _section(section: Section) -> Iterator[Problem]:
    grids = [table for table in section.tables if table.shape == "grid"]
    if not section.tables:
        yield section.key, "has no tables"
    if section.lines and not grids:
        yield section.key, "has lines, and no grid asks anything of them"
    if len({table.per_department for table in grids}) > 1:
        yield section.key, "some of its grids are answered by each department and some are not"
    elif section.per_department != (section.answered_by == "departments"):
        yield section.key, "per_department and answered_by departments go together"
    if sum(bool(table.points) for table in section.tables) > 1:
        yield section.key, "more than one table has points"
    elif any(table.points for table in grids[:-1]):
        yield section.key, "its grid with points is not the last of its grids, which is how they are printed"
    for group in section.groups:
        if not any(line.group == group.key for line in section.lines):
            yield f"{section.key}.groups.{group.key}", "has no line"


def _table(proforma: Proforma, section: Section, table: Table) -> Iterator[Problem]:
    place = f"{section.key}.{table.key}"
    if not table.columns:
        yield place, "has no columns"
    yield from _repeated(f"{place}.columns", [column.field for column in table.columns])
    yield from _repeated(f"{place}.points", [point.key for point in table.points])
    if bool(table.points) != bool(table.point_field):
        yield place, "points and point_field go together"
    if table.points and table.shape != "grid":
        yield place, f"a {table.shape} has no points"
    if table.per_department and table.shape != "grid":
        yield place, f"a {table.shape} is not answered by each department"
    if table.shape == "list" and not 0 <= table.least <= table.most:
        yield place, "a list needs least <= most"
    if table.shape == "list" and table.most == 0:
        yield place, "a list of at most 0 takes no row"
    if table.shape == "grid" and not section.lines:
        yield place, "a grid needs lines"
    yield from _points(proforma, f"{place}.points", table.points)


def _points(proforma: Proforma, place: str, points: tuple[Point, ...]) -> Iterator[Problem]:
    if not points:
        return
    if len({point.date is None for point in points}) > 1:
        yield place, "some are dates and some are years"
        return
    spans = [_span(point) for point in points]
    if None in spans:
        point = points[spans.index(None)]
        yield f"{place}.{point.key}", f"{point.label!r} has no date and is no year such as 2004/05"
        return
    starts = [start for start, _ in spans]
    if starts != sorted(starts):
        yield place, "are not in the order of their dates"
        return
    forecast = [start for start, point in zip(starts, points, strict=True) if point.kind == "forecast"]
    for span, point in zip(spans, points, strict=True):
        if point.kind == "actual" and forecast and span[0] > forecast[0]:
            yield f"{place}.{point.key}", "is a fact later than a forecast"
        yield from _beside_deadline(proforma.round.deadline, f"{place}.{point.key}", point, span, points)


def _beside_deadline(
    deadline: datetime.date,
    place: str,
    point: Point,
    span: tuple[datetime.date, datetime.date],
    points: tuple[Point, ...],
) -> Iterator[Problem]:
    """An actual period has begun by the day the return is due, and a forecast period has not ended.

    A year that is over may be forecast where its fact is asked too: the one is then compared with the other.
    """
    start, end = span
    if abs(start.year - deadline.year) > YEARS_IN_REASON:
        yield place, f"is more than {YEARS_IN_REASON} years from the deadline, {_day(deadline)}"
    elif point.kind == "actual" and start > deadline:
        yield place, f"is a fact of a time after the deadline, {_day(deadline)}"
    elif point.kind == "forecast" and end <= deadline and not _has_fact(points, point.label):
        yield place, f"is a forecast of a time before the deadline, {_day(deadline)}"


def _has_fact(points: tuple[Point, ...], label: str) -> bool:
    return any(point.kind == "actual" and point.label == label for point in points)


def _span(point: Point) -> tuple[datetime.date, datetime.date] | None:
    """The first and last day of a point; a financial year runs from 1 April. None where it says neither."""
    if point.date is not None:
        return point.date, point.date
    year = _first_year(point.label)
    return None if year is None else (datetime.date(year, 4, 1), datetime.date(year + 1, 3, 31))


def _first_year(label: str) -> int | None:
    """2004 for "2004/05"; None for what is no financial year."""
    first, _, second = label.partition("/")
    if not (
        len(first) == 4 and len(second) == 2 and (first + second).isascii() and (first + second).isdigit()
    ):
        return None
    year = int(first)
    return year if 0 < year < 9999 and (year + 1) % 100 == int(second) else None


def _sources(proforma: Proforma) -> Iterator[Problem]:
    known = {source.key for source in proforma.sources}
    for place, fact in sourced(proforma):
        for source in fact.sources:
            if source not in known:
                yield place, f"unknown source {source!r}"


def _round(proforma: Proforma) -> Iterator[Problem]:
    round_ = proforma.round
    named = [
        ("round.financial_year", round_.financial_year),
        ("round.grant_year", round_.grant_year),
        ("target.until", proforma.target.until),
        *((f"grant_history.{each.year}", each.year) for each in proforma.grant_history),
    ]
    for place, label in named:
        if _first_year(label) is None:
            yield place, f"{label!r} is no financial year: the second number follows the first"
    # A last return may be due some days after the year it is about.
    if _first_year(round_.financial_year) not in (None, round_.deadline.year, round_.deadline.year - 1):
        yield "round.deadline", f"{_day(round_.deadline)} is not near {round_.financial_year}"
    yield from _repeated("grant_history", [each.year for each in proforma.grant_history])
    for each in proforma.grant_history:
        if each.year == round_.grant_year and each.amount_gbp != round_.grant_gbp:
            yield (
                f"grant_history.{each.year}",
                f"{each.amount_gbp} differs from the round's {round_.grant_gbp}",
            )


def _tiers(proforma: Proforma) -> Iterator[Problem]:
    for tier in proforma.tiers:
        place = f"tiers.{tier.key}"
        found = sum(line.tier == tier.key for s in proforma.sections for line in s.lines)
        if found != tier.count:
            yield place, f"count says {tier.count}, the lines say {found}"
        if tier.mandatory and tier.due is None:
            yield place, "is mandatory and has no date"
        for section in proforma.sections:
            if tier.due is None or not any(line.tier == tier.key for line in section.lines):
                continue
            if tier.due not in [point.date for point in section.points]:
                yield f"{place}.due", f"{_day(tier.due)} is none of the dates of {section.key}"


def _scale(proforma: Proforma) -> Iterator[Problem]:
    letters = sorted(light.key for light in proforma.scale)
    if letters != LETTERS:
        yield "scale", f"has {', '.join(letters) or 'no letter'}; each of R, A, G and N is wanted once"
        return
    rank = {light.key: light.rank for light in proforma.scale}
    if (rank["R"], rank["A"], rank["G"], rank["N"]) != (1, 2, 3, None):
        yield "scale", "R, A and G rank 1, 2 and 3, and N has no rank"


def _day(date: datetime.date) -> str:
    return f"{date.day} {date:%B %Y}"


def _repeated(place: str, keys: list[str]) -> Iterator[Problem]:
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield place, f"{key!r} is there twice"
