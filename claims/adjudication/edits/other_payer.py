"""Coordination of benefits begins with what earlier payers decided (ADJUDICATION §5)."""

from __future__ import annotations

from collections.abc import Sequence

from claims.adjudication.codes import NO_EARLIER_REMITTANCE, OTHER_PAYER_FIRST
from claims.adjudication.findings import DENY, PASS, Case, Edit, Finding, once
from claims.model.claim import Line

CURE = "bill the earlier payer, and send this claim again with what it paid, adjusted and left (loops 2320 and 2430)"
PRIMARY = once(PASS, "this payer is the primary one")


def check(case: Case, lines: Sequence[Line]) -> Sequence[Finding]:
    """Deny OA-22 each line of a secondary or tertiary claim of which an earlier payer's decision is not at hand."""
    rank = case.claim.rank
    if not rank:
        return PRIMARY
    why = f"this payer is number {rank + 1} for the claim, and what an earlier payer decided is not at hand"
    findings = [
        Finding(line.number, DENY, why, CURE, "OA", OTHER_PAYER_FIRST, (NO_EARLIER_REMITTANCE,))
        for line in lines
        if line.number not in case.earlier
    ]
    return findings or [Finding(None, PASS, "what every earlier payer decided is at hand")]


EDIT = Edit("other-payer", 1, check)
