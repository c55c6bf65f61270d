"""The 32-byte words of the Solidity ABI for the few types that are signed, with their ranges checked."""

from __future__ import annotations

from claims.evidence.addresses import address_bytes
from claims.evidence.errors import ValueOutOfRange


def unsigned_word(value: object, bits: int, field: str) -> bytes:
    """Encode a uint of that many bits; raises ValueOutOfRange, naming the field, unless value is an int in its range."""
    if type(value) is not int:
        raise ValueOutOfRange(f"{field} is an int, not {type(value).__name__}")
    if value < 0 or value >> bits:
        raise ValueOutOfRange(f"{field}: {value} does not fit in uint{bits}, 0 to {(1 << bits) - 1}")
    return value.to_bytes(32, "big")


def hash_word(value: object, field: str) -> bytes:
    """Encode a bytes32; raises ValueOutOfRange, naming the field, unless value is exactly 32 bytes."""
    if type(value) is not bytes:
        raise ValueOutOfRange(f"{field} is bytes, not {type(value).__name__}")
    if len(value) != 32:
        raise ValueOutOfRange(f"{field} has {len(value)} bytes, bytes32 needs 32")
    return value


def address_word(value: object, field: str) -> bytes:
    """Encode an address; raises ValueOutOfRange, naming the field, for text that is not one."""
    if type(value) is not str:
        raise ValueOutOfRange(f"{field} is text, not {type(value).__name__}")
    try:
        return bytes(12) + address_bytes(value)
    except ValueOutOfRange as wrong:
        raise ValueOutOfRange(f"{field}: {wrong}") from None
