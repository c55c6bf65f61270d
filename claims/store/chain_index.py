"""What was read of the chain: how far, the last blocks, and the logs that matter."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Text, delete, func, select, type_coerce, update

from claims.store.rows import Cursor, KeptBlock, KeptLog
from claims.store.schema import chain_blocks, chain_cursors, chain_logs
from claims.store.statements import columns, insert_once, one, put, reading, rows


@dataclass(frozen=True, slots=True)
class ChainIndex:
    """Cursors by contract, blocks by number, logs by block hash and index."""

    connection: Connection

    def cursor(self, contract: str) -> Cursor | None:
        """How far a contract was followed, or None where it never was."""
        return one(self.connection, Cursor, reading(Cursor, chain_cursors).where(chain_cursors.c.contract == contract))

    def begin(self, contract: str, begun: int) -> Cursor:
        """Follow a contract from a block on; where it is followed already, how far."""
        fresh = Cursor(contract, begun, begun - 1, begun - 1)
        insert_once(self.connection, chain_cursors, columns(fresh, chain_cursors))
        return self.cursor(contract) or fresh

    def blocks(self) -> tuple[KeptBlock, ...]:
        """The blocks that are remembered, newest first."""
        return rows(self.connection, KeptBlock, reading(KeptBlock, chain_blocks).order_by(chain_blocks.c.number.desc()))

    def block(self, number: int) -> KeptBlock | None:
        """The block of a number as it is remembered, or None."""
        return one(self.connection, KeptBlock, reading(KeptBlock, chain_blocks).where(chain_blocks.c.number == number))

    def extend(self, contract: str, blocks: Iterable[KeptBlock], logs: Iterable[KeptLog], scanned: int) -> None:
        """Keep what was read of a contract up to a block; what was kept before is kept once."""
        for block in blocks:
            put(self.connection, chain_blocks, columns(block, chain_blocks))
        for log in logs:
            put(self.connection, chain_logs, columns(log, chain_logs))
        moved = update(chain_cursors).where(chain_cursors.c.contract == contract)
        self.connection.execute(moved.values(scanned=scanned))

    def forget_blocks(self, keep: int) -> None:
        """Remember the last `keep` numbers alone."""
        newest = self.connection.execute(select(func.max(chain_blocks.c.number))).scalar()
        if newest is not None:
            self.connection.execute(delete(chain_blocks).where(chain_blocks.c.number <= newest - keep))

    def act(self, contract: str, acted: int) -> None:
        """Note that what a contract told up to a block was acted on."""
        moved = update(chain_cursors).where(chain_cursors.c.contract == contract)
        self.connection.execute(moved.values(acted=acted))

    def payments_between(self, contract: str, first: int, last: int) -> tuple[bytes, ...]:
        """The payments that a contract's logs of these blocks, both included, are part of, in the order in which they appear."""
        log = chain_logs.c
        found = self.connection.execute(
            select(log.payment)
            .where(log.contract == contract, log.block >= first, log.block <= last, log.payment.is_not(None))
            .order_by(log.block, log.log_index)
        ).scalars()
        return tuple(dict.fromkeys(payment for payment in found if payment is not None))

    def logs_of_payment(self, contract: str, payment: bytes, last: int | None = None) -> tuple[KeptLog, ...]:
        """A payment's logs in order, up to a block where one is given."""
        log = chain_logs.c
        statement = reading(KeptLog, chain_logs).where(log.contract == contract, log.payment == payment)
        if last is not None:
            statement = statement.where(log.block <= last)
        return rows(self.connection, KeptLog, statement.order_by(log.block, log.log_index))

    def logs_of_no_payment(self, contract: str) -> tuple[KeptLog, ...]:
        """A contract's logs that are part of no payment, in order: debts that were opened, claims that were skipped."""
        log = chain_logs.c
        statement = reading(KeptLog, chain_logs).where(log.contract == contract, log.payment.is_(None))
        return rows(self.connection, KeptLog, statement.order_by(log.block, log.log_index))

    def logs_of_no_payment_in(self, contract: str, transactions: Collection[bytes]) -> tuple[KeptLog, ...]:
        """A contract's logs in these transactions that are part of no payment, in order."""
        log = chain_logs.c
        statement = reading(KeptLog, chain_logs).where(
            log.contract == contract, log.payment.is_(None), log.transaction_hash.in_(transactions)
        )
        return rows(self.connection, KeptLog, statement.order_by(log.block, log.log_index))

    def logs_of_topics(self, contract: str, topics: bytes, last: int) -> tuple[KeptLog, ...]:
        """A contract's logs whose topics begin so (32 bytes each), up to a block, in order."""
        log = chain_logs.c
        statement = reading(KeptLog, chain_logs).where(log.contract == contract, log.block <= last)
        alike = type_coerce(log.topics, Text).startswith(topics.hex())
        return rows(self.connection, KeptLog, statement.where(alike).order_by(log.block, log.log_index))

    def logs(self, contract: str, first: int, last: int) -> tuple[KeptLog, ...]:
        """A contract's logs of these blocks, both included, in order."""
        log = chain_logs.c
        statement = reading(KeptLog, chain_logs).where(log.contract == contract, log.block >= first, log.block <= last)
        return rows(self.connection, KeptLog, statement.order_by(log.block, log.log_index))

    def rewind(self, to: int) -> None:
        """Forget every block and log above a block, and read on from there."""
        self.connection.execute(delete(chain_blocks).where(chain_blocks.c.number > to))
        self.connection.execute(delete(chain_logs).where(chain_logs.c.block > to))
        for cursor in rows(self.connection, Cursor, reading(Cursor, chain_cursors)):
            # Nothing was read below the contract's first block.
            back = max(to, cursor.begun - 1)
            moved = update(chain_cursors).where(chain_cursors.c.contract == cursor.contract)
            self.connection.execute(moved.values(scanned=min(cursor.scanned, back), acted=min(cursor.acted, back)))
