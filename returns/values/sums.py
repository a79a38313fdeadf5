"""Totals and ratios as pure functions. Blank is None, which is not zero."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Sum:
    """A total, and how many values that belong in it are still blank ("so far")."""

    value: Decimal
    blanks: int

    @property
    def complete(self) -> bool:
        return not self.blanks


def total(values: Iterable) -> Sum:
    values = list(values)
    return Sum(
        sum((Decimal(value) for value in values if value is not None), Decimal(0)),
        sum(value is None for value in values),
    )


def percent_of(part, whole) -> Decimal | None:
    """Part as a percentage of whole, to one decimal place; None when either is blank or the whole is 0."""
    if part is None or not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True)
class YearAgainstTarget:
    """Gains to the end of one year and the target to the end of it, in £ thousand."""

    label: str
    kind: str
    cashable: Sum
    non_cashable: Sum
    target: Decimal | None

    @property
    def gains(self) -> Sum:
        blanks = self.cashable.blanks + self.non_cashable.blanks
        return Sum(self.cashable.value + self.non_cashable.value, blanks)

    @property
    def gap(self) -> Decimal | None:
        """How much is missing to the target, £ thousand; 0 once it is reached, None where the target is unknown."""
        return None if self.target is None else max(self.target - self.gains.value, Decimal(0))

    @property
    def cashable_share(self) -> Decimal | None:
        return percent_of(self.cashable.value, self.gains.value)

    @property
    def percent_of_target(self) -> Decimal | None:
        return percent_of(self.gains.value, self.target)


def against_target(years, baseline: Decimal | None, percent_per_year: Decimal) -> list[YearAgainstTarget]:
    """Cumulative gains against that percentage of the baseline for each year, in £ thousand.

    `years` are (label, kind, cashable Sum, non-cashable Sum) in order, one for each year.
    """
    found = []
    cashable = non_cashable = Sum(Decimal(0), 0)
    for number, (label, kind, more, more_non) in enumerate(years, start=1):
        cashable = Sum(cashable.value + more.value, cashable.blanks + more.blanks)
        non_cashable = Sum(non_cashable.value + more_non.value, non_cashable.blanks + more_non.blanks)
        target = None if baseline is None else baseline * percent_per_year / 100 * number
        found.append(YearAgainstTarget(label, kind, cashable, non_cashable, target))
    return found
