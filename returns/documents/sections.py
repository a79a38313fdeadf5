"""Each of the nine sections as rows to print, from the one reader of answers."""

from __future__ import annotations

from collections.abc import Callable

from ..answers.cells import in_words
from ..answers.reader import Answers, Place
from ..checks.completeness import Assessment
from ..proforma import Line, Section
from ..values import wording
from ..values.parsing import clean_text
from ..values.sums import percent_of, total
from . import gains
from .rows import (
    DASH,
    Case,
    Fact,
    Figure,
    LightRow,
    Row,
    SectionRows,
    add,
    asked_of,
    figure,
    heads_of,
    open_note,
    places_of,
    row_groups,
    size_of,
    sum_figure,
    todo_of,
    words_of,
)


def section_rows(assessment: Assessment, section: Section, provisional: str) -> SectionRows:
    """The section ready to print; `provisional` is printed with sections that may be amended under a delegation."""
    build = BUILDERS[section.key]
    return SectionRows(
        key=section.key,
        number=section.number,
        title=section.title,
        guidance=section.guidance,
        unit=section.unit,
        provisional=provisional if section.provisional else "",
        line_word=section.line_word,
        template=f"documents/sections/{section.key}.html",
        **build(assessment.answers, section, assessment),
    )


def _cover(answers: Answers, section: Section, assessment: Assessment) -> dict:
    place = Place(answers.return_, section)
    facts = []
    for cell in answers.cells(place):
        filed = cell.column.field == "submitted_on"
        todo = "Entered when the return is filed" if filed else todo_of(answers, place)
        facts.append(Fact(cell.column.label, words_of(in_words(cell), todo)))
    return {"facts": tuple(facts)}


def _context(answers: Answers, section: Section, assessment: Assessment) -> dict:
    place = Place(answers.return_, section)
    (cell,) = answers.cells(place)
    limit = cell.column.max_words
    return {"words": words_of(cell.value, todo_of(answers, place), limit), "limit": limit}


def _lights(answers: Answers, section: Section, assessment: Assessment) -> dict:
    """Outcomes and change lines alike: a rating at each date and a comment."""
    found = {}
    for line in section.lines:
        place = Place(answers.return_, section, line)
        head, lights = answers.head(place), tuple(answers.lights(place))
        if not head.applies:
            reason = words_of(head.reason or _why_not_applicable(answers, line))
            found[line.key] = LightRow(line.key, line.label, line.help, lights, reason, False)
            continue
        missing = assessment.state(place).blank
        comment = words_of(head.comment, todo_of(answers, place) if missing else "")
        found[line.key] = LightRow(line.key, line.label, line.help, lights, comment)
    notes = []
    for tier in answers.return_.proforma.tiers if any(line.tier for line in section.lines) else ():
        notes.append(f"{tier.letter}, {tier.label.lower()}: {tier.meaning}.")
    used = {light for row in found.values() for light in row.lights}
    scale = answers.return_.proforma.scale
    return {
        "heads": heads_of(section.points),
        "scale": tuple(light for light in scale if light.rank or light.key in used),
        "groups": row_groups(section, found),
        "notes": tuple(notes),
        "limit": section.tables[0].column("comment").max_words,
    }


def _why_not_applicable(answers: Answers, line: Line) -> str:
    """What the proforma itself gives as the reason, where the council has given none."""
    return_, proforma = answers.return_, answers.return_.proforma
    if not line.is_function_of(return_.authority.kind):
        return "Not a function of this type of council."
    tier = proforma.tier_of(line)
    if tier and not tier.mandatory:
        return "Stretch outcome, not adopted by the council."
    return "Does not apply; no reason given."


def _bvpi157(answers: Answers, section: Section, assessment: Assessment) -> dict:
    table = section.table("bvpi157_counts")
    asked = {line.key: asked_of(answers, section, line) for line in section.lines}
    sums = {
        (line.key, point.key, name): answers.council_sum(section, table, line, point, name)
        for line in section.lines
        for point in table.points
        for name in ("permissible", "enabled")
    }

    def figures(of: Callable, count: int) -> tuple[Figure, ...]:
        found = []
        for point in table.points:
            permissible, enabled = of(point.key, "permissible"), of(point.key, "enabled")
            found += [sum_figure(permissible, 0, count), sum_figure(enabled, 0, count)]
            found.append(_percent(permissible, enabled))
        return tuple(found)

    found = {
        line.key: Row(
            line.key,
            line.label,
            figures(lambda point, name, key=line.key: sums[key, point, name], asked[line.key]),
        )
        for line in section.lines
    }
    whole = figures(
        lambda point, name: add(sums[line.key, point, name] for line in section.lines), sum(asked.values())
    )
    printed = [*whole, *(each for row in found.values() for each in row.figures)]
    notes = ["The last row is the sum of the types: its percentage is all enabled over all permissible."]
    if any(each.text == "n/a" for each in printed):
        notes.append("n/a: nothing is permissible, so there is no percentage.")
    return {
        "heads": heads_of(table.points),
        "subheads": tuple((column.short, column.label) for column in table.columns),
        "groups": row_groups(section, found),
        "total": whole,
        "notes": (*notes, *open_note(printed)),
        "size": size_of(printed, 5, 6),
    }


def _percent(permissible, enabled) -> Figure:
    if not (permissible.complete and enabled.complete):
        return Figure(DASH, "open")
    percent = percent_of(enabled.value, permissible.value)
    return Figure("n/a") if percent is None else figure(percent, 1)


def _council_figures(answers: Answers, section: Section) -> dict[str, tuple[list, str]]:
    """The figures of each line that the council answers as a whole, with the reason where it is nil."""
    found = {}
    for line in section.lines:
        place = Place(answers.return_, section, line)
        entries = answers.entries(place)
        head, counted = entries[0].record, entries[1:]
        nil = "" if head.applies else clean_text(head.reason)
        name = section.tables[-1].columns[0].field
        found[line.key] = [getattr(entry.record, name) for entry in counted], nil
    return found


def _takeup(answers: Answers, section: Section, assessment: Assessment) -> dict:
    found = {
        line.key: Row(line.key, line.label, () if nil else tuple(map(figure, values)), nil)
        for line, (values, nil) in zip(
            section.lines, _council_figures(answers, section).values(), strict=True
        )
    }
    return {"heads": heads_of(section.points), "groups": row_groups(section, found)}


def _resources(answers: Answers, section: Section, assessment: Assessment) -> dict:
    council = _council_figures(answers, section)
    counted = [values for values, nil in council.values() if not nil]
    places = places_of(value for values in counted for value in values)
    found = {}
    for line in section.lines:
        values, nil = council[line.key]
        figures = [figure(value, places) for value in values]
        figures.append(sum_figure(total(values), places, len(values)))
        if nil:
            figures = [figure(0, places)]
        found[line.key] = Row(line.key, line.label, tuple(figures), nil)
    years = [total(values[i] for values in counted) for i in range(len(section.points))]
    whole = tuple(sum_figure(each, places, len(council)) for each in [*years, add(years)])
    printed = [*whole, *(each for row in found.values() for each in row.figures)]
    return {
        "heads": heads_of(section.points),
        "groups": row_groups(section, found),
        "total": whole,
        "notes": open_note(printed),
        "size": size_of(printed, 9, 11),
    }


def _cases(answers: Answers, section: Section, assessment: Assessment) -> dict:
    table = section.table("cases")
    limit = table.column("text").max_words
    found = []
    for place in answers.places(section):
        if place.line is None:
            continue
        record, todo = answers.record(place, table), todo_of(answers, place)
        title, text = words_of(record.title, todo), words_of(record.text, todo, limit)
        found.append(Case(record.line, title, place.department.name, text))
    needed = f"None yet; at least {table.least} {wording.noun(table.least, 'is', 'are')} needed."
    notes = () if len(found) >= table.least else (needed,)
    return {"cases": tuple(found), "limit": limit, "notes": notes}


BUILDERS: dict[str, Callable] = {
    "cover": _cover,
    "context": _context,
    "outcomes": _lights,
    "change": _lights,
    "bvpi157": _bvpi157,
    "takeup": _takeup,
    "resources": _resources,
    "efficiency": gains.efficiency,
    "cases": _cases,
}
