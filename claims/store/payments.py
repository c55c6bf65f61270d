"""Payments that were seen on the chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from claims.model.payment import Payment
from claims.store.errors import StoreConflict
from claims.store.schema import payment_claims, payments, remittances
from claims.store.statements import columns, insert_once


@dataclass(frozen=True, slots=True)
class Payments:
    """Payments by their id. One is remitted when an 835 of it is stored, so that no flag can disagree."""

    connection: Connection

    def add(self, payment: Payment) -> bool:
        """Keep a payment; False where it was kept before. Raises StoreConflict where its id is known with other contents."""
        if not insert_once(self.connection, payments, columns(payment, payments)):
            if self.find(payment.identifier) != payment:
                raise StoreConflict(
                    f"payment 0x{payment.identifier.hex()} is stored with other contents; check the chain's history"
                )
            return False
        for position, claim_id in enumerate(payment.claims):
            self.connection.execute(
                insert(payment_claims).values(payment=payment.identifier, position=position, claim_id=claim_id)
            )
        return True

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
        claim = payment_claims.c
        claims = self.connection.execute(
            select(claim.claim_id).where(claim.payment == row.identifier).order_by(claim.position)
        ).scalars()
        return Payment(**row._mapping, claims=tuple(claims))


def _select() -> Select[Any]:
    return select(payments).order_by(payments.c.block, payments.c.identifier)
