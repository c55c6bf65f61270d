"""What remains to be settled with a provider after a correction, since no money moves back on the chain by itself."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from claims.store.errors import StoreConflict
from claims.store.rows import Offset
from claims.store.schema import offsets
from claims.store.statements import columns, insert_once, one, reading, rows


@dataclass(frozen=True, slots=True)
class Offsets:
    """Pending offsets by the control number of the replacement or void that made them; each was told in one 835."""

    connection: Connection

    def add(self, offset: Offset) -> bool:
        """Keep an offset; False where it was kept before. Raises StoreConflict where its claim has another."""
        if insert_once(self.connection, offsets, columns(offset, offsets)):
            return True
        if self.of_claim(offset.control_number) != offset:
            raise StoreConflict(f"claim {offset.control_number} has an offset already; one correction moves money once")
        return False

    def of_claim(self, control_number: str) -> Offset | None:
        """The offset that a replacement or void made, or None."""
        return one(self.connection, Offset, reading(Offset, offsets).where(offsets.c.control_number == control_number))

    def all(self) -> tuple[Offset, ...]:
        """Every pending offset, by provider, oldest first."""
        column = offsets.c
        statement = reading(Offset, offsets).order_by(column.billing_npi, column.at, column.control_number)
        return rows(self.connection, Offset, statement)
