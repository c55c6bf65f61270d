"""What a person used of a benefit that has a yearly maximum (ADJUDICATION §2.6, reason 119)."""

from __future__ import annotations

from decimal import Decimal

from claims.adjudication.findings import Case
from claims.model.claim import Line
from claims.model.plan import BenefitLimit


def used_before(case: Case, limit: BenefitLimit, year: int) -> tuple[Decimal, int]:
    """Return units and cents paid of a benefit in a plan year by earlier claims of the patient, with any provider."""
    units, paid = Decimal(0), 0
    if case.history is None:
        return units, paid
    for past in case.history.of_codes(case.claim, case.person, limit.codes, case.replaced):
        if case.plan.year_of(past.begins) == year:
            units += past.units
            paid += past.paid.cents
    return units, paid


class MoneyLimits:
    """What is left of the plan's money maxima while a claim is paid, in cents."""

    __slots__ = ("_case", "_left")

    def __init__(self, case: Case) -> None:
        self._case = case
        self._left: dict[tuple[str, int], int] = {}

    def cut(self, line: Line, paid: int) -> int:
        """Return how much of a line's payment is above the maximum of its benefit, and count the rest as used."""
        limit = self._case.plan.limits.get(line.procedure)
        if limit is None or limit.amount is None:
            return 0
        year = self._case.plan.year_of(line.begins)
        key = limit.name, year
        left = self._left.get(key)
        if left is None:
            left = max(0, limit.amount.cents - used_before(self._case, limit, year)[1])
        over = max(0, paid - left)
        self._left[key] = left - (paid - over)
        return over
