"""Claims that take back an earlier one wait here where that one is not at hand, so that they are never paid as originals."""

from __future__ import annotations

from collections.abc import Sequence

from claims.adjudication.findings import PASS, PEND, Case, Edit, Finding, once
from claims.model.claim import Line

ORIGINAL = once(PASS, "an original claim")
REPLACEMENT = once(PASS, "a replacement of a claim that is at hand")


def check(case: Case, lines: Sequence[Line]) -> Sequence[Finding]:
    """Pend a void, and a replacement whose earlier claim is not given: paid as originals they would be paid twice."""
    claim = case.claim
    if claim.frequency == "8" or (claim.frequency == "7" and case.replaces is None):
        what = "replaces" if claim.frequency == "7" else "voids"
        why = f"frequency {claim.frequency} {what} an earlier claim, which has to be reversed with it"
        return [Finding(None, PEND, why, cure="have the payer reverse the earlier claim, or send an original")]
    return ORIGINAL if case.replaces is None else REPLACEMENT


EDIT = Edit("scope", 1, check)
