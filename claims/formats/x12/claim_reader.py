"""One claim of an 837P or 837I, from its segments into the model, with everything that our own checks find in it.

The checks are ADJUDICATION §1's: what the guide's syntax lets pass and a payer rejects. Each error names its place and the
claim; a claim with any error is not built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from claims.formats.x12.hierarchy import ClaimLevel, Level
from claims.formats.x12.parties import read_payer, read_person, read_provider
from claims.formats.x12.syntax import Segment
from claims.formats.x12.values import ValueProblem, is_npi, read_amount, read_date, read_number, read_period
from claims.model.claim import Claim, Line
from claims.model.money import ZERO, Money, total
from claims.model.party import Provider
from claims.model.submission import IntakeError

_FREQUENCIES = {"professional": frozenset("178"), "institutional": frozenset("0123456789")}
_NEEDS_ORIGINAL = frozenset("78")
_DIAGNOSES = frozenset({"BK", "ABK", "BF", "ABF"})
_RANKS = {rank: place for place, rank in enumerate("PSTABCDEFGH")}
_SERVICE_DATE = "472"


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the two guides differ: which loop renders, which refers, and what the line segment is."""

    kind: str
    service: str
    rendering: str
    referring: str
    line_rendering: str


PROFESSIONAL = Shape("professional", "SV1", "2310B", "2310A", "2420A")
INSTITUTIONAL = Shape("institutional", "SV2", "2310D", "2310F", "2420C")


@dataclass(slots=True)
class ClaimReader:
    """Reads one claim and gathers its errors."""

    shape: Shape
    level: ClaimLevel
    received: date | None
    is_encounter_report: bool
    transaction: str
    strict_npi: bool
    errors: list[IntakeError] = field(default_factory=list)

    def read(self) -> Claim | None:
        """Read the claim; None where there are errors, which then stand in `errors`."""
        header = self.level.header
        charge = self._amount(header, 2, "2300")
        frequency = header.part(5, 3)
        self._check_frequency(header, frequency)
        diagnoses = tuple(self._diagnoses())
        self._check_periods(self.level, "2300")
        lines = tuple(self._lines(diagnoses))
        self._check_total(header, charge, lines)
        if self.strict_npi:
            self._check_npis()
        if self.received is None:
            self._add("8", "BHT04 gives no date on which the claim was made", header, snip=2)
        if self.errors or charge is None or self.received is None:
            return None
        return self._claim(header, charge, frequency, diagnoses, lines, self.received)

    def _claim(
        self,
        header: Segment,
        charge: Money,
        frequency: str,
        diagnoses: tuple[str, ...],
        lines: tuple[Line, ...],
        received: date,
    ) -> Claim:
        level, shape = self.level, self.shape
        coverage = level.subscriber.find("2000B", "SBR")
        relation = level.patient.find("2000C", "PAT") if level.patient else None
        insured = level.subscriber.find("2010BA", "NM1")
        subscriber = read_person(level.subscriber, "2010BA")
        relationship = relation.get(1) if relation else (coverage.get(2) if coverage else "")
        return Claim(
            number=header.get(1),
            charge=charge,
            lines=lines,
            billing=read_provider(level.billing, "2010AA", "2000A") or Provider("", ""),
            payer=read_payer(level.subscriber, "2010BB"),
            subscriber=subscriber,
            patient=read_person(level.patient, "2010CA") if level.patient else subscriber,
            member_number=insured.get(9) if insured else "",
            relationship=relationship or "18",
            received=received,
            place=header.part(5, 1),
            frequency=frequency,
            kind=shape.kind,
            rank=_RANKS.get(coverage.get(1), 0) if coverage else 0,
            group_number=coverage.get(3) if coverage else "",
            filing_indicator=coverage.get(9) if coverage else "",
            accepts_assignment=header.get(7),
            diagnoses=diagnoses,
            rendering=read_provider(level, shape.rendering),
            referring=read_provider(level, shape.referring),
            payer_control_number=_reference(level, "2300", "F8"),
            prior_authorization=_reference(level, "2300", "G1"),
            clearinghouse_number=_reference(level, "2300", "D9"),
            evidence=tuple(_evidence(level, "2300")),
            is_encounter_report=self.is_encounter_report,
        )

    def _diagnoses(self) -> Iterator[str]:
        """Codes of HI in the order that pointers count: principal first, then the other diagnoses."""
        for segment in self.level.all("2300", "HI"):
            for element in range(1, len(segment.elements)):
                if segment.part(element, 1) in _DIAGNOSES:
                    yield segment.part(element, 2)

    def _lines(self, diagnoses: tuple[str, ...]) -> Iterator[Line]:
        header = self.level.header
        if not self.level.lines:
            self._add("3", "the claim has no service line", header, level_code="3", loop="2400")
        statement = self._statement()
        for number, level in enumerate(self.level.lines, start=1):
            counter, service = level.find("2400", "LX"), level.find("2400", self.shape.service)
            if counter is not None and counter.get(1) != str(number):
                self._add("7", f"LX01 of line {number} does not run on from 1", counter, 1, loop="2400", snip=2)
            if service is None:
                self._add("3", f"line {number} has no {self.shape.service}", counter or header, loop="2400", snip=2)
                continue
            self._check_periods(level, "2400")
            line = self._line(number, level, service, diagnoses, statement)
            if line is not None:
                yield line

    def _line(
        self,
        number: int,
        level: Level,
        service: Segment,
        diagnoses: tuple[str, ...],
        statement: tuple[date, date] | None,
    ) -> Line | None:
        professional = self.shape.kind == "professional"
        composite, amount, unit, units = (1, 2, 3, 4) if professional else (2, 3, 4, 5)
        charge = self._amount(service, amount, "2400", f"line {number}: ")
        quantity = self._units(service, units, number)
        period = self._period(level, service, statement, number)
        pointers = self._pointers(service, diagnoses, number) if professional else ()
        if charge is None or quantity is None or period is None or pointers is None:
            return None
        revenue = "" if professional else service.get(1)
        procedure = service.part(composite, 2)
        return Line(
            number=number,
            procedure=procedure or revenue,
            charge=charge,
            units=quantity,
            begins=period[0],
            ends=period[1],
            place=(service.get(5) if professional else "") or self.level.header.part(5, 1),
            modifiers=tuple(part for part in service.parts(composite)[2:6] if part),
            unit=service.get(unit),
            qualifier=service.part(composite, 1) if procedure else "NU",
            diagnoses=pointers,
            evidence=tuple(_evidence(level, "2400")),
            rendering=read_provider(level, self.shape.line_rendering),
            control_number=_reference(level, "2400", "6R"),
        )

    def _amount(self, segment: Segment, element: int, loop: str, where: str = "") -> Money | None:
        name = f"{segment.identifier}{element:02d}"
        try:
            amount = read_amount(segment.get(element))
        except ValueProblem as problem:
            self._add(problem.code, f"{where}the charge in {name} {problem}", segment, element, loop=loop)
            return None
        if amount < ZERO:
            self._add("I12", f"{where}the charge in {name} is negative", segment, element, loop=loop)
        return amount

    def _units(self, service: Segment, element: int, number: int) -> Decimal | None:
        name = f"{service.identifier}{element:02d}"
        try:
            units = read_number(service.get(element))
        except ValueProblem as problem:
            self._add(problem.code, f"line {number}: the units in {name} {problem}", service, element, loop="2400")
            return None
        if units <= 0:
            self._add("I12", f"line {number}: the units in {name} are not above zero", service, element, loop="2400")
        return units

    def _pointers(self, service: Segment, diagnoses: tuple[str, ...], number: int) -> tuple[int, ...] | None:
        found: list[int] = []
        for component, text in enumerate(service.parts(7), start=1):
            if not text:
                continue
            if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= len(diagnoses)):
                message = f"line {number}: SV107-{component} points to none of the claim's {len(diagnoses)} diagnoses"
                self._add("7", message, service, 7, component, loop="2400", snip=4)
                return None
            found.append(int(text))
        return tuple(found)

    def _period(
        self, level: Level, service: Segment, statement: tuple[date, date] | None, number: int
    ) -> tuple[date, date] | None:
        """The line's dates of service; an institutional line without its own takes the statement's."""
        for segment in level.all("2400", "DTP"):
            if segment.get(1) == _SERVICE_DATE:
                try:
                    period = read_period(segment.get(2), segment.get(3))
                except ValueProblem:
                    return None  # reported by _check_periods
                self._check_birth(segment, period[0], number)
                return period
        if statement is None:
            self._add("3", f"line {number} has no date of service", service, loop="2400", snip=2)
        return statement

    def _statement(self) -> tuple[date, date] | None:
        if self.shape.kind == "professional":
            return None
        dates = self.level.find("2300", "DTP", "434")
        try:
            return read_period(dates.get(2), dates.get(3)) if dates else None
        except ValueProblem:
            return None

    def _check_birth(self, segment: Segment, begins: date, number: int) -> None:
        level, loop = self.level.patient or self.level.subscriber, "2010CA" if self.level.patient else "2010BA"
        born = read_person(level, loop).birth_date
        if born is not None and begins < born:
            self._add("8", f"line {number}: the service is before the patient's birth", segment, 3, loop="2400", snip=4)

    def _check_periods(self, level: Level, loop: str) -> None:
        for segment in level.all(loop, "DTP"):
            if segment.get(2) not in ("D8", "RD8"):
                continue
            try:
                read_period(segment.get(2), segment.get(3))
            except ValueProblem as problem:
                self._add(problem.code, f"the date or period in DTP03 {problem}", segment, 3, loop=loop, snip=2)

    def _check_frequency(self, header: Segment, frequency: str) -> None:
        if frequency not in _FREQUENCIES[self.shape.kind]:
            known = ", ".join(sorted(_FREQUENCIES[self.shape.kind]))
            self._add("7", f"the claim frequency in CLM05-3 is none of {known}", header, 5, 3, snip=5)
        elif frequency in _NEEDS_ORIGINAL and not _reference(self.level, "2300", "F8"):
            message = "frequency 7 or 8 needs REF*F8 with the payer's control number of the claim it replaces or voids"
            self._add("I6", message, header, level_code="I6", snip=4)

    def _check_total(self, header: Segment, charge: Money | None, lines: tuple[Line, ...]) -> None:
        complete = len(lines) == len(self.level.lines)
        if charge is not None and lines and complete and total(line.charge for line in lines) != charge:
            message = f"CLM02 is {charge} and the lines add up to {total(line.charge for line in lines)}"
            self._add("I12", message, header, 2)

    def _check_npis(self) -> None:
        above: list[Level] = [self.level.billing, self.level.subscriber]
        if self.level.patient is not None:
            above.append(self.level.patient)
        for level in [*above, self.level, *self.level.lines]:
            for loop, segments in level.loops.items():
                for segment in segments:
                    if segment.identifier == "NM1" and segment.get(8) == "XX" and not is_npi(segment.get(9)):
                        message = f"NM109 in loop {loop} is not an NPI: its check digit is wrong"
                        self._add("I12", message, segment, 9, loop=loop, snip=5)

    def _add(
        self,
        code: str,
        message: str,
        segment: Segment,
        element: int = 0,
        component: int = 0,
        *,
        loop: str = "2300",
        snip: int = 3,
        level_code: str = "",
    ) -> None:
        self.errors.append(
            IntakeError(
                level="claim",
                code=level_code or code,
                message=message,
                segment=segment.identifier,
                position=segment.position,
                element=element,
                component=component,
                loop=loop,
                snip=snip,
                claim=self.level.header.get(1),
                transaction=self.transaction,
            )
        )


def _reference(level: Level, loop: str, qualifier: str) -> str:
    found = level.find(loop, "REF", qualifier)
    return found.get(2) if found else ""


def _evidence(level: Level, loop: str) -> Iterable[str]:
    """Encounter record ids: PWK01 OZ (support data for the claim), sent electronically, with a control number of its own."""
    for segment in level.all(loop, "PWK"):
        if (segment.get(1), segment.get(2), segment.get(5)) == ("OZ", "EL", "AC") and segment.get(6):
            yield segment.get(6)


def read_received(segment: Segment | None) -> date | None:
    """Read BHT04, the day on which the submitter made the transaction set."""
    try:
        return read_date(segment.get(4)) if segment else None
    except ValueProblem:
        return None
