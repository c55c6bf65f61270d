"""One claim of an 837P or 837I, from its segments into the model, with everything that our own checks find in it.

The checks are ADJUDICATION §1's: what the guide's syntax lets pass and a payer rejects. Each error names its place and the
claim; a claim with any error is not built, and what a 277CA repeats of it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from claims.formats.x12.code_sets import check_code_sets, read_codes
from claims.formats.x12.findings import Findings
from claims.formats.x12.hierarchy import ClaimLevel, Level
from claims.formats.x12.institutional import InstitutionalReader
from claims.formats.x12.line_reader import LineReader
from claims.formats.x12.other_payers import RANKS, OtherPayers
from claims.formats.x12.parties import read_payer, read_person, read_provider
from claims.formats.x12.periods import read_periods
from claims.formats.x12.references import authorization, read_evidence, read_references
from claims.formats.x12.shape import Shape
from claims.formats.x12.situations import check_situations
from claims.formats.x12.syntax import Segment
from claims.formats.x12.values import ValueProblem, is_npi, read_amount, read_date
from claims.model.claim import Claim, Line
from claims.model.institutional import Institutional
from claims.model.money import ZERO, Money, total
from claims.model.other_payer import OtherPayer
from claims.model.party import Payer, Person, Provider
from claims.model.submission import IntakeError, RejectedClaim

_DIAGNOSES = frozenset({"BK", "ABK", "BF", "ABF"})
_MOST_DIAGNOSES = 48
_POINTERS = [
    {text: place for place in range(1, count + 1) for text in (f"{place}", f"{place:02d}")}
    for count in range(_MOST_DIAGNOSES + 1)
]
_ENTITIES = frozenset({"85", "87", "71", "72", "77", "82", "DK", "DN", "DQ", "P3", "QB"})


@dataclass(frozen=True, slots=True)
class Partner:
    """What this payer asks of its senders beyond the guide (SNIP types 5 and 7).

    `strict_npi` checks every NPI's check digit. `payer`, where it is given, is the only payer identifier (NM109 of loop
    2010BB) that claims may be sent to.
    """

    strict_npi: bool = False
    payer: str = ""


@dataclass(frozen=True, slots=True)
class Parties:
    """Who stands around a claim, read once for all claims of a level."""

    billing: Provider
    payer: Payer
    subscriber: Person
    patient: Person


class PartyReader:
    """Reads the parties of the levels above claims, each level once."""

    def __init__(self) -> None:
        self._last: tuple[Level, Level, Level | None] | None = None
        self._parties: Parties | None = None

    def read(self, level: ClaimLevel) -> Parties:
        """Return the parties that a claim hangs under; those of the claim before where the levels are the same."""
        last = self._last
        same = (
            last is not None and last[0] is level.billing and last[1] is level.subscriber and last[2] is level.patient
        )
        if self._parties is None or not same:
            subscriber = read_person(level.subscriber, "2010BA")
            billing = (
                self._parties.billing
                if self._parties is not None and last is not None and last[0] is level.billing
                else read_provider(level.billing, "2010AA", "2000A") or Provider("", "")
            )
            self._parties = Parties(
                billing=billing,
                payer=read_payer(level.subscriber, "2010BB"),
                subscriber=subscriber,
                patient=read_person(level.patient, "2010CA") if level.patient else subscriber,
            )
            self._last = (level.billing, level.subscriber, level.patient)
        return self._parties


@dataclass(slots=True)
class ClaimReader:
    """Reads the claims of one transaction set (ST02 `transaction`), made on the day `received` (None: BHT04 gives none).

    `validated` leaves out the checks of situations and code sets (SNIP 4 and 5); what can be read and adds up is still asked.
    """

    shape: Shape
    received: date | None
    is_encounter_report: bool
    transaction: str
    partner: Partner
    parties: PartyReader
    validated: bool = False

    def read(self, level: ClaimLevel, place: int) -> Claim | RejectedClaim:
        """Read a claim, which is the `place`-th of its transaction set from 0; with any error it comes back rejected."""
        header = level.header
        findings = Findings(header.get(1), self.transaction)
        charge = _charge(header, findings)
        if not header.get(1):
            findings.add("A6:478", "the claim has no number in CLM01", header, 1, code="1", snip=2)
        codes = read_codes(level)
        diagnoses = tuple(each.code for each in codes if each.qualifier in _DIAGNOSES)
        if not self.validated:
            check_situations(level, self.shape, findings)
            check_code_sets(level, codes, findings)
        periods = read_periods(level, "2300", findings)
        parties = self.parties.read(level)
        facts = None if self.shape.professional else InstitutionalReader(level, findings, codes, periods).read()
        others = OtherPayers(level, findings)
        lines = self._lines(
            level, findings, others, _POINTERS[min(len(diagnoses), _MOST_DIAGNOSES)], facts, parties.patient.birth_date
        )
        complete = len(lines) == len(level.lines)
        payers = others.read()
        if charge is not None and complete:
            _check_total(header, charge, lines, findings)
            others.check(charge, lines, payers)
        self._check_partner(level, parties, findings)
        if self.received is None:
            message = "BHT04 gives no date on which the claim was made"
            findings.add("A3:684", message, header, code="8", snip=2)
        if findings.errors or charge is None or self.received is None:
            return self._rejected(level, place, parties, charge or ZERO, lines, facts, findings.errors)
        return self._claim(level, parties, charge, diagnoses, lines, payers, facts, self.received)

    def _lines(
        self,
        level: ClaimLevel,
        findings: Findings,
        others: OtherPayers,
        pointers: Mapping[str, int],
        facts: Institutional | None,
        born: date | None,
    ) -> tuple[Line, ...]:
        if not level.lines:
            findings.add("A6:247", "the claim has no service line", level.header, code="3", loop="2400", snip=2)
        statement = None if facts is None else (facts.begins, facts.ends)
        reader = LineReader(self.shape, level, findings, others, pointers, statement, born)
        lines = []
        for number, each in enumerate(level.lines, start=1):
            line = reader.read(number, each)
            if line is not None:
                lines.append(line)
        return tuple(lines)

    def _claim(
        self,
        level: ClaimLevel,
        parties: Parties,
        charge: Money,
        diagnoses: tuple[str, ...],
        lines: tuple[Line, ...],
        payers: tuple[OtherPayer, ...],
        facts: Institutional | None,
        received: date,
    ) -> Claim:
        header, shape = level.header, self.shape
        coverage = level.subscriber.find("2000B", "SBR")
        relation = level.patient.find("2000C", "PAT") if level.patient else None
        insured = level.subscriber.find("2010BA", "NM1")
        references = read_references(level, "2300")
        relationship = relation.get(1) if relation else (coverage.get(2) if coverage else "")
        return Claim(
            number=header.get(1),
            charge=charge,
            lines=lines,
            billing=parties.billing,
            payer=parties.payer,
            subscriber=parties.subscriber,
            patient=parties.patient,
            member_number=insured.get(9) if insured else "",
            relationship=relationship or "18",
            received=received,
            place=header.part(5, 1),
            frequency=header.part(5, 3),
            kind=shape.kind,
            rank=RANKS.get(coverage.get(1), 0) if coverage else 0,
            group_number=coverage.get(3) if coverage else "",
            filing_indicator=coverage.get(9) if coverage else "",
            accepts_assignment=header.get(7),
            diagnoses=diagnoses,
            rendering=read_provider(level, shape.rendering),
            referring=read_provider(level, shape.referring),
            payer_control_number=references.get("F8", ""),
            prior_authorization=authorization(references),
            clearinghouse_number=references.get("D9", ""),
            evidence=read_evidence(level, "2300"),
            is_encounter_report=self.is_encounter_report,
            other_payers=payers,
            institutional=facts,
            attending=read_provider(level, shape.attending) if shape.attending else None,
        )

    def _rejected(
        self,
        level: ClaimLevel,
        place: int,
        parties: Parties,
        charge: Money,
        lines: tuple[Line, ...],
        facts: Institutional | None,
        errors: list[IntakeError],
    ) -> RejectedClaim:
        header = level.header
        insured = level.subscriber.find("2010BA", "NM1")
        bill = "" if self.shape.professional else header.part(5, 1) + header.part(5, 3)
        return RejectedClaim(
            place=place,
            number=header.get(1),
            errors=tuple(errors),
            charge=charge,
            billing=parties.billing,
            payer=parties.payer,
            patient=parties.patient,
            member_number=insured.get(9) if insured else "",
            begins=facts.begins if facts else min((line.begins for line in lines), default=None),
            ends=facts.ends if facts else max((line.ends for line in lines), default=None),
            clearinghouse_number=read_references(level, "2300").get("D9", ""),
            type_of_bill=bill,
        )

    def _check_partner(self, level: ClaimLevel, parties: Parties, findings: Findings) -> None:
        ours = self.partner.payer
        if ours and parties.payer.identifier != ours:
            segment = level.subscriber.find("2010BB", "NM1") or level.header
            message = "the claim is sent to another payer than this one: NM109 in loop 2010BB"
            findings.add("A3:116", message, segment, 9, code="I12", loop="2010BB", snip=7)
        if self.partner.strict_npi:
            _check_npis(level, findings)


def _charge(header: Segment, findings: Findings) -> Money | None:
    try:
        charge = read_amount(header.get(2))
    except ValueProblem as problem:
        findings.add("A7:178", f"the charge in CLM02 {problem}", header, 2, code=problem.code, snip=3)
        return None
    if charge < ZERO:
        findings.add("A7:178", "the charge in CLM02 is negative", header, 2, code="I12", snip=3)
    return charge


def _check_total(header: Segment, charge: Money, lines: tuple[Line, ...], findings: Findings) -> None:
    billed = total(line.charge for line in lines)
    if lines and billed != charge:
        message = f"CLM02 is {charge} and the lines add up to {billed}"
        findings.add("A7:400", message, header, 2, code="I12", snip=3)


def _check_npis(level: ClaimLevel, findings: Findings) -> None:
    for each in level.levels():
        for (loop, identifier), segments in each.held.items():
            for segment in segments if identifier == "NM1" else ():
                if segment.get(8) == "XX" and not is_npi(segment.get(9)):
                    entity = f":{segment.get(1)}" if segment.get(1) in _ENTITIES else ""
                    message = f"NM109 in loop {loop} is not an NPI: its check digit is wrong"
                    findings.add(f"A7:562{entity}", message, segment, 9, code="I12", loop=loop, snip=5)


def read_received(segment: Segment | None) -> date | None:
    """Read BHT04, the day on which the submitter made the transaction set."""
    try:
        return read_date(segment.get(4)) if segment else None
    except ValueProblem:
        return None
