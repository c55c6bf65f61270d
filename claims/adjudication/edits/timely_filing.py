"""Edit 5, timely filing (ADJUDICATION §2.5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from claims.adjudication.codes import TIME_LIMIT
from claims.adjudication.findings import DENY, PASS, Case, Edit, Finding
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


def check(case: Case, lines: Sequence[Line]) -> list[Finding]:
    """Deny CO-29 each line received after its last day.

    A professional line of several days counts from its first, an institutional one from its last (Medicare Claims Processing
    Manual, chapter 1 §70).
    """
    plan = case.plan.plan
    professional = case.claim.kind == "professional"
    findings = []
    for line in lines:
        service = line.begins if professional else line.ends
        if case.received > last_day(plan, service):
            late = (case.received - last_day(plan, service)).days
            why = f"received {late} {'day' if late == 1 else 'days'} after the limit of {limit(plan)} from the service"
            cure = "show that the claim was filed in time before, or that the plan's exceptions apply"
            findings.append(Finding(line.number, DENY, why, cure=cure, group="CO", reason=TIME_LIMIT))
    return findings or [Finding(None, PASS, f"received within {limit(plan)} of the service")]


def limit(plan: Plan) -> str:
    """Say the plan's limit in words."""
    if plan.timely_filing_days is not None:
        return f"{plan.timely_filing_days} days"
    years = plan.timely_filing_years
    return "one calendar year" if years == 1 else f"{years} calendar years"


EDIT = Edit("timely-filing", 1, check)
