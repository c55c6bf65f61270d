"""Which interchanges came in before, so that one sent twice is known."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from claims.store.rows import SeenInterchange
from claims.store.schema import interchanges
from claims.store.statements import columns, insert_once, reading, rows


@dataclass(frozen=True, slots=True)
class Interchanges:
    """Control numbers seen, by sender."""

    connection: Connection

    def seen(self, sender: str, control_number: str) -> tuple[SeenInterchange, ...]:
        """What came from this sender under this control number; more than one where duplicates are let through."""
        statement = reading(SeenInterchange, interchanges).where(
            interchanges.c.sender == sender, interchanges.c.control_number == control_number
        )
        return rows(self.connection, SeenInterchange, statement.order_by("received", "sha256"))

    def add(self, interchange: SeenInterchange) -> bool:
        """Remember an interchange; False where this very file was remembered before."""
        return insert_once(self.connection, interchanges, columns(interchange, interchanges))
