"""Whether a record is what the practitioner signed, as far as the record and the registered key can tell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from claims.evidence.addresses import address_bytes, same_address
from claims.evidence.disclosure import verify_disclosure
from claims.evidence.errors import EvidenceError, SignatureError
from claims.evidence.leaves import PERSON, PRACTITIONER, SIGNED_ON, canonical_text
from claims.evidence.record import context_root, service_year, services_root, subject_commitment
from claims.evidence.signature import signer
from claims.evidence.typed_data import attestation_digest, hash_struct, roll_digest
from claims.model.evidence import EncounterRecord, VerifiedEncounter
from claims.model.signed import EvidenceDomain

ContractSigner = Callable[[str, bytes, bytes], bool]
"""Asks the contract at an address whether it accepts a signature of a digest (ERC-1271 `isValidSignature`)."""


def verify(
    record: EncounterRecord,
    *,
    key: str | None,
    domain: EvidenceDomain,
    is_valid_signature: ContractSigner | None = None,
) -> VerifiedEncounter:
    """Check a record and say what may be relied on; what is wrong is told in `problem` and never raised.

    The problems, the first that holds: `salt-mismatch` (the values with their salts do not open the attestation: roots,
    subject, line count, year), `unsigned`, `wrong-domain` (signed for another chain or registry), `credential` (no `key`:
    the registry does not know the practitioner), `bad-signature` (the attestation is not in the signed roll, or the
    signature is not of the key). Where the key is a contract, `is_valid_signature` is asked. An empty context is taken as
    withheld and not checked. `services_root` is recomputed from the record, never copied from the attestation.
    Raises ValueOutOfRange for an attestation that no contract could read.
    """
    struct_hash = hash_struct(record.attestation)
    recomputed = _recomputed_root(record)
    problem = _problem(record, recomputed, struct_hash, key, domain, is_valid_signature)
    return VerifiedEncounter(
        identifier=record.identifier,
        person=record.person,
        practitioner=record.practitioner,
        practitioner_npi=record.practitioner_npi,
        provider_npi=record.provider_npi,
        services=tuple(leaf.service for leaf in record.services),
        services_root=recomputed,
        digest=attestation_digest(record.practitioner, struct_hash),
        signed=not problem,
        problem=problem,
        evidence_class=record.attestation.evidence_class,
        signed_on=None if problem == "salt-mismatch" else signed_on(record),
    )


def signed_on(record: EncounterRecord) -> date | None:
    """Return the day that the record's context gives for its signature; None where it is not disclosed, or is no date."""
    told = [leaf.value for leaf in record.context if leaf.path == SIGNED_ON]
    told += [fact.value for fact in record.disclosed if fact.path == SIGNED_ON]
    try:
        return date.fromisoformat(told[0][:10]) if told else None
    except ValueError:
        return None


def _problem(
    record: EncounterRecord,
    recomputed: bytes,
    struct_hash: bytes,
    key: str | None,
    domain: EvidenceDomain,
    is_valid_signature: ContractSigner | None,
) -> str:
    if not _opens(record, recomputed):
        return "salt-mismatch"
    if not record.signature:
        return "unsigned"
    if record.chain_id != domain.chain_id or not same_address(record.registry, domain.registry):
        return "wrong-domain"
    if key is None:
        return "credential"
    if not 0 <= record.index < len(record.siblings) or record.siblings[record.index] != struct_hash:
        return "bad-signature"
    digest = roll_digest(record.practitioner, record.siblings, domain)
    return "" if _signed_by(key, digest, record.signature, is_valid_signature) else "bad-signature"


def _recomputed_root(record: EncounterRecord) -> bytes:
    """Return the services root that values and salts give, or nothing where they have no canonical bytes."""
    try:
        return services_root(record.services)
    except EvidenceError:
        return b""


def _opens(record: EncounterRecord, recomputed: bytes) -> bool:
    """Whether values and salts give the roots, the subject and the bounds of the attestation."""
    attestation = record.attestation
    try:
        return (
            attestation.line_count == len(record.services)
            and attestation.service_year == service_year([leaf.service for leaf in record.services])
            and attestation.services_root == recomputed
            and attestation.subject == subject_commitment(record.person, record.subject_salt)
            and (not record.context or _context_agrees(record))
            and all(verify_disclosure(fact, attestation.context_root) for fact in record.disclosed)
        )
    except EvidenceError:
        return False


def _context_agrees(record: EncounterRecord) -> bool:
    facts = {leaf.path: leaf.value for leaf in record.context}
    return (
        record.attestation.context_root == context_root(record.context)
        and facts.get(PERSON) == canonical_text(record.person)
        and facts.get(PRACTITIONER) == record.practitioner_npi
    )


def _signed_by(key: str, digest: bytes, signature: bytes, is_valid_signature: ContractSigner | None) -> bool:
    try:
        if signer(digest, signature) == address_bytes(key):
            return True
    except SignatureError:
        pass
    return is_valid_signature is not None and is_valid_signature(key, digest, signature)
