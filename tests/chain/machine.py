"""Tiny contracts in bytes, for tests that need a machine and no compiler."""

from __future__ import annotations

from typing import Any

from claims.chain.abi import selector

UINT = {"name": "value", "type": "uint256"}

STORE_ABI: list[dict[str, Any]] = [
    {"type": "function", "name": "store", "inputs": [UINT], "outputs": [], "stateMutability": "nonpayable"},
    {"type": "event", "name": "Stored", "inputs": [{**UINT, "indexed": False}], "anonymous": False},
]

REFUSED: dict[str, Any] = {
    "type": "error",
    "name": "Refused",
    "inputs": [{"name": "asked", "type": "uint256"}, {"name": "limit", "type": "uint256"}],
}


def push(value: bytes | int) -> bytes:
    raw = value if isinstance(value, bytes) else value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")
    return bytes([0x5F + len(raw)]) + raw


def creation(runtime: bytes) -> bytes:
    """Creation code that leaves `runtime` behind."""
    # push2 length, dup1, push1 10, push0, codecopy, push0, return
    return bytes.fromhex("61") + len(runtime).to_bytes(2, "big") + bytes.fromhex("80600a5f395ff3") + runtime


def storing() -> bytes:
    """Keeps the first argument in slot 0 and writes `Stored(argument)`."""
    from claims.chain.abi import topic

    event = topic(STORE_ABI[1])
    # calldataload(4) -> sstore(0), mstore(0); log1(0, 32, topic)
    return bytes.fromhex("600435805f555f52") + push(event) + bytes.fromhex("60205fa100")


def answering(opcode: int) -> bytes:
    """Answers the word that an opcode without inputs pushes (CHAINID 0x46, TIMESTAMP 0x42, NUMBER 0x43)."""
    return bytes([opcode]) + bytes.fromhex("5f5260205ff3")


def refusing(data: bytes) -> bytes:
    """Reverts with the given bytes."""
    code = b""
    for start in range(0, len(data), 32):
        code += push(data[start : start + 32].ljust(32, b"\x00")) + push(start.to_bytes(2, "big")) + b"\x52"
    return code + push(len(data).to_bytes(2, "big")) + b"\x5f\xfd"


def refused(asked: int, limit: int) -> bytes:
    """The bytes of `Refused(asked, limit)`."""
    return selector(REFUSED) + asked.to_bytes(32, "big") + limit.to_bytes(32, "big")


def forwarding(address: str) -> bytes:
    """Calls `address` without arguments and hands its refusal on, as a book does with its registry's."""
    target = push(bytes.fromhex(address[2:]))
    call = bytes.fromhex("5f5f5f5f5f") + target + bytes.fromhex("5af1")
    copy = bytes.fromhex("3d5f5f3e")
    body = call + copy
    # jump to the end on success, else revert with what came back
    destination = len(body) + 3 + 3
    return body + bytes([0x60, destination, 0x57]) + bytes.fromhex("3d5ffd") + bytes.fromhex("5b00")
