"""Payments as the chain tells them: read from the book's events, one payment an id."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from claims.chain.artefacts import load
from claims.model.money import Money
from claims.model.payment import Payment

if TYPE_CHECKING:
    from claims.chain.client import Chain


def read_payments(chain: Chain, book: str, from_block: int, to_block: int) -> Iterator[Payment]:
    """Give the payments that a book made in these blocks, both included, in their order; amounts in cents.

    Several claims may share a payment id; what could not be transferred was credited, and counts as such.
    """
    abi = load("InsurerBook").abi
    claims: dict[bytes, list[bytes]] = {}
    amounts: dict[bytes, list[int]] = {}
    places: dict[bytes, tuple[str, bytes, int]] = {}
    for log in chain.logs(book, from_block, to_block):
        event = chain.decode_event(abi, log)
        if event is None:
            continue
        values = event.arguments
        if event.name == "ClaimPaid":
            identifier = values["payment"]
            claims.setdefault(identifier, []).append(values["claim"])
            amounts.setdefault(identifier, [0, 0])[0] += values["paid"]
            places.setdefault(identifier, (values["provider"], log.transaction, log.block))
        elif event.name == "PaymentCredited":
            total = amounts.setdefault(values["payment"], [0, 0])
            total[0] -= values["amount"]
            total[1] += values["amount"]
    for identifier, (payee, transaction, block) in places.items():
        paid, credited = amounts[identifier]
        yield Payment(
            identifier=identifier,
            payee=payee,
            paid=Money(paid),
            credited=Money(credited),
            transaction_hash=transaction,
            block=block,
            day=datetime.fromtimestamp(chain.header(block).timestamp, UTC).date(),
            claims=tuple(claims[identifier]),
        )
