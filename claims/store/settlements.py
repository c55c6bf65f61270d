"""Approvals on their way to the chain in batches: what is due, in which batch it was put, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, or_, select, update

from claims.model.decision import PAID
from claims.store.errors import StoreConflict
from claims.store.rows import (
    BATCHED,
    CONFIRMED,
    DUE,
    SENT,
    SETTLED_IN_BATCH,
    SIGNED,
    SKIPPED,
    WITHDRAWN,
    DueClaim,
    Settlement,
    SettlementBatch,
)
from claims.store.schema import claims, due_claims, intents, payment_parts, settlement_batches, settlements
from claims.store.statements import columns, insert_once, one, reading, rows


@dataclass(frozen=True, slots=True)
class Settlements:
    """By control number and revision of the decision. What is due is never forgotten; where it stands changes."""

    connection: Connection

    def add(self, due: DueClaim) -> bool:
        """An approval becomes due; the same again changes nothing, and gives False."""
        if not insert_once(self.connection, due_claims, columns(due, due_claims)):
            return False
        fresh = Settlement(due.control_number, due.revision, DUE, None, None, "", due.due_at)
        self.connection.execute(insert(settlements).values(**columns(fresh, settlements)))
        return True

    def find(self, control_number: str, revision: int) -> Settlement | None:
        """Where an approval stands; None where it is not settled in batches."""
        same = and_(settlements.c.control_number == control_number, settlements.c.revision == revision)
        return one(self.connection, Settlement, reading(Settlement, settlements).where(same))

    def of_claim(self, control_number: str) -> tuple[Settlement, ...]:
        """Where each approval of a claim stands, by revision."""
        statement = reading(Settlement, settlements).where(settlements.c.control_number == control_number)
        return rows(self.connection, Settlement, statement.order_by(settlements.c.revision))

    def due_claim(self, control_number: str, revision: int) -> DueClaim | None:
        """What became due, or None."""
        same = and_(due_claims.c.control_number == control_number, due_claims.c.revision == revision)
        return one(self.connection, DueClaim, reading(DueClaim, due_claims).where(same))

    def due(self, most: int | None = None, *, status: str = PAID) -> tuple[DueClaim, ...]:
        """What waits for a batch, longest due first; `most` of it. Of claims of another status nothing is to be sent."""
        joined = due_claims.join(
            settlements,
            and_(
                settlements.c.control_number == due_claims.c.control_number,
                settlements.c.revision == due_claims.c.revision,
            ),
        )
        # What was replaced or voided meanwhile is not due any more.
        joined = joined.join(claims, claims.c.control_number == due_claims.c.control_number)
        statement = (
            reading(DueClaim, due_claims)
            .select_from(joined)
            .where(settlements.c.state == DUE, claims.c.status == status)
            .order_by(due_claims.c.due_at, due_claims.c.roll, due_claims.c.position, due_claims.c.control_number)
        )
        return rows(self.connection, DueClaim, statement if most is None else statement.limit(most))

    def in_state(self, *states: str) -> tuple[Settlement, ...]:
        """What stands so, by batch and position."""
        return rows(self.connection, Settlement, _ordered().where(settlements.c.state.in_(states)))

    def of_batch(self, batch: bytes) -> tuple[Settlement, ...]:
        """What was last put in a batch, by position."""
        return rows(self.connection, Settlement, _ordered().where(settlements.c.batch == batch))

    def counts(self) -> dict[tuple[bytes | None, str], int]:
        """How many stand how, by batch and state."""
        statement = select(settlements.c.batch, settlements.c.state, func.count()).group_by(
            settlements.c.batch, settlements.c.state
        )
        return {(row[0], row[1]): int(row[2]) for row in self.connection.execute(statement)}

    def put_in_batch(self, made: SettlementBatch, entries: Sequence[tuple[str, int]], at: int) -> None:
        """Put approvals in a batch, in its order, by control number and revision.

        Raises StoreConflict where one of them is not due: another process took it, or it was decided anew.
        """
        self.connection.execute(insert(settlement_batches).values(**columns(made, settlement_batches)))
        for position, (control_number, revision) in enumerate(entries):
            waiting = and_(
                settlements.c.control_number == control_number,
                settlements.c.revision == revision,
                settlements.c.state == DUE,
            )
            taken = update(settlements).where(waiting)
            values = {"state": BATCHED, "batch": made.batch, "position": position, "reason": "", "changed_at": at}
            if self.connection.execute(taken.values(**values)).rowcount != 1:
                raise StoreConflict(
                    f"claim {control_number} is not due any more: another process took it; repeat the command"
                )

    def batch(self, batch: bytes) -> SettlementBatch | None:
        """A batch by its id, or None."""
        statement = reading(SettlementBatch, settlement_batches).where(settlement_batches.c.batch == batch)
        return one(self.connection, SettlementBatch, statement)

    def batches(self) -> tuple[SettlementBatch, ...]:
        """Every batch, oldest first."""
        statement = reading(SettlementBatch, settlement_batches)
        ordered = statement.order_by(settlement_batches.c.made_at, settlement_batches.c.batch)
        return rows(self.connection, SettlementBatch, ordered)

    def open_batches(self) -> tuple[SettlementBatch, ...]:
        """Batches in which something is not yet known to be settled or skipped, oldest first."""
        return self._batches(settlement_batches.c.batch.in_(_waiting()))

    def unfinished_batches(self) -> tuple[SettlementBatch, ...]:
        """Open batches, and those of whose claims the chain told all before a receipt of theirs was kept, oldest first."""
        on_their_way = select(intents.c.idempotency_key).where(intents.c.state.in_((SIGNED, SENT)))
        batch = settlement_batches.c
        return self._batches(or_(batch.batch.in_(_waiting()), batch.intent.in_(on_their_way)))

    def _batches(self, which: ColumnElement[bool]) -> tuple[SettlementBatch, ...]:
        statement = reading(SettlementBatch, settlement_batches).where(which)
        ordered = statement.order_by(settlement_batches.c.made_at, settlement_batches.c.batch)
        return rows(self.connection, SettlementBatch, ordered)

    def paid_positions(self, batch: bytes) -> frozenset[int]:
        """The positions of a batch that confirmed payments tell of."""
        part = payment_parts.c
        found = self.connection.execute(select(part.position).where(part.batch == batch)).scalars()
        return frozenset(position for position in found if position is not None)

    def settle(self, batch: bytes, positions: Sequence[int], at: int) -> None:
        """The chain paid what was put at these positions."""
        for position in positions:
            self._change(batch, position, {"state": SETTLED_IN_BATCH, "reason": "", "changed_at": at})

    def skip(self, batch: bytes, position: int, reason: str, at: int) -> None:
        """The contract left out what was put at this position."""
        self._change(batch, position, {"state": SKIPPED, "reason": reason, "changed_at": at})

    def take_back(self, at: int) -> int:
        """Where the chain took a batch's block back, what was settled or skipped in it is under way again; how many that are."""
        told = select(payment_parts.c.position).where(
            payment_parts.c.batch == settlements.c.batch, payment_parts.c.position == settlements.c.position
        )
        mined = (
            select(intents.c.idempotency_key)
            .join(settlement_batches, settlement_batches.c.intent == intents.c.idempotency_key)
            .where(settlement_batches.c.batch == settlements.c.batch, intents.c.state == CONFIRMED)
        )
        gone = and_(
            settlements.c.batch.is_not(None),
            or_(
                and_(settlements.c.state == SETTLED_IN_BATCH, ~told.exists()),
                and_(settlements.c.state == SKIPPED, ~mined.exists()),
            ),
        )
        again = update(settlements).where(gone).values(state=BATCHED, reason="", changed_at=at)
        return int(self.connection.execute(again).rowcount)

    def note_settled(self, control_number: str, revision: int, where: tuple[bytes | None, int | None], at: int) -> None:
        """What waits for a batch was settled already: in the batch and at the position `where`, or by itself (None)."""
        waiting = and_(
            settlements.c.control_number == control_number,
            settlements.c.revision == revision,
            settlements.c.state == DUE,
        )
        values = {"state": SETTLED_IN_BATCH, "batch": where[0], "position": where[1], "changed_at": at}
        self.connection.execute(update(settlements).where(waiting).values(**values))

    def move(self, batch: bytes, position: int, to: tuple[bytes | None, int | None], at: int) -> None:
        """What was put at this position was settled before: by the batch and at the position `to`, or by itself (None)."""
        values = {"state": SETTLED_IN_BATCH, "batch": to[0], "position": to[1], "reason": "", "changed_at": at}
        self._change(batch, position, values)

    def release(self, batch: bytes, at: int) -> int:
        """A batch will never be mined: what was under way in it is due again; how many that are."""
        under_way = and_(settlements.c.batch == batch, settlements.c.state == BATCHED)
        again = update(settlements).where(under_way)
        values = {"state": DUE, "batch": None, "position": None, "changed_at": at}
        return int(self.connection.execute(again.values(**values)).rowcount)

    def retry(self, at: int) -> int:
        """What was left out is due again; how many that are."""
        left_out = update(settlements).where(settlements.c.state == SKIPPED)
        values = {"state": DUE, "batch": None, "position": None, "changed_at": at}
        return int(self.connection.execute(left_out.values(**values)).rowcount)

    def withdraw(self, control_number: str, at: int) -> None:
        """A claim that is on its way nowhere is not to be paid any more: it was replaced or voided."""
        waiting = and_(settlements.c.control_number == control_number, settlements.c.state.in_((DUE, SKIPPED)))
        self.connection.execute(update(settlements).where(waiting).values(state=WITHDRAWN, changed_at=at))

    def hold(self, control_number: str, revision: int, reason: str, at: int) -> None:
        """An approval that no batch takes is left out before it is sent, for this reason."""
        same = and_(
            settlements.c.control_number == control_number,
            settlements.c.revision == revision,
            settlements.c.state == DUE,
        )
        self.connection.execute(update(settlements).where(same).values(state=SKIPPED, reason=reason, changed_at=at))

    def _change(self, batch: bytes, position: int, values: dict[str, Any]) -> None:
        under_way = and_(
            settlements.c.batch == batch, settlements.c.position == position, settlements.c.state == BATCHED
        )
        self.connection.execute(update(settlements).where(under_way).values(**values))


def _waiting() -> Select[Any]:
    """The batches of claims that are under way."""
    return select(settlements.c.batch).where(settlements.c.state == BATCHED)


def _ordered() -> Select[Any]:
    return reading(Settlement, settlements).order_by(
        settlements.c.batch, settlements.c.position, settlements.c.control_number
    )
