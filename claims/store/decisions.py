"""Decisions, version by version, and the batches in which they were signed. Nothing here is ever changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from claims.store.errors import NotStored, StoreConflict
from claims.store.rows import SignedBatch, StoredDecision
from claims.store.schema import decision_batch_entries, decision_batches, decisions
from claims.store.statements import columns, insert_once, one, reading, rows


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions by control number and revision; batches by their id."""

    connection: Connection

    def next_revision(self, control_number: str) -> int:
        """The revision that the claim's next decision takes, from 1."""
        last = select(func.max(decisions.c.revision)).where(decisions.c.control_number == control_number)
        return int(self.connection.execute(last).scalar() or 0) + 1

    def add(self, decision: StoredDecision) -> None:
        """Keep the next version of a claim's decision. Raises StoreConflict for any other revision than the next."""
        due = self.next_revision(decision.control_number)
        if decision.revision != due:
            raise StoreConflict(
                f"claim {decision.control_number}: revision {decision.revision} where {due} is next; "
                "a decision is never changed, a new one is added"
            )
        values = columns(decision, decisions) | {"rule_pack": decision.rule_pack}
        self.connection.execute(insert(decisions).values(**values))

    def get(self, control_number: str, revision: int) -> StoredDecision:
        """One version. Raises NotStored."""
        found = one(self.connection, StoredDecision, _of(control_number).where(decisions.c.revision == revision))
        if found is None:
            raise NotStored(f"claim {control_number} has no decision of revision {revision} in this home")
        return found

    def latest(self, control_number: str) -> StoredDecision | None:
        """The claim's last version, or None where it is not decided."""
        statement = _of(control_number).order_by(None).order_by(decisions.c.revision.desc()).limit(1)
        return one(self.connection, StoredDecision, statement)

    def versions(self, control_number: str) -> tuple[StoredDecision, ...]:
        """All versions of a claim's decision, oldest first."""
        return rows(self.connection, StoredDecision, _of(control_number))

    def add_batch(self, signed: SignedBatch) -> None:
        """Keep a signed batch of decisions that are stored; the same batch again changes nothing.

        Raises StoreConflict where another batch has its id, or the entries are not one for each decision, and where an entry
        names a decision that is not stored.
        """
        if len(signed.entries) != len(signed.batch.decisions):
            raise StoreConflict(
                f"a batch of {len(signed.batch.decisions)} decisions with {len(signed.entries)} entries"
            )
        values = columns(signed, decision_batches) | {
            "identifier": signed.identifier,
            "epoch": signed.batch.epoch,
            "deadline": signed.batch.deadline,
        }
        if not insert_once(self.connection, decision_batches, values):
            if self.batch(signed.identifier) != signed:
                raise StoreConflict(f"another batch has the id 0x{signed.identifier.hex()}; make a fresh one")
            return
        for position, (control_number, revision) in enumerate(signed.entries):
            self.get(control_number, revision)
            self.connection.execute(
                insert(decision_batch_entries).values(
                    batch=signed.identifier, position=position, control_number=control_number, revision=revision
                )
            )

    def batch(self, identifier: bytes) -> SignedBatch | None:
        """A signed batch by its id, or None."""
        row = self.connection.execute(
            select(decision_batches).where(decision_batches.c.identifier == identifier)
        ).first()
        if row is None:
            return None
        entry = decision_batch_entries.c
        entries = self.connection.execute(
            select(entry.control_number, entry.revision).where(entry.batch == identifier).order_by(entry.position)
        )
        return SignedBatch(
            row.batch, row.signatures, tuple((e.control_number, e.revision) for e in entries), row.signed_at
        )

    def entry(self, batch: bytes, position: int) -> tuple[str, int] | None:
        """Control number and revision of the decision at a batch's position (from 0), or None."""
        entry = decision_batch_entries.c
        found = self.connection.execute(
            select(entry.control_number, entry.revision).where(entry.batch == batch, entry.position == position)
        ).first()
        return None if found is None else (found.control_number, found.revision)

    def batches_of(self, control_number: str, revision: int) -> tuple[SignedBatch, ...]:
        """The batches that signed this version, oldest first: more than one where a deadline passed and it was signed anew."""
        entry = decision_batch_entries.c
        found = self.connection.execute(
            select(entry.batch)
            .join(decision_batches, decision_batches.c.identifier == entry.batch)
            .where(entry.control_number == control_number, entry.revision == revision)
            .order_by(decision_batches.c.signed_at, entry.batch)
        ).scalars()
        return tuple(batch for identifier in found.all() if (batch := self.batch(identifier)) is not None)


def _of(control_number: str) -> Select[Any]:
    statement = reading(StoredDecision, decisions).where(decisions.c.control_number == control_number)
    return statement.order_by(decisions.c.revision)
