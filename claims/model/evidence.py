"""Evidence as it is kept and as it was verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from claims.model.encounter import Service
from claims.model.signed import EncounterAttestation


@dataclass(frozen=True, slots=True)
class ServiceLeaf:
    """A service with the 32-byte salt of its leaf."""

    service: Service
    salt: bytes


@dataclass(frozen=True, slots=True)
class ContextLeaf:
    """A fact of the context tree: its path, its canonical value and the salt of its leaf."""

    path: str
    value: str
    salt: bytes


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One fact with its salt and its way up to the context root: leaf `index` (from 0) of `count`, siblings from below."""

    path: str
    value: str
    salt: bytes
    index: int
    count: int
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class EncounterRecord:
    """One encounter with its salts and its attestation: kept by the provider, handed to the payer with the claim.

    `siblings` are the struct hashes of the whole roll in order, and `index` this attestation's place among them, so that the
    one signature over the roll can be checked from this record alone. `signature` is 65 bytes r‖s‖v, or the bytes an
    ERC-1271 wallet takes, or empty while the encounter is not signed. `chain_id` and `registry` are domain E. `disclosed` are
    single facts of a context that is withheld.
    """

    identifier: str
    person: str
    subject_salt: bytes
    practitioner: int
    practitioner_npi: str
    provider_npi: str
    services: tuple[ServiceLeaf, ...]
    context: tuple[ContextLeaf, ...]
    attestation: EncounterAttestation
    siblings: tuple[bytes, ...]
    index: int
    signature: bytes
    chain_id: int
    registry: str
    disclosed: tuple[Disclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifiedEncounter:
    """What the engine may rely on after the evidence room checked a record: who did what for whom.

    `signed` is False where there is no valid signature of the practitioner's key; `problem` then says why in one of
    `unsigned`, `bad-signature`, `salt-mismatch`, `wrong-domain`, `expired`, `revoked`, `spent`, `compromised`,
    `not-on-roster`, `credential`, `same-controller`; it is empty where all is well. `digest` is the attestation digest.
    `signed_on` is the day of the signature by the signer's own word, None where the record does not disclose it.
    """

    identifier: str
    person: str
    practitioner: int
    practitioner_npi: str
    provider_npi: str
    services: tuple[Service, ...]
    services_root: bytes
    digest: bytes
    signed: bool
    problem: str = ""
    evidence_class: int = 0
    signed_on: date | None = None
