"""Keccak-256, as Ethereum uses it.

pycryptodome has it on every platform, and asks for a dozen calls a message; the extension module of safe-pysha3, of which there
are wheels for Linux alone, needs a fifth of the time. Both give the same bytes, and the tests hold one against the other.
"""

from __future__ import annotations

from Crypto.Hash.keccak import Keccak_Hash

try:
    from sha3 import keccak_256 as _hash
except ImportError:

    def _hash(data: bytes) -> Keccak_Hash:
        # The class itself: `keccak.new` parses keyword arguments for a third of the time of a short message.
        return Keccak_Hash(data, 32, False)


def keccak256(data: bytes) -> bytes:
    """Return the 32 bytes of keccak-256 over data (the padding before FIPS 202, so not SHA3-256)."""
    return _hash(data).digest()  # type: ignore[no-any-return]
