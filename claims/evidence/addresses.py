"""Ethereum addresses as text (EIP-55) and as 20 bytes."""

from __future__ import annotations

import re
from functools import lru_cache

from claims.evidence.errors import ValueOutOfRange
from claims.evidence.keccak import keccak256

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


def checksum_address(raw: bytes) -> str:
    """Write 20 bytes as 0x and 40 hexadecimal digits whose capitals are the checksum of EIP-55."""
    if len(raw) != 20:
        raise ValueOutOfRange(f"an address has 20 bytes, not {len(raw)}")
    digits = raw.hex()
    checks = keccak256(digits.encode()).hex()
    return "0x" + "".join(d.upper() if c >= "8" else d for d, c in zip(digits, checks, strict=False))


@lru_cache(maxsize=4096)
def address_bytes(text: str) -> bytes:
    """Read an address in one case, or in mixed case with a right EIP-55 checksum; raises ValueOutOfRange."""
    if not _ADDRESS.fullmatch(text):
        raise ValueOutOfRange(f"a text of {len(text)} characters is not an address: write 0x and 40 hexadecimal digits")
    digits = text[2:]
    raw = bytes.fromhex(digits)
    if digits not in (digits.lower(), digits.upper()) and checksum_address(raw) != text:
        raise ValueOutOfRange(
            f"{text} is not an address: its capitals do not match the EIP-55 checksum, one digit is wrong"
        )
    return raw


def same_address(one: str, other: str) -> bool:
    """Whether two texts name one address, in whatever case."""
    return address_bytes(one) == address_bytes(other)
