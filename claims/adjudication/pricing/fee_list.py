"""Pricing by a list of fees, with a share of the charge for a code that the list does not have (ADJUDICATION §3)."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from claims.adjudication.findings import Case, dollars
from claims.adjudication.plan_terms import half_up
from claims.adjudication.pricing.answers import beforehand, limited, share_of_charge, waits
from claims.adjudication.pricing.priced import Method, Priced, line_by_line
from claims.model.claim import Line


def price(case: Case, line: Line) -> Priced:
    """Allow min(charge, fee × units), or the plan's share of the charge where the list has no fee.

    A code without either pends. A price of nothing denies the line (CO-96, PR-96 out of the network), because reason 45
    never stands for a whole charge. A line in minutes pends where the list has a fee, which is for a unit.
    """
    found = _fee(case, line)
    early = beforehand(case, line) if found is not None or not line.charge.cents else None
    if early is not None:
        return early
    answer = share_of_charge(case, line, "no fee listed") if found is None else _by_fee(case, line, *found)
    if answer is not None:
        return answer
    why = "the fee list has no fee for this code, and the plan allows no share of the charge"
    return waits(case, line, why, "add a fee for the code, or percent_of_charge, to the plan")


def listed_or_share(case: Case, line: Line, why: str) -> Priced | None:
    """Price a line by the plan's fees, its imported list, or its share of the charge; None where it has none of them."""
    answer = listed(case, line)
    return share_of_charge(case, line, why) if answer is None else answer


def listed(case: Case, line: Line) -> Priced | None:
    """Price a line by the plan's own fees or its imported list; None where neither has its code."""
    found = _fee(case, line)
    return None if found is None else _by_fee(case, line, *found)


def _by_fee(case: Case, line: Line, fee: int, source: str) -> Priced:
    if line.unit == "MJ":
        return waits(case, line, "the line bills minutes and the plan's fee is for a unit", "price the line by hand")
    if line.units == 1:
        return limited(case, line, fee, _listed(fee), source)
    amount = half_up(fee, *line.units.as_integer_ratio())
    return limited(
        case, line, amount, f"fee list {dollars(fee)} × {_plain(line.units)} units = {dollars(amount)}", source
    )


def _fee(case: Case, line: Line) -> tuple[int, str] | None:
    """Return (fee of a unit in cents, its source): the plan's own, else the imported list's, by modifier where it has one."""
    own = case.plan.fees.get(line.procedure)
    if own is not None:
        return own, case.plan.source
    name, tables = case.plan.plan.pricing.schedule, case.tables
    if not name or tables is None:
        return None
    for modifier in (*line.modifiers, ""):
        fee = tables.fee(name, line.procedure, modifier, line.begins)
        if fee is not None:
            return fee.cents, f"fee list {name}"
    return None


@lru_cache(maxsize=16_384)
def _listed(fee: int) -> str:
    return f"fee list {dollars(fee)}"


def _plain(units: Decimal) -> str:
    return f"{units.normalize():f}"


METHOD = Method(2, line_by_line(price))
