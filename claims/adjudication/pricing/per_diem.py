"""Pricing by the day: a rate for each revenue code × the days of the line (ADJUDICATION §3)."""

from __future__ import annotations

from claims.adjudication.findings import Case, dollars
from claims.adjudication.plan_terms import half_up
from claims.adjudication.pricing import fee_list
from claims.adjudication.pricing.answers import beforehand, limited, waits
from claims.adjudication.pricing.priced import Method, Priced, line_by_line
from claims.model.claim import Line


def price(case: Case, line: Line) -> Priced:
    """Allow min(charge, rate × days). A revenue code without a rate is priced by fee, list or share of the charge, or waits."""
    early = beforehand(case, line)
    if early is not None:
        return early
    answer = by_the_day(case, line) or fee_list.listed_or_share(case, line, "no rate by the day")
    if answer is not None:
        return answer
    why = "the plan has no rate by the day for this revenue code, nor another price"
    return waits(case, line, why, "add a rate, a fee or percent_of_charge to the plan")


def by_the_day(case: Case, line: Line) -> Priced | None:
    """Price a line whose revenue code has a rate by the day; None for another."""
    if not line.revenue_code:
        return None
    code = line.revenue_code.zfill(4)
    rate = next((rate.cents for listed, rate in case.plan.plan.pricing.per_diem if listed == code), None)
    if rate is None:
        return None
    fee = half_up(rate, *line.units.as_integer_ratio())
    how = f"per diem {dollars(rate)} × {line.units.normalize():f} days = {dollars(fee)}"
    return limited(case, line, fee, how, case.plan.source)


METHOD = Method(1, line_by_line(price))
