"""One key's transactions on their way: look at store and chain, do what is due, look again.

Signed bytes are stored before they leave, in the unit of work that renews the key's lease. What is due is decided by
claims.settlement.sender; here is what touches the node and the store.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from claims.model.coding import decode, encode

if TYPE_CHECKING:
    from claims.chain.client import Fees, Receipt
    from claims.chain.errors import ChainError
    from claims.chain.signer import Signer
    from claims.chain.transactions import UnsignedTransaction
    from claims.service.leases import Held
    from claims.service.office import Office
    from claims.settlement.sender import Seen, Step
    from claims.store.rows import SignedTransaction

CLOSE_GAP = "close nonce gap"
"""The kind of an intent that only uses up a nonce."""


@dataclass(frozen=True, slots=True)
class Call:
    """What an intent does: calldata for a contract's address.

    `gas` is the limit to send it with; None has it estimated when it is signed, against the chain as it is then. `access`
    are the slots that it is known to touch, by address (EIP-2930).
    """

    to: str
    data: bytes
    gas: int | None = None
    access: tuple[tuple[str, tuple[bytes, ...]], ...] = ()


@dataclass
class Sender:
    """Everything that one address has under way.

    Without `signer` and `held` it sends stored bytes again and follows them, and signs nothing. `clock` counts seconds.
    """

    office: Office
    address: str
    signer: Signer | None = None
    held: Held | None = None
    clock: Callable[[], float] = time.monotonic
    refusals: dict[str, ChainError] = field(default_factory=dict)
    """Why an intent failed, by its key."""
    capped: bool = False
    """Whether something waits that the profile's highest fee does not let replace."""
    filled: bool = False
    """Whether it closed a gap in the nonces, which nobody waits for by name."""
    _since: dict[bytes, float] = field(default_factory=dict)
    _too_cheap: set[bytes] = field(default_factory=set)
    _full: bool = False
    _rows: tuple[SignedTransaction, ...] = ()
    _seen: Seen | None = None

    # looking

    def turn(self) -> tuple[Step, ...]:
        """Look once, and do all that is due; returns what was. Raises LeaseLost, InsufficientFunds, ChainUnreachable."""
        from claims.settlement.sender import Rules, next_steps

        if self.held is not None:
            self.held.keep()
        seen, next_nonce = self._look()
        profile = self.office.chain.profile
        steps = next_steps(
            self._rows,
            seen,
            Rules(profile.confirmations, profile.replace_after_seconds),
            next_nonce=next_nonce,
            waited=self._waited(seen),
            too_cheap=self._too_cheap,
        )
        self._full = self.capped = False
        for step in steps:
            self._do(step)
        return steps

    def _look(self) -> tuple[Seen, int]:
        from claims.settlement.sender import Seen

        chain = self.office.chain
        head = chain.head()
        mined = chain.nonce(self.address)
        with self.office.store.reading() as work:
            self._rows = work.outbox.following(self.address, mined)
            last = work.outbox.last_nonce(self.address)
        deep = max(0, head.number - chain.profile.confirmations + 1)
        receipts = {}
        known = set()
        for row in self._rows:
            receipt = chain.receipt(row.transaction_hash)
            if receipt is not None:
                receipts[row.transaction_hash] = receipt
            elif row.nonce >= mined and chain.knows(row.transaction_hash):
                known.add(row.transaction_hash)
        self._seen = Seen(
            head=head.number,
            at=head.timestamp,
            base_fee=head.base_fee,
            mined=mined,
            settled=mined if deep == head.number else min(mined, chain.nonce(self.address, deep)),
            pending=chain.nonce(self.address, "pending"),
            receipts=receipts,
            known=known,
        )
        return self._seen, 0 if last is None else last + 1

    def _waited(self, seen: Seen) -> dict[bytes, float]:
        """How long each has waited: by this process's own clock, and by the chain's since it was signed."""
        now = self.clock()
        return {
            row.transaction_hash: max(
                now - self._since.setdefault(row.transaction_hash, now), float(seen.at - row.signed_at)
            )
            for row in self._rows
        }

    @property
    def waiting(self) -> tuple[SignedTransaction, ...]:
        """What waits unmined, as of the last look."""
        from claims.settlement.sender import in_flight

        return () if self._seen is None else in_flight(self._rows, self._seen)

    @property
    def progress(self) -> object:
        """Something that changes whenever the chain does what is waited for."""
        seen = self._seen
        if seen is None:
            return None
        # Depth grows with every block, and what waits for depth waits for nothing else.
        return seen.mined, len(seen.receipts), seen.head if seen.receipts else 0

    def standing(self, key: str) -> Receipt | bool:
        """How an intent stands: the receipt of what carried it out, deep enough; else whether anything of it is under way.

        What was mined counts, whatever the store says of it: two processes may have signed for the same nonce. What the
        store calls confirmed and is in no block is under way again.
        """
        from claims.store.errors import StoreConflict
        from claims.store.rows import CONFIRMED, SENT, SIGNED

        with self.office.store.reading() as work:
            under_way = work.outbox.get(key).state in (SIGNED, SENT)
            rows = [row for row in work.outbox.transactions(key) if not row.cancels]
        for row in rows:
            receipt = self.office.chain.receipt(row.transaction_hash)
            if receipt is None and row.state == CONFIRMED:
                under_way = True
                with suppress(StoreConflict), self.office.store.unit_of_work() as work:
                    work.outbox.unconfirmed(row.transaction_hash)
            elif receipt is not None and receipt.succeeded:
                under_way = True
                if self._is_deep(receipt):
                    if row.state != CONFIRMED:
                        with self.office.store.unit_of_work() as work:
                            work.outbox.confirmed(row.transaction_hash, receipt.block)
                    return receipt
        return under_way

    def _is_deep(self, receipt: Receipt) -> bool:
        needed = self.office.chain.profile.confirmations
        return needed == 1 or self.office.chain.head().number - receipt.block + 1 >= needed

    # doing

    def _do(self, step: Step) -> None:
        from claims.settlement.sender import Broadcast, Confirm, Fill, Lose, Note, Replace, Revert, TakeBack

        match step:
            case Broadcast(row):
                self._broadcast(row)
            case Note(row):
                self._sent(row)
            case Replace(row):
                self._replace(row)
            case Confirm(row, receipt):
                with self.office.store.unit_of_work() as work:
                    work.outbox.confirmed(row.transaction_hash, receipt.block)
            case Revert(row, receipt):
                self._reverted(row, receipt)
            case Lose(row):
                self._fail(row, self._lost(row))
            case TakeBack(row):
                self._take_back(row)
            case Fill(nonce):
                self._fill(nonce)

    def sign(self, key: str) -> SignedTransaction | None:
        """Build, sign, store and send what an intent asks for, at the next nonce; None where the window has no room.

        Raises Reverted where the contract would refuse it, GasAboveCap, FeeAboveCap, LeaseLost, and StoreConflict where
        another process has something under way for the same intent.
        """
        from claims.chain.transactions import prepare
        from claims.settlement.sender import has_room

        with self.office.store.reading() as work:
            intent = work.outbox.get(key)
        call = decode(Call, intent.payload)
        if self._full or not has_room((len(row.raw) for row in self.waiting), len(call.data)):
            return None
        unsigned = prepare(
            self.office.chain,
            self.address,
            call.to,
            call.data,
            nonce=self._next_nonce(),
            gas=call.gas,
            fees=self._fees(),
            access_list=call.access,
        )
        row = self._store(unsigned, key)
        self._broadcast(row)
        return row

    def give_up(self, key: str, cause: ChainError) -> None:
        """An intent that would be refused is not sent: it failed for this reason."""
        from claims.store.errors import StoreConflict
        from claims.store.rows import FAILED

        self.refusals[key] = cause
        with suppress(StoreConflict), self.office.store.unit_of_work() as work:
            if work.outbox.get(key).state == FAILED:
                work.outbox.requeue(key)
            work.outbox.give_up(key, str(cause))

    def _next_nonce(self) -> int:
        """One more than all that were ever signed with, and than all that the node has."""
        with self.office.store.reading() as work:
            last = work.outbox.last_nonce(self.address)
        return max(self.office.chain.nonce(self.address, "pending"), 0 if last is None else last + 1)

    def _store(
        self, unsigned: UnsignedTransaction, key: str, *, gap: str | None = None, cancels: bool = False
    ) -> SignedTransaction:
        """Sign, and keep the bytes where this process still holds the key; `gap` is the payload of a new intent of that kind."""
        from claims.store.rows import FAILED, Intent, SignedTransaction

        if self.signer is None or self.held is None:
            raise RuntimeError("a sender signs with a key that it holds")
        signed = self.signer.sign_transaction(unsigned.fields)
        at = self.office.chain.head().timestamp
        row = SignedTransaction(
            transaction_hash=signed.hash,
            intent=key,
            sender=self.address,
            nonce=unsigned.nonce,
            raw=signed.raw,
            gas=unsigned.gas,
            max_fee=unsigned.max_fee,
            max_priority_fee=unsigned.max_priority_fee,
            signed_at=at,
            cancels=cancels,
        )
        with self.office.store.unit_of_work() as work:
            self.held.renew(work)
            if gap is not None:
                work.outbox.enqueue(Intent(key, CLOSE_GAP, "", gap, created_at=at))
            if not cancels and work.outbox.get(key).state == FAILED:
                work.outbox.requeue(key)
            work.outbox.sign(row)
        self._rows = tuple(sorted((*self._rows, row), key=lambda each: each.nonce))
        return row

    def _broadcast(self, row: SignedTransaction) -> None:
        """Hand the stored bytes to the node. Where it does not take them for now, the next look says what is due."""
        from claims.chain import sender
        from claims.chain.errors import (
            ChainUnreachable,
            FeeTooLow,
            NonceTooHigh,
            NonceUsed,
            PoolFull,
            ReplacementUnderpriced,
            TransactionRefused,
        )

        profile = self.office.chain.profile
        try:
            sender.broadcast(self.office.chain, row.raw)
        except FeeTooLow:
            self._too_cheap.add(row.transaction_hash)
        except PoolFull:
            self._full = True
        except TransactionRefused as refusal:
            self._fail(row, refusal)
        except ReplacementUnderpriced:
            # Another program's transaction has the nonce: it is outbid where it is not mined in the time given.
            if self.clock() - self._since.get(row.transaction_hash, self.clock()) >= profile.replace_after_seconds:
                self._too_cheap.add(row.transaction_hash)
        except (NonceUsed, NonceTooHigh, ChainUnreachable):
            # Without an answer the node may have them all the same, which the next look shows.
            return
        else:
            self._sent(row)

    def _sent(self, row: SignedTransaction) -> None:
        with self.office.store.unit_of_work() as work:
            work.outbox.sent(row.transaction_hash, self.office.chain.head().timestamp)

    def _replace(self, row: SignedTransaction) -> None:
        """Sign the same with higher fees, where the profile lets them be so high, and where this process may sign at all."""
        from claims.chain.client import Fees
        from claims.chain.transactions import UnsignedTransaction, raised_fees

        if self.signer is None or self.held is None:
            return
        most = self.office.chain.profile.max_fee
        least = raised_fees(row.max_fee, row.max_priority_fee, Fees(0, 0, 0))
        if least.maximum > most:
            self.capped = True
            return
        offered = raised_fees(row.max_fee, row.max_priority_fee, self.office.chain.fees())
        maximum = min(offered.maximum, most)
        with self.office.store.reading() as work:
            call = decode(Call, work.outbox.get(row.intent).payload)
        if row.cancels:
            call = Call(self.address, b"")
        unsigned = UnsignedTransaction(
            chain_id=self.office.chain.chain_id,
            nonce=row.nonce,
            to=call.to,
            data=call.data,
            value=0,
            gas=row.gas,
            max_fee=maximum,
            max_priority_fee=min(offered.priority, maximum),
            access_list=call.access,
        )
        self._too_cheap.discard(row.transaction_hash)
        self._broadcast(self._store(unsigned, row.intent, cancels=row.cancels))

    def _fill(self, nonce: int) -> None:
        """Use a nonce up that later ones wait for, with a transfer of nothing from the key to itself."""
        from dataclasses import replace

        from claims.chain.transactions import prepare, raised_fees

        if self.signer is None or self.held is None:
            return
        with self.office.store.reading() as work:
            owner, dead = work.outbox.owner(self.address, nonce), work.outbox.of_nonce(self.address, nonce)
        fees = self._fees()
        for row in dead:
            # Other nodes may still have what is dead here, and would not take a cheaper one beside it.
            fees = raised_fees(row.max_fee, row.max_priority_fee, fees)
        fees = replace(fees, maximum=min(fees.maximum, self.office.chain.profile.max_fee))
        unsigned = prepare(self.office.chain, self.address, self.address, nonce=nonce, fees=fees)
        self.filled = True
        if owner is None:
            key = f"{CLOSE_GAP}:{self.address.lower()}:{nonce}"
            self._broadcast(self._store(unsigned, key, gap=encode(Call(self.address, b""))))
        else:
            self._broadcast(self._store(unsigned, owner, cancels=True))

    def _fees(self) -> Fees:
        """What the chain asks for now, not above the profile's highest. Raises FeeAboveCap."""
        from dataclasses import replace

        from claims.chain.errors import FeeAboveCap

        offered, most = self.office.chain.fees(), self.office.chain.profile.max_fee
        if offered.base + offered.priority > most:
            raise FeeAboveCap(offered.base + offered.priority, most)
        return replace(offered, maximum=min(offered.maximum, most))

    def _reverted(self, row: SignedTransaction, receipt: Receipt) -> None:
        reason = self.office.chain.explain(receipt)
        self.refusals[row.intent] = reason
        self._fail(row, reason, receipt.block)

    def _lost(self, row: SignedTransaction) -> ChainError:
        from claims.chain.errors import NonceUsed

        return NonceUsed(
            f"0x{row.transaction_hash.hex()} can never be mined: nonce {row.nonce} of {self.address} was used by another program"
        )

    def _fail(self, row: SignedTransaction, cause: ChainError, block: int | None = None) -> None:
        """Where another process found it mined after all, that holds."""
        from claims.chain.errors import TransactionRefused
        from claims.store.errors import StoreConflict

        if isinstance(cause, TransactionRefused):
            self.refusals[row.intent] = cause
        with suppress(StoreConflict), self.office.store.unit_of_work() as work:
            work.outbox.failed(row.transaction_hash, str(cause), block)

    def _take_back(self, row: SignedTransaction) -> None:
        from claims.store.errors import StoreConflict

        with suppress(StoreConflict), self.office.store.unit_of_work() as work:
            work.outbox.unconfirmed(row.transaction_hash)
