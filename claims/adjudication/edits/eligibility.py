"""Edit 1, eligibility on each date of service (ADJUDICATION §2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from claims.adjudication.codes import AFTER_COVERAGE, BEFORE_COVERAGE, NOT_IDENTIFIED
from claims.adjudication.findings import DENY, NOT_CHECKED, PASS, Case, Edit, Finding, once
from claims.model.claim import Line
from claims.model.member import Coverage

ONE_DAY = timedelta(days=1)
CURE = "bill the payer that covered the patient on that day, or the covered days on a line of their own"
COVERED = once(PASS, "the member is covered on every date of service")


def check(case: Case, lines: Sequence[Line]) -> Sequence[Finding]:
    """Deny PR-31 who is not identified, PR-26 what was before coverage, PR-27 what was after it.

    The plan's own dates are checked even where no members are given. A line counts by all of its days: one day outside
    denies the line.
    """
    findings: list[Finding] = []
    plan = case.plan.plan
    if plan.covers_from is not None or plan.covers_through is not None:
        for line in lines:
            if plan.covers_from is not None and line.begins < plan.covers_from:
                findings.append(
                    _denied(line, BEFORE_COVERAGE, "a date of service is before the plan's coverage begins")
                )
            elif plan.covers_through is not None and line.ends > plan.covers_through:
                findings.append(_denied(line, AFTER_COVERAGE, "a date of service is after the plan's coverage ended"))
    if case.members is None:
        return [*findings, Finding(None, NOT_CHECKED, "no members were given")]
    if case.member is None:
        several = len(case.members.fitting(case.claim))
        why = f"{several} members fit the patient" if several else "no member fits the patient"
        cure = "correct member number, relationship, name and birth date, and bill again"
        return [*findings, Finding(None, DENY, why, cure=cure, group="PR", reason=NOT_IDENTIFIED)]
    denied = {finding.line for finding in findings}
    coverage = case.member.coverage
    for line in lines:
        if line.number not in denied:
            reason = _outside(coverage, line)
            if reason:
                when = "before coverage begins" if reason == BEFORE_COVERAGE else "after coverage ended"
                findings.append(_denied(line, reason, f"a date of service is {when}"))
    return findings or COVERED


def _denied(line: Line, reason: str, why: str) -> Finding:
    return Finding(line.number, DENY, why, cure=CURE, group="PR", reason=reason)


def _outside(coverage: tuple[Coverage, ...], line: Line) -> str:
    """Return why the line's days are not all covered; periods that follow each other without a gap count as one."""
    day = line.begins
    earlier = False
    for period in coverage:
        if period.begins > day:
            break
        earlier = True
        if period.through is None or line.ends <= period.through:
            return ""
        if day <= period.through:
            day = period.through + ONE_DAY
    return AFTER_COVERAGE if earlier else BEFORE_COVERAGE


EDIT = Edit("eligibility", 1, check)
