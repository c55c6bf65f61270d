"""How a line is priced: one file for each method, one line here (ADJUDICATION §3)."""

from __future__ import annotations

from collections.abc import Sequence

from claims.adjudication.findings import Case
from claims.adjudication.pricing import fee_list, rbrvs
from claims.adjudication.pricing.priced import Method, Priced
from claims.model.claim import Line

METHODS: dict[str, Method] = {
    "fee-list": fee_list.METHOD,
    "rbrvs": rbrvs.METHOD,
}


def price_lines(case: Case, lines: Sequence[Line]) -> Sequence[Priced]:
    """Price a claim's open lines by the plan's method; one answer for each line, in their order."""
    return METHODS[case.plan.plan.pricing.method].price(case, lines)
