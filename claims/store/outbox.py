"""What is to happen on the chain, once: intents, and the signed bytes that carry them out, kept before they leave."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from claims.store.errors import NotStored, StoreConflict
from claims.store.rows import CONFIRMED, FAILED, QUEUED, REPLACED, SENT, SIGNED, Intent, SignedTransaction
from claims.store.schema import intents, nonces, transactions
from claims.store.statements import columns, insert_once, one, reading, rows

_LIVE = (SIGNED, SENT, CONFIRMED)


@dataclass(frozen=True, slots=True)
class Outbox:
    """Intents by idempotency key; transactions by hash.

    An intent is tried under one nonce at a time: another nonce is refused while a transaction of the first may still be
    mined, and a nonce belongs to one intent for good. So a repeated command, or a second process, never pays twice.
    """

    connection: Connection

    def enqueue(self, intent: Intent) -> tuple[Intent, bool]:
        """Ask for something once: (the intent as stored, whether this call stored it).

        Where the key is known the stored intent comes back unchanged, with its own payload and its state of now.
        """
        fresh = replace(intent, state=QUEUED, failure="")
        created = insert_once(self.connection, intents, columns(fresh, intents))
        return (fresh, True) if created else (self.get(intent.idempotency_key), False)

    def find(self, idempotency_key: str) -> Intent | None:
        """The intent with this key, or None."""
        return one(self.connection, Intent, _intents().where(intents.c.idempotency_key == idempotency_key))

    def get(self, idempotency_key: str) -> Intent:
        """The intent with this key. Raises NotStored."""
        found = self.find(idempotency_key)
        if found is None:
            raise NotStored(f"nothing with the key {idempotency_key} was ever queued in this home")
        return found

    def in_state(self, *states: str) -> tuple[Intent, ...]:
        """Intents in one of these states, oldest first."""
        return rows(self.connection, Intent, _intents().where(intents.c.state.in_(states)))

    def of_claim(self, claim: str) -> tuple[Intent, ...]:
        """What was asked for on behalf of a claim, oldest first."""
        return rows(self.connection, Intent, _intents().where(intents.c.claim == claim))

    def sign(self, transaction: SignedTransaction) -> None:
        """Keep a signed transaction before it is sent; the same bytes again change nothing.

        A second transaction of the same nonce replaces the first in the pool, and both hashes are kept. Raises NotStored for
        an unknown intent, and StoreConflict where the nonce is another intent's, the intent's is another nonce, or the
        intent is confirmed or failed.
        """
        kept = replace(transaction, sender=transaction.sender.lower(), state=SIGNED, sent_at=None, block=None)
        if self.find_transaction(kept.transaction_hash) is not None:
            return
        intent = self.get(kept.intent)
        if intent.state not in (QUEUED, SIGNED, SENT):
            raise StoreConflict(f"intent {intent.idempotency_key} is {intent.state}: nothing more is signed for it")
        for other in self.transactions(kept.intent):
            if other.state in _LIVE and (other.sender, other.nonce) != (kept.sender, kept.nonce):
                raise StoreConflict(
                    f"intent {intent.idempotency_key} is under way with nonce {other.nonce} of {other.sender}; "
                    f"replace it there, nonce {kept.nonce} would do it twice"
                )
        self._reserve(kept)
        self.connection.execute(insert(transactions).values(**columns(kept, transactions)))
        self._set(intent.idempotency_key, SIGNED)

    def sent(self, transaction_hash: bytes, at: int) -> None:
        """The bytes left for a node; again changes nothing. Raises NotStored."""
        known = self.get_transaction(transaction_hash)
        if known.state == SIGNED:
            self._mark(transaction_hash, state=SENT, sent_at=at)
            self._set(known.intent, SENT)

    def confirmed(self, transaction_hash: bytes, block: int) -> None:
        """The transaction was mined and succeeded; others of its nonce are replaced. Raises NotStored."""
        known = self.get_transaction(transaction_hash)
        self._replace_others(known)
        self._mark(transaction_hash, state=CONFIRMED, block=block)
        self._set(known.intent, CONFIRMED)

    def unconfirmed(self, transaction_hash: bytes) -> None:
        """Its block was taken back: it is sent again, no more. Raises NotStored, StoreConflict where it is not confirmed."""
        known = self.get_transaction(transaction_hash)
        if known.state != CONFIRMED:
            raise StoreConflict(f"transaction 0x{transaction_hash.hex()} is {known.state}, not confirmed")
        self._mark(transaction_hash, state=SENT, block=None)
        self._set(known.intent, SENT)

    def failed(self, transaction_hash: bytes, reason: str, block: int | None = None) -> None:
        """It reverted in `block`, or can never be mined (None). Raises NotStored; StoreConflict where it is confirmed.

        A revert uses the nonce up: others of it are replaced, and the intent failed for this reason. What can never be mined
        says nothing of the others, one of which may have taken the nonce: the intent fails with the last of them alone. What
        failed before, or was replaced and will not be mined, changes nothing more.
        """
        known = self.get_transaction(transaction_hash)
        if known.state == CONFIRMED:
            raise StoreConflict(f"transaction 0x{transaction_hash.hex()} is confirmed and cannot fail")
        if known.state == FAILED or (known.state == REPLACED and block is None):
            return
        if block is not None:
            self._replace_others(known)
        self._mark(transaction_hash, state=FAILED, block=block)
        if not any(other.state in _LIVE for other in self.transactions(known.intent)):
            self._set(known.intent, FAILED, reason)

    def give_up(self, idempotency_key: str, reason: str) -> None:
        """A queued intent failed before anything was signed. Raises NotStored, and StoreConflict once something was."""
        known = self.get(idempotency_key)
        if known.state != QUEUED:
            raise StoreConflict(f"intent {idempotency_key} is {known.state}, no longer queued")
        self._set(idempotency_key, FAILED, reason)

    def requeue(self, idempotency_key: str) -> None:
        """Try a failed intent again, under a new nonce. Raises NotStored, and StoreConflict where it did not fail."""
        known = self.get(idempotency_key)
        if known.state != FAILED:
            raise StoreConflict(f"intent {idempotency_key} is {known.state}; only what failed is tried again")
        self._set(idempotency_key, QUEUED)

    def find_transaction(self, transaction_hash: bytes) -> SignedTransaction | None:
        """The transaction with this hash, or None."""
        statement = _transactions().where(transactions.c.transaction_hash == transaction_hash)
        return one(self.connection, SignedTransaction, statement)

    def get_transaction(self, transaction_hash: bytes) -> SignedTransaction:
        """The transaction with this hash. Raises NotStored."""
        found = self.find_transaction(transaction_hash)
        if found is None:
            raise NotStored(f"transaction 0x{transaction_hash.hex()} was not signed by this home")
        return found

    def transactions(self, idempotency_key: str) -> tuple[SignedTransaction, ...]:
        """Every transaction of an intent, by nonce, then oldest first."""
        return rows(self.connection, SignedTransaction, _transactions().where(transactions.c.intent == idempotency_key))

    def unresolved(self, sender: str) -> tuple[SignedTransaction, ...]:
        """A sender's transactions that may still be mined, by nonce: what is sent again after a restart."""
        statement = _transactions().where(
            transactions.c.sender == sender.lower(), transactions.c.state.in_((SIGNED, SENT))
        )
        return rows(self.connection, SignedTransaction, statement)

    def last_nonce(self, sender: str) -> int | None:
        """The highest nonce that was ever signed with for a sender, or None."""
        statement = select(func.max(nonces.c.nonce)).where(nonces.c.sender == sender.lower())
        return self.connection.execute(statement).scalar()

    def _reserve(self, transaction: SignedTransaction) -> None:
        values = columns(transaction, nonces)
        if not insert_once(self.connection, nonces, values):
            owner = self.connection.execute(
                select(nonces.c.intent).where(
                    nonces.c.sender == transaction.sender, nonces.c.nonce == transaction.nonce
                )
            ).scalar_one()
            if owner != transaction.intent:
                raise StoreConflict(
                    f"nonce {transaction.nonce} of {transaction.sender} belongs to intent {owner}; take the next nonce"
                )

    def _replace_others(self, known: SignedTransaction) -> None:
        other = transactions.c
        self.connection.execute(
            update(transactions)
            .where(
                other.sender == known.sender,
                other.nonce == known.nonce,
                other.transaction_hash != known.transaction_hash,
            )
            .values(state=REPLACED, block=None)
        )

    def _mark(self, transaction_hash: bytes, **values: Any) -> None:
        self.connection.execute(
            update(transactions).where(transactions.c.transaction_hash == transaction_hash).values(**values)
        )

    def _set(self, idempotency_key: str, state: str, failure: str = "") -> None:
        self.connection.execute(
            update(intents).where(intents.c.idempotency_key == idempotency_key).values(state=state, failure=failure)
        )


def _intents() -> Select[Any]:
    return reading(Intent, intents).order_by(intents.c.created_at, intents.c.idempotency_key)


def _transactions() -> Select[Any]:
    column = transactions.c
    return reading(SignedTransaction, transactions).order_by(column.nonce, column.signed_at, column.transaction_hash)
