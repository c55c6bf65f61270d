"""What an insurer's book tells of payments, as values. Amounts are money, identifiers 32 bytes, addresses 0x text."""

from __future__ import annotations

from dataclasses import dataclass

from claims.model.money import Money


@dataclass(frozen=True, slots=True)
class ClaimPaid:
    """A claim was paid by itself."""

    claim: bytes
    payment: bytes
    provider: str
    paid: Money


@dataclass(frozen=True, slots=True)
class BatchPaid:
    """A provider's claims of a batch were paid together: `paid` in all, `amounts` of each, in order. The first stands at
    position `first` of the batch, the others follow, without those that were skipped."""

    batch: bytes
    payment: bytes
    provider: str
    paid: Money
    first: int
    amounts: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class ClaimRevised:
    """A paid claim was decided anew: what it was paid in all, before and now. Only what it gains is paid, by `payment`."""

    claim: bytes
    payment: bytes
    provider: str
    paid_before: Money
    paid: Money


@dataclass(frozen=True, slots=True)
class PaymentCredited:
    """What of a payment could not be transferred, and waits for its payee."""

    payment: bytes
    payee: str
    amount: Money


@dataclass(frozen=True, slots=True)
class DebtOpened:
    """A provider owes what a claim was paid too much; its debts are numbered."""

    provider: str
    debt: int
    claim: bytes
    amount: Money


@dataclass(frozen=True, slots=True)
class DebtNetted:
    """What a payment kept back for one of its payee's debts."""

    payment: bytes
    provider: str
    debt: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Skipped:
    """A batch left out the claim at a position; `reason` is the selector (4 bytes) of the error that alone it would have met."""

    batch: bytes
    position: int
    reason: bytes


BookEvent = ClaimPaid | BatchPaid | ClaimRevised | PaymentCredited | DebtOpened | DebtNetted | Skipped


def payment_of(event: BookEvent) -> bytes | None:
    """The payment that an event is part of, or None."""
    if isinstance(event, DebtOpened | Skipped):
        return None
    return event.payment


def payee_of(event: BookEvent) -> str | None:
    """The address that an event is about, or None."""
    if isinstance(event, Skipped):
        return None
    return event.payee if isinstance(event, PaymentCredited) else event.provider
