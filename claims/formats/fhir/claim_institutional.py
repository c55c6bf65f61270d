"""What an institutional FHIR claim says beyond its items, in CARIN's categories of supporting information."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from claims.formats.fhir.claim_findings import ClaimProblem, Findings
from claims.formats.fhir.claim_systems import ICD_10_PCS_SYSTEMS
from claims.formats.fhir.claim_values import coded, day, many, number, one, period, text
from claims.formats.fhir.codes import Json
from claims.model.institutional import CodedDiagnosis, CodedProcedure, Institutional
from claims.model.money import Money

_BILL = re.compile(r"0?[1-9][0-9][0-9A-Z]", re.ASCII)
_HOUR = re.compile(r"T([0-9]{2}):([0-9]{2})", re.ASCII)
_PCS = re.compile(r"[0-9A-HJ-NP-Z]{7}", re.ASCII)
_ADMITTING = frozenset({"ABJ", "BJ"})
_STILL_A_PATIENT = "30"
_CLOSING, _OPENING = frozenset("14"), frozenset("23")
_ACUTE_INPATIENT = "11"


@dataclass(frozen=True, slots=True)
class TypeOfBill:
    """A type of bill (UB-04 field 4) as an 837 has it: facility and classification, and the frequency."""

    facility: str
    frequency: str


def read_type_of_bill(claim: Json) -> TypeOfBill:
    """Read the supporting information of category typeofbill; raises ClaimProblem where there is none."""
    found, place = _information(claim, "typeofbill")
    code = next(iter(coded(one(found, "code"))), "")
    if not _BILL.fullmatch(code):
        message = "an institutional claim needs its type of bill: supporting information of category typeofbill"
        raise ClaimProblem(place, message, status="A6:535", code="required")
    return TypeOfBill(code[-3:-1], code[-1])


def read_institutional(claim: Json, bill: TypeOfBill, diagnoses: Sequence[CodedDiagnosis]) -> Institutional:
    """Read statement period (billablePeriod), admission and discharge, procedures and DRG; raises ClaimProblem."""
    statement = one(claim, "billablePeriod")
    if statement is None:
        message = "an institutional claim needs its statement period"
        raise ClaimProblem("Claim.billablePeriod", message, status="A6:188", code="required")
    begins, ends = period(statement, "Claim.billablePeriod", "A7:188")
    admitted, hour = _admission(claim)
    return Institutional(
        type_of_bill=bill.facility,
        begins=begins,
        ends=ends,
        discharge_status=_code(claim, "discharge-status"),
        admitted=admitted,
        admission_type=_code(claim, "admtype"),
        admission_source=_code(claim, "pointoforigin"),
        drg=_code(claim, "drg"),
        diagnoses=tuple(diagnoses),
        procedures=tuple(_procedures(claim)),
        value_codes=tuple(_values(claim)),
        discharge_hour=hour,
    )


def check_institutional(facts: Institutional, frequency: str, findings: Findings) -> None:
    """Hold an inpatient bill to what its type asks for, as an 837I is held to it."""
    if not facts.inpatient:
        return
    place = "Claim.supportingInfo"
    needed = (
        (facts.admitted is not None, "A6:189", "the admission (category admissionperiod)"),
        (facts.admission_type, "A6:231", "the admission type (category admtype)"),
        (facts.discharge_status, "A6:234", "the patient's discharge status (category discharge-status)"),
        (any(each.qualifier in _ADMITTING for each in facts.diagnoses), "A6:232", "a diagnosis of type admitting"),
    )
    for present, status, what in needed:
        if not present:
            findings.add(ClaimProblem(place, f"an inpatient bill needs {what}", status=status, code="required", snip=4))
    if facts.admitted is not None and facts.admitted > facts.ends:
        message = "the admission is after the statement period"
        findings.add(ClaimProblem(place, message, status="A8:189", code="invariant", snip=4))
    stays = facts.discharge_status == _STILL_A_PATIENT
    if (frequency in _CLOSING and stays) or (frequency in _OPENING and facts.discharge_status and not stays):
        message = "status 30 (still a patient) belongs to frequency 2 and 3, any other to a bill that closes the stay"
        findings.add(ClaimProblem(place, message, status="A8:234", code="invariant", snip=4))
    if facts.type_of_bill == _ACUTE_INPATIENT and not any(each.present_on_admission for each in facts.diagnoses):
        message = "an acute inpatient bill says of no diagnosis whether it was present on admission"
        findings.add(ClaimProblem("Claim.diagnosis", message, status="A6:688", code="required", snip=4))


def _information(claim: Json, category: str) -> tuple[Json | None, str]:
    for at, each in enumerate(many(claim, "supportingInfo")):
        if category in coded(one(each, "category")):
            return each, f"Claim.supportingInfo[{at}]"
    return None, "Claim.supportingInfo"


def _code(claim: Json, category: str) -> str:
    return next(iter(coded(one(_information(claim, category)[0], "code"))), "")


def _admission(claim: Json) -> tuple[date | None, str]:
    """Return the day of admission and the hour of discharge, HHMM, of the admission period."""
    found, place = _information(claim, "admissionperiod")
    timing = one(found, "timingPeriod")
    written = text(found, "timingDate") or text(timing, "start")
    if not written:
        return None, ""
    hour = _HOUR.search(text(timing, "end"))
    return day(written, f"{place}.timing", "A7:189"), "".join(hour.groups()) if hour else ""


def _values(claim: Json) -> list[tuple[str, str]]:
    """Return UB-04 value codes with their amounts: supporting information of category valuecode with a valueQuantity."""
    found = []
    for at, each in enumerate(many(claim, "supportingInfo")):
        if "valuecode" in coded(one(each, "category")):
            place = f"Claim.supportingInfo[{at}].valueQuantity"
            cents = number(one(each, "valueQuantity"), "value", place, "A7:463").scaleb(2)
            if cents != cents.to_integral_value():
                raise ClaimProblem(place, "has more than two decimals", status="A7:463", snip=3)
            found += [(code, str(Money(int(cents)))) for code in coded(one(each, "code"))]
    return found


def _procedures(claim: Json) -> list[CodedProcedure]:
    found = []
    listed = many(claim, "procedure")
    for at, each in sorted(enumerate(listed), key=lambda pair: str(pair[1].get("sequence", "")).zfill(9)):
        place = f"Claim.procedure[{at}]"
        code = next(iter(coded(one(each, "procedureCodeableConcept"), ICD_10_PCS_SYSTEMS)), "")
        if not _PCS.fullmatch(code):
            message = "has no code of ICD-10-PCS, or none of its form"
            raise ClaimProblem(place, message, status="A7:465", code="code-invalid", snip=5)
        written = each.get("date")
        found.append(CodedProcedure(code, day(written, f"{place}.date", "A7:486") if written else None))
    return found
