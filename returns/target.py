"""Gains against the target of 2.5% a year to 2007/08 (Gershon review, named in the committee report)."""

from .answers.reader import Answers
from .values.sums import Sum, YearAgainstTarget, against_target


def years_against_target(answers: Answers) -> list[YearAgainstTarget]:
    """Cumulative gains of the council year by year; a year with an actual counts that, not its forecast."""
    section = answers.return_.proforma.section_by_key["efficiency"]
    table = section.table("gains")
    by_year = {}
    for point in table.points:
        if point.label not in by_year or point.kind == "actual":
            by_year[point.label] = point
    years = []
    for point in by_year.values():
        sums = {
            name: [answers.council_sum(section, table, line, point, name) for line in section.lines]
            for name in ("cashable", "non_cashable")
        }
        years.append((point.label, point.kind, _add(sums["cashable"]), _add(sums["non_cashable"])))
    return against_target(years, baseline_spend(answers), answers.return_.proforma.target.percent_per_year)


def baseline_spend(answers: Answers):
    """Spend of a year in scope, £ thousand; None while blank."""
    note = answers.place("efficiency", None)
    return answers.record(note, note.tables[0]).baseline_spend


def _add(sums: list[Sum]) -> Sum:
    return Sum(sum(each.value for each in sums), sum(each.blanks for each in sums))
