"""Edit 2, the provider on each date of service (ADJUDICATION §2.2)."""

from __future__ import annotations

from collections.abc import Sequence

from claims.adjudication.codes import PROVIDER_NOT_ELIGIBLE, REFERRING_NOT_ELIGIBLE
from claims.adjudication.findings import DENY, NOT_CHECKED, PASS, Case, Edit, Finding, once
from claims.adjudication.providers import Providers
from claims.model.claim import Claim, Line

CURE = "have the payer credential this provider for the date of service, or bill under one who is"
IN_NETWORK = once(PASS, "credentialed on every date of service, in the network")
OUT_OF_NETWORK = once(PASS, "credentialed on every date of service, out of the network")


def check(case: Case, lines: Sequence[Line]) -> Sequence[Finding]:
    """Deny CO-B7 where billing or rendering provider is unknown, not active or excluded; CO-183 for the referring one.

    Who is not in the payer's list is not credentialed. A referring provider need not be in the list, but must not stand
    there as inactive or excluded. Being out of the network denies nothing: it is pricing's to know.
    """
    providers = case.providers
    if providers is None:
        return [Finding(None, NOT_CHECKED, "no providers were given")]
    findings = []
    same: dict[object, Finding | None] = {}
    for line in lines:
        # The lines of a claim mostly share days and clinician: what was asked of one is not asked again.
        key = line.begins, line.ends, None if line.rendering is None else line.rendering.npi
        if key not in same:
            same[key] = _fault(case.claim, line, providers)
        fault = same[key]
        if fault is not None:
            findings.append(fault._replace(line=line.number))
    return findings or (IN_NETWORK if case.in_network else OUT_OF_NETWORK)


def _fault(claim: Claim, line: Line, providers: Providers) -> Finding | None:
    fault = providers.fault(claim.billing.npi, line.begins, line.ends)
    if fault:
        return _denied(line, f"the billing provider {fault}", PROVIDER_NOT_ELIGIBLE)
    rendering = claim.rendering_of(line)
    if rendering is not None and rendering.npi != claim.billing.npi:
        fault = providers.fault(rendering.npi, line.begins, line.ends)
        if fault:
            return _denied(line, f"the rendering provider {fault}", PROVIDER_NOT_ELIGIBLE)
    referring = claim.referring
    if referring is not None and providers.get(referring.npi) is not None:
        fault = providers.fault(referring.npi, line.begins, line.ends)
        if fault:
            return _denied(line, f"the referring provider {fault}", REFERRING_NOT_ELIGIBLE)
    return None


def _denied(line: Line, why: str, reason: str) -> Finding:
    return Finding(line.number, DENY, why, cure=CURE, group="CO", reason=reason)


EDIT = Edit("provider", 1, check)
