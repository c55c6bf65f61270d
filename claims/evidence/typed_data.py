"""Struct hashes and digests of everything that is signed (EIP-712, DESIGN §5), without an ABI library."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from claims.evidence.errors import EvidenceError
from claims.evidence.keccak import keccak256
from claims.evidence.struct_types import BOOK, EVIDENCE, STRUCT_TYPES, Member, Signed
from claims.evidence.words import address_word, hash_word, unsigned_word
from claims.model.signed import BookDomain, EncounterAttestation, EncounterRoll, EvidenceDomain

_DOMAIN_TYPE_HASH = keccak256(
    b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)",
)
_VERSION_HASH = keccak256(b"1")


@lru_cache(maxsize=256)
def domain_separator(domain: EvidenceDomain | BookDomain) -> bytes:
    """Return the 32-byte separator of domain E ("Claims Evidence", registry) or B ("Claims Book", book), version "1"."""
    name, contract = (EVIDENCE, domain.registry) if isinstance(domain, EvidenceDomain) else (BOOK, domain.book)
    return keccak256(
        _DOMAIN_TYPE_HASH
        + keccak256(name.encode())
        + _VERSION_HASH
        + unsigned_word(domain.chain_id, 256, f"{name} chainId")
        + address_word(contract, f"{name} verifyingContract")
    )


def hash_struct(value: Signed) -> bytes:
    """Return hashStruct(value), 32 bytes; raises ValueOutOfRange where a field does not fit its Solidity type."""
    struct = STRUCT_TYPES[type(value)]
    words = [_word(member, getattr(value, member.attribute)) for member in struct.members]
    return keccak256(struct.type_hash + b"".join(words))


def _word(member: Member, value: object) -> bytes:
    if member.bits:
        return unsigned_word(value, member.bits, member.label)
    if member.kind == "bytes32":
        return hash_word(value, member.label)
    if member.kind == "address":
        return address_word(value, member.label)
    if not isinstance(value, tuple):
        raise EvidenceError(f"{member.label} is a tuple, not {type(value).__name__}")
    if member.kind == "bytes32[]":
        return keccak256(b"".join([hash_word(item, member.label) for item in value]))
    return keccak256(b"".join([hash_struct(item) for item in value]))


def digest(value: Signed, domain: EvidenceDomain | BookDomain) -> bytes:
    """Return the 32 bytes that are signed: keccak256(0x1901 ‖ domain separator ‖ hashStruct(value)).

    Raises EvidenceError where the value belongs to the other domain.
    """
    struct = STRUCT_TYPES[type(value)]
    given = EVIDENCE if isinstance(domain, EvidenceDomain) else BOOK
    if struct.domain != given:
        raise EvidenceError(f"{struct.name} is signed in the domain {struct.domain!r}, not in {given!r}")
    return _sealed(hash_struct(value), domain)


def _sealed(struct_hash: bytes, domain: EvidenceDomain | BookDomain) -> bytes:
    return keccak256(b"\x19\x01" + domain_separator(domain) + struct_hash)


def roll_digest(practitioner: int, attestation_hashes: Iterable[bytes], domain: EvidenceDomain) -> bytes:
    """Return the digest of an EncounterRoll of which only the struct hashes of its attestations are known, in order."""
    hashes = b"".join([hash_word(one, "EncounterRoll.attestations") for one in attestation_hashes])
    head = STRUCT_TYPES[EncounterRoll].type_hash + unsigned_word(practitioner, 32, "EncounterRoll.practitioner")
    return _sealed(keccak256(head + keccak256(hashes)), domain)


def attestation_digest(practitioner: int, attestation: EncounterAttestation | bytes) -> bytes:
    """Return keccak256(abi.encode(practitioner, hashStruct(attestation))), by which invoices and witnesses name it.

    Takes the attestation or its struct hash.
    """
    struct_hash = attestation if isinstance(attestation, bytes) else hash_struct(attestation)
    return keccak256(
        unsigned_word(practitioner, 32, "practitioner") + hash_word(struct_hash, "hashStruct(EncounterAttestation)")
    )
