"""Payments as the chain tells them: folded from the book's events, one payment an id."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

from claims.chain.artefacts import load
from claims.model.book_event import BatchPaid, ClaimPaid, ClaimRevised, DebtNetted, PaymentCredited, Skipped
from claims.model.money import ZERO, Money
from claims.model.payment import PaidClaim, Payment
from claims.settlement.events import PlacedEvent, read_events

if TYPE_CHECKING:
    from claims.chain.abi import Abi
    from claims.chain.client import Chain


def read_payments(chain: Chain, book: str, from_block: int, to_block: int, abi: Abi | None = None) -> Iterator[Payment]:
    """Give the payments that a book made in these blocks, both included, in their order; amounts in cents.

    Several claims may share a payment id; what could not be transferred was credited, and counts as such.
    """
    known = load("InsurerBook").abi if abi is None else abi
    yield from fold_payments(read_events(chain, known, book, from_block, to_block))


@dataclass(slots=True)
class _Draft:
    """A payment whose events are being read: the first that paid, and sums."""

    first: PlacedEvent | None = None
    payee: str = ""
    gross: Money = ZERO
    netted: Money = ZERO
    credited: Money = ZERO
    parts: list[PaidClaim] = field(default_factory=list)

    def pay(self, placed: PlacedEvent, payee: str, amount: Money, *parts: PaidClaim) -> None:
        if self.first is None:
            self.first, self.payee = placed, payee
        self.gross += amount
        self.parts += parts


def fold_payments(events: Iterable[PlacedEvent]) -> tuple[Payment, ...]:
    """Add up events, given in the chain's order, into payments in the order in which they began.

    gross = Σ ClaimPaid + Σ BatchPaid + Σ what ClaimRevised gains; netted = Σ DebtNetted; credited = Σ PaymentCredited; what
    arrived is gross − netted − credited. A claim that was revised downwards or not at all is paid nothing, by no payment.
    """
    drafts: dict[bytes, _Draft] = {}
    # A transaction tells what it skips before it tells what it pays.
    skipped: dict[tuple[bytes, bytes], set[int]] = {}
    for placed in events:
        match placed.event:
            case ClaimPaid(claim, payment, provider, paid):
                _draft(drafts, payment).pay(placed, provider, paid, PaidClaim(paid, claim=claim))
            case BatchPaid(batch, payment, provider, paid, first, amounts):
                places = _positions(first, skipped.get((placed.transaction, batch), frozenset()))
                parts = [PaidClaim(each, batch=batch, position=next(places)) for each in amounts]
                _draft(drafts, payment).pay(placed, provider, paid, *parts)
            case Skipped(batch, position, _):
                skipped.setdefault((placed.transaction, batch), set()).add(position)
            case ClaimRevised(claim, payment, provider, before, paid) if paid > before:
                part = PaidClaim(paid, paid_before=before, claim=claim)
                _draft(drafts, payment).pay(placed, provider, paid - before, part)
            case PaymentCredited(payment, _, amount):
                _draft(drafts, payment).credited += amount
            case DebtNetted(payment, _, _, amount):
                _draft(drafts, payment).netted += amount
    return tuple(_payment(identifier, draft) for identifier, draft in drafts.items() if draft.first is not None)


def _positions(first: int, skipped: Collection[int]) -> Iterator[int]:
    """The positions of a batch from the first on, without those that were skipped."""
    return (position for position in count(first) if position not in skipped)


def _draft(drafts: dict[bytes, _Draft], payment: bytes) -> _Draft:
    return drafts.setdefault(payment, _Draft())


def _payment(identifier: bytes, draft: _Draft) -> Payment:
    first = draft.first
    assert first is not None
    return Payment(
        identifier=identifier,
        payee=draft.payee,
        paid=draft.gross - draft.netted - draft.credited,
        credited=draft.credited,
        transaction_hash=first.transaction,
        block=first.block,
        day=datetime.fromtimestamp(first.at, UTC).date(),
        claims=tuple(part.claim for part in draft.parts if part.claim is not None),
        netted=draft.netted,
        parts=tuple(draft.parts),
    )
