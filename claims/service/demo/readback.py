"""A payment read from the chain by bare JSON-RPC: no interface of ours, no decoding of ours, only what any node answers."""

from __future__ import annotations

from dataclasses import dataclass

from claims.service.demo.stage import Stage

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""keccak256 of Transfer(address,address,uint256), the event of every ERC-20 token."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What `eth_getTransactionReceipt` says of a payment: who got how many token units, in which block."""

    transaction: str
    block: int
    to: str
    units: int


def read_back(stage: Stage, transaction: bytes) -> ReadBack:
    """Ask the node for the receipt of a payment's transaction, and take the token's Transfer out of it."""
    wanted = "0x" + transaction.hex()
    receipt = stage.provider.chain.rpc("eth_getTransactionReceipt", [wanted])
    log = next(log for log in receipt["logs"] if log["topics"][0] == TRANSFER)
    return ReadBack(wanted, int(receipt["blockNumber"], 16), "0x" + log["topics"][2][-40:], int(log["data"], 16))
