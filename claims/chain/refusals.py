"""Why a node did not take a signed transaction, whichever node says it.

Nodes have no error codes for this: geth, anvil, Erigon, Nethermind, Besu and the embedded chain each have words of their
own, and hosted nodes hand on those of the node behind them. The first line of the table that is found decides.
"""

from __future__ import annotations

import re

from claims.chain.errors import (
    AlreadyKnown,
    ChainError,
    FeeTooLow,
    InsufficientFunds,
    NonceTooHigh,
    NonceUsed,
    NotTaken,
    PoolFull,
    ReplacementUnderpriced,
    RpcError,
    SignedForAnotherChain,
    TransactionRefused,
)

_WORDS: tuple[tuple[type[NotTaken], str], ...] = (
    (AlreadyKnown, r"already known|already imported|\bknown transaction|alreadyknown|with (the )?same hash"),
    (NonceUsed, r"nonce (is )?too low|oldnonce|ownnoncealreadyused|lower than the current nonce"),
    (
        ReplacementUnderpriced,
        r"replacement (transaction )?(is )?underpriced|replacement fee too low|could not replace|replacementnotallowed"
        r"|not enough to replace",
    ),
    (InsufficientFunds, r"insufficient ?funds|insufficient balance|upfront cost exceeds|have enough funds"),
    (SignedForAnotherChain, r"chain ?id|chain_id|replay.protected|incompatible eip155"),
    (
        PoolFull,
        r"pool is full|pool is disabled|account limit exceeded|in-flight transaction limit|too many pending|spammer"
        r"|enqueued limit|enqueued transactions",
    ),
    (NonceTooHigh, r"nonce (is )?too (high|distant)|noncegap|nonce gap|noncetoofar|gapped|higher than the next"),
    (
        TransactionRefused,
        r"intrinsic ?gas|floor data gas|gas.?limit|\bgas too (low|high)|out of gas|gasuintoverflow|oversized data"
        r"|rlp ?too ?long|transaction too large|maxtxsizeexceeded|init ?code|exceeds the configured cap|fee cap exceeded"
        r"|gas cannot be negative",
    ),
    (
        FeeTooLow,
        r"underpriced|(fee|tip|price) ?too ?low|(less|lower) than (the )?block('s)? base fee|below (the )?current base fee"
        r"|below (the )?configured minimum|gas price below",
    ),
)


def told(failure: RpcError, transaction_hash: bytes) -> ChainError:
    """The typed cause behind a node's answer to `eth_sendRawTransaction`; the failure itself where its words are new."""
    message = failure.message.lower()
    for kind, words in _WORDS:
        if re.search(words, message):
            return kind(f"0x{transaction_hash.hex()} was refused: {failure.message}")
    return failure
