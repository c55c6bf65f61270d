"""The diagnoses of a FHIR claim, by their sequence."""

from __future__ import annotations

from dataclasses import dataclass

from claims.formats.fhir import codes
from claims.formats.fhir.claim_findings import ClaimProblem
from claims.formats.fhir.claim_resources import ClaimResources
from claims.formats.fhir.claim_systems import ICD_9
from claims.formats.fhir.claim_values import coded, codings, many, one
from claims.formats.fhir.codes import Json
from claims.formats.x12.code_sets import is_diagnosis
from claims.model.institutional import CodedDiagnosis

_QUALIFIERS = {"principal": "BK", "admitting": "BJ", "patientreasonforvisit": "PR", "externalcauseofinjury": "BN"}
_POINTED_AT = frozenset({"BK", "BF"})


@dataclass(frozen=True, slots=True)
class Diagnoses:
    """All diagnoses in order with the 837's qualifiers, and where a sequence points among those that lines name."""

    all: tuple[CodedDiagnosis, ...]
    pointers: dict[int, int]

    @property
    def codes(self) -> tuple[str, ...]:
        """The principal and other diagnoses, in order: what lines point at, from 1."""
        return tuple(each.code for each in self.all if each.qualifier.removeprefix("A") in _POINTED_AT)


def read_diagnoses(resources: ClaimResources, claim: Json) -> Diagnoses:
    """Read the diagnoses: the principal one first, then by sequence; without a principal one the first is it."""
    found: list[tuple[bool, int, str, str, str, str]] = []
    for at, each in enumerate(many(claim, "diagnosis")):
        place = f"Claim.diagnosis[{at}]"
        sequence = each.get("sequence")
        if type(sequence) is not int or any(sequence == other[1] for other in found):
            raise ClaimProblem(place, "its sequence is not a number of its own", status="A8:477", code="invariant")
        concept = one(each, "diagnosisCodeableConcept")
        if concept is None:
            condition = resources.follow(one(each, "diagnosisReference"))
            concept = one(condition.body, "code") if condition is not None and condition.kind == "Condition" else None
        code, older = codes.diagnosis_code(concept), ""
        if not code:
            older = next((code.replace(".", "") for code in coded(concept, (ICD_9,))), "")
        types = codings(many(each, "type"))
        kind = next((_QUALIFIERS[name] for name in types if name in _QUALIFIERS), "BF")
        if not is_diagnosis(kind if older else f"A{kind}", code or older):
            message = "has no code of ICD-10-CM, or none of its form"
            raise ClaimProblem(place, message, status="A7:255", code="code-invalid", snip=5)
        present = next(iter(coded(one(each, "onAdmission"))), "").upper()
        found.append((kind != "BK", sequence, kind, code or older, "" if older else "A", present))
    found.sort(key=lambda each: each[:2])
    listed = [each for each in found if each[2] in _POINTED_AT]
    if listed and listed[0][2] != "BK":
        first = listed[0]
        listed[0] = (False, first[1], "BK", *first[3:])
        found[found.index(first)] = listed[0]
    pointed = {each[1]: place for place, each in enumerate(listed, start=1)}
    every = tuple(
        CodedDiagnosis(code, _qualifier(prefix, kind), present) for _, _, kind, code, prefix, present in found
    )
    return Diagnoses(every, pointed)


def _qualifier(prefix: str, kind: str) -> str:
    """Write the qualifier of HI: ICD-10's begin with A, and the reason for a visit is APR or PR."""
    return f"{prefix}{kind}"
