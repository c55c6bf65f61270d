"""What earlier payers decided of a claim (loops 2320, 2330, 2430), and whether their figures balance (ADJUDICATION §5).

The file must balance before anybody pays second on it: line charge − Σ CAS = Σ SVD02 for each payer that decided the line,
and AMT*D = Σ SVD02 − Σ claim-level CAS for each payer; without lines of its own, AMT*D = CLM02 − Σ claim-level CAS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.formats.x12.findings import Findings
from claims.formats.x12.hierarchy import ClaimLevel, Level, LineLevel
from claims.formats.x12.syntax import Segment
from claims.formats.x12.values import ValueProblem, read_amount, read_date, read_number
from claims.model.claim import Line
from claims.model.decision import Adjustment
from claims.model.money import ZERO, Money, total
from claims.model.other_payer import OtherLineAdjudication, OtherPayer

RANKS = {rank: place for place, rank in enumerate("PSTABCDEFGH")}
"""SBR01 → how many payers come before: P primary 0, S secondary 1, T tertiary 2, A to H the fourth to the eleventh."""

_REASON = re.compile(r"[A-Z]{0,2}[0-9]{1,3}", re.ASCII)
_PAID, _LIABILITY, _NON_COVERED = "D", "EAF", "A8"


@dataclass(slots=True)
class OtherPayers:
    """Reads and balances the other payers of one claim; what is wrong goes into `findings`."""

    level: ClaimLevel
    findings: Findings

    def read(self) -> tuple[OtherPayer, ...]:
        """Read every loop 2320 with its payer."""
        return tuple(self._payer(other) for other in self.level.others)

    def read_line(self, line: LineLevel, number: int) -> tuple[OtherLineAdjudication, ...]:
        """Read every loop 2430 of a line."""
        return tuple(self._adjudication(level, number) for level in line.adjudications)

    def check(self, charge: Money, lines: Sequence[Line], payers: Sequence[OtherPayer]) -> None:
        """Hold each payer's figures against one another, line by line and then for the claim."""
        if not payers and not any(level.adjudications for level in self.level.lines):
            return
        known = {payer.identifier for payer in payers}
        for line, level in zip(lines, self.level.lines, strict=True):
            self._check_line(line, level, known)
        for payer, other in zip(payers, self.level.others, strict=True):
            self._check_payer(charge, lines, payer, other)

    def _payer(self, other: Level) -> OtherPayer:
        coverage, name = other.find("2320", "SBR"), other.find("2330B", "NM1")
        amounts = {}
        for segment in other.all("2320", "AMT"):
            amounts[segment.get(1)] = self._amount(segment, 2, "2320", "A7:286")
        return OtherPayer(
            identifier=name.get(9) if name else "",
            name=name.get(3) if name else "",
            rank=RANKS.get(coverage.get(1), len(RANKS)) if coverage else 0,
            filing_indicator=coverage.get(9) if coverage else "",
            paid=amounts.get(_PAID),
            remaining_liability=amounts.get(_LIABILITY),
            non_covered=amounts.get(_NON_COVERED),
            adjustments=tuple(self._adjustments(other, "2320")),
            adjudicated=self._adjudicated(other, "2330B"),
        )

    def _adjudication(self, level: Level, number: int) -> OtherLineAdjudication:
        service = level.first("2430", "SVD")
        composite = service.parts(3)
        units = Decimal(1)
        if service.get(5):
            try:
                units = read_number(service.get(5))
            except ValueProblem as problem:
                message = f"line {number}: the paid units in SVD05 {problem}"
                self.findings.add("A7:608", message, service, 5, code=problem.code, loop="2430", snip=3)
        return OtherLineAdjudication(
            payer=service.get(1),
            paid=self._amount(service, 2, "2430", "A7:643") or ZERO,
            adjustments=tuple(self._adjustments(level, "2430")),
            units=units,
            adjudicated=self._adjudicated(level, "2430"),
            procedure=composite[1] if len(composite) > 1 else "",
            modifiers=tuple(part for part in composite[2:6] if part),
        )

    def _amount(self, segment: Segment, element: int, loop: str, status: str) -> Money | None:
        try:
            return read_amount(segment.get(element))
        except ValueProblem as problem:
            message = f"the other payer's amount in {segment.identifier}{element:02d} {problem}"
            self.findings.add(status, message, segment, element, code=problem.code, loop=loop, snip=3)
            return None

    def _adjustments(self, level: Level, loop: str) -> Iterator[Adjustment]:
        for segment in level.all(loop, "CAS"):
            for first in range(2, len(segment.elements), 3):
                reason = segment.get(first)
                if not reason:
                    continue
                if not _REASON.fullmatch(reason):
                    message = f"CAS{first:02d} does not have the form of an adjustment reason code"
                    self.findings.add("A7:521", message, segment, first, code="I12", loop=loop, snip=5)
                amount = self._amount(segment, first + 1, loop, "A7:519")
                if amount is not None:
                    yield Adjustment(segment.get(1), reason, amount, self._quantity(segment, first + 2, loop))

    def _quantity(self, segment: Segment, element: int, loop: str) -> Decimal | None:
        text = segment.get(element)
        if not text:
            return None
        try:
            return read_number(text)
        except ValueProblem as problem:
            message = f"the adjusted units in CAS{element:02d} {problem}"
            self.findings.add("A7:520", message, segment, element, code=problem.code, loop=loop, snip=3)
            return None

    def _adjudicated(self, level: Level, loop: str) -> date | None:
        segment = level.find(loop, "DTP", "573")
        if segment is None:
            return None
        try:
            return read_date(segment.get(3))
        except ValueProblem as problem:
            message = f"the other payer's date in DTP03 {problem}"
            self.findings.add("A7:516:PR", message, segment, 3, code=problem.code, loop=loop, snip=2)
            return None

    def _check_line(self, line: Line, level: LineLevel, known: set[str]) -> None:
        services: dict[str, Segment] = {}
        for adjudication in level.adjudications:
            service = adjudication.first("2430", "SVD")
            services.setdefault(service.get(1), service)
        for payer, service in services.items():
            if payer not in known:
                message = f"line {line.number}: SVD01 names none of the claim's other payers"
                self.findings.add("A8:479", message, service, 1, code="7", loop="2430", snip=4)
            decided = [each for each in line.other_adjudications if each.payer == payer]
            paid = total(each.paid for each in decided)
            due = line.charge - total(a.amount for each in decided for a in each.adjustments)
            if paid != due:
                message = f"line {line.number}: SVD02 is {paid}, and the charge less the adjustments in CAS is {due}"
                self.findings.add("A7:672", message, service, 2, code="I12", loop="2430", snip=3)

    def _check_payer(self, charge: Money, lines: Sequence[Line], payer: OtherPayer, other: Level) -> None:
        decided = [each for line in lines for each in line.other_adjudications if each.payer == payer.identifier]
        coverage = other.first("2320", "SBR")
        if payer.paid is None:
            if decided or payer.adjustments:
                message = "a payer that decided the claim before needs AMT*D with what it paid"
                self.findings.add("A6:286", message, coverage, code="I6", loop="2320", snip=4)
            return
        before = total(each.paid for each in decided) if decided else charge
        due = before - total(adjustment.amount for adjustment in payer.adjustments)
        if payer.paid != due:
            basis = "the lines' SVD02" if decided else "CLM02"
            message = f"AMT*D is {payer.paid}, and {basis} less the claim's adjustments in CAS is {due}"
            segment = other.find("2320", "AMT", _PAID) or coverage
            self.findings.add("A7:672", message, segment, 2, code="I12", loop="2320", snip=3)
