"""What every pricing method says in the same words: a line without a charge or without units, and a charge beside its fee."""

from __future__ import annotations

from functools import lru_cache

from claims.adjudication.codes import INCOMPLETE, NOT_COVERED, SEE_PLAN, UNITS_INVALID
from claims.adjudication.findings import ADJUST, DENY, PASS, PEND, Case, Finding, dollars
from claims.adjudication.plan_terms import half_up
from claims.adjudication.pricing.priced import Priced
from claims.model.claim import Line


def beforehand(case: Case, line: Line) -> Priced | None:
    """Answer a line that no method has to look at: nothing is charged, or no units are billed."""
    if not line.charge.cents:
        return Priced(0, Finding(line.number, PASS, "nothing is charged", source=case.plan.source))
    if line.units <= 0:
        return denied(
            case, line, "the line bills no units", "bill the units that were done", INCOMPLETE, (UNITS_INVALID,)
        )
    return None


def limited(case: Case, line: Line, fee: int, how: str, source: str) -> Priced:
    """Allow min(charge, fee) (ADJUDICATION §3); `how` tells the fee, in cents. A fee of nothing denies the line.

    Reason 45 never stands for a whole charge: such a line is CO-96, and PR-96 out of the network.
    """
    charge = line.charge.cents
    if not fee:
        why = f"{how}: the plan pays nothing for this service"
        group = "CO" if case.in_network else "PR"
        return denied(case, line, why, "none under this plan", NOT_COVERED, (SEE_PLAN,), source, group)
    return _lower(line.number, charge, fee, how, source)


@lru_cache(maxsize=16_384)
def _lower(number: int, charge: int, fee: int, how: str, source: str) -> Priced:
    """Return the lower of charge and fee as the answer that stood for it before: a provider's prices come again and again."""
    if fee < charge:
        return Priced(fee, Finding(number, ADJUST, f"{how} below charge {dollars(charge)}", source=source))
    return Priced(charge, Finding(number, PASS, f"charge {dollars(charge)} within {how}", source=source))


def share_of_charge(case: Case, line: Line, why: str) -> Priced | None:
    """Allow the plan's share of the charge; None where the plan has none. `why` tells what came to it."""
    plan, charge = case.plan, line.charge.cents
    percent = plan.plan.pricing.percent_of_charge
    if percent is None or plan.percent is None:
        return None
    allowed = half_up(charge, *plan.percent)
    how = f"{why}: {percent} of charge {dollars(charge)} = {dollars(allowed)}"
    if not allowed:
        return limited(case, line, 0, how, plan.source)
    return Priced(allowed, Finding(line.number, PASS if allowed == charge else ADJUST, how, source=plan.source))


def denied(
    case: Case,
    line: Line,
    why: str,
    cure: str,
    reason: str,
    remarks: tuple[str, ...] = (),
    source: str = "",
    group: str = "CO",
) -> Priced:
    """Deny a line at its price."""
    finding = Finding(
        line.number, DENY, why, cure, group=group, reason=reason, remarks=remarks, source=source or case.plan.source
    )
    return Priced(0, finding)


def waits(case: Case, line: Line, why: str, cure: str, source: str = "") -> Priced:
    """Have the claim wait for somebody to price the line."""
    return Priced(0, Finding(line.number, PEND, why, cure=cure, source=source or case.plan.source))
