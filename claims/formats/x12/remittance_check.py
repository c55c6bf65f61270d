"""Whether an 835 adds up, and apart from that whether it is the guide's (005010X221A1 §1.10.2; ADJUDICATION §6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from claims.formats.x12.envelope import RawGroup, RawTransaction, read_envelope
from claims.formats.x12.guide import CONTROL_MAP, GUIDES, check_header, check_transaction
from claims.formats.x12.remittance_reader import ReadClaim, ReadRemittance, RemittanceReader
from claims.model.decision import GROUPS
from claims.model.money import ZERO, Money, total
from claims.model.submission import IntakeError


@dataclass(frozen=True, slots=True)
class BalanceFinding:
    """A figure that does not add up.

    `level` is `service`, `claim` or `transaction`; `claim` is CLP01 and `line` the SVC's place in its claim from 1, where they
    apply. `what` names the figure, `expected` is what the others make of it and `found` what the file says.
    """

    level: str
    what: str
    expected: Money
    found: Money
    transaction: str
    claim: str = ""
    line: int = 0

    def __str__(self) -> str:
        where = f" claim {self.claim}" if self.claim else ""
        where += f" line {self.line}" if self.line else ""
        return f"{self.level}{where}: {self.what} is {self.found}, and {self.expected} balances"


@dataclass(frozen=True, slots=True)
class RemittanceReport:
    """What was found in a file: its remittances, what does not add up in them, and what is wrong in its syntax."""

    remittances: tuple[ReadRemittance, ...]
    findings: tuple[BalanceFinding, ...]
    syntax: tuple[IntakeError, ...]

    @property
    def balances(self) -> bool:
        """Whether there is a remittance, every figure of it could be read, and all of them add up at the three levels."""
        readable = all(not remittance.problems for remittance in self.remittances)
        return bool(self.remittances) and readable and not self.findings

    @property
    def syntax_ok(self) -> bool:
        """Whether envelope and guide find nothing wrong."""
        return not self.syntax


def check_835(data: bytes) -> RemittanceReport:
    """Check any 835; what is wrong with it is in the report, never raised.

    The figures are read by this project's own reader, so that a file which fails the guide's syntax still gets its balance.
    """
    interchanges, unread = read_envelope(data)
    syntax, remittances = list(unread), []
    for interchange in interchanges:
        syntax += interchange.errors
        syntax += check_header(interchange.header, "/ISA_LOOP/ISA", CONTROL_MAP, "interchange")
        for group in interchange.groups:
            syntax += _group_syntax(group)
            for transaction in group.transactions:
                syntax += transaction.errors
                if transaction.segments[0].get(1) == "835":
                    remittance = RemittanceReader(transaction.segments).read()
                    remittances.append(remittance)
                    syntax += _missing_from(syntax, remittance.problems)
                else:
                    syntax.append(_foreign(transaction))
    findings = [finding for remittance in remittances for finding in balance_findings(remittance)]
    return RemittanceReport(tuple(remittances), tuple(findings), tuple(syntax))


def read_remittances(data: bytes) -> tuple[ReadRemittance, ...]:
    """The figures of a file's remittances alone, in order; what the guide says of its syntax is not asked."""
    interchanges, _ = read_envelope(data)
    return tuple(
        RemittanceReader(transaction.segments).read()
        for interchange in interchanges
        for group in interchange.groups
        for transaction in group.transactions
        if transaction.segments[0].get(1) == "835"
    )


def balance_findings(remittance: ReadRemittance) -> Iterator[BalanceFinding]:
    """Yield every figure of one remittance that does not add up, from the services outwards."""
    set_number = remittance.control_number
    for claim in remittance.claims:
        yield from _service_findings(claim, set_number)
        yield from _claim_findings(claim, set_number)
    expected = total(claim.paid for claim in remittance.claims) - total(a for _, _, a in remittance.adjustments)
    if remittance.paid != expected:
        yield BalanceFinding("transaction", "BPR02 (Σ CLP04 − Σ PLB)", expected, remittance.paid, set_number)
    if remittance.paid < ZERO:
        yield BalanceFinding("transaction", "BPR02 (never negative)", ZERO, remittance.paid, set_number)


def _service_findings(claim: ReadClaim, set_number: str) -> Iterator[BalanceFinding]:
    for line in claim.lines:
        expected = line.charge - total(adjustment.amount for adjustment in line.adjustments)
        if line.paid != expected:
            what = "SVC03 (SVC02 − Σ CAS)"
            yield BalanceFinding("service", what, expected, line.paid, set_number, claim.number, line.number)


def _claim_findings(claim: ReadClaim, set_number: str) -> Iterator[BalanceFinding]:
    every = [*claim.adjustments, *(adjustment for line in claim.lines for adjustment in line.adjustments)]
    expected = claim.charge - total(adjustment.amount for adjustment in every)
    if claim.paid != expected:
        yield BalanceFinding("claim", "CLP04 (CLP03 − Σ CAS)", expected, claim.paid, set_number, claim.number)
    charges = total(line.charge for line in claim.lines)
    if claim.lines and charges != claim.charge:
        yield BalanceFinding("claim", "CLP03 (Σ SVC02)", charges, claim.charge, set_number, claim.number)
    owed = total(adjustment.amount for adjustment in every if adjustment.group == "PR")
    patient = claim.patient if claim.patient is not None else ZERO
    if patient != owed:
        yield BalanceFinding("claim", "CLP05 (Σ PR)", owed, patient, set_number, claim.number)
    unknown = [adjustment for adjustment in every if adjustment.group not in GROUPS]
    if unknown:
        what = f"CAS of a group that is none of {', '.join(GROUPS)}"
        found = total(adjustment.amount for adjustment in unknown)
        yield BalanceFinding("claim", what, ZERO, found, set_number, claim.number)


def _group_syntax(group: RawGroup) -> Iterator[IntakeError]:
    header = group.header
    yield from group.errors
    guide = GUIDES.get((header.get(1), header.get(8))) if header.get(1) == "HP" else None
    if guide is None:
        yield IntakeError("group", "2", "GS01 and GS08 are not HP and 005010X221A1", segment="GS", element=8)
        return
    _, known, map_name = guide
    yield from check_header(header, "/ISA_LOOP/GS_LOOP/GS", map_name, "group", known)
    for transaction in group.transactions:
        if transaction.segments[0].get(1) == "835":
            yield from check_transaction(transaction.segments, map_name, known)[0]


def _foreign(transaction: RawTransaction) -> IntakeError:
    return IntakeError(
        "transaction",
        "1",
        "ST01 is not 835",
        segment="ST",
        position=1,
        element=1,
        transaction=transaction.control_number,
    )


def _missing_from(known: Iterable[IntakeError], problems: Iterable[IntakeError]) -> list[IntakeError]:
    """Those problems of figures that the guide's check did not name already, by place."""
    places = {(error.transaction, error.position, error.element) for error in known}
    return [error for error in problems if (error.transaction, error.position, error.element) not in places]
