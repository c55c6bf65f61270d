"""What is to happen on the chain, once: intents, and the signed bytes that carry them out, kept before they leave."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Select, func, insert, or_, select, update

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
        intent is confirmed or failed. One that cancels is kept for whatever intent owns its nonce, where none of its own
        bytes may still be mined there, and leaves the intent as it is.
        """
        kept = replace(transaction, sender=transaction.sender.lower(), state=SIGNED, sent_at=None, block=None)
        if self.find_transaction(kept.transaction_hash) is not None:
            return
        if kept.cancels:
            self._cancel(kept)
            return
        intent = self.get(kept.intent)
        if intent.state not in (QUEUED, SIGNED, SENT):
            raise StoreConflict(f"intent {intent.idempotency_key} is {intent.state}: nothing more is signed for it")
        for other in self._attempts(kept.intent):
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
            self._follow(known, SENT)

    def confirmed(self, transaction_hash: bytes, block: int) -> None:
        """The transaction was mined and succeeded; others of its nonce are replaced. Raises NotStored."""
        known = self.get_transaction(transaction_hash)
        self._replace_others(known)
        self._mark(transaction_hash, state=CONFIRMED, block=block)
        self._follow(known, CONFIRMED)

    def unconfirmed(self, transaction_hash: bytes) -> None:
        """Its block was taken back, whether it had succeeded or reverted there: it is sent again, no more.

        Raises NotStored; StoreConflict where it was in no block, or its intent is tried anew since it reverted.
        """
        known = self.get_transaction(transaction_hash)
        if known.state != CONFIRMED and (known.state != FAILED or known.block is None):
            raise StoreConflict(f"transaction 0x{transaction_hash.hex()} is {known.state}, not confirmed")
        if known.state == FAILED and not known.cancels and self.get(known.intent).state != FAILED:
            raise StoreConflict(f"intent {known.intent} is tried anew; what reverted before is not sent again")
        self._mark(transaction_hash, state=SENT, block=None)
        self._follow(known, SENT)

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
        if not any(other.state in _LIVE for other in self._attempts(known.intent)):
            self._follow(known, FAILED, reason)

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

    def following(self, sender: str, mined: int) -> tuple[SignedTransaction, ...]:
        """What is to be looked after of a sender, by nonce, then oldest first, where `mined` nonces are used on the chain.

        Every transaction of a nonce with one that may still be mined, and of a nonce that should be used and is not.
        """
        column, other = transactions.c, transactions.alias().c
        open_nonces = select(other.nonce).where(
            other.sender == sender.lower(), or_(other.state.in_((SIGNED, SENT)), other.nonce >= mined)
        )
        statement = _transactions().where(column.sender == sender.lower(), column.nonce.in_(open_nonces))
        return rows(self.connection, SignedTransaction, statement)

    def of_nonce(self, sender: str, nonce: int) -> tuple[SignedTransaction, ...]:
        """Every transaction of a sender's nonce, oldest first."""
        statement = _transactions().where(transactions.c.sender == sender.lower(), transactions.c.nonce == nonce)
        return rows(self.connection, SignedTransaction, statement)

    def owner(self, sender: str, nonce: int) -> str | None:
        """The intent that a nonce belongs to, or None."""
        statement = select(nonces.c.intent).where(nonces.c.sender == sender.lower(), nonces.c.nonce == nonce)
        return self.connection.execute(statement).scalar()

    def last_nonce(self, sender: str) -> int | None:
        """The highest nonce that was ever signed with for a sender, or None."""
        statement = select(func.max(nonces.c.nonce)).where(nonces.c.sender == sender.lower())
        return self.connection.execute(statement).scalar()

    def _attempts(self, idempotency_key: str) -> list[SignedTransaction]:
        """The transactions that carry the intent out, without those that only use up a nonce of it."""
        return [row for row in self.transactions(idempotency_key) if not row.cancels]

    def _cancel(self, kept: SignedTransaction) -> None:
        """Keep a transaction that uses up a nonce which its intent no longer needs; the intent stays as it is."""
        if self.owner(kept.sender, kept.nonce) != kept.intent:
            raise StoreConflict(f"nonce {kept.nonce} of {kept.sender} does not belong to intent {kept.intent}")
        for other in self._attempts(kept.intent):
            if other.state in _LIVE and (other.sender, other.nonce) == (kept.sender, kept.nonce):
                raise StoreConflict(f"intent {kept.intent} is under way with nonce {kept.nonce}: it is not cancelled")
        self.connection.execute(insert(transactions).values(**columns(kept, transactions)))

    def _reserve(self, transaction: SignedTransaction) -> None:
        if not insert_once(self.connection, nonces, columns(transaction, nonces)):
            owner = self.owner(transaction.sender, transaction.nonce)
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

    def _follow(self, known: SignedTransaction, state: str, failure: str = "") -> None:
        """The intent goes where its transaction went; one that cancels carries nothing out."""
        if not known.cancels:
            self._set(known.intent, state, failure)

    def _set(self, idempotency_key: str, state: str, failure: str = "") -> None:
        self.connection.execute(
            update(intents).where(intents.c.idempotency_key == idempotency_key).values(state=state, failure=failure)
        )


def _intents() -> Select[Any]:
    return reading(Intent, intents).order_by(intents.c.created_at, intents.c.idempotency_key)


def _transactions() -> Select[Any]:
    column = transactions.c
    return reading(SignedTransaction, transactions).order_by(column.nonce, column.signed_at, column.transaction_hash)
