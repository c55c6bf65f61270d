"""Keccak-256, as Ethereum uses it."""

from __future__ import annotations

from Crypto.Hash.keccak import Keccak_Hash


def keccak256(data: bytes) -> bytes:
    """Return the 32 bytes of keccak-256 over data (the padding before FIPS 202, so not SHA3-256)."""
    # The class itself: `keccak.new` parses keyword arguments for a third of the time of a short message.
    return Keccak_Hash(data, 32, False).digest()
