"""`outpatient-fee-list`: the lines of an outpatient institutional claim (ADJUDICATION §3)."""

from __future__ import annotations

from claims.adjudication.findings import Case
from claims.adjudication.pricing import fee_list
from claims.adjudication.pricing.answers import beforehand, waits
from claims.adjudication.pricing.per_diem import by_the_day
from claims.adjudication.pricing.priced import Method, Priced, line_by_line
from claims.model.claim import Line


def price(case: Case, line: Line) -> Priced:
    """Price a line by its procedure's fee, else by its revenue code's rate, else by the plan's share of the charge."""
    early = beforehand(case, line)
    if early is not None:
        return early
    answer = fee_list.listed(case, line) or by_the_day(case, line)
    answer = answer or fee_list.listed_or_share(case, line, "no fee for the procedure nor rate for the revenue code")
    if answer is not None:
        return answer
    why = "neither procedure nor revenue code has a price in the plan"
    return waits(case, line, why, "add a fee, a rate by the day or percent_of_charge to the plan")


METHOD = Method(1, line_by_line(price))
