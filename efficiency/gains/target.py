"""Gains against the target of 2.5% a year to 2007/08 (Gershon review, named in the committee report)."""

from returns.answers.reader import Answers, Place
from returns.proforma import Proforma, Section
from returns.values.sums import Sum, YearAgainstTarget, against_target

GAIN, NOTE = "efficiency.Gain", "efficiency.EfficiencyNote"
NAMES = "cashable", "non_cashable"


def gains_section(proforma: Proforma) -> Section | None:
    """The section that asks for gains; None where the form asks for none."""
    return proforma.section_on(GAIN)


def years_against_target(answers: Answers) -> list[YearAgainstTarget]:
    """Cumulative gains of the council year by year; a year with an actual counts that, not its forecast.

    No year where the form asks for no gains.
    """
    section = gains_section(answers.return_.proforma)
    if section is None:
        return []
    table = section.table_on(GAIN)
    by_year = {}
    for point in table.points:
        if point.label not in by_year or point.kind == "actual":
            by_year[point.label] = point
    years = []
    for point in by_year.values():
        sums = {
            name: [answers.council_sum(section, table, line, point, name) for line in section.lines]
            for name in NAMES
        }
        years.append((point.label, point.kind, _add(sums["cashable"]), _add(sums["non_cashable"])))
    return against_target(
        years, baseline_spend(answers, section), answers.return_.proforma.target.percent_per_year
    )


def baseline_spend(answers: Answers, section: Section):
    """Spend of a year in scope, £ thousand; None while blank."""
    return answers.record(Place(answers.return_, section), section.table_on(NOTE)).baseline_spend


def _add(sums: list[Sum]) -> Sum:
    return Sum(sum(each.value for each in sums), sum(each.blanks for each in sums))
