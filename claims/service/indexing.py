"""Following the books on the chain: what they told is kept, payments and settled claims follow from it, and all of it is taken
back with the blocks that the chain takes back.

Each range of blocks is one unit of work with everything that follows from it, so that a process that is killed anywhere reads
on from a state that was. Money counts as paid under the profile's confirmations alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from claims.model.book_event import BatchPaid, BookEvent, DebtNetted, DebtOpened, Skipped, payee_of, payment_of
from claims.model.decision import PAID
from claims.model.money import Money
from claims.model.payment import Payment
from claims.service.home import PAYER
from claims.service.office import Office, book_label, load_abi
from claims.service.settled_claims import settled_by
from claims.service.submitting import PRESENTED, SETTLED, SUBMITTED
from claims.settlement.events import PlacedEvent, read_event
from claims.settlement.indexer import KEPT_BLOCKS, ChainMoved, last_common, next_range, remembered, require_linked
from claims.settlement.payments import fold_payments

if TYPE_CHECKING:
    from claims.chain.abi import Abi
    from claims.chain.client import BlockHeader, Chain, Log
    from claims.store.rows import Cursor, KeptBlock, KeptLog, StoredClaim
    from claims.store.store import Store
    from claims.store.work import UnitOfWork

MOST_TRIES = 10
"""How often it begins again where the chain moves under it."""

TAKEN_BACK = (
    "the chain took back the payment's block, or blocks that confirmed it; "
    "it is settled again when the payment is confirmed again"
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the chain was followed: its newest block, and the last one that counts as confirmed.

    `read` counts blocks, `payments` those that are new or changed, `settled` claims. `rewound_to` is the last block that
    stood where a reorganisation was met, -1 where nothing did; None where there was none.
    """

    head: int
    confirmed: int
    read: int = 0
    payments: int = 0
    settled: int = 0
    rewound_to: int | None = None


def follow_chain(office: Office) -> Progress:
    """Read what the books told since the last time: a payer its own book, a provider what concerns its own addresses.

    Payments under enough confirmations are kept and their claims settled; see `Follower`. Nothing is read before contracts
    are deployed. Raises ChainMoved where the chain is reorganised faster than it can be read.
    """
    books: dict[str, int] = {}
    if office.deployment_file.exists():
        from claims.chain.deployment import read_record

        record = read_record(office.chain, office.deployment_file)
        payers = [office.home.identifier] if office.home.role == PAYER else list(office.books)
        books = {office.book_of(payer): record[book_label(payer)].block or 0 for payer in payers}
    own = None
    if office.home.role != PAYER:
        own = frozenset(office.keystore.address(name).lower() for name in office.keystore.names())
    return Follower(office.store, office.chain, load_abi("InsurerBook"), books, own).follow()


@dataclass(frozen=True, slots=True)
class Netted:
    """What a payment kept back for one of its payee's debts, and the claim that the debt came of, None where it is not known."""

    debt: int
    amount: Money
    claim: bytes | None


def debts_netted(work: UnitOfWork, office: Office, payment: Payment) -> tuple[Netted, ...]:
    """The debts that a payment of this payer's book went to, in the order in which they were netted."""
    abi, book = load_abi("InsurerBook"), office.addresses["InsurerBook"]
    opened = {}
    for placed in kept_events(abi, work.chain_index.logs_of_no_payment(book)):
        if isinstance(placed.event, DebtOpened):
            opened[placed.event.provider, placed.event.debt] = placed.event.claim
    told = kept_events(abi, work.chain_index.logs_of_payment(book, payment.identifier))
    events = [placed.event for placed in told if isinstance(placed.event, DebtNetted)]
    return tuple(Netted(each.debt, each.amount, opened.get((each.provider, each.debt))) for each in events)


class Follower:
    """Follows books into a store. `books` are their addresses with the block that each was deployed in.

    `own` are a provider's addresses in small letters: it keeps nothing of other providers. None is a payer, which keeps all
    and knows its batches.
    """

    def __init__(
        self,
        store: Store,
        chain: Chain,
        abi: Abi,
        books: Mapping[str, int],
        own: frozenset[str] | None = None,
    ) -> None:
        self.store = store
        self.chain = chain
        self.abi = abi
        self.books = books
        self.own = own
        self.batches: dict[bytes, tuple[bytes, ...]] = {}
        self.settles = (PAID,) if own is None else (PRESENTED, SUBMITTED)

    def follow(self) -> Progress:
        """Read to the head, or begin again where the chain moves meanwhile; raises ChainMoved when it never holds still."""
        rewound: int | None = None
        read = payments = settled = 0
        for _ in range(MOST_TRIES):
            head = self.chain.head()
            back = self._take_back(head)
            rewound = back if back is not None else rewound
            try:
                for book, begun in self.books.items():
                    for done in self._read(book, begun, head):
                        read, payments, settled = read + done[0], payments + done[1], settled + done[2]
            except ChainMoved:
                continue
            return Progress(head.number, self._confirmed(head), read, payments, settled, rewound)
        raise ChainMoved(
            f"the chain was reorganised {MOST_TRIES} times while it was read up to block {head.number}; "
            "what was read is kept, repeat the command"
        )

    def _confirmed(self, head: BlockHeader) -> int:
        return head.number - self.chain.profile.confirmations + 1

    # going back

    def _take_back(self, head: BlockHeader) -> int | None:
        """Undo what blocks told that the chain has no more, and what a shorter chain confirms no more.

        The last block that stands, None where all do.
        """
        with self.store.reading() as work:
            kept = work.chain_index.blocks()
            cursors = [work.chain_index.cursor(book) for book in self.books]
        common = last_common(kept, self._hash_at)
        if not kept:
            return None
        to = -1 if common is None else common
        stands = common == kept[0].number
        # Where more is kept than this head, another process met a later one: what it acted on is confirmed there.
        too_soon = kept[0].number <= head.number and any(
            cursor is not None and cursor.acted > max(self._confirmed(head), cursor.begun - 1) for cursor in cursors
        )
        if stands and not too_soon:
            return None
        with self.store.unit_of_work() as work:
            if work.chain_index.blocks() == kept:  # Else another process is at it; what it left is looked at next time.
                self._undo(work, to, min(to, self._confirmed(head)), head.timestamp)
        return None if stands else to

    def _hash_at(self, number: int) -> bytes | None:
        from claims.chain.errors import RpcError

        try:
            return self.chain.header(number).hash
        except RpcError:
            # Past the end there is no block; any other refusal says nothing of the blocks that were read.
            if number > self.chain.head().number:
                return None
            raise

    def _undo(self, work: UnitOfWork, to: int, last: int, now: int) -> None:
        """Forget the blocks above `to`, and the payments and settled claims that follow from blocks above `last` alone."""
        gone: dict[bytes, Payment] = {payment.identifier: payment for payment in work.payments.above(last)}
        books: dict[bytes, str] = {}
        for book in self.books:
            cursor = work.chain_index.cursor(book)
            for identifier in () if cursor is None else work.chain_index.payments_between(book, last + 1, cursor.acted):
                books[identifier] = book
                known = work.payments.find(identifier)
                if known is not None:
                    gone[identifier] = known
        before = [stored for payment in gone.values() for stored in settled_by(work, payment)]
        work.chain_index.rewind(to)
        for book in self.books:
            cursor = work.chain_index.cursor(book)
            if cursor is not None:
                work.chain_index.act(book, min(cursor.acted, max(last, cursor.begun - 1)))
        for identifier in gone:
            # What lies in earlier blocks too stays with what was told of it there.
            left = self._payment(work, books[identifier], identifier, last) if identifier in books else None
            if left is None:
                work.payments.withdraw(identifier)
            else:
                work.payments.put(left)
        for stored in before:
            self._unsettle(work, stored, now)

    def _unsettle(self, work: UnitOfWork, stored: StoredClaim, now: int) -> None:
        if work.claims.get(stored.control_number).status != SETTLED or self._paid(work, stored):
            return
        earlier = [change.status for change in work.claims.statuses(stored.control_number) if change.status != SETTLED]
        work.claims.change_status(stored.control_number, earlier[-1], now, TAKEN_BACK)

    def _paid(self, work: UnitOfWork, stored: StoredClaim) -> bool:
        payments = () if stored.claim_id is None else work.payments.of_claim(stored.claim_id)
        return any(
            stored.control_number == each.control_number for payment in payments for each in settled_by(work, payment)
        )

    # going on

    def _read(self, book: str, begun: int, head: BlockHeader) -> Iterable[tuple[int, int, int]]:
        """Read a book to the head, a range in a unit of work; gives what each did: blocks, payments, claims."""
        with self.store.reading() as work:
            cursor = work.chain_index.cursor(book)
        if cursor is None:
            with self.store.unit_of_work() as work:
                cursor = work.chain_index.begin(book, begun)
        while (blocks := next_range(cursor.scanned, head.number)) is not None:
            kept, logs = self._fetch(book, blocks, head.number)
            with self.store.unit_of_work() as work:
                found = work.chain_index.cursor(book)
                if found is not None and found != cursor:
                    cursor = found  # Another process was here meanwhile: go on from where it came.
                    continue
                _require_known(work, kept)
                require_linked(kept, work.chain_index.block(blocks[0] - 1))
                work.chain_index.extend(book, kept, logs, blocks[-1])
                work.chain_index.forget_blocks(KEPT_BLOCKS)
                done = self._act(work, book, min(blocks[-1], self._confirmed(head)), head.timestamp)
                cursor = work.chain_index.cursor(book) or cursor
            yield len(blocks), *done
        if cursor.acted < min(cursor.scanned, self._confirmed(head)):
            with self.store.unit_of_work() as work:
                yield 0, *self._act(work, book, min(cursor.scanned, self._confirmed(head)), head.timestamp)

    def _fetch(self, book: str, blocks: range, head: int) -> tuple[list[KeptBlock], list[KeptLog]]:
        """Read a range from the chain. Raises ChainMoved where its logs are not of the blocks that were seen."""
        from claims.chain.errors import RpcError

        try:
            return self._fetch_now(book, blocks, head)
        except RpcError:
            if blocks[-1] > self.chain.head().number:
                raise ChainMoved(f"block {blocks[-1]} was taken back while it was read") from None
            raise

    def _fetch_now(self, book: str, blocks: range, head: int) -> tuple[list[KeptBlock], list[KeptLog]]:
        from claims.store.rows import KeptBlock

        headers = {number: self.chain.header(number) for number in remembered(blocks, head)}
        logs = []
        told = [(log, read_event(self.abi, log)) for log in self.chain.logs(book, blocks[0], blocks[-1])]
        for log, event in self._concerning(told):
            header = headers.get(log.block) or self.chain.header(log.block)
            headers[log.block] = header
            if header.hash != log.block_hash:
                raise ChainMoved(f"block {log.block} was replaced while it was read")
            logs.append(_kept(log, header.timestamp, book, payment_of(event)))
        last = blocks[-1]
        if self.chain.header(last).hash != headers[last].hash:
            raise ChainMoved(f"block {last} was replaced while it was read")
        kept = [KeptBlock(h.number, h.hash, h.parent) for h in (headers[n] for n in remembered(blocks, head))]
        return kept, logs

    def _concerning(self, logs: Sequence[tuple[Log, BookEvent | None]]) -> Iterator[tuple[Log, BookEvent]]:
        """The book's events that this home keeps: of a provider its own, and what was skipped beside its part of a batch.

        Without the latter it could not say which claims of the batch its payment is for.
        """
        paid = {
            (log.transaction, event.batch)
            for log, event in logs
            if isinstance(event, BatchPaid) and self._concerns(event.provider)
        }
        for log, event in logs:
            if event is None:
                continue
            beside = isinstance(event, Skipped) and (log.transaction, event.batch) in paid
            if beside or self._concerns(payee_of(event)):
                yield log, event

    def _concerns(self, payee: str | None) -> bool:
        return self.own is None or (payee is not None and payee.lower() in self.own)

    def _act(self, work: UnitOfWork, book: str, last: int, now: int) -> tuple[int, int]:
        """Keep the payments of confirmed blocks and settle their claims; how many of both are new."""
        cursor: Cursor | None = work.chain_index.cursor(book)
        if cursor is None or last <= cursor.acted:
            return 0, 0
        payments = settled = 0
        for identifier in work.chain_index.payments_between(book, cursor.acted + 1, last):
            payment = self._payment(work, book, identifier, last)
            if payment is None:
                continue
            payments += work.payments.put(payment)
            for stored in settled_by(work, payment):
                if stored.status in self.settles:
                    work.claims.change_status(stored.control_number, SETTLED, now)
                    settled += 1
        work.chain_index.act(book, last)
        return payments, settled

    def _payment(self, work: UnitOfWork, book: str, identifier: bytes, last: int) -> Payment | None:
        """A payment from what was told of it up to a block, and acted on or being so."""
        logs = work.chain_index.logs_of_payment(book, identifier, last)
        # What the same transactions skipped stands beside: it says which claims of a batch are meant.
        beside = work.chain_index.logs_of_no_payment_in(book, {log.transaction_hash for log in logs})
        logs = tuple(sorted((*beside, *logs), key=lambda log: (log.block, log.log_index)))
        payment = next(iter(fold_payments(kept_events(self.abi, logs))), None)
        return payment if payment is None or self.own is not None else self._named(work, payment)

    def _named(self, work: UnitOfWork, payment: Payment) -> Payment:
        """Give the claims of a batch the ids that stand in the batch as this home signed it."""
        parts = []
        for part in payment.parts:
            invoices = () if part.batch is None else self._invoices(work, part.batch)
            known = part.position is not None and part.position < len(invoices)
            parts.append(replace(part, claim=invoices[part.position or 0]) if known else part)
        claims = tuple(part.claim for part in parts if part.claim is not None)
        return replace(payment, parts=tuple(parts), claims=claims)

    def _invoices(self, work: UnitOfWork, batch: bytes) -> tuple[bytes, ...]:
        """The claims of a batch by their ids, in its order; nothing where this home did not sign it. Read once: none changes."""
        if batch not in self.batches:
            signed = work.decisions.batch(batch)
            if signed is None:
                return ()
            self.batches[batch] = tuple(decision.invoice for decision in signed.batch.decisions)
        return self.batches[batch]


def kept_events(abi: Abi, logs: Iterable[KeptLog]) -> Iterator[PlacedEvent]:
    """Give the events in logs that were kept, in their order."""
    for log in logs:
        event = read_event(abi, _log(log))
        if event is not None:
            yield PlacedEvent(event, log.block, log.at, log.transaction_hash)


def _require_known(work: UnitOfWork, blocks: Iterable[KeptBlock]) -> None:
    """Refuse blocks that differ from what was kept of them, for another book or by another process."""
    for block in blocks:
        known = work.chain_index.block(block.number)
        if known is not None and known != block:
            raise ChainMoved(f"block {block.number} is another than the one that was read before")


def _kept(log: Log, at: int, book: str, payment: bytes | None) -> KeptLog:
    from claims.store.rows import KeptLog

    return KeptLog(
        log.block_hash, log.index, log.block, at, book, log.transaction, b"".join(log.topics), log.data, payment
    )


def _log(kept: KeptLog) -> Log:
    from claims.chain.client import Log

    topics = tuple(kept.topics[start : start + 32] for start in range(0, len(kept.topics), 32))
    return Log(
        address=kept.contract,
        topics=topics,
        data=kept.data,
        block=kept.block,
        block_hash=kept.block_hash,
        transaction=kept.transaction_hash,
        index=kept.log_index,
    )
