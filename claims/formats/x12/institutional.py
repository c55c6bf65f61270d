"""What an 837I says beyond its lines: type of bill, statement and admission, status, diagnoses, procedures, value codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from claims.formats.x12.code_sets import Coded
from claims.formats.x12.findings import Findings
from claims.formats.x12.hierarchy import ClaimLevel
from claims.formats.x12.periods import Period
from claims.formats.x12.syntax import Segment
from claims.formats.x12.values import ValueProblem, read_amount, read_date
from claims.model.institutional import CodedDiagnosis, CodedProcedure, Institutional

_DIAGNOSES = frozenset({"ABK", "BK", "ABF", "BF", "ABJ", "BJ", "APR", "PR", "ABN", "BN"})
_PROCEDURES = frozenset({"BBR", "BR", "BBQ", "BQ"})
_ADMITTING = frozenset({"ABJ", "BJ"})
_STILL_A_PATIENT = "30"
_CLOSING, _OPENING = frozenset("14"), frozenset("23")
_ACUTE_INPATIENT = "11"


@dataclass(slots=True)
class InstitutionalReader:
    """Reads one institutional claim's own facts from its level, HI codes and periods; what is wrong goes into `findings`."""

    level: ClaimLevel
    findings: Findings
    codes: Sequence[Coded]
    periods: Mapping[str, tuple[Segment, Period | None]]

    def read(self) -> Institutional | None:
        """Read the facts; None where there is no statement period that can be read."""
        statement = self._statement()
        if statement is None:
            return None
        level, header = self.level, self.level.header
        codes, hour = level.find("2300", "CL1"), level.find("2300", "DTP", "096")
        facts = Institutional(
            type_of_bill=header.part(5, 1),
            begins=statement[0],
            ends=statement[1],
            discharge_status=codes.get(3) if codes else "",
            admitted=self._admitted(),
            admission_type=codes.get(1) if codes else "",
            admission_source=codes.get(2) if codes else "",
            drg=next((each.code for each in self.codes if each.qualifier == "DR"), ""),
            diagnoses=tuple(
                CodedDiagnosis(each.code, each.qualifier, each.part(9))
                for each in self.codes
                if each.qualifier in _DIAGNOSES
            ),
            procedures=tuple(
                CodedProcedure(each.code, self._day(each)) for each in self.codes if each.qualifier in _PROCEDURES
            ),
            value_codes=tuple(self._values()),
            discharge_hour=hour.get(3) if hour else "",
        )
        self._check(facts, header, codes or header)
        return facts

    def _statement(self) -> Period | None:
        if "434" not in self.periods:
            message = "an institutional claim needs its statement period in DTP*434"
            self.findings.add("A6:188", message, self.level.header, code="3", snip=2)
            return None
        return self.periods["434"][1]

    def _admitted(self) -> date | None:
        segment = self.level.find("2300", "DTP", "435")
        if segment is None:
            return None
        try:
            return read_date(segment.get(3)[:8])
        except ValueProblem as problem:
            message = f"the admission date in DTP03 {problem}"
            self.findings.add("A7:189", message, segment, 3, code=problem.code, snip=2)
            return None

    def _day(self, procedure: Coded) -> date | None:
        if procedure.part(3) != "D8":
            return None
        try:
            return read_date(procedure.part(4))
        except ValueProblem as problem:
            status = "A7:486" if procedure.qualifier in ("BBR", "BR") else "A7:492"
            message = f"the procedure's date in HI{procedure.element:02d}-4 {problem}"
            self.findings.add(status, message, procedure.segment, procedure.element, 4, code=problem.code, snip=2)
            return None

    def _values(self) -> Iterator[tuple[str, str]]:
        for each in self.codes:
            if each.qualifier != "BE":
                continue
            try:
                yield each.code, str(read_amount(each.part(5)))
            except ValueProblem as problem:
                message = f"the value code's amount in HI{each.element:02d}-5 {problem}"
                self.findings.add("A7:463", message, each.segment, each.element, 5, code=problem.code, snip=3)

    def _check(self, facts: Institutional, header: Segment, codes: Segment) -> None:
        """Hold an inpatient bill to what its type asks for: admission, status against frequency, present on admission."""
        if not facts.inpatient:
            return
        needed = (
            (facts.admitted is not None, "A6:189", "the admission date in DTP*435", header, 0),
            (facts.admission_type, "A6:231", "the admission type in CL101", codes, 1),
            (facts.discharge_status, "A6:234", "the patient's discharge status in CL103", codes, 3),
            (any(d.qualifier in _ADMITTING for d in facts.diagnoses), "A6:232", "the admitting diagnosis", header, 0),
        )
        for present, status, what, segment, element in needed:
            if not present:
                code = "I9" if element else "I6"
                self.findings.add(status, f"an inpatient bill needs {what}", segment, element, code=code, snip=4)
        if facts.admitted is not None and facts.admitted > facts.ends:
            segment = self.level.find("2300", "DTP", "435") or header
            message = "the admission in DTP*435 is after the statement period"
            self.findings.add("A8:189", message, segment, 3, code="8", snip=4)
        frequency = header.part(5, 3)
        stays = facts.discharge_status == _STILL_A_PATIENT
        if (frequency in _CLOSING and stays) or (frequency in _OPENING and facts.discharge_status and not stays):
            message = (
                "status 30 (still a patient) belongs to frequency 2 and 3, any other to a bill that closes the stay"
            )
            self.findings.add("A8:234", message, codes, 3, code="7", snip=4)
        if facts.type_of_bill.lstrip("0") == _ACUTE_INPATIENT and not any(
            diagnosis.present_on_admission for diagnosis in facts.diagnoses
        ):
            principal = next((each.segment for each in self.codes if each.qualifier in ("ABK", "BK")), header)
            message = "an acute inpatient bill says of no diagnosis whether it was present on admission"
            self.findings.add("A6:688", message, principal, 1, 9, code="I9", snip=4)
