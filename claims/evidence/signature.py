"""Signing and recovering with secp256k1, 65 bytes r ‖ s ‖ v with v 27 or 28 and s in the lower half (EIP-2)."""

from __future__ import annotations

from coincurve import PrivateKey, PublicKey

from claims.evidence.addresses import checksum_address
from claims.evidence.errors import SignatureError
from claims.evidence.keccak import keccak256

ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
"""The order of the curve's group (SEC 2, secp256k1)."""
_HALF_ORDER = (ORDER // 2).to_bytes(32, "big")


def sign(digest: bytes, private_key: bytes) -> bytes:
    """Sign 32 bytes with a 32-byte private key, deterministically (RFC 6979); raises SignatureError."""
    if len(digest) != 32:
        raise SignatureError(f"a digest has 32 bytes, not {len(digest)}")
    signature = _private_key(private_key).sign_recoverable(digest, hasher=None)
    return signature[:64] + bytes([27 + signature[64]])


def recover(digest: bytes, signature: bytes) -> str:
    """Return the checksum address whose key signed the digest; raises SignatureError for whatever a contract refuses."""
    return checksum_address(signer(digest, signature))


def signer(digest: bytes, signature: bytes) -> bytes:
    """Return what `recover` does as the 20 bytes of the address: to compare it, nobody has to write it down."""
    if len(digest) != 32:
        raise SignatureError(f"a digest has 32 bytes, not {len(digest)}")
    if len(signature) != 65:
        raise SignatureError(f"a signature has 65 bytes, not {len(signature)}")
    if signature[64] not in (27, 28):
        raise SignatureError(f"a signature's last byte is 27 or 28, not {signature[64]}")
    if signature[32:64] > _HALF_ORDER:
        raise SignatureError(
            "the signature's s lies in the upper half of the group: it was altered, ask for the original"
        )
    try:
        point = PublicKey.from_signature_and_message(signature[:64] + bytes([signature[64] - 27]), digest, hasher=None)
    except Exception as wrong:  # coincurve raises the bare class
        raise SignatureError("the signature belongs to no key") from wrong
    return _address(point)


def address_of_public_key(public_key: bytes) -> str:
    """Return the checksum address of a public key in 33 or 65 bytes (SEC 1); raises SignatureError."""
    try:
        return checksum_address(_address(PublicKey(public_key)))
    except ValueError as wrong:
        raise SignatureError(f"{len(public_key)} bytes are not a point of the curve") from wrong


def address_of_private_key(private_key: bytes) -> str:
    """Return the checksum address that belongs to a 32-byte private key; raises SignatureError."""
    return checksum_address(_address(_private_key(private_key).public_key))


def _address(point: PublicKey) -> bytes:
    return keccak256(point.format(compressed=False)[1:])[12:]


def _private_key(private_key: bytes) -> PrivateKey:
    if len(private_key) != 32:
        raise SignatureError(f"a private key has 32 bytes, not {len(private_key)}")
    try:
        return PrivateKey(private_key)
    except ValueError:
        # Without the cause: its text may hold the key.
        raise SignatureError("the private key is not a number between 1 and the order of the group") from None
