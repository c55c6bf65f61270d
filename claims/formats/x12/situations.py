"""What the guide asks for in a situation that a segment-by-segment check cannot see (SNIP type 4)."""

from __future__ import annotations

from claims.formats.x12.findings import Findings
from claims.formats.x12.hierarchy import ClaimLevel
from claims.formats.x12.references import read_references
from claims.formats.x12.shape import Shape

_NEEDS_ORIGINAL = frozenset("78")
_ACCIDENTS = frozenset({"AA", "OA"})
_INPATIENT_PLACES = frozenset({"21", "51", "61"})
_INPATIENT_VISITS = range(99221, 99240)
_SELF = "18"
_MEDICARE = frozenset({"MA", "MB"})


def check_situations(level: ClaimLevel, shape: Shape, findings: Findings) -> None:
    """Check frequency, patient and subscriber, Medicare as a later payer, accidents, and inpatient visits."""
    _check_frequency(level, shape, findings)
    _check_patient(level, findings)
    if shape.professional:
        _check_accident(level, findings)
        _check_inpatient_visit(level, findings)


def _check_frequency(level: ClaimLevel, shape: Shape, findings: Findings) -> None:
    header = level.header
    frequency = header.part(5, 3)
    if frequency not in shape.frequencies:
        known = ", ".join(sorted(shape.frequencies))
        message = f"the claim frequency in CLM05-3 is none of {known}"
        findings.add("A7:535", message, header, 5, 3, code="7", snip=5)
    elif frequency in _NEEDS_ORIGINAL and not read_references(level, "2300").get("F8"):
        message = "frequency 7 or 8 needs REF*F8 with the payer's control number of the claim it replaces or voids"
        findings.add("A6:464", message, header, code="I6", snip=4)


def _check_patient(level: ClaimLevel, findings: Findings) -> None:
    coverage = level.subscriber.find("2000B", "SBR")
    if coverage is None:
        return
    if (coverage.get(2) == _SELF) != (level.patient is None):
        message = "SBR02 is 18 where the subscriber is the patient, and empty where a patient's level follows"
        findings.add("A8:156", message, coverage, 2, code="I13", loop="2000B", snip=4)
    if coverage.get(9) in _MEDICARE and coverage.get(1) != "P" and not coverage.get(5):
        message = "Medicare as a later payer needs the insurance type in SBR05"
        findings.add("A6:578", message, coverage, 5, code="I9", loop="2000B", snip=4)


def _check_accident(level: ClaimLevel, findings: Findings) -> None:
    header = level.header
    causes = header.parts(11)
    if not _ACCIDENTS.isdisjoint(causes[:3]) and level.find("2300", "DTP", "439") is None:
        findings.add("A6:248", "an accident in CLM11 needs its date in DTP*439", header, code="I6", snip=4)
    if "AA" in causes[:3] and not header.part(11, 4):
        findings.add("A6:248", "an automobile accident needs its state in CLM11-4", header, 11, 4, code="I9", snip=4)


def _check_inpatient_visit(level: ClaimLevel, findings: Findings) -> None:
    if level.find("2300", "DTP", "435") is not None:
        return
    for number, line in enumerate(level.lines, start=1):
        service = line.find("2400", "SV1")
        if service is None:
            continue
        code, place = service.part(1, 2), service.get(5) or level.header.part(5, 1)
        if place in _INPATIENT_PLACES and len(code) == 5 and code.isdigit() and int(code) in _INPATIENT_VISITS:
            message = f"line {number}: a visit to an inpatient needs the admission date in DTP*435"
            findings.add("A6:189", message, level.header, code="I6", snip=4)
            return
