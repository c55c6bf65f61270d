"""Edit 5, timely filing (ADJUDICATION §2.5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from claims.adjudication.codes import TIME_LIMIT
from claims.adjudication.findings import DENY, PASS, Case, Edit, Finding, once
from claims.model.claim import Line
from claims.model.plan import Plan


def last_day(plan: Plan, service: date) -> date:
    """Return the last day on which a claim for a service of this date is in time.

    Years are calendar years, as Medicare counts (42 CFR 424.44): the same date a year on, and 28 February for a leap day.
    """
    if plan.timely_filing_days is not None:
        return service + timedelta(days=plan.timely_filing_days)
    year = service.year + plan.timely_filing_years
    if service.month == 2 and service.day == 29:
        return date(year, 2, 28)
    return service.replace(year=year)


def check(case: Case, lines: Sequence[Line]) -> Sequence[Finding]:
    """Deny CO-29 each line received after its last day.

    A professional line of several days counts from its first, an institutional one from its last (Medicare Claims Processing
    Manual, chapter 1 §70).
    """
    plan = case.plan.plan
    professional = case.claim.kind == "professional"
    findings = []
    in_time: set[date] = set()
    for line in lines:
        service = line.begins if professional else line.ends
        if service in in_time:
            continue
        if case.received <= last_day(plan, service):
            in_time.add(service)
        else:
            late = (case.received - last_day(plan, service)).days
            why = f"received {late} {'day' if late == 1 else 'days'} after the limit of {limit(plan)} from the service"
            cure = "show that the claim was filed in time before, or that the plan's exceptions apply"
            findings.append(Finding(line.number, DENY, why, cure=cure, group="CO", reason=TIME_LIMIT))
    return findings or _well(plan.timely_filing_days, plan.timely_filing_years)


def limit(plan: Plan) -> str:
    """Say the plan's limit in words."""
    return _words(plan.timely_filing_days, plan.timely_filing_years)


def _words(days: int | None, years: int) -> str:
    if days is not None:
        return f"{days} days"
    return "one calendar year" if years == 1 else f"{years} calendar years"


@lru_cache(maxsize=256)
def _well(days: int | None, years: int) -> Sequence[Finding]:
    return once(PASS, f"received within {_words(days, years)} of the service")


EDIT = Edit("timely-filing", 1, check)
