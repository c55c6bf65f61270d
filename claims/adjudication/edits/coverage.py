"""Edit 6, first half: what the plan does not cover, has no more of, or pays by the head (ADJUDICATION §2.6)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from claims.adjudication.benefit_limits import used_before
from claims.adjudication.codes import BENEFIT_MAXIMUM, CAPITATED, NOT_COVERED, SEE_PLAN
from claims.adjudication.findings import DENY, NOT_CHECKED, PASS, Case, Edit, Finding, once
from claims.model.claim import Line
from claims.model.plan import BenefitLimit

NOTHING_LEFT = "none in this plan year; the patient may be billed, or the service be done in the next one"

ALL_COVERED = once(PASS, "the plan covers every line")


def check(case: Case, lines: Sequence[Line]) -> Sequence[Finding]:
    """Deny 204 or 96 what the plan excludes, CO-24 what it pays by the head, PR-119 what is above a benefit's maximum.

    A maximum of units counts person, plan year and all codes of the benefit, in the history and in this claim: a line that
    needs more than is left is denied as a whole. A maximum of money denies here where nothing is left; a line that
    goes over it is cut where it is paid.
    """
    plan = case.plan
    if not (plan.not_covered or plan.capitated or plan.limits):
        return ALL_COVERED
    findings: list[Finding] = []
    taken: dict[tuple[str, int], Decimal] = {}
    for line in lines:
        code = line.procedure
        excluded = plan.not_covered.get(code)
        capitated = plan.capitated.get(code)
        limit = plan.limits.get(code)
        if excluded is not None:
            remarks = (SEE_PLAN,) if excluded.reason == NOT_COVERED else ()
            findings.append(
                Finding(
                    line.number,
                    DENY,
                    "the plan does not cover this service",
                    "none under this plan",
                    excluded.group,
                    excluded.reason,
                    remarks,
                    plan.source,
                )
            )
        elif capitated is not None and (not capitated.providers or case.claim.billing.npi in capitated.providers):
            why = "the provider is paid for this service by the head, and the claim asks to be paid for it once more"
            cure = "report it as an encounter (BHT06 RP) and not as a claim (CH)"
            findings.append(Finding(line.number, DENY, why, cure, "CO", CAPITATED, source=plan.source))
        elif limit is not None:
            finding = _above(case, line, limit, taken)
            if finding is not None:
                findings.append(finding)
    return findings or ALL_COVERED


def _above(case: Case, line: Line, limit: BenefitLimit, taken: dict[tuple[str, int], Decimal]) -> Finding | None:
    if case.history is None:
        why = f"benefit {limit.name} has a maximum, and no history was given to count it from"
        return Finding(line.number, NOT_CHECKED, why)
    year = case.plan.year_of(line.begins)
    units, paid = used_before(case, limit, year)
    if limit.amount is not None and paid >= limit.amount.cents:
        return _denied(case, line, f"the yearly maximum of benefit {limit.name} is paid out", NOTHING_LEFT)
    if limit.units is None:
        return None
    key = limit.name, year
    left = limit.units - units - taken.get(key, Decimal(0))
    if line.units <= left:
        taken[key] = taken.get(key, Decimal(0)) + line.units
        return None
    left = max(left, Decimal(0))
    why = f"{line.units.normalize():f} units are above the {left.normalize():f} left of benefit {limit.name}"
    cure = NOTHING_LEFT if not left else "bill the units that are left on a line of their own"
    return _denied(case, line, why, cure)


def _denied(case: Case, line: Line, why: str, cure: str) -> Finding:
    return Finding(line.number, DENY, why, cure, "PR", BENEFIT_MAXIMUM, source=case.plan.source)


EDIT = Edit("coverage", 1, check)
