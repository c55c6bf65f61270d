"""What became of batches: read from what the chain told, and kept with each claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from claims.model.book_event import Skipped
from claims.model.decision import PAID
from claims.service.errors import BooksDiffer
from claims.service.indexing import kept_events
from claims.service.office import Office, load_abi
from claims.service.skip_reasons import SPENT, cure_of, reason_name
from claims.service.submitting import SETTLED

if TYPE_CHECKING:
    from claims.store.rows import Settlement, SettlementBatch
    from claims.store.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many claims were found settled and skipped, and how many are due again since their batch can never be mined."""

    settled: int = 0
    skipped: int = 0
    released: int = 0
    taken_back: int = 0

    def __add__(self, other: Outcomes) -> Outcomes:
        return Outcomes(
            self.settled + other.settled,
            self.skipped + other.skipped,
            self.released + other.released,
            self.taken_back + other.taken_back,
        )


def take_outcomes(office: Office) -> Outcomes:
    """Keep of each open batch what confirmed blocks told, each batch in a unit of work; the chain was followed before.

    A batch that the contract or the node refused for good gives its claims back: they are due again. Raises BooksDiffer where
    a mined batch tells nothing of a claim that was in it.
    """
    now = office.chain.head().timestamp
    with office.store.unit_of_work() as work:
        found = Outcomes(taken_back=work.settlements.take_back(now))
        for due in work.settlements.due(status=SETTLED):
            # A batch that was given up, or the provider by itself, was quicker.
            where = _paid_where(work, due.claim_id)
            if where is not None:
                work.settlements.note_settled(due.control_number, due.revision, where, now)
                found += Outcomes(settled=1)
        batches = work.settlements.open_batches()
    for batch in batches:
        with office.store.unit_of_work() as work:
            found += _of_batch(work, office, batch, now)
    return found


def _of_batch(work: UnitOfWork, office: Office, batch: SettlementBatch, now: int) -> Outcomes:
    from claims.store.rows import BATCHED, CONFIRMED, FAILED

    rows = [row for row in work.settlements.of_batch(batch.batch) if row.state == BATCHED]
    paid = work.settlements.paid_positions(batch.batch)
    settled = [row.position for row in rows if row.position is not None and row.position in paid]
    work.settlements.settle(batch.batch, settled, now)
    skips = _skips(work, office, batch.batch)
    left = [row for row in rows if row.position not in paid]
    known = [(row, skips[row.position]) for row in left if row.position is not None and row.position in skips]
    done = Outcomes(settled=len(settled))
    for row, reason in known:
        done += _skipped(work, batch.batch, row, reason, now)
    if len(known) == len(left):
        return done
    intent = work.outbox.get(batch.intent)
    if intent.state == FAILED:
        return done + Outcomes(released=work.settlements.release(batch.batch, now))
    if intent.state == CONFIRMED:
        _require_unread(work, office, batch)
    return done


def _skips(work: UnitOfWork, office: Office, batch: bytes) -> dict[int, str]:
    """Why the contract left claims of a batch out, by their positions; from blocks that count alone."""
    from claims.chain.abi import find, topic

    abi, book = load_abi("InsurerBook"), office.addresses["InsurerBook"]
    cursor = work.chain_index.cursor(book)
    topics = topic(find(abi, "event", "Skipped")) + batch
    logs = work.chain_index.logs_of_topics(book, topics, -1 if cursor is None else cursor.acted)
    events = [placed.event for placed in kept_events(abi, logs)]
    return {event.position: reason_name(event.reason) for event in events if isinstance(event, Skipped)}


def _skipped(work: UnitOfWork, batch: bytes, row: Settlement, reason: str, now: int) -> Outcomes:
    assert row.position is not None
    paid = _paid_before(work, row) if reason == SPENT else None
    if paid is not None:
        work.settlements.move(batch, row.position, paid, now)
        return Outcomes(settled=1)
    work.settlements.skip(batch, row.position, reason, now)
    note = f"left out of a batch, {reason}: {cure_of(reason)}"
    work.claims.change_status(row.control_number, PAID, now, note)
    return Outcomes(skipped=1)


def _paid_before(work: UnitOfWork, row: Settlement) -> tuple[bytes | None, int | None] | None:
    due = work.settlements.due_claim(row.control_number, row.revision)
    return None if due is None else _paid_where(work, due.claim_id)


def _paid_where(work: UnitOfWork, claim: bytes) -> tuple[bytes | None, int | None] | None:
    """Where a claim was paid itself, by its id: a batch and position, (None, None) by itself, None nowhere."""
    for payment in work.payments.of_claim(claim):
        for part in payment.parts:
            if part.claim == claim:
                return part.batch, part.position
        return None, None
    return None


def _require_unread(work: UnitOfWork, office: Office, batch: SettlementBatch) -> None:
    """A batch that is confirmed and says nothing of a claim lies in blocks that were not read yet, or the books differ.

    Where the chain took its block back it lies in none, whatever the outbox says of it still: it is sent again.
    """
    from claims.store.rows import CONFIRMED

    cursor = work.chain_index.cursor(office.addresses["InsurerBook"])
    confirmed = [row.transaction_hash for row in work.outbox.transactions(batch.intent) if row.state == CONFIRMED]
    receipts = [office.chain.receipt(transaction) for transaction in confirmed]
    blocks = [receipt.block for receipt in receipts if receipt is not None]
    if cursor is not None and blocks and max(blocks) <= cursor.acted:
        raise BooksDiffer(
            f"batch 0x{batch.batch.hex()} was mined in block {max(blocks)}, and the chain tells neither that a claim of it was "
            "paid nor why it was left out; look at its transaction before anything more is sent"
        )
