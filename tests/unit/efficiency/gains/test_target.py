"""Gains against 2.5% a year, on figures worked out by hand."""

from decimal import Decimal

from efficiency.gains.target import years_against_target
from returns.answers.reader import read
from returns.values.sums import Sum, against_target, percent_of, total


def test_target_is_cumulative_and_the_cashable_share_a_ratio_of_sums():
    years = [
        ("2004/05", "actual", Sum(Decimal(100), 0), Sum(Decimal(50), 0)),
        ("2005/06", "forecast", Sum(Decimal(20), 1), Sum(Decimal(30), 0)),
    ]

    first, second = against_target(years, Decimal(10_000), Decimal("2.5"))

    assert (first.target, first.gains.value, first.gap, first.cashable_share) == (
        250,
        150,
        100,
        Decimal("66.7"),
    )
    assert (second.target, second.gains.value, second.gains.blanks, second.gap) == (500, 200, 1, 300)
    assert (second.cashable_share, second.percent_of_target) == (Decimal("60.0"), Decimal("40.0"))


def test_target_without_a_baseline_is_unknown():
    [year] = against_target(
        [("2004/05", "actual", Sum(Decimal(1), 0), Sum(Decimal(1), 0))], None, Decimal("2.5")
    )

    assert (year.target, year.gap, year.percent_of_target) == (None, None, None)


def test_gap_closes_at_nought():
    [year] = against_target(
        [("2004/05", "actual", Sum(Decimal(300), 0), Sum(Decimal(0), 0))], Decimal(10_000), Decimal("2.5")
    )

    assert (year.gap, year.percent_of_target) == (0, Decimal("120.0"))


def test_percentage_of_a_total_is_the_ratio_of_sums():
    assert percent_of(1 + 30, 10 + 40) == Decimal("62.0")  # the mean of 10% and 75% would be 42.5
    assert percent_of(0, 0) is None
    assert percent_of(None, 5) is None
    assert percent_of(0, 5) == 0
    assert percent_of(2, 3) == Decimal("66.7")


def test_total_tells_blank_from_nought():
    assert total([1, None, 0, Decimal("2.5")]) == Sum(Decimal("3.5"), 1)
    assert total([]) == Sum(Decimal(0), 0)


def test_demonstration_figures_count_the_actual_of_2004_05(marchshire, wyeborough):
    last = years_against_target(read(wyeborough, "efficiency"))[-1]
    first = years_against_target(read(marchshire, "efficiency"))[0]

    assert last.gains.complete
    assert last.target == Decimal("1380.0")
    assert (first.label, first.kind, first.gains.complete) == ("2004/05", "actual", False)
