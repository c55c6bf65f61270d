"""An 835's figures, read from anybody's file by its own delimiters, whether or not the guide would have it so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from claims.formats.x12.syntax import Segment
from claims.formats.x12.values import ValueProblem, read_amount, read_number
from claims.model.decision import Adjustment
from claims.model.money import ZERO, Money
from claims.model.submission import IntakeError


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One SVC with its CAS: SVC02 charge, SVC03 paid, REF*6R, AMT*B6 and remark codes."""

    number: int
    procedure: str
    charge: Money
    paid: Money
    adjustments: tuple[Adjustment, ...]
    allowed: Money | None = None
    remarks: tuple[str, ...] = ()
    control_number: str = ""
    units: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class ReadClaim:
    """One CLP with its CAS and lines; `patient` is None where CLP05 is empty."""

    number: str
    status: str
    charge: Money
    paid: Money
    patient: Money | None
    payer_control_number: str
    adjustments: tuple[Adjustment, ...]
    lines: tuple[ReadLine, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadRemittance:
    """One ST–SE of an 835: TRN02, BPR02, its claims, and Σ PLB by reason; `problems` are figures that could not be read."""

    control_number: str
    trace: str
    method: str
    paid: Money
    claims: tuple[ReadClaim, ...]
    adjustments: tuple[tuple[str, str, Money], ...]
    problems: tuple[IntakeError, ...] = ()


@dataclass(slots=True)
class _Draft:
    """A claim or a line being read: its segment, and what followed it."""

    segment: Segment
    adjustments: list[Adjustment] = field(default_factory=list)
    lines: list[_Draft] = field(default_factory=list)
    allowed: Money | None = None
    remarks: list[str] = field(default_factory=list)
    control_number: str = ""


class RemittanceReader:
    """Reads one transaction set; an unreadable figure counts as zero and is reported."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = segments
        self.problems: list[IntakeError] = []
        self.claims: list[_Draft] = []
        self.current: _Draft | None = None
        self.provider: list[tuple[str, str, Money]] = []

    def read(self) -> ReadRemittance:
        """Read the transaction set."""
        paid, method, trace, found = ZERO, "", "", False
        for segment in self.segments:
            match segment.identifier:
                case "BPR":
                    paid, method, found = self._money(segment, 2), segment.get(4), True
                case "TRN":
                    trace = segment.get(2)
                case "PLB":
                    self.provider += self._provider_adjustments(segment)
                    self.current = None
                case _:
                    self._detail(segment)
        if not found:
            self.problems.append(IntakeError("transaction", "3", "BPR is missing: nothing says what was paid", "BPR"))
        claims = tuple(self._claim(draft) for draft in self.claims)
        problems = tuple(self.problems)
        number = self.segments[0].get(2)
        return ReadRemittance(number, trace, method, paid, claims, tuple(self.provider), problems)

    def _detail(self, segment: Segment) -> None:
        match segment.identifier:
            case "CLP":
                self.current = _Draft(segment)
                self.claims.append(self.current)
            case "SVC" if self.claims:
                self.current = _Draft(segment)
                self.claims[-1].lines.append(self.current)
            case "CAS" if self.current is not None:
                self.current.adjustments += self._adjustments(segment)
            case "AMT" if self.current is not None and segment.get(1) == "B6":
                self.current.allowed = self._money(segment, 2)
            case "REF" if self.current is not None and segment.get(1) == "6R":
                self.current.control_number = segment.get(2)
            case "LQ" if self.current is not None:
                self.current.remarks.append(segment.get(2))
            case "MOA" if self.current is not None:
                self.current.remarks += [segment.get(element) for element in range(3, 8) if segment.get(element)]

    def _claim(self, draft: _Draft) -> ReadClaim:
        header = draft.segment
        return ReadClaim(
            number=header.get(1),
            status=header.get(2),
            charge=self._money(header, 3),
            paid=self._money(header, 4),
            patient=self._money(header, 5) if header.get(5) else None,
            payer_control_number=header.get(7),
            adjustments=tuple(draft.adjustments),
            lines=tuple(self._line(number, line) for number, line in enumerate(draft.lines, start=1)),
            remarks=tuple(draft.remarks),
        )

    def _line(self, number: int, draft: _Draft) -> ReadLine:
        header = draft.segment
        return ReadLine(
            number=number,
            procedure=header.part(1, 2),
            charge=self._money(header, 2),
            paid=self._money(header, 3),
            adjustments=tuple(draft.adjustments),
            allowed=draft.allowed,
            remarks=tuple(draft.remarks),
            control_number=draft.control_number,
            units=self._quantity(header, 5) or Decimal(1),
        )

    def _adjustments(self, segment: Segment) -> Iterator[Adjustment]:
        """Triples of reason, amount, quantity; a triple without any of its parts is absent."""
        for element in range(2, len(segment.elements), 3):
            reason, text = segment.get(element), segment.get(element + 1)
            if reason or text:
                quantity = self._quantity(segment, element + 2)
                yield Adjustment(segment.get(1), reason, self._money(segment, element + 1), quantity)

    def _provider_adjustments(self, segment: Segment) -> Iterable[tuple[str, str, Money]]:
        for element in range(3, len(segment.elements), 2):
            if segment.get(element) or segment.get(element + 1):
                yield segment.part(element, 1), segment.part(element, 2), self._money(segment, element + 1)

    def _money(self, segment: Segment, element: int) -> Money:
        try:
            return read_amount(segment.get(element))
        except ValueProblem as problem:
            self._report(segment, element, problem)
            return ZERO

    def _quantity(self, segment: Segment, element: int) -> Decimal | None:
        if not segment.get(element):
            return None
        try:
            return read_number(segment.get(element))
        except ValueProblem as problem:
            self._report(segment, element, problem)
            return None

    def _report(self, segment: Segment, element: int, problem: ValueProblem) -> None:
        message = f"{segment.identifier}{element:02d} {problem}"
        self.problems.append(
            IntakeError(
                "element",
                problem.code,
                message,
                segment=segment.identifier,
                position=segment.position,
                element=element,
                transaction=self.segments[0].get(2),
            )
        )
