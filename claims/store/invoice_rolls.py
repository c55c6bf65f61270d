"""Rolls of invoices as they were anchored, and each claim's place in one. Nothing here is ever changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from claims.store.errors import NotStored
from claims.store.rows import StoredRoll
from claims.store.schema import invoice_places, invoice_rolls
from claims.store.statements import columns, insert_once, one, reading, rows


@dataclass(frozen=True, slots=True)
class InvoiceRolls:
    """Rolls by their hash; places by control number."""

    connection: Connection

    def add(self, roll: StoredRoll, places: Sequence[tuple[str, bytes]]) -> bool:
        """Keep a roll with the control number and the claim id of each of its invoices, in order; False where it is known."""
        if not insert_once(self.connection, invoice_rolls, columns(roll, invoice_rolls)):
            return False
        values = [
            {"control_number": control_number, "roll": roll.hash, "position": position, "claim_id": claim_id}
            for position, (control_number, claim_id) in enumerate(places)
        ]
        self.connection.execute(insert(invoice_places), values)
        return True

    def find(self, roll: bytes) -> StoredRoll | None:
        """The roll of this hash, or None."""
        return one(self.connection, StoredRoll, reading(StoredRoll, invoice_rolls).where(invoice_rolls.c.hash == roll))

    def get(self, roll: bytes) -> StoredRoll:
        """The roll of this hash. Raises NotStored."""
        found = self.find(roll)
        if found is None:
            raise NotStored(f"there is no roll of invoices 0x{roll.hex()} in this home")
        return found

    def of_source(self, sha256: str) -> tuple[StoredRoll, ...]:
        """The rolls that bill claims of a file, by its SHA-256 in hex, oldest first."""
        statement = reading(StoredRoll, invoice_rolls).where(invoice_rolls.c.source_sha256 == sha256)
        return rows(self.connection, StoredRoll, statement.order_by(invoice_rolls.c.recorded_at, invoice_rolls.c.hash))

    def place_of(self, control_number: str) -> tuple[bytes, int, bytes] | None:
        """Where a claim was anchored: roll, position and claim id; of several rolls the last that was kept. None if in none."""
        place, roll = invoice_places.c, invoice_rolls.c
        found = self.connection.execute(
            select(place.roll, place.position, place.claim_id)
            .join(invoice_rolls, roll.hash == place.roll)
            .where(place.control_number == control_number)
            .order_by(roll.recorded_at.desc(), roll.hash)
            .limit(1)
        ).first()
        return None if found is None else (found.roll, found.position, found.claim_id)
