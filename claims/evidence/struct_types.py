"""The signed types of DESIGN §5 as EIP-712 writes them; the encoders are derived from this text, so the two cannot differ."""

from __future__ import annotations

import re
from dataclasses import dataclass

from claims.evidence.keccak import keccak256
from claims.model.signed import (
    ClaimDecision,
    DecisionBatch,
    EncounterAttestation,
    EncounterRoll,
    InvoiceRoll,
    ProviderInvoice,
    SettlementBatch,
    WitnessStatement,
)

Signed = (
    EncounterAttestation
    | EncounterRoll
    | WitnessStatement
    | ProviderInvoice
    | InvoiceRoll
    | ClaimDecision
    | DecisionBatch
    | SettlementBatch
)
EVIDENCE, BOOK = "Claims Evidence", "Claims Book"

_ATTESTATION = (
    "EncounterAttestation(address provider,bytes32 subject,uint64 sequence,uint64 supersedes,bytes32 servicesRoot,"
    "bytes32 contextRoot,uint16 lineCount,uint32 serviceYear,uint8 evidenceClass,uint40 validUntil)"
)
_ROLL = "EncounterRoll(uint32 practitioner,EncounterAttestation[] attestations)"
_WITNESS = (
    "WitnessStatement(bytes32 attestation,uint8 role,uint8 statement,uint8 capacity,bytes32 evidence,uint40 validUntil)"
)
_INVOICE = (
    "ProviderInvoice(address provider,uint64 policy,uint8 rank,bytes32 attestations,uint64 billed,bytes32 replaces,"
    "uint8 frequency)"
)
_INVOICE_ROLL = "InvoiceRoll(ProviderInvoice[] invoices,bytes32 documents,uint64 nonce)"
_DECISION = (
    "ClaimDecision(bytes32 invoice,uint32 revision,uint8 outcome,bytes32 linesRoot,uint8 evidenceClass,uint64 allowed,"
    "uint64 otherPayer,uint64 paid,uint64 patient,uint64 interest)"
)
_BATCH = "DecisionBatch(ClaimDecision[] decisions,bytes32 traces,bytes32 rulePack,uint32 epoch,uint40 deadline,bytes32 batch)"
_SETTLEMENT = (
    "SettlementBatch(bytes32[] parts,bytes32 traces,bytes32 rulePack,uint32 epoch,uint40 deadline,bytes32 batch)"
)
_MEMBER = re.compile(r"(\w+(?:\[\])?) (\w+)")
_CAPITAL = re.compile(r"(?<!^)([A-Z])")


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a struct: Solidity type and name, and the attribute of the Python value that holds it.

    `bits` is the width of an unsigned integer, and 0 for any other type.
    """

    kind: str
    name: str
    attribute: str
    label: str
    bits: int


@dataclass(frozen=True, slots=True)
class StructType:
    """One signed type: its name, the domain it belongs to, its members, its encodeType text and its typeHash (EIP-712)."""

    name: str
    domain: str
    members: tuple[Member, ...]
    encoding: str
    type_hash: bytes


def _struct_type(domain: str, declaration: str, *referenced: str) -> StructType:
    name, _, rest = declaration.partition("(")
    members = tuple(
        Member(kind, member, _CAPITAL.sub(r"_\1", member).lower(), f"{name}.{member}", _bits(kind))
        for kind, member in _MEMBER.findall(rest)
    )
    encoding = declaration + "".join(referenced)
    return StructType(name, domain, members, encoding, keccak256(encoding.encode()))


def _bits(kind: str) -> int:
    return int(kind[4:]) if kind.startswith("uint") else 0


STRUCT_TYPES: dict[type[Signed], StructType] = {
    EncounterAttestation: _struct_type(EVIDENCE, _ATTESTATION),
    EncounterRoll: _struct_type(EVIDENCE, _ROLL, _ATTESTATION),
    WitnessStatement: _struct_type(EVIDENCE, _WITNESS),
    ProviderInvoice: _struct_type(BOOK, _INVOICE),
    InvoiceRoll: _struct_type(BOOK, _INVOICE_ROLL, _INVOICE),
    ClaimDecision: _struct_type(BOOK, _DECISION),
    DecisionBatch: _struct_type(BOOK, _BATCH, _DECISION),
    SettlementBatch: _struct_type(BOOK, _SETTLEMENT),
}
"""Every signed type by the class of its values."""
