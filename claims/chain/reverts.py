"""One way to read a refusal, whichever node gave it.

The embedded chain and anvil both answer a refused call with the contract's bytes; the errors of all known contracts are
tried, since an error of one contract comes up through another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from claims.chain.abi import Abi, AbiError, decode_arguments, items, selector
from claims.chain.errors import Reverted, RpcError

ERROR_SELECTOR = bytes.fromhex("08c379a0")
PANIC_SELECTOR = bytes.fromhex("4e487b71")

PANICS = {
    0x01: "an assertion failed",
    0x11: "arithmetic overflow or underflow",
    0x12: "division by zero",
    0x21: "a value outside its enumeration",
    0x22: "a byte array stored wrongly",
    0x31: "pop on an empty array",
    0x32: "an index out of bounds",
    0x41: "too much memory",
    0x51: "a call to an unset function",
}
"""The compiler's panic codes, after the Solidity documentation, "Panic via assert and Error via require"."""


class ErrorCatalogue:
    """The custom errors of all known contracts, by selector."""

    def __init__(self, contracts: Mapping[str, Abi]) -> None:
        self._known: dict[bytes, tuple[Mapping[str, Any], tuple[str, ...]]] = {}
        for name, abi in contracts.items():
            self.add(name, abi)

    def add(self, contract: str, abi: Abi) -> None:
        """Learn one more contract's errors. An error declared by several names all of them; "" names none."""
        for item in items(abi, "error"):
            _, contracts = self._known.setdefault(selector(item), (item, ()))
            if contract and contract not in contracts:
                self._known[selector(item)] = (item, (*contracts, contract))

    def decode(self, data: bytes) -> Reverted:
        """The refusal that a contract answered with these bytes."""
        if len(data) < 4:
            return Reverted("Empty")
        head, body = data[:4], data[4:]
        try:
            if head == ERROR_SELECTOR:
                return Reverted("Error", {"message": decode(["string"], body)[0]}, head)
            if head == PANIC_SELECTOR:
                code = decode(["uint256"], body)[0]
                return Reverted("Panic", {"code": code, "meaning": PANICS.get(code, "unknown")}, head)
            if head in self._known:
                item, contracts = self._known[head]
                return Reverted(item["name"], decode_arguments(item, body), head, contracts)
        except (AbiError, DecodingError, OverflowError, UnicodeDecodeError):
            pass
        return Reverted("Unknown", {"selector": "0x" + head.hex()}, head)


def refusal(failure: RpcError, catalogue: ErrorCatalogue) -> Reverted | None:
    """The refusal behind a node's error, or None where the node itself failed and no contract refused."""
    data = failure.data
    if isinstance(data, dict):
        data = data.get("data")
    if isinstance(data, str):
        found = re.fullmatch(r"(?:Reverted )?0x((?:[0-9a-fA-F]{2})*)", data)
        if found is not None and (found[1] or "revert" in failure.message.lower()):
            return catalogue.decode(bytes.fromhex(found[1]))
    message = failure.message.lower()
    if "outofgas" in message or "out of gas" in message or "gas required exceeds" in message:
        return Reverted("OutOfGas")
    if "revert" in message:
        return Reverted("Empty")
    if any(word in message for word in ("invalidinstruction", "invalid opcode", "opcodenotfound", "invalidfeopcode")):
        return Reverted("MachineError", {"message": failure.message})
    return None
