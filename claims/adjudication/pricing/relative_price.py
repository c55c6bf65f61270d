"""The price of one row of the fee schedule in one locality, exactly."""

from __future__ import annotations

from typing import NamedTuple

from claims.model.tables import GeographicIndex, RelativeValue

SCALE = 10**7
"""Units of a price in one cent: hundredths of a relative value × thousandths of an index × ten-thousandths of a dollar."""


class RelativePrice(NamedTuple):
    """A unit's price in its three parts, in ten-millionths of a cent; nothing is rounded yet."""

    work: int
    expense: int
    malpractice: int

    @property
    def total(self) -> int:
        """The price of one unit."""
        return self.work + self.expense + self.malpractice


def relative_price(
    row: RelativeValue, index: GeographicIndex, *, facility: bool, factor: int | None = None
) -> RelativePrice:
    """Return `(work × GPCIw, PE × GPCIpe, MP × GPCImp) × conversion factor` (ADJUDICATION §3).

    `factor`, in ten-thousandths of a dollar, replaces the row's own.
    """
    dollars = row.conversion_factor if factor is None else factor
    expense = row.expense_facility if facility else row.expense_nonfacility
    return RelativePrice(
        row.work * index.work * dollars,
        expense * index.expense * dollars,
        row.malpractice * index.malpractice * dollars,
    )


def cents(price: int, numerator: int = 1, denominator: int = 1) -> int:
    """Round price × numerator / denominator half up to the cent: the one rounding of a fee."""
    below = SCALE * denominator
    return (2 * price * numerator + below) // (2 * below)
