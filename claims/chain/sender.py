"""Signed transactions on their way to the chain. Sending the same bytes again is always safe."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from claims.chain.client import Receipt
from claims.chain.errors import NonceUsed, TransactionTimeout

if TYPE_CHECKING:
    from claims.chain.client import Chain
    from claims.chain.signer import SignedTransaction, Signer
    from claims.chain.transactions import UnsignedTransaction


def sign(signer: Signer, transaction: UnsignedTransaction) -> SignedTransaction:
    """Sign; the bytes are to be kept before they are sent."""
    return signer.sign_transaction(transaction.fields)


def broadcast(chain: Chain, raw: bytes) -> bytes:
    """Hand signed bytes to the node and return their hash, however often this is done.

    Raises NonceUsed where another transaction took the nonce: the bytes can never be mined any more.
    """
    return chain.send_raw(raw)


def follow(
    chain: Chain, transaction_hash: bytes, confirmations: int | None = None, timeout_seconds: float = 120.0
) -> Receipt:
    """Wait until the transaction lies under `confirmations` blocks, its own included (None: as the profile says).

    A reorganisation that takes the transaction out of its block begins the wait anew. Raises TransactionTimeout.
    """
    needed = chain.profile.confirmations if confirmations is None else confirmations
    deadline = time.monotonic() + timeout_seconds
    while True:
        receipt = chain.receipt(transaction_hash)
        if receipt is not None and chain.head().number - receipt.block + 1 >= needed:
            return receipt
        if time.monotonic() >= deadline:
            seen = "is in no block" if receipt is None else f"is in block {receipt.block}, not yet under {needed}"
            raise TransactionTimeout(f"0x{transaction_hash.hex()} {seen} after {timeout_seconds:g} s")
        time.sleep(chain.profile.poll_seconds)


def execute(
    chain: Chain,
    signer: Signer,
    to: str | None,
    data: bytes = b"",
    value: int = 0,
    gas: int | None = None,
    timeout_seconds: float = 120.0,
) -> Receipt:
    """Prepare, sign, send and follow one transaction that nobody needs to find again after a crash.

    For set-up and tests; money moves through an outbox. Raises Reverted, whether refused before or after mining.
    """
    from claims.chain.transactions import prepare

    while True:
        signed = sign(signer, prepare(chain, signer.address, to, data, value, gas=gas))
        try:
            broadcast(chain, signed.raw)
        except NonceUsed:
            # Another process of the same account was quicker; nothing was sent, so build again at the next nonce.
            continue
        receipt = follow(chain, signed.hash, timeout_seconds=timeout_seconds)
        if not receipt.succeeded:
            raise chain.explain(receipt)
        return receipt
