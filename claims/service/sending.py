"""Carrying out what the outbox holds: signed bytes are stored before they leave, and sent again until they are mined.

Killed anywhere, the next run finds its own bytes and sends the same ones: an intent has one nonce at a time, and the
contract takes each claim once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from claims.model.coding import decode, encode
from claims.service.errors import UsageError
from claims.service.office import Office

if TYPE_CHECKING:
    from claims.chain.client import Receipt
    from claims.chain.signer import Signer
    from claims.store.rows import Intent, SignedTransaction
    from claims.store.work import UnitOfWork

MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Call:
    """What an intent does: calldata for a contract's address."""

    to: str
    data: bytes


def enqueue(work: UnitOfWork, *, key: str, kind: str, claim: str, call: Call, now: int) -> Intent:
    """Ask for a call once, in the unit of work of whatever caused it; the same key again gives the stored intent."""
    from claims.store.rows import Intent

    intent, _ = work.outbox.enqueue(Intent(key, kind, claim, encode(call), created_at=now))
    return intent


def carry_out(office: Office, signer: Signer, key: str) -> Receipt:
    """Send what was enqueued under a key, or find that it was done; returns its receipt once it is confirmed.

    Raises Reverted where the contract refuses; the intent is then marked failed with the reason, and asking again tries
    again, since what was missing may have come.
    """
    from claims.chain.errors import NonceUsed, Reverted
    from claims.chain.transactions import prepare
    from claims.store.rows import SignedTransaction

    for _ in range(MOST_TRIES):
        with office.store.reading() as work:
            intent, earlier = work.outbox.get(key), work.outbox.transactions(key)
        receipt = _resolve(office, earlier)
        if receipt is not None:
            return receipt
        if intent.state == "failed":
            with office.store.unit_of_work() as work:
                work.outbox.requeue(key)
        call = decode(Call, intent.payload)
        try:
            unsigned = prepare(
                office.chain, signer.address, call.to, call.data, nonce=_next_nonce(office, signer.address)
            )
        except Reverted as refusal:
            with office.store.unit_of_work() as work:
                work.outbox.give_up(key, str(refusal))
            raise
        signed = signer.sign_transaction(unsigned.fields)
        row = SignedTransaction(
            transaction_hash=signed.hash,
            intent=key,
            sender=signer.address,
            nonce=unsigned.nonce,
            raw=signed.raw,
            gas=unsigned.gas,
            max_fee=unsigned.max_fee,
            max_priority_fee=unsigned.max_priority_fee,
            signed_at=office.chain.head().timestamp,
        )
        with office.store.unit_of_work() as work:
            work.outbox.sign(row)
        try:
            found = _send(office, row)
        except NonceUsed as used:
            # Another program of the same key took the nonce, so these bytes can never be mined: build anew.
            with office.store.unit_of_work() as work:
                work.outbox.failed(row.transaction_hash, str(used))
            continue
        return found
    raise UsageError(f"the nonces of {signer.address} are taken by another program; stop it and repeat the command")


def _resolve(office: Office, earlier: tuple[SignedTransaction, ...]) -> Receipt | None:
    """Finish what an earlier run began: the receipt of the transaction that was mined, None where nothing is under way."""
    from claims.chain.errors import NonceUsed

    for row in earlier:
        if row.state == "confirmed":
            receipt = office.chain.receipt(row.transaction_hash)
            if receipt is not None:
                return receipt
        if row.state in ("signed", "sent"):
            try:
                return _send(office, row)
            except NonceUsed as used:
                with office.store.unit_of_work() as work:
                    work.outbox.failed(row.transaction_hash, str(used))
    return None


def _send(office: Office, row: SignedTransaction) -> Receipt:
    """Hand the stored bytes to the node, wait until they are confirmed, and keep what became of them."""
    from claims.chain.sender import broadcast, follow

    if office.chain.receipt(row.transaction_hash) is None:
        broadcast(office.chain, row.raw)
    with office.store.unit_of_work() as work:
        work.outbox.sent(row.transaction_hash, office.chain.head().timestamp)
    receipt = follow(office.chain, row.transaction_hash)
    if not receipt.succeeded:
        reason = office.chain.explain(receipt)
        with office.store.unit_of_work() as work:
            work.outbox.failed(row.transaction_hash, str(reason), receipt.block)
        raise reason
    with office.store.unit_of_work() as work:
        work.outbox.confirmed(row.transaction_hash, receipt.block)
    return receipt


def _next_nonce(office: Office, sender: str) -> int:
    """The nonce to sign with: the chain's next, after every transaction of this key that is still under way was sent again."""
    from claims.chain.errors import NonceUsed, Reverted

    with office.store.reading() as work:
        waiting = work.outbox.unresolved(sender)
    for row in waiting:
        try:
            _send(office, row)
        except Reverted:
            continue  # Its own command tells the reason; the nonce is used.
        except NonceUsed as used:
            with office.store.unit_of_work() as work:
                work.outbox.failed(row.transaction_hash, str(used))
    return office.chain.nonce(sender, "pending")
