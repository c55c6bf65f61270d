"""An attestation that was signed long after the service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from claims.adjudication.edits.evidence import fitting_services, problem_of
from claims.adjudication.evidence_index import EvidenceIndex
from claims.adjudication.findings import NOT_CHECKED, PEND, Case, Finding
from claims.model.claim import Line

CURE = "show the note that was written at the time of the service, and why it was signed late"


def look(case: Case, lines: Sequence[Line], most: int) -> list[Finding]:
    """Pend lines whose attestation was signed more than `most` days after the service's last day.

    Of several attested services that fit a line the one signed soonest counts. The day is what the record discloses.
    """
    evidence = case.evidence
    if not isinstance(evidence, EvidenceIndex):
        return [Finding(None, NOT_CHECKED, "no records were given: it is not known when they were signed")]
    findings = []
    for line in lines:
        backing = [leaf for leaf in fitting_services(case, evidence, line) if not problem_of(case, leaf)]
        if not backing:
            continue  # The evidence edit has said so.
        days = [_days_after(leaf.encounter.signed_on, line) for leaf in backing if leaf.encounter.signed_on is not None]
        if len(days) < len(backing):
            why = "the record does not disclose the day of its signature"
            findings.append(Finding(line.number, NOT_CHECKED, why))
        elif min(days) > most:
            why = f"the service was attested {min(days)} days after it, more than {most}"
            findings.append(Finding(line.number, PEND, why, CURE, source=case.plan.source))
    return findings


def _days_after(signed_on: date, line: Line) -> int:
    return (signed_on - line.ends).days
