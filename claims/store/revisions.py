"""Corrections of claims that the chain paid, on their way there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from claims.store.rows import DUE, DueRevision, RevisionState
from claims.store.schema import due_revisions, revision_states
from claims.store.statements import columns, insert_once, one, reading, rows


@dataclass(frozen=True, slots=True)
class Revisions:
    """By the correction's control number. What is due is never forgotten; where it stands changes."""

    connection: Connection

    def add(self, due: DueRevision) -> bool:
        """A correction is to be sent; the same again changes nothing, and gives False."""
        if not insert_once(self.connection, due_revisions, columns(due, due_revisions)):
            return False
        fresh = RevisionState(due.control_number, DUE, "", "", due.due_at)
        self.connection.execute(insert(revision_states).values(**columns(fresh, revision_states)))
        return True

    def find(self, control_number: str) -> DueRevision | None:
        """What a correction asks for, or None."""
        statement = reading(DueRevision, due_revisions).where(due_revisions.c.control_number == control_number)
        return one(self.connection, DueRevision, statement)

    def state(self, control_number: str) -> RevisionState | None:
        """Where a correction stands; None where it asks nothing of the chain."""
        statement = reading(RevisionState, revision_states).where(revision_states.c.control_number == control_number)
        return one(self.connection, RevisionState, statement)

    def of_claim(self, claim_id: bytes) -> tuple[DueRevision, ...]:
        """The corrections of what was paid under a claim id, oldest first."""
        statement = reading(DueRevision, due_revisions).where(due_revisions.c.claim_id == claim_id)
        ordered = statement.order_by(due_revisions.c.due_at, due_revisions.c.control_number)
        return rows(self.connection, DueRevision, ordered)

    def in_state(self, *states: str) -> tuple[DueRevision, ...]:
        """The corrections that stand so, oldest first."""
        these = select(revision_states.c.control_number).where(revision_states.c.state.in_(states))
        statement = reading(DueRevision, due_revisions).where(due_revisions.c.control_number.in_(these))
        ordered = statement.order_by(due_revisions.c.due_at, due_revisions.c.control_number)
        return rows(self.connection, DueRevision, ordered)

    def change(self, control_number: str, state: str, at: int, *, intent: str = "", reason: str = "") -> None:
        """Note where a correction stands now."""
        same = revision_states.c.control_number == control_number
        values = {"state": state, "intent": intent, "reason": reason, "changed_at": at}
        self.connection.execute(update(revision_states).where(same).values(**values))
