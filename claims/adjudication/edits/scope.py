"""Claims that are not settled as a first and only claim wait here, so that they are never paid as one."""

from __future__ import annotations

from collections.abc import Sequence

from claims.adjudication.findings import PASS, PEND, Case, Edit, Finding
from claims.model.claim import Line


def check(case: Case, lines: Sequence[Line]) -> list[Finding]:
    """Pend replacements, voids and claims to a secondary payer: paid as originals they would be paid twice."""
    claim = case.claim
    if claim.frequency == "8" or (claim.frequency == "7" and case.replaces is None):
        what = "replaces" if claim.frequency == "7" else "voids"
        why = f"frequency {claim.frequency} {what} an earlier claim, which has to be reversed with it"
        return [Finding(None, PEND, why, cure="have the payer reverse the earlier claim, or send an original")]
    if claim.rank > 0:
        why = "this payer is not the primary one, and the primary's remittance is not at hand"
        return [Finding(None, PEND, why, cure="send the claim with what the primary payer paid and left")]
    return [Finding(None, PASS, "an original claim to the primary payer")]


EDIT = Edit("scope", 1, check)
