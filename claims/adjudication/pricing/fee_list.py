"""Pricing by a list of fees, with a share of the charge for a code that the list does not have (ADJUDICATION §3)."""

from __future__ import annotations

from decimal import Decimal

from claims.adjudication.codes import INCOMPLETE, NOT_COVERED, SEE_PLAN, UNITS_INVALID
from claims.adjudication.findings import ADJUST, DENY, PASS, PEND, Case, Finding, dollars
from claims.adjudication.plan_terms import half_up
from claims.adjudication.pricing.priced import Method, Priced, line_by_line
from claims.model.claim import Line


def price(case: Case, line: Line) -> Priced:
    """Allow min(charge, fee × units), or the plan's share of the charge where the list has no fee.

    A code without either pends. A price of nothing denies the line (CO-96, PR-96 out of the network), because reason 45
    never stands for a whole charge. A line in minutes pends where the list has a fee, which is for a unit.
    """
    number, charge, plan = line.number, line.charge.cents, case.plan
    if not charge:
        return Priced(0, Finding(number, PASS, "nothing is charged", source=plan.source))
    fee = plan.fees.get(line.procedure)
    if fee is None:
        return _share_of_charge(case, line)
    if line.unit == "MJ":
        why = "the line bills minutes and the plan's fee is for a unit"
        return Priced(0, Finding(number, PEND, why, cure="price the line by hand", source=plan.source))
    units = line.units
    if units == 1:
        price_of_units, listed = fee, f"fee list {dollars(fee)}"
    else:
        if units <= 0:
            why, cure = "the line bills no units", "bill the units that were done"
            denied = Finding(
                number, DENY, why, cure, group="CO", reason=INCOMPLETE, remarks=(UNITS_INVALID,), source=plan.source
            )
            return Priced(0, denied)
        price_of_units = half_up(fee, *units.as_integer_ratio())
        listed = f"fee list {dollars(fee)} × {_plain(units)} units = {dollars(price_of_units)}"
    if not price_of_units:
        return _nothing(case, line, listed)
    if price_of_units < charge:
        why = f"{listed} below charge {dollars(charge)}"
        return Priced(price_of_units, Finding(number, ADJUST, why, source=plan.source))
    why = f"charge {dollars(charge)} within {listed}"
    return Priced(charge, Finding(number, PASS, why, source=plan.source))


def _share_of_charge(case: Case, line: Line) -> Priced:
    plan, charge = case.plan, line.charge.cents
    percent = plan.plan.pricing.percent_of_charge
    if percent is None or plan.percent is None:
        why = "the fee list has no fee for this code, and the plan allows no share of the charge"
        cure = "add a fee for the code, or percent_of_charge, to the plan"
        return Priced(0, Finding(line.number, PEND, why, cure=cure, source=plan.source))
    allowed = half_up(charge, *plan.percent)
    why = f"no fee listed: {percent} of charge {dollars(charge)} = {dollars(allowed)}"
    if not allowed:
        return _nothing(case, line, why)
    return Priced(allowed, Finding(line.number, PASS if allowed == charge else ADJUST, why, source=plan.source))


def _nothing(case: Case, line: Line, how: str) -> Priced:
    group = "CO" if case.in_network else "PR"
    why = f"{how}: the plan pays nothing for this service"
    cure = "none under this plan"
    denied = Finding(
        line.number, DENY, why, cure, group=group, reason=NOT_COVERED, remarks=(SEE_PLAN,), source=case.plan.source
    )
    return Priced(0, denied)


def _plain(units: Decimal) -> str:
    return f"{units.normalize():f}"


METHOD = Method(1, line_by_line(price))
