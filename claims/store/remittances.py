"""835s that were written: their numbers, where they lie, what they tell of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from claims.store.errors import StoreConflict
from claims.store.rows import StoredRemittance
from claims.store.schema import remittance_claims, remittances
from claims.store.statements import columns, insert_once


@dataclass(frozen=True, slots=True)
class Remittances:
    """Remittances by their trace (TRN02); a payment has one at most."""

    connection: Connection

    def add(self, remittance: StoredRemittance) -> bool:
        """Keep a remittance; False where it was kept before.

        Raises StoreConflict where its trace is stored with other contents, or its payment has one already.
        """
        if not insert_once(self.connection, remittances, columns(remittance, remittances)):
            if self.find(remittance.trace) != remittance:
                raise StoreConflict(
                    f"remittance {remittance.trace} is stored with other contents; an 835 is written once"
                )
            return False
        for position, control_number in enumerate(remittance.claims):
            self.connection.execute(
                insert(remittance_claims).values(
                    remittance=remittance.trace, position=position, control_number=control_number
                )
            )
        return True

    def find(self, trace: str) -> StoredRemittance | None:
        """The remittance with this trace, or None."""
        return next(iter(self._remittances(_select().where(remittances.c.trace == trace))), None)

    def of_payment(self, payment: bytes) -> StoredRemittance | None:
        """The remittance of a payment, or None."""
        return next(iter(self._remittances(_select().where(remittances.c.payment == payment))), None)

    def of_claim(self, control_number: str) -> tuple[StoredRemittance, ...]:
        """Remittances that tell of a claim, oldest first."""
        tells = select(remittance_claims.c.remittance).where(remittance_claims.c.control_number == control_number)
        return self._remittances(_select().where(remittances.c.trace.in_(tells)))

    def all(self) -> tuple[StoredRemittance, ...]:
        """Every remittance, oldest first."""
        return self._remittances(_select())

    def _remittances(self, statement: Select[Any]) -> tuple[StoredRemittance, ...]:
        return tuple(self._remittance(row) for row in self.connection.execute(statement).all())

    def _remittance(self, row: Row[Any]) -> StoredRemittance:
        claim = remittance_claims.c
        claims = self.connection.execute(
            select(claim.control_number).where(claim.remittance == row.trace).order_by(claim.position)
        ).scalars()
        return StoredRemittance(**row._mapping, claims=tuple(claims))


def _select() -> Select[Any]:
    return select(remittances).order_by(remittances.c.created_at, remittances.c.trace)
