"""Pricing by a share of the charge (ADJUDICATION §3)."""

from __future__ import annotations

from claims.adjudication.findings import Case
from claims.adjudication.pricing.answers import beforehand, share_of_charge, waits
from claims.adjudication.pricing.priced import Method, Priced, line_by_line
from claims.model.claim import Line


def price(case: Case, line: Line) -> Priced:
    """Allow the plan's share of the charge, half up to the cent."""
    early = beforehand(case, line)
    if early is not None:
        return early
    answer = share_of_charge(case, line, "share of charge")
    if answer is not None:
        return answer
    return waits(case, line, "the plan names no share of the charge", "add percent_of_charge to the plan")


METHOD = Method(1, line_by_line(price))
