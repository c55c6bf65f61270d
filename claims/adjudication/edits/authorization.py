"""Edit 6, second half: services that are paid only when they were authorised (ADJUDICATION §2.6)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from claims.adjudication.codes import AUTHORIZATION_EXCEEDED, NOT_AUTHORIZED
from claims.adjudication.findings import DENY, NOT_CHECKED, PASS, Case, Edit, Finding, once
from claims.model.claim import Line

NONE_NEEDED = once(PASS, "no line needs an authorisation")


def check(case: Case, lines: Sequence[Line]) -> Sequence[Finding]:
    """Deny CO-197 what needs an authorisation and has none that fits, CO-198 what needs more units than it has left.

    Units count down from line to line. A number on line or claim (REF*G1) means that authorisation alone; without one, the
    first that fits and has units enough is drawn on.
    """
    needed = case.plan.authorized
    asking = [line for line in lines if line.procedure in needed] if needed else []
    if not asking:
        return NONE_NEEDED
    if case.authorizations is None:
        return [Finding(None, NOT_CHECKED, "no authorisations were given")]
    taken: dict[str, Decimal] = {}
    return [_checked(case, line, taken) for line in asking]


def _checked(case: Case, line: Line, taken: dict[str, Decimal]) -> Finding:
    assert case.authorizations is not None
    claim, number = case.claim, line.authorization or case.claim.prior_authorization
    rendering = claim.rendering_of(line)
    fitting = case.authorizations.fitting(
        case.person, claim.billing.npi, "" if rendering is None else rendering.npi, number, line
    )
    most = Decimal(0)
    for each in fitting:
        if each.units is None:
            return Finding(line.number, PASS, "authorised", authorization=each.number)
        left = each.units - each.used - taken.get(each.number, Decimal(0))
        if line.units <= left:
            taken[each.number] = taken.get(each.number, Decimal(0)) + line.units
            return Finding(line.number, PASS, "authorised", authorization=each.number)
        most = max(most, left)
    if fitting:
        why = f"{line.units.normalize():f} units are above the {most.normalize():f} that the authorisation has left"
        cure = "have the authorisation extended, or bill the units that are left"
        return Finding(line.number, DENY, why, cure, "CO", AUTHORIZATION_EXCEEDED, source="authorisations")
    what = "the authorisation that the claim names does not fit" if number else "no authorisation fits"
    why = f"{what} this patient, code, provider and date of service"
    cure = "ask for an authorisation, also for what is done already where the payer grants it, and bill again with its number"
    return Finding(line.number, DENY, why, cure, "CO", NOT_AUTHORIZED, source="authorisations")


EDIT = Edit("authorization", 1, check)
