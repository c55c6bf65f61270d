"""Places too far apart for a visit: the patient's home and the practice, or two places of one clinician's day."""

from __future__ import annotations

from collections.abc import Sequence

from claims.adjudication.findings import NOT_CHECKED, PEND, Case, Finding
from claims.model.claim import Line
from claims.model.plan import Geography

AWAY_PLACES = frozenset({"02", "10", "20", "21", "23", "41", "42", "51", "61", "81"})
"""Telehealth, urgent and emergency care, ambulances, inpatient stays and laboratories: nobody asks how far home is."""

DISTANT_PLACES = frozenset({"02", "10", "81"})
"""Telehealth and laboratories: the clinician need not be where the place is."""

HOME_CURE = "show why the patient was seen far from home, or correct the patient's address"
DAY_CURE = "show the clinician's schedule and places of the day, or correct date, place or rendering provider"


def look(case: Case, lines: Sequence[Line], asked: Geography) -> list[Finding]:
    """Pend visits of a patient who lives far away, and a clinician's day with visits in two places far apart.

    The place is the billing provider's street address, the day's other places those of the history. What ZIP codes are far
    apart, the plan says; a ZIP code that is missing or too short compares with nothing.
    """
    claim = case.claim
    if claim.institutional is not None:
        return []
    here = _area(claim.billing.address.postal_code, asked)
    home = _area(claim.patient.address.postal_code, asked)
    findings = []
    if not here:
        return [Finding(None, NOT_CHECKED, "the claim gives no ZIP code of the place: distances were not looked at")]
    if not home:
        findings.append(Finding(None, NOT_CHECKED, "the claim gives no ZIP code of the patient's home"))
    elif home != here:
        why = (
            f"the patient lives far from the practice: the first {asked.digits} digits of their ZIP codes are not near"
        )
        findings += [
            Finding(line.number, PEND, why, HOME_CURE, source=case.plan.source)
            for line in lines
            if line.place not in AWAY_PLACES
        ]
    if case.history is None:
        findings.append(Finding(None, NOT_CHECKED, "no history was given: no clinician's other places are known"))
        return findings
    for line in lines:
        rendering = claim.rendering_of(line)
        if rendering is None or not rendering.npi or line.place in DISTANT_PLACES or line.begins != line.ends:
            continue
        places = case.history.practice.places(claim, rendering.npi, line.begins, case.replaced)
        elsewhere = {area for place in places if (area := _area(place, asked)) and area != here}
        if elsewhere:
            why = (
                f"the clinician saw patients on this day in {1 + len(elsewhere)} places far apart: "
                f"ZIP codes that begin with {', '.join(sorted({here, *elsewhere}))}"
            )
            findings.append(Finding(line.number, PEND, why, DAY_CURE, source=case.plan.source))
    return findings


def _area(postal_code: str, asked: Geography) -> str:
    """Return the beginning of a ZIP code, or the first of the group that is near it; empty where there is none."""
    begins = postal_code.strip()[: asked.digits]
    if len(begins) < asked.digits or not (begins.isascii() and begins.isdecimal()):
        return ""
    return next((group[0] for group in asked.near if begins in group), begins)
