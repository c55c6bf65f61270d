"""The kinds of published tables that the edits ask for, and which of them a claim falls under."""

from __future__ import annotations

from claims.model.claim import Claim
from claims.model.tables import OUTPATIENT, PRACTITIONER

EXCLUSIONS = ("leie", "exclusion-list")
PAIRS = {PRACTITIONER: "ncci-practitioner", OUTPATIENT: "ncci-outpatient"}
UNIT_LIMITS = {PRACTITIONER: "mue-practitioner", OUTPATIENT: "mue-outpatient"}


def setting_of(claim: Claim) -> str:
    """Return the setting whose NCCI and MUE tables hold for a claim; empty for an inpatient stay, for which there are none."""
    if claim.kind == "professional":
        return PRACTITIONER
    if claim.institutional is not None and claim.institutional.inpatient:
        return ""
    return OUTPATIENT
