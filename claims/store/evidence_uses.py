"""Which claim an attestation was decided for: the payer's own mirror of the chain's bit, set before the chain knows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from claims.store.schema import evidence_uses
from claims.store.statements import insert_once

_COUNTER = 2**32
"""A sequence is lane32‖counter32."""


@dataclass(frozen=True, slots=True)
class EvidenceUses:
    """One claim for each attestation and rank (0 primary, 1 secondary, 2 tertiary payer)."""

    connection: Connection

    def add(self, practitioner: int, sequence: int, rank: int, control_number: str) -> bool:
        """Take an attestation for a claim; False where a claim has it, be it this one."""
        lane, counter = divmod(sequence, _COUNTER)
        return insert_once(
            self.connection,
            evidence_uses,
            {
                "practitioner": practitioner,
                "lane": lane,
                "counter": counter,
                "rank": rank,
                "control_number": control_number,
            },
        )

    def user(self, practitioner: int, sequence: int, rank: int) -> str | None:
        """The control number of the claim that has it, or None."""
        lane, counter = divmod(sequence, _COUNTER)
        use = evidence_uses.c
        statement = select(use.control_number).where(
            use.practitioner == practitioner, use.lane == lane, use.counter == counter, use.rank == rank
        )
        return self.connection.execute(statement).scalar()

    def release(self, control_number: str) -> None:
        """Give back what a claim took, where its decision was undone before the chain saw it."""
        self.connection.execute(delete(evidence_uses).where(evidence_uses.c.control_number == control_number))
