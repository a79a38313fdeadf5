"""Ratings, types of interaction and use of channels as rows to print."""

from __future__ import annotations

from collections.abc import Callable

from returns.answers.reader import Answers, Place
from returns.checks.completeness import Assessment
from returns.documents.printers import prints
from returns.documents.rows import (
    DASH,
    Figure,
    LightRow,
    Row,
    add,
    asked_of,
    council_figures,
    figure,
    heads_of,
    open_note,
    row_groups,
    size_of,
    sum_figure,
    todo_of,
    words_of,
)
from returns.proforma import Line, Section
from returns.values.sums import percent_of

COUNTED = "permissible", "enabled", "percent"


@prints("change", {"outcomes.Outcome": ("comment",), "outcomes.OutcomeStatus": ("light",)})
def _lights(answers: Answers, section: Section, assessment: Assessment) -> dict:
    """A light at each date and a comment; lines with tiers have their groups on pages of their own."""
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
    tiers = answers.return_.proforma.tiers if section.has_tiers else ()
    used = {light for row in found.values() for light in row.lights}
    scale = answers.return_.proforma.scale
    return {
        "heads": heads_of(section.points),
        "scale": tuple(light for light in scale if light.rank or light.key in used),
        "groups": row_groups(section, found),
        "notes": tuple(f"{tier.letter}, {tier.label.lower()}: {tier.meaning}." for tier in tiers),
        "limit": section.table_on("outcomes.Outcome").column("comment").max_words or 0,
        **({"layout": "outcomes", "divided": True} if section.has_tiers else {}),
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


@prints("bvpi157", {"returns.Declaration": (), "outcomes.InteractionCount": COUNTED})
def _bvpi157(answers: Answers, section: Section, assessment: Assessment) -> dict:
    table = section.table_on("outcomes.InteractionCount")
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
        "subheads": tuple((column.short, column.label) for column in map(table.column, COUNTED)),
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


@prints("takeup", {"returns.Declaration": (), "outcomes.ChannelCount": ("number",)})
def _takeup(answers: Answers, section: Section, assessment: Assessment) -> dict:
    found = {
        line.key: Row(line.key, line.label, () if nil else tuple(map(figure, values)), nil)
        for line, (values, nil) in zip(section.lines, council_figures(answers, section).values(), strict=True)
    }
    return {"heads": heads_of(section.points), "groups": row_groups(section, found)}
