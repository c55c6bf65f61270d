"""Whether the 835s say what the chain paid, to the cent: payments from logs against remittances from files, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from claims.model.money import ZERO, Money, total
from claims.model.payment import PaidClaim, Payment
from claims.settlement.remittance import REVERSAL, trace_number

MISSING, UNPAID, TWICE, AMOUNT, CLAIM, NETTED, EVENTS, UNSOUND = (
    "missing",
    "unpaid",
    "twice",
    "amount",
    "claim",
    "netted",
    "events",
    "unsound",
)
"""What may differ: a payment without an 835, an 835 without a payment, a payment told twice, BPR02, a CLP04, PLB WO, the
chain's own events among themselves, and an 835 that does not add up or cannot be read."""


@dataclass(frozen=True, slots=True)
class ToldClaim:
    """One CLP: CLP01 the provider's number, CLP07 the payer's, CLP02 status, CLP04 paid."""

    number: str
    control_number: str
    status: str
    paid: Money


@dataclass(frozen=True, slots=True)
class ToldPayment:
    """One 835: TRN02, BPR02, its CLPs in order, Σ of its positive PLB WO, its file, and what does not add up in it."""

    trace: str
    paid: Money
    claims: tuple[ToldClaim, ...]
    taken: Money
    file: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs, in `kind` and in words: of which payment by its trace (TRN02), and where one is to name, of which claim.

    `claim` is CLP01, `control_number` CLP07. `by` is what the 835 says less what the chain says.
    """

    kind: str
    what: str
    trace: str = ""
    claim: str = ""
    control_number: str = ""
    by: Money = ZERO
    files: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.what


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One payment beside its 835: `told` is BPR02, None where there is no 835 or more than one."""

    payment: Payment
    told: Money | None
    exact: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of the chain's payments, and of the BPR02 (`told`) of every 835; `nothing_paid` counts those that rightly pay nothing."""

    payments: int
    claims: int
    gross: Money
    netted: Money
    credited: Money
    paid: Money
    remittances: int
    told: Money
    nothing_paid: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The outcome: each payment in the chain's order, everything that differs, and the sums."""

    payments: tuple[Reconciled, ...]
    differences: tuple[Difference, ...]
    totals: Totals

    @property
    def exact(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def reconcile(payments: Iterable[Payment], told: Iterable[ToldPayment]) -> Reconciliation:
    """Hold every payment against the 835 with its trace number: BPR02 = paid + credited, and claim by claim in the order of
    the chain's events. An 835 of no payment may pay nothing (denials, corrections), and nothing else."""
    by_trace: dict[str, list[ToldPayment]] = {}
    every = tuple(told)
    for remittance in every:
        by_trace.setdefault(remittance.trace, []).append(remittance)
    rows: list[Reconciled] = []
    differences: list[Difference] = []
    for payment in payments:
        found = by_trace.pop(trace_number(payment.identifier), [])
        differing = tuple(_differences(payment, found))
        differences += differing
        rows.append(Reconciled(payment, found[0].paid if len(found) == 1 else None, not differing))
    others = [remittance for remittances in by_trace.values() for remittance in remittances]
    for remittance in others:
        differences += _without_payment(remittance)
    nothing_paid = sum(1 for remittance in others if not remittance.paid)
    return Reconciliation(tuple(rows), tuple(differences), _totals(rows, every, nothing_paid))


def _differences(payment: Payment, found: Sequence[ToldPayment]) -> Iterator[Difference]:
    trace = trace_number(payment.identifier)
    parts = total(part.paid - part.paid_before for part in payment.parts)
    if parts != payment.gross:
        what = f"payment {trace}: the chain's own events differ: its claims add up to {parts}, it says {payment.gross}"
        yield Difference(EVENTS, what, trace)
    if not found:
        what = f"payment {trace}: the chain paid {payment.paid} and credited {payment.credited}, and no 835 tells of it"
        yield Difference(MISSING, what, trace, by=-payment.told)
        return
    files = tuple(remittance.file for remittance in found)
    if len(found) > 1:
        what = f"payment {trace}: {len(found)} 835s tell of it, in {', '.join(files)}"
        yield Difference(TWICE, what, trace, files=files)
        return
    (remittance,) = found
    yield from _faults(remittance)
    claim = _first_claim(payment.parts, remittance)
    if remittance.paid != payment.told:
        named = "" if claim is None else f"; {claim.what}"
        yield Difference(
            AMOUNT,
            f"payment {trace}: BPR02 is {remittance.paid}, the chain paid {payment.paid} and credited {payment.credited}{named}",
            trace,
            "" if claim is None else claim.claim,
            "" if claim is None else claim.control_number,
            remittance.paid - payment.told,
            files,
        )
    elif claim is not None:
        what = f"payment {trace}: {claim.what}"
        yield Difference(CLAIM, what, trace, claim.claim, claim.control_number, claim.by, files)
    if remittance.taken != payment.netted:
        what = f"payment {trace}: PLB WO takes {remittance.taken}, the chain kept {payment.netted} back for debts"
        yield Difference(NETTED, what, trace, by=remittance.taken - payment.netted, files=files)


def _first_claim(parts: Sequence[PaidClaim], remittance: ToldPayment) -> Difference | None:
    """The first claim that the 835 tells otherwise than the chain; reversals stand beside their corrections and are passed by."""
    standing = [claim for claim in remittance.claims if claim.status != REVERSAL]
    for part, claim in zip(parts, standing, strict=False):
        if claim.paid != part.paid:
            by = claim.paid - part.paid
            direction = "more" if by > ZERO else "less"
            count = abs(by.cents)
            cents = f"{count} cent{'s' * (count != 1)} {direction}"
            what = f"claim {_name(claim)} is told as {claim.paid}, the chain says {part.paid}: {cents}"
            return Difference(CLAIM, what, "", claim.number, claim.control_number, by)
    if len(standing) > len(parts):
        claim = standing[len(parts)]
        what = f"claim {_name(claim)} is told as {claim.paid} and is no claim of the payment"
        return Difference(CLAIM, what, "", claim.number, claim.control_number, claim.paid)
    if len(standing) < len(parts):
        part = parts[len(standing)]
        return Difference(CLAIM, f"{_place(part)} was paid {part.paid} and is not told", by=-part.paid)
    return None


def _name(claim: ToldClaim) -> str:
    return f"{claim.number} ({claim.control_number})" if claim.control_number else claim.number


def _place(part: PaidClaim) -> str:
    """The words for a claim that only the chain names."""
    if part.batch is not None:
        return f"the claim at position {part.position} of batch 0x{part.batch.hex()}"
    return "a claim" if part.claim is None else f"claim 0x{part.claim.hex()}"


def _without_payment(remittance: ToldPayment) -> Iterator[Difference]:
    yield from _faults(remittance)
    if remittance.paid:
        what = (
            f"remittance {remittance.trace or '-'} in {remittance.file} pays {remittance.paid}, "
            "and the chain has no payment of this number"
        )
        yield Difference(UNPAID, what, remittance.trace, by=remittance.paid, files=(remittance.file,))


def _faults(remittance: ToldPayment) -> Iterator[Difference]:
    for fault in remittance.faults:
        what = f"remittance {remittance.trace or '-'} in {remittance.file} is unsound: {fault}"
        yield Difference(UNSOUND, what, remittance.trace, files=(remittance.file,))


def _totals(rows: Sequence[Reconciled], told: Sequence[ToldPayment], nothing_paid: int) -> Totals:
    payments = [row.payment for row in rows]
    return Totals(
        payments=len(payments),
        claims=sum(len(payment.parts) for payment in payments),
        gross=total(payment.gross for payment in payments),
        netted=total(payment.netted for payment in payments),
        credited=total(payment.credited for payment in payments),
        paid=total(payment.paid for payment in payments),
        remittances=len(told) - nothing_paid,
        told=total(remittance.paid for remittance in told),
        nothing_paid=nothing_paid,
    )
