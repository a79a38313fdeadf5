"""Money as rows to print: resources; gains, the target they are held against, and how they were worked out."""

from __future__ import annotations

from returns.answers.cells import in_words
from returns.answers.reader import Answers, Place
from returns.checks.completeness import Assessment
from returns.documents.printers import prints
from returns.documents.rows import (
    DASH,
    Bar,
    BasisRow,
    Fact,
    Figure,
    Row,
    RowGroup,
    add,
    asked_of,
    council_figures,
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
from returns.proforma import Section
from returns.values import wording
from returns.values.sums import YearAgainstTarget, total

from .target import GAIN, NAMES, NOTE, years_against_target


@prints("resources", {"returns.Declaration": (), "efficiency.Resource": ("amount",)}, follows=True)
def _resources(answers: Answers, section: Section, assessment: Assessment) -> dict:
    council = council_figures(answers, section)
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


@prints("efficiency", {"returns.Declaration": ("basis",), GAIN: NAMES, NOTE: ("baseline_spend",)})
def _gains(answers: Answers, section: Section, assessment: Assessment) -> dict:
    table, names = section.table_on(GAIN), NAMES
    asked = {line.key: asked_of(answers, section, line) for line in section.lines}
    sums = {
        (line.key, point.key, name): answers.council_sum(section, table, line, point, name)
        for line in section.lines
        for point in table.points
        for name in names
    }
    places = places_of(each.value for each in sums.values())
    found = {}
    for line in section.lines:
        figures = tuple(
            sum_figure(sums[line.key, point.key, name], places, asked[line.key])
            for point in table.points
            for name in names
        )
        found[line.key] = Row(line.key, line.label, figures)
    by_point = {
        (point.key, name): add(sums[line.key, point.key, name] for line in section.lines)
        for point in table.points
        for name in names
    }
    whole = tuple(sum_figure(each, places, sum(asked.values())) for each in by_point.values())
    printed = [*whole, *(each for row in found.values() for each in row.figures)]
    note = Place(answers.return_, section)
    facts = []
    for cell in answers.cells(note):
        todo = todo_of(answers, note) if cell.required else "None"
        facts.append(Fact(cell.column.label, words_of(in_words(cell), todo), cell.column.unit))
    years = years_against_target(answers)
    amounts = [amount for year in years for amount in (year.gains.value, year.target, year.gap)]
    return {
        "heads": heads_of(table.points),
        "subheads": tuple((column.short, column.label) for column in map(table.column, names)),
        "groups": row_groups(section, found),
        "total": whole,
        "facts": tuple(facts),
        "bases": tuple(_bases(answers, section)),
        "basis_label": section.table_on("returns.Declaration").column("basis").label,
        "target": tuple(_target_row(year, places_of(amounts)) for year in years),
        "bars": _bars(years),
        "notes": open_note(printed),
        "size": size_of(printed, 7, 9),
    }


def _bases(answers: Answers, section: Section):
    for line in section.lines:
        found = []
        for department in answers.departments:
            place = Place(answers.return_, section, line, department)
            declaration = answers.head(place)
            if declaration.applies:
                words = words_of(declaration.basis, todo_of(answers, place))
                found.append(BasisRow(department.name, words))
        yield RowGroup(line.label, tuple(found), line.key)


def _target_row(year: YearAgainstTarget, places: int) -> Row:
    known = year.gains.complete and year.target is not None
    dash = Figure(DASH, "open")
    share = year.cashable_share if year.gains.complete else None
    figures = (
        *(sum_figure(each, places) for each in (year.cashable, year.non_cashable, year.gains)),
        figure(year.target, places),
        figure(year.gap, places) if known else dash,
        figure(year.percent_of_target, 1) if known else dash,
        dash if not year.gains.complete else Figure("n/a") if share is None else figure(share, 1),
    )
    return Row(year.label, year.kind, figures)


def _bars(years: list[YearAgainstTarget]) -> tuple[Bar, ...]:
    """The years as bars of a drawing 600 wide, with its ground at 215; none while something is missing."""
    if not all(year.gains.complete and year.target is not None for year in years):
        return ()
    highest = max(max(year.gains.value, year.target) for year in years) or 1
    found = []
    for number, year in enumerate(years):
        whole, cashable = (int(each * 180 / highest) for each in (year.gains.value, year.cashable.value))
        found.append(
            Bar(
                label=f"{year.label} {year.kind}",
                x=30 + number * 145,
                y=215 - whole,
                cashable=cashable,
                middle=215 - cashable,
                non_cashable=whole - cashable,
                total=wording.aligned(year.gains.value, 0),
                target_y=215 - int(year.target * 180 / highest),
                target=wording.aligned(year.target, 0),
            )
        )
    return tuple(found)
