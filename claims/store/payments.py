"""Payments that were seen on the chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from claims.model.payment import PaidClaim, Payment
from claims.store.errors import StoreConflict
from claims.store.schema import payment_claims, payment_parts, payments, remittances
from claims.store.statements import columns, insert_once, reading, rows


@dataclass(frozen=True, slots=True)
class Payments:
    """Payments by their id. One is remitted when an 835 of it is stored, so that no flag can disagree.

    A payment that a reorganisation took back is in none of the answers, whether or not an 835 told of it.
    """

    connection: Connection

    def add(self, payment: Payment) -> bool:
        """Keep a payment; False where it was kept before. Raises StoreConflict where its id is known with other contents."""
        if insert_once(self.connection, payments, _row(payment)):
            self._add_claims(payment)
            return True
        known = self.find(payment.identifier)
        if known is None:
            return self.put(payment)
        if known != payment:
            raise StoreConflict(
                f"payment 0x{payment.identifier.hex()} is stored with other contents; check the chain's history"
            )
        return False

    def put(self, payment: Payment) -> bool:
        """Keep a payment as the chain tells it now, in the place of what was kept; whether that changed anything."""
        if self.find(payment.identifier) == payment:
            return False
        if not insert_once(self.connection, payments, _row(payment)):
            same = payments.c.identifier == payment.identifier
            self.connection.execute(update(payments).where(same).values(**_row(payment)))
            self._remove_claims(payment.identifier)
        self._add_claims(payment)
        return True

    def withdraw(self, identifier: bytes) -> None:
        """The chain took a payment back. What an 835 told of is kept for its number alone, and comes back by `put`."""
        self._remove_claims(identifier)
        told = select(remittances.c.trace).where(remittances.c.payment == identifier)
        if self.connection.execute(told).first() is None:
            self.connection.execute(delete(payments).where(payments.c.identifier == identifier))
        else:
            gone = update(payments).where(payments.c.identifier == identifier)
            self.connection.execute(gone.values(withdrawn=True))

    def find(self, identifier: bytes) -> Payment | None:
        """The payment with this id, or None."""
        return next(iter(self._payments(_select().where(payments.c.identifier == identifier))), None)

    def of_claim(self, claim_id: bytes) -> tuple[Payment, ...]:
        """Payments that a claim is part of, oldest block first."""
        has_it = select(payment_claims.c.payment).where(payment_claims.c.claim_id == claim_id)
        return self._payments(_select().where(payments.c.identifier.in_(has_it)))

    def of_transaction(self, transaction_hash: bytes) -> tuple[Payment, ...]:
        """Payments that one transaction made."""
        return self._payments(_select().where(payments.c.transaction_hash == transaction_hash))

    def above(self, block: int) -> tuple[Payment, ...]:
        """Payments of later blocks than this, oldest first."""
        return self._payments(_select().where(payments.c.block > block))

    def unremitted(self) -> tuple[Payment, ...]:
        """Payments that no 835 tells of yet, oldest block first."""
        told = select(remittances.c.payment).where(remittances.c.payment == payments.c.identifier)
        return self._payments(_select().where(~told.exists()))

    def all(self) -> tuple[Payment, ...]:
        """Every payment, oldest block first."""
        return self._payments(_select())

    def _payments(self, statement: Select[Any]) -> tuple[Payment, ...]:
        return tuple(self._payment(row) for row in self.connection.execute(statement).all())

    def _payment(self, row: Row[Any]) -> Payment:
        claim, part = payment_claims.c, payment_parts.c
        claims = self.connection.execute(
            select(claim.claim_id).where(claim.payment == row.identifier).order_by(claim.position)
        ).scalars()
        parts = reading(PaidClaim, payment_parts).where(part.payment == row.identifier).order_by(part.place)
        return Payment(**row._mapping, claims=tuple(claims), parts=rows(self.connection, PaidClaim, parts))

    def _add_claims(self, payment: Payment) -> None:
        for position, claim_id in enumerate(payment.claims):
            self.connection.execute(
                insert(payment_claims).values(payment=payment.identifier, position=position, claim_id=claim_id)
            )
        for place, part in enumerate(payment.parts):
            values = columns(part, payment_parts) | {"payment": payment.identifier, "place": place}
            self.connection.execute(insert(payment_parts).values(**values))

    def _remove_claims(self, identifier: bytes) -> None:
        for table in (payment_claims, payment_parts):
            self.connection.execute(delete(table).where(table.c.payment == identifier))


def _row(payment: Payment) -> dict[str, Any]:
    return columns(payment, payments) | {"withdrawn": False}


def _select() -> Select[Any]:
    standing = reading(Payment, payments).where(payments.c.withdrawn.is_(False))
    return standing.order_by(payments.c.block, payments.c.identifier)
