"""A key that signs, and never shows itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from claims.chain.errors import DevelopmentOnly
from claims.chain.profile import ChainProfile


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """The bytes to hand to a node, and the hash they will be known by."""

    raw: bytes
    hash: bytes


class Signer:
    """An unlocked private key. Made by a keystore, or by `raw_key_signer` for a development chain."""

    def __init__(self, key: bytes) -> None:
        from coincurve import PrivateKey

        self._key = PrivateKey(key)

    @cached_property
    def address(self) -> str:
        """The account's checksummed address."""
        from eth_utils.address import to_checksum_address
        from eth_utils.crypto import keccak

        return to_checksum_address(keccak(self._key.public_key.format(compressed=False)[1:])[12:])

    def sign_digest(self, digest: bytes) -> bytes:
        """65 bytes r ‖ s ‖ v over a 32-byte digest, deterministic (RFC 6979), s in the lower half, v 27 or 28."""
        if len(digest) != 32:
            raise ValueError(f"a digest has 32 bytes, got {len(digest)}")
        signature = self._key.sign_recoverable(digest, hasher=None)
        return signature[:64] + bytes([27 + signature[64]])

    def sign_transaction(self, fields: Mapping[str, Any]) -> SignedTransaction:
        """Sign the fields of an EIP-1559 transaction in JSON-RPC's names (see UnsignedTransaction.fields)."""
        from eth_account import Account

        signed = Account.sign_transaction(dict(fields), self._key.secret)
        return SignedTransaction(raw=bytes(signed.raw_transaction), hash=bytes(signed.hash))

    def __repr__(self) -> str:
        return f"Signer({self.address})"

    def __reduce__(self) -> Any:
        raise TypeError("a signer cannot be copied or stored: it holds a private key")


def raw_key_signer(key: bytes, profile: ChainProfile) -> Signer:
    """A signer from a bare key, for tests and demonstrations. Raises DevelopmentOnly on any other chain."""
    if not profile.development:
        raise DevelopmentOnly(f"profile {profile.name} takes keys from a keystore alone")
    return Signer(key)
