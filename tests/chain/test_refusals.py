"""Why a node does not take a transaction is told by type, in whichever node's words it comes."""

from __future__ import annotations

import pytest

from claims.chain.errors import (
    AlreadyKnown,
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
from claims.chain.refusals import told

HASH = bytes(31) + b"\x07"

SAID: dict[type[NotTaken], tuple[str, ...]] = {
    AlreadyKnown: (
        "already known",  # geth, embedded
        "transaction already imported",  # anvil
        "ALREADY_EXISTS: already known",  # Erigon
        "INTERNAL_ERROR: existing txn with same hash",  # Erigon
        "AlreadyKnown",  # Nethermind
        "Known transaction",  # Besu
    ),
    NonceUsed: (
        "nonce too low: next nonce 82, tx nonce 81",  # geth
        "nonce too low",  # anvil, Erigon
        "nonce too low: next is 5, transaction has 3",  # embedded
        "OldNonce, Current nonce: 5, nonce of rejected tx: 3",  # Nethermind
        "Nonce too low",  # Besu
    ),
    NonceTooHigh: (
        "nonce too high: next is 0, transaction has 3",  # embedded
        "NonceGap, Future nonce. Expected nonce: 4",  # Nethermind
        "Transaction nonce is too distant from current sender nonce",  # Besu
    ),
    ReplacementUnderpriced: (
        "replacement transaction underpriced",  # geth, anvil, Erigon
        "could not replace existing tx",  # Erigon
        "ReplacementNotAllowed",  # Nethermind
        "Replacement transaction underpriced",  # Besu
    ),
    FeeTooLow: (
        "transaction underpriced: gas tip cap 1, minimum needed 100",  # geth
        "max fee per gas less than block base fee",  # anvil
        "underpriced",  # Erigon
        "FeeTooLow, MaxFeePerGas too low",  # Nethermind
        "FeeTooLowToCompete",  # Nethermind
        "Gas price below configured minimum gas price",  # Besu
        "gasPrice is less than the current BaseFee: Gas price below current base fee",  # Besu
        "Sender's max fee per gas (1) is lower than block's base fee per gas (765625000)",  # embedded
    ),
    InsufficientFunds: (
        "insufficient funds for gas * price + value: balance 0, tx cost 21000, overshot 21000",  # geth
        "Insufficient funds for gas * price + value",  # anvil
        "insufficient funds for gas and value: has 1 wei, may need 2",  # embedded
        "InsufficientFunds, Balance is 0 less than sending value + gas 1",  # Nethermind
        "Upfront cost exceeds account balance",  # Besu
    ),
    PoolFull: (
        "txpool is full",  # geth
        "pending sub-pool is full",  # Erigon
        "account limit exceeded: pooled 16 txs",  # geth
        "in-flight transaction limit reached for delegated accounts",  # geth
    ),
    SignedForAnotherChain: (
        "invalid chain id for signer: have 5 want 1",  # geth
        "only replay-protected (EIP-155) transactions allowed over RPC",  # geth
        "invalid chain id: signed for 5, this chain is 7",  # embedded
        "Wrong chainId in transaction signature",  # Besu
    ),
    TransactionRefused: (
        "intrinsic gas too low: gas 20000, minimum needed 21000",  # geth, anvil, Erigon
        "IntrinsicGas",  # Erigon
        "exceeds block gas limit",  # geth
        "insufficient gas for floor data gas cost: have 21000, want 60000",  # geth
        "transaction gas limit too high (cap: 16777216, tx: 16777217)",  # geth from Osaka
        "oversized data: transaction size 131073, limit 131072",  # geth
        "RLPTooLong",  # Erigon
        "GasLimitExceeded, Gas limit: 30000000, gas limit of rejected tx: 30000001",  # Nethermind
        "Intrinsic gas exceeds gas limit",  # Besu
        "Transaction gas limit exceeds block gas limit",  # Besu
        "Message.gas cannot be negative: Got: -1000",  # embedded
        "tx fee (2.10 ether) exceeds the configured cap (1.00 ether)",  # geth
    ),
}


@pytest.mark.parametrize(("kind", "words"), [(kind, words) for kind, said in SAID.items() for words in said])
def test_each_nodes_words_mean_one_thing(kind: type[NotTaken], words: str) -> None:
    cause = told(RpcError("eth_sendRawTransaction", -32000, words), HASH)
    assert type(cause) is kind
    assert str(cause) == f"0x{HASH.hex()} was refused: {words}"


@pytest.mark.parametrize("words", ["unknown transaction type", "internal error", "method handler crashed", ""])
def test_words_that_nobody_knows_stay_the_nodes_own(words: str) -> None:
    failure = RpcError("eth_sendRawTransaction", -32000, words)
    assert told(failure, HASH) is failure
