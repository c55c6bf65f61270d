"""Claims as they came in, their status, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from claims.store.errors import NotStored, StoreConflict
from claims.store.rows import StatusChange, StoredClaim
from claims.store.schema import claim_statuses, claims
from claims.store.statements import columns, insert_once, one, reading, rows


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims by this home's control number."""

    connection: Connection

    def add(self, claim: StoredClaim, note: str = "") -> None:
        """Keep a claim and begin its status history. Raises StoreConflict where the control number is taken."""
        values = columns(claim, claims) | {"number": claim.claim.number, "billing_npi": claim.claim.billing.npi}
        if not insert_once(self.connection, claims, values):
            raise StoreConflict(f"claim {claim.control_number} is stored already; take the next control number")
        self._append(claim.control_number, StatusChange(claim.status, claim.recorded_at, note))

    def find(self, control_number: str) -> StoredClaim | None:
        """The claim with this control number, or None."""
        return one(self.connection, StoredClaim, _select().where(claims.c.control_number == control_number))

    def get(self, control_number: str) -> StoredClaim:
        """The claim with this control number. Raises NotStored."""
        found = self.find(control_number)
        if found is None:
            raise NotStored(f"there is no claim {control_number} in this home; `claim status` lists what there is")
        return found

    def by_number(self, number: str, billing_npi: str | None = None) -> tuple[StoredClaim, ...]:
        """Claims that a provider numbered so (CLM01), oldest first; numbers are a provider's own, so two may share one."""
        statement = _select().where(claims.c.number == number)
        if billing_npi is not None:
            statement = statement.where(claims.c.billing_npi == billing_npi)
        return rows(self.connection, StoredClaim, statement)

    def by_claim_id(self, claim_id: bytes) -> tuple[StoredClaim, ...]:
        """Claims whose invoice has this id, oldest first: more than one where a denied claim was sent again unchanged."""
        return rows(self.connection, StoredClaim, _select().where(claims.c.claim_id == claim_id))

    def by_status(self, *statuses: str) -> tuple[StoredClaim, ...]:
        """Claims in one of these states, oldest first."""
        return rows(self.connection, StoredClaim, _select().where(claims.c.status.in_(statuses)))

    def by_source(self, sha256: str) -> tuple[StoredClaim, ...]:
        """Claims that came in one file, by its SHA-256 in hex, in the order of their control numbers."""
        return rows(self.connection, StoredClaim, _select().where(claims.c.source_sha256 == sha256))

    def all(self) -> tuple[StoredClaim, ...]:
        """Every claim, oldest first."""
        return rows(self.connection, StoredClaim, _select())

    def name_on_chain(self, control_number: str, claim_id: bytes) -> None:
        """Record the id of the claim's invoice. Raises NotStored, and StoreConflict where it has another."""
        known = self.get(control_number).claim_id
        if known not in (None, claim_id):
            raise StoreConflict(
                f"claim {control_number} has the id 0x{known.hex()} already; an invoice is not rewritten"
            )
        self.connection.execute(
            update(claims).where(claims.c.control_number == control_number).values(claim_id=claim_id)
        )

    def change_status(self, control_number: str, status: str, at: int, note: str = "") -> None:
        """Set a claim's status and append it to the history; the same status again is one more entry. Raises NotStored."""
        changed = update(claims).where(claims.c.control_number == control_number).values(status=status)
        if self.connection.execute(changed).rowcount == 0:
            raise NotStored(f"there is no claim {control_number} in this home")
        self._append(control_number, StatusChange(status, at, note))

    def statuses(self, control_number: str) -> tuple[StatusChange, ...]:
        """A claim's status history, oldest first; empty where there is no such claim."""
        statement = reading(StatusChange, claim_statuses).where(claim_statuses.c.control_number == control_number)
        return rows(self.connection, StatusChange, statement.order_by(claim_statuses.c.position))

    def _append(self, control_number: str, change: StatusChange) -> None:
        last = select(func.max(claim_statuses.c.position)).where(claim_statuses.c.control_number == control_number)
        position = (self.connection.execute(last).scalar() or 0) + 1
        values = columns(change, claim_statuses) | {"control_number": control_number, "position": position}
        self.connection.execute(insert(claim_statuses).values(**values))


def _select() -> Select[Any]:
    return reading(StoredClaim, claims).order_by(claims.c.recorded_at, claims.c.control_number)
