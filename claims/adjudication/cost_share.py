"""What the member pays of an allowed amount (ADJUDICATION §4)."""

from __future__ import annotations

from typing import NamedTuple

from claims.adjudication.plan_terms import Terms, half_up
from claims.model.quick import maker


class Share(NamedTuple):
    """The member's share of one line, in cents; `trimmed` is what the out-of-pocket maximum took off it."""

    copay: int
    deductible: int
    coinsurance: int
    trimmed: int

    @property
    def total(self) -> int:
        """All that the member owes of the allowed amount."""
        return self.copay + self.deductible + self.coinsurance


make_share = maker(Share)


def share(allowed: int, terms: Terms, deductible_left: int, room: int | None) -> Share:
    """Return the member's share of an allowed amount.

    copay, never above what is allowed → deductible, `min(left, rest)` → coinsurance of the rest, half up to the cent →
    trimmed to `room`, what is left of the out-of-pocket maximum (None: there is none). What is trimmed comes off the
    coinsurance first, then off the deductible, then off the copay, so that an accumulator never counts what nobody paid.
    """
    copay, numerator, denominator, _, deductible_applies = terms
    if copay > allowed:
        copay = allowed
    rest = allowed - copay
    deductible = 0
    if deductible_applies and deductible_left > 0:
        deductible = deductible_left if deductible_left < rest else rest
    rest -= deductible
    coinsurance = half_up(rest, numerator, denominator) if rest and numerator else 0
    over = 0 if room is None else copay + deductible + coinsurance - max(0, room)
    if over <= 0:
        return make_share(copay, deductible, coinsurance, 0)
    from_coinsurance = min(over, coinsurance)
    from_deductible = min(over - from_coinsurance, deductible)
    from_copay = over - from_coinsurance - from_deductible
    return Share(copay - from_copay, deductible - from_deductible, coinsurance - from_coinsurance, over)
