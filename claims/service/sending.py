"""Carrying out what the outbox holds: signed bytes are stored before they leave, and sent again until they are mined.

Killed anywhere, the next run finds its own bytes and sends the same ones: an intent has one nonce at a time, and the
contract takes each claim once.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from claims.model.coding import decode, encode
from claims.service.errors import UsageError
from claims.service.office import Office

if TYPE_CHECKING:
    from claims.chain.client import Receipt
    from claims.chain.errors import NonceUsed
    from claims.chain.signer import Signer
    from claims.store.rows import Intent, SignedTransaction
    from claims.store.work import UnitOfWork

MOST_TRIES = 5


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
    from claims.chain.errors import NonceUsed
    from claims.store.errors import StoreConflict

    for _ in range(MOST_TRIES):
        receipt = resume(office, key)
        if receipt is not None:
            return receipt
        try:
            row = _signed(office, signer, key)
        except StoreConflict:
            continue  # Another process is at the same intent: look again how far it came.
        try:
            return _send(office, row)
        except NonceUsed as used:
            # Another program of the same key took the nonce, so these bytes can never be mined: build anew.
            _give_up(office, row, used)
    raise UsageError(f"the nonces of {signer.address} are taken by another program; stop it and repeat the command")


def resume(office: Office, key: str) -> Receipt | None:
    """Finish what an earlier run began under a key: the receipt of what was mined, None where nothing is under way.

    Raises Reverted where it was mined and refused.
    """
    from claims.chain.errors import NonceUsed

    with office.store.reading() as work:
        earlier = work.outbox.transactions(key)
    # What was mined counts first, whatever the store says of it: two processes may have signed for the same nonce.
    for row in earlier:
        receipt = office.chain.receipt(row.transaction_hash)
        if receipt is not None and receipt.succeeded:
            return receipt if row.state == "confirmed" else _send(office, row)
    for row in earlier:
        if row.state == "confirmed":
            with office.store.unit_of_work() as work:
                work.outbox.unconfirmed(row.transaction_hash)
        if row.state in ("signed", "sent", "confirmed"):
            try:
                return _send(office, row)
            except NonceUsed as used:
                _give_up(office, row, used)
    return None


def _signed(office: Office, signer: Signer, key: str) -> SignedTransaction:
    """Build, sign and store; raises StoreConflict where another process has something under way for the same intent."""
    from claims.chain.errors import Reverted
    from claims.chain.transactions import prepare
    from claims.store.rows import SignedTransaction

    nonce = _next_nonce(office, signer.address)
    with office.store.unit_of_work() as work:
        intent = work.outbox.get(key)
        if intent.state == "failed":
            work.outbox.requeue(key)
    call = decode(Call, intent.payload)
    try:
        unsigned = prepare(office.chain, signer.address, call.to, call.data, nonce=nonce)
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
    return row


def _give_up(office: Office, row: SignedTransaction, used: NonceUsed) -> None:
    """These bytes can never be mined; where another process found them mined after all, that holds."""
    from claims.store.errors import StoreConflict

    with suppress(StoreConflict), office.store.unit_of_work() as work:
        work.outbox.failed(row.transaction_hash, str(used))


def _send(office: Office, row: SignedTransaction) -> Receipt:
    """Hand the stored bytes to the node, wait until they are confirmed, and keep what became of them."""
    from claims.chain.sender import broadcast, follow

    if office.chain.receipt(row.transaction_hash) is None:
        broadcast(office.chain, row.raw)
    now = office.chain.head().timestamp
    with office.store.unit_of_work() as work:
        work.outbox.sent(row.transaction_hash, now)
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
            _give_up(office, row, used)
    return office.chain.nonce(sender, "pending")
