"""The form of codes whose lists are licensed or too long to carry: diagnoses, procedures, revenue codes (SNIP type 5).

A code of the right form may still not exist; the tables decide that where the claim is priced. Place of service, states and
countries are lists of their own and are checked with the guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from claims.formats.x12.findings import Findings
from claims.formats.x12.hierarchy import ClaimLevel, LineLevel
from claims.formats.x12.syntax import Segment

_ICD_10_CM = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}", re.ASCII)
_ICD_9_CM = re.compile(r"([0-9]{3}|V[0-9]{2})[0-9]{0,2}|E[0-9]{3}[0-9]?", re.ASCII)
_ICD_10_PCS = re.compile(r"[0-9A-HJ-NP-Z]{7}", re.ASCII)
_HCPCS = re.compile(r"[A-Z0-9][0-9]{3}[A-Z0-9]", re.ASCII)
_MODIFIER = re.compile(r"[A-Z0-9]{2}", re.ASCII)
_REVENUE = re.compile(r"[0-9]{4}", re.ASCII)
_DRG = re.compile(r"[0-9]{3,4}", re.ASCII)
_NATIONAL_DRUG_CODE = re.compile(r"[0-9]{11}", re.ASCII)

_ICD_10_QUALIFIERS = frozenset({"ABK", "ABF", "ABJ", "APR", "ABN"})
_ICD_9_QUALIFIERS = frozenset({"BK", "BF", "BJ", "PR", "BN"})
_PROCEDURES = {"BBR": "A7:465", "BBQ": "A7:490"}


def is_diagnosis(qualifier: str, code: str) -> bool:
    """Whether a code has the form that its qualifier promises.

    The ICD-9 qualifiers (`BK`, `BF` …) also let ICD-10's form pass: senders keep them, and nothing here reads the qualifier.
    """
    if _ICD_10_CM.fullmatch(code):
        return True
    return qualifier in _ICD_9_QUALIFIERS and _ICD_9_CM.fullmatch(code) is not None


class Coded(NamedTuple):
    """One composite of an HI segment (C022): where it stands and its components, qualifier first."""

    segment: Segment
    element: int
    parts: tuple[str, ...]

    @property
    def qualifier(self) -> str:
        """The code list's qualifier, such as `ABK`."""
        return self.parts[0]

    @property
    def code(self) -> str:
        """The code itself; empty where there is none."""
        return self.part(2)

    def part(self, component: int) -> str:
        """Return a component, from 1; an absent one is empty."""
        return self.parts[component - 1] if component <= len(self.parts) else ""


def read_codes(level: ClaimLevel) -> list[Coded]:
    """Read every composite of the claim's HI segments, in order."""
    return [
        Coded(segment, element, segment.parts(element))
        for segment in level.all("2300", "HI")
        for element in range(1, len(segment.elements))
        if segment.elements[element]
    ]


def check_code_sets(level: ClaimLevel, codes: Iterable[Coded], findings: Findings) -> None:
    """Check the form of every diagnosis, procedure, modifier, revenue code, DRG and drug code of a claim."""
    for each in codes:
        qualifier, code, place = each.qualifier, each.code, f"HI{each.element:02d}-2"
        if qualifier in _ICD_10_QUALIFIERS or qualifier in _ICD_9_QUALIFIERS:
            if not is_diagnosis(qualifier, code):
                status, what = ("A7:254", "principal diagnosis") if "BK" in qualifier else ("A7:255", "diagnosis")
                _malformed(findings, status, f"the {what} code in {place}", each.segment, each.element, 2, "2300")
        elif qualifier in _PROCEDURES:
            if not _ICD_10_PCS.fullmatch(code):
                status = _PROCEDURES[qualifier]
                _malformed(findings, status, f"the procedure code in {place}", each.segment, each.element, 2, "2300")
        elif qualifier == "DR" and not _DRG.fullmatch(code):
            _malformed(findings, "A7:256", f"the DRG in {place}", each.segment, each.element, 2, "2300")
    for number, line in enumerate(level.lines, start=1):
        _check_line(line, number, findings)


def _check_line(line: LineLevel, number: int, findings: Findings) -> None:
    for segment in line.all("2400", "SV1"):
        _check_procedure(segment, 1, number, findings)
    for segment in line.all("2400", "SV2"):
        if not _REVENUE.fullmatch(segment.get(1)):
            _malformed(findings, "A7:455", f"line {number}: the revenue code in SV201", segment, 1, 0, "2400")
        _check_procedure(segment, 2, number, findings)
    for segment in line.all("2410", "LIN"):
        if segment.get(2) == "N4" and not _NATIONAL_DRUG_CODE.fullmatch(segment.get(3)):
            _malformed(findings, "A7:218", f"line {number}: the drug code in LIN03", segment, 3, 0, "2410")


def _check_procedure(service: Segment, element: int, number: int, findings: Findings) -> None:
    parts = service.parts(element)
    if parts[0] != "HC":
        return
    where = f"{service.elements[0]}{element:02d}"
    if len(parts) < 2 or not _HCPCS.fullmatch(parts[1]):
        what = f"line {number}: the procedure code in {where}-2"
        _malformed(findings, "A7:507", what, service, element, 2, "2400")
    for component, modifier in enumerate(parts[2:6], start=3):
        if modifier and not _MODIFIER.fullmatch(modifier):
            what = f"line {number}: the modifier in {where}-{component}"
            _malformed(findings, "A7:453", what, service, element, component, "2400")


def _malformed(
    findings: Findings, status: str, what: str, segment: Segment, element: int, component: int, loop: str
) -> None:
    message = f"{what} does not have the form of its code set"
    findings.add(status, message, segment, element, component, code="I12", loop=loop, snip=5)
