"""Totals and ratios as pure functions. Blank is None, and stays apart from zero."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Sum:
    """A total and whether something that belongs in it is still blank ("so far")."""

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
    """Part as a percentage of whole, to one place; None when either is blank or the whole is nil."""
    if part is None or not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
