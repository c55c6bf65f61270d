"""From decisions and the payment that settled them to the remittance that explains it."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from claims.model.claim import Claim, Line
from claims.model.decision import REVERSED, Decision, LineDecision
from claims.model.party import Address, Payer, Provider
from claims.model.remittance import ProviderAdjustment, Remittance, RemittanceClaim, RemittanceLine
from claims.settlement.reversal import balance_of, carried_forward

PROCESSED = ("1", "2", "3")
NOT_RECOGNISED, REVERSAL = "4", "22"


@dataclass(frozen=True, slots=True)
class Finalised:
    """A claim that was decided for good: what was billed, what was decided, and the payer's control number (CLP07).

    A reversal is the claim that is taken back, with `reversal_of` its decision, under its own control number.
    """

    claim: Claim
    decision: Decision
    payer_control_number: str


def trace_number(payment: bytes) -> str:
    """Return TRN02 of a payment: base32 of the id's first 30 bytes, 48 characters in upper case (DESIGN §7)."""
    return b32encode(payment[:30]).decode("ascii")


def build_remittance(
    finalised: Iterable[Finalised],
    *,
    payer: Payer,
    payee: Provider,
    payment: bytes,
    day: date,
    transaction_hash: bytes = b"",
    payer_tax_id: str = "",
    payer_address: Address = Address(),
    adjustments: tuple[ProviderAdjustment, ...] = (),
) -> Remittance:
    """Build the remittance of one payment; raises Imbalance where the figures do not add up.

    `payment` is the 32-byte payment id; denied claims that no payment settled pass an id of their own and no
    `transaction_hash`: BPR02 is then zero. Where `adjustments` (PLB) take more
    than the claims pay, the rest is carried forward by PLB FB under the trace number: BPR02 is never negative.
    """
    claims = tuple(_claim(item) for item in finalised)
    paid = tuple(claim.paid for claim in claims)
    every = adjustments + carried_forward(trace_number(payment), balance_of(paid, adjustments), day)
    return Remittance(
        payer=payer,
        payee=payee,
        paid=balance_of(paid, every),
        trace=trace_number(payment),
        day=day,
        claims=claims,
        adjustments=every,
        transaction_hash=transaction_hash,
        payer_tax_id=payer_tax_id,
        payer_address=payer_address,
    )


def status_code(claim: Claim, decision: Decision) -> str:
    """Return CLP02 (ADJUDICATION §6): 1, 2 or 3 by the payer's rank, denials included; 4 where the patient is not recognised;
    22 for a reversal."""
    if decision.status == REVERSED:
        return REVERSAL
    reasons = {adjustment.reason for line in decision.lines for adjustment in line.adjustments}
    reasons |= {adjustment.reason for adjustment in decision.adjustments}
    return NOT_RECOGNISED if reasons == {"31"} else PROCESSED[claim.rank]


def _claim(item: Finalised) -> RemittanceClaim:
    claim, decision = item.claim, item.decision
    billed = {line.number: line for line in claim.lines}
    return RemittanceClaim(
        number=claim.number,
        status=status_code(claim, decision),
        charge=decision.charge,
        paid=decision.paid,
        patient=decision.patient,
        payer_control_number=item.payer_control_number,
        patient_name=claim.patient,
        member_number=claim.member_number,
        lines=tuple(_line(billed[line.line], line) for line in decision.lines),
        adjustments=decision.adjustments,
        place=claim.place,
        frequency=claim.frequency,
        filing_indicator=claim.filing_indicator or "12",
        rendering=claim.rendering,
        subscriber=claim.subscriber if claim.subscriber != claim.patient else None,
        received=claim.received,
    )


def _line(billed: Line, decided: LineDecision) -> RemittanceLine:
    return RemittanceLine(
        number=billed.number,
        procedure=billed.procedure,
        modifiers=billed.modifiers,
        charge=decided.charge,
        paid=decided.paid,
        allowed=decided.allowed,
        units=billed.units,
        begins=billed.begins,
        ends=billed.ends,
        adjustments=decided.adjustments,
        remarks=decided.remarks,
        control_number=billed.control_number,
        qualifier=billed.qualifier,
    )
