"""A remittance that balances at all three levels, or is not built (835 guide 005010X221A1, ADJUDICATION §6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from claims.model.decision import GROUPS, Adjustment
from claims.model.money import Money, total
from claims.model.party import Address, Payer, Person, Provider


class Imbalance(ValueError):
    """A remittance whose figures do not add up; says at which level, for which claim or line, and the two figures."""

    def __init__(self, level: str, where: str, expected: Money, found: Money) -> None:
        super().__init__(f"{level} {where}: {found} where {expected} balances")
        self.level = level
        self.where = where
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True)
class RemittanceLine:
    """One service (loop 2110): SVC02 charge, SVC03 paid, SVC05 units, CAS, remarks; charge − Σ CAS = paid."""

    number: int
    procedure: str
    modifiers: tuple[str, ...]
    charge: Money
    paid: Money
    allowed: Money
    units: Decimal
    begins: date
    ends: date
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()
    control_number: str = ""
    qualifier: str = "HC"


@dataclass(frozen=True, slots=True)
class RemittanceClaim:
    """One claim (loop 2100): CLP01 the provider's number, CLP02 status code, CLP03–05, CLP07 the payer's control number."""

    number: str
    status: str
    charge: Money
    paid: Money
    patient: Money
    payer_control_number: str
    patient_name: Person
    member_number: str
    lines: tuple[RemittanceLine, ...]
    adjustments: tuple[Adjustment, ...] = ()
    place: str = ""
    frequency: str = "1"
    filing_indicator: str = "12"
    rendering: Provider | None = None
    subscriber: Person | None = None
    received: date | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """PLB: reason (WO, FB, L6 …), reference, amount; a positive amount takes money back."""

    reason: str
    reference: str
    amount: Money
    fiscal_year_end: date


@dataclass(frozen=True, slots=True)
class Remittance:
    """One 835: one payment on the chain, its claims and its provider adjustments. Construction raises Imbalance unless it balances.

    `paid` is BPR02; `trace` TRN02; `transaction_hash` stands beside it. Levels: service SVC02 − Σ CAS = SVC03; claim
    CLP03 − Σ CAS (claim and lines) = CLP04 and CLP05 = Σ PR; transaction BPR02 = Σ CLP04 − Σ PLB, never negative.
    """

    payer: Payer
    payee: Provider
    paid: Money
    trace: str
    day: date
    claims: tuple[RemittanceClaim, ...]
    adjustments: tuple[ProviderAdjustment, ...] = ()
    transaction_hash: bytes = b""
    payer_address: Address = field(default_factory=Address)
    payer_tax_id: str = ""

    def __post_init__(self) -> None:
        for claim in self.claims:
            _balance_claim(claim)
        expected = total(c.paid for c in self.claims) - total(a.amount for a in self.adjustments)
        if self.paid != expected:
            raise Imbalance("transaction", "BPR02", expected, self.paid)
        if self.paid < Money(0, self.paid.currency):
            raise Imbalance("transaction", "BPR02 is negative: carry it forward with PLB FB", Money(0), self.paid)


def _balance_claim(claim: RemittanceClaim) -> None:
    every = list(claim.adjustments)
    for line in claim.lines:
        expected = line.charge - total(a.amount for a in line.adjustments)
        if line.paid != expected:
            raise Imbalance("service", f"claim {claim.number} line {line.number}", expected, line.paid)
        every += line.adjustments
    for adjustment in every:
        if adjustment.group not in GROUPS:
            raise ValueError(f"claim {claim.number}: group {adjustment.group!r} is none of {', '.join(GROUPS)}")
    if claim.lines and total(line.charge for line in claim.lines) != claim.charge:
        raise Imbalance("claim", f"{claim.number} charge", total(line.charge for line in claim.lines), claim.charge)
    expected = claim.charge - total(a.amount for a in every)
    if claim.paid != expected:
        raise Imbalance("claim", claim.number, expected, claim.paid)
    owed = total(a.amount for a in every if a.group == "PR")
    if claim.patient != owed:
        raise Imbalance("claim", f"{claim.number} patient responsibility", owed, claim.patient)
