"""One service line of an 837 (loop 2400), from its segments into the model, with what our own checks find in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.formats.x12.findings import Findings
from claims.formats.x12.hierarchy import ClaimLevel, LineLevel
from claims.formats.x12.other_payers import OtherPayers
from claims.formats.x12.parties import read_provider
from claims.formats.x12.periods import Period, read_periods
from claims.formats.x12.references import authorization, read_evidence, read_references
from claims.formats.x12.shape import Shape
from claims.formats.x12.syntax import Segment
from claims.formats.x12.values import ValueProblem, read_amount, read_number
from claims.model.claim import Line
from claims.model.money import Money

_SERVICE_DATE = "472"


@dataclass(slots=True)
class LineReader:
    """Reads the lines of one claim.

    `pointers` are the texts that name a diagnosis, each with its place from 1; `statement` is the statement period of an
    institutional claim, which holds for its lines that give no date; `born` is the patient's birth date, where it is known.
    """

    shape: Shape
    claim: ClaimLevel
    findings: Findings
    others: OtherPayers
    pointers: Mapping[str, int]
    statement: Period | None
    born: date | None

    def read(self, number: int, level: LineLevel) -> Line | None:
        """Read line `number` of the claim; None where it cannot be read, with the reason among the findings."""
        counter, service = level.first("2400", "LX"), level.find("2400", self.shape.service)
        if counter.get(1) != str(number):
            message = f"LX01 of line {number} does not run on from 1"
            self.findings.add("A3:684", message, counter, 1, code="7", loop="2400", snip=2)
        if service is None:
            message = f"line {number} has no {self.shape.service}"
            self.findings.add("A3:684", message, counter, code="3", loop="2400", snip=2)
            return None
        professional = self.shape.professional
        composite, charged, unit, units = (1, 2, 3, 4) if professional else (2, 3, 4, 5)
        charge = self._charge(service, charged, number)
        quantity = self._units(service, units, number)
        period = self._period(level, service, number)
        pointers = self._pointers(service, number) if professional else ()
        adjudications = self.others.read_line(level, number) if level.adjudications else ()
        if charge is None or quantity is None or period is None or pointers is None:
            return None
        parts = service.parts(composite)
        references = read_references(level, "2400")
        revenue = "" if professional else service.get(1)
        procedure = parts[1] if len(parts) > 1 else ""
        return Line(
            number=number,
            procedure=procedure or revenue,
            charge=charge,
            units=quantity,
            begins=period[0],
            ends=period[1],
            place=(service.get(5) if professional else "") or self.claim.header.part(5, 1),
            modifiers=tuple(part for part in parts[2:6] if part),
            unit=service.get(unit),
            qualifier=parts[0] if procedure else "NU",
            diagnoses=pointers,
            evidence=read_evidence(level, "2400"),
            rendering=read_provider(level, self.shape.line_rendering),
            control_number=references.get("6R", ""),
            revenue_code=revenue,
            authorization=authorization(references),
            other_adjudications=adjudications,
        )

    def _charge(self, service: Segment, element: int, number: int) -> Money | None:
        try:
            charge = read_amount(service.get(element))
        except ValueProblem as problem:
            what = _charge_of(service, element, number)
            self.findings.add("A7:583", f"{what} {problem}", service, element, code=problem.code, loop="2400", snip=3)
            return None
        if charge.cents < 0:
            what = _charge_of(service, element, number)
            self.findings.add("A7:583", f"{what} is negative", service, element, code="I12", loop="2400", snip=3)
        return charge

    def _units(self, service: Segment, element: int, number: int) -> Decimal | None:
        try:
            units = read_number(service.get(element))
        except ValueProblem as problem:
            what = _units_of(service, element, number)
            self.findings.add("A7:476", f"{what} {problem}", service, element, code=problem.code, loop="2400", snip=3)
            return None
        if units <= 0:
            what = _units_of(service, element, number)
            self.findings.add("A7:476", f"{what} are not above zero", service, element, code="I12", loop="2400", snip=3)
        return units

    def _pointers(self, service: Segment, number: int) -> tuple[int, ...] | None:
        found: list[int] = []
        for component, text in enumerate(service.parts(7), start=1):
            if not text:
                continue
            if text not in self.pointers:
                known = max(self.pointers.values(), default=0)
                message = f"line {number}: SV107-{component} points to none of the claim's {known} diagnoses"
                self.findings.add("A8:477", message, service, 7, component, code="7", loop="2400", snip=4)
                return None
            found.append(self.pointers[text])
        return tuple(found)

    def _period(self, level: LineLevel, service: Segment, number: int) -> Period | None:
        periods = read_periods(level, "2400", self.findings)
        segment, period = periods.get(_SERVICE_DATE, (service, None))
        if _SERVICE_DATE not in periods:
            if self.statement is None:
                message = f"line {number} has no date of service"
                self.findings.add("A6:187", message, service, code="3", loop="2400", snip=2)
            return self.statement
        if period is None:
            return None
        begins, ends = period
        if self.born is not None and begins < self.born:
            message = f"line {number}: the service is before the patient's birth"
            self.findings.add("A8:158:QC", message, segment, 3, code="8", loop="2400", snip=4)
        if self.statement is not None and not (self.statement[0] <= begins and ends <= self.statement[1]):
            message = f"line {number}: the date of service lies outside the statement period in DTP*434"
            self.findings.add("A8:188", message, segment, 3, code="8", loop="2400", snip=4)
        return period


def _charge_of(service: Segment, element: int, number: int) -> str:
    return f"line {number}: the charge in {service.identifier}{element:02d}"


def _units_of(service: Segment, element: int, number: int) -> str:
    return f"line {number}: the units in {service.identifier}{element:02d}"
