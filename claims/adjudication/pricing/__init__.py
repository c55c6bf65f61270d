"""How a line is priced: one file for each method, one line here (ADJUDICATION §3)."""

from __future__ import annotations

from collections.abc import Sequence

from claims.adjudication.findings import Case
from claims.adjudication.pricing import drg, fee_list, outpatient, per_diem, percent_of_charge, rbrvs
from claims.adjudication.pricing.priced import Method, Priced
from claims.model.claim import Claim, Line
from claims.model.plan import Pricing

METHODS: dict[str, Method] = {
    "fee-list": fee_list.METHOD,
    "rbrvs": rbrvs.METHOD,
    "percent-of-charge": percent_of_charge.METHOD,
    "per-diem": per_diem.METHOD,
    "drg": drg.METHOD,
    "outpatient-fee-list": outpatient.METHOD,
}


def price_lines(case: Case, lines: Sequence[Line]) -> Sequence[Priced]:
    """Price a claim's open lines by the plan's method for such a claim; one answer for each line, in their order."""
    return METHODS[method_of(case.plan.plan.pricing, case.claim)].price(case, lines)


def method_of(pricing: Pricing, claim: Claim) -> str:
    """Name the method for a claim: institutional ones may have one of their own, inpatient and outpatient apart."""
    if claim.institutional is None:
        return pricing.method
    return (pricing.inpatient if claim.institutional.inpatient else pricing.outpatient) or pricing.method


def methods_of(pricing: Pricing) -> tuple[str, ...]:
    """Name the plan's methods: professional, inpatient, outpatient."""
    return pricing.method, pricing.inpatient or pricing.method, pricing.outpatient or pricing.method
