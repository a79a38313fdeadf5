"""Figures as people read them: one way to round, thousands apart, blank as nothing."""

from decimal import Decimal

import pytest

from returns.values.wording import aligned, figure, pounds


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, ""),
        ("", ""),
        (0, "0"),
        (1234567, "1,234,567"),
        (Decimal("0.0"), "0"),
        (Decimal("12.0"), "12"),
        (Decimal("1234.5"), "1,234.5"),
        (Decimal("0.05"), "0.1"),
        (Decimal("308.65"), "308.7"),
        (Decimal("999.95"), "1,000"),
    ],
)
def test_a_figure_is_read_with_one_decimal_place_at_most(value, read):
    assert figure(value) == read


@pytest.mark.parametrize(
    ("value", "places", "read"),
    [
        (0, 0, "0"),
        (0, 1, "0.0"),
        (1234, 1, "1,234.0"),
        (Decimal("284.5"), 0, "285"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("308.65"), 1, "308.7"),
        (Decimal("1234.5"), 1, "1,234.5"),
    ],
)
def test_figures_in_a_column_have_as_many_decimal_places_as_each_other(value, places, read):
    assert aligned(value, places) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (0, "£0"),
        (150000, "£150,000"),
        (Decimal("150000.00"), "£150,000"),
        (Decimal("12.50"), "£12.50"),
        (Decimal("1234.05"), "£1,234.05"),
    ],
)
def test_a_sum_in_pounds_has_pence_where_there_are_any(value, read):
    assert pounds(value) == read
