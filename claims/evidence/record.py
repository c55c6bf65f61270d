"""Sealing encounters into records, and signing one or a whole shift of them (DESIGN §4)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from claims.evidence import tree
from claims.evidence.addresses import address_bytes, checksum_address
from claims.evidence.errors import LeafError, RecordError
from claims.evidence.keccak import keccak256
from claims.evidence.leaves import (
    BEGINS,
    ENDS,
    PERSON,
    PRACTITIONER,
    attested_modifiers,
    canonical_text,
    context_leaf,
    diagnosis_path,
    service_leaf,
    text_bytes,
)
from claims.evidence.typed_data import hash_struct, roll_digest
from claims.model.encounter import Encounter, Service
from claims.model.evidence import ContextLeaf, EncounterRecord, ServiceLeaf
from claims.model.signed import EncounterAttestation, EvidenceDomain

MOST_SERVICES = 0xFFFF
_HIGHEST_COUNTER = 0xFFFF_FFFF


def fresh_salt() -> bytes:
    """Return 32 bytes from the operating system's source of randomness."""
    return secrets.token_bytes(32)


def sequence_number(lane: int, counter: int) -> int:
    """Return lane32 ‖ counter32 as a uint64; the counter runs from 1. Raises RecordError outside these ranges."""
    if not 0 <= lane <= 0xFFFF_FFFF:
        raise RecordError(f"lane {lane} does not fit in 32 bits")
    if not 1 <= counter <= _HIGHEST_COUNTER:
        raise RecordError(f"counter {counter} is not between 1 and {_HIGHEST_COUNTER}: begin another lane")
    return lane << 32 | counter


def subject_commitment(person: str, salt: bytes) -> bytes:
    """Return EncounterAttestation.subject: keccak256(salt32 ‖ payer-issued person id in NFC and UTF-8)."""
    if len(salt) != 32:
        raise LeafError(f"a salt has 32 bytes, not {len(salt)}")
    return keccak256(salt + text_bytes(person))


def services_root(services: Sequence[ServiceLeaf]) -> bytes:
    """Return the root of the services tree, one leaf per service in the record's order."""
    return tree.root([service_leaf(place, leaf.service, leaf.salt) for place, leaf in enumerate(services)])


def context_root(context: Sequence[ContextLeaf]) -> bytes:
    """Return the root of the context tree, in the record's order; raises LeafError where a path comes twice."""
    if len({leaf.path for leaf in context}) != len(context):
        raise LeafError("a path of the context tree comes twice")
    return tree.root([context_leaf(leaf.path, leaf.value, leaf.salt) for leaf in context])


def service_year(services: Sequence[Service]) -> int:
    """Return the calendar year in which all services began and ended; raises RecordError where there are several."""
    years = {day.year for service in services for day in (service.begins, service.ends)}
    if len(years) != 1:
        raise RecordError(f"the services fall in {len(years)} calendar years: export one encounter for each year")
    return years.pop()


def seal(
    encounters: Sequence[Encounter],
    *,
    practitioner: int,
    provider_address: str,
    domain: EvidenceDomain,
    first_sequence: int,
    valid_until: int,
    evidence_class: int = 0,
    supersedes: int = 0,
    salts: Callable[[], bytes] = fresh_salt,
) -> tuple[EncounterRecord, ...]:
    """Turn one practitioner's encounters for one provider into records without a signature, in the given order.

    The sequence numbers count up from first_sequence (sequence_number). `valid_until` is in Unix seconds. `supersedes` is
    the sequence number that a single encounter replaces, or 0. `salts` gives 32 random bytes a call; only vectors and
    benchmarks replace it. Payment modifiers are left out. Raises RecordError, which names the place in the export alone.
    """
    if supersedes and len(encounters) != 1:
        raise RecordError(
            f"one encounter replaces another, {len(encounters)} were given with a superseded sequence number"
        )
    if len({(e.practitioner_npi, e.provider_npi) for e in encounters}) > 1:
        raise RecordError("the encounters are of several practitioners or providers: seal each of them apart")
    lane, counter = first_sequence >> 32, first_sequence & _HIGHEST_COUNTER
    provider = checksum_address(address_bytes(provider_address))
    fresh = _never_twice(salts)
    records = []
    for place, encounter in enumerate(encounters):
        label = f"encounters[{place}]"
        try:
            services = tuple(ServiceLeaf(_attested(service), next(fresh)) for service in encounter.services)
            year = _bounded_year(services)
            context = tuple(ContextLeaf(path, value, next(fresh)) for path, value in _facts(encounter))
            subject_salt = next(fresh)
            attestation = EncounterAttestation(
                provider=provider,
                subject=subject_commitment(encounter.person, subject_salt),
                sequence=sequence_number(lane, counter + place),
                supersedes=supersedes,
                services_root=services_root(services),
                context_root=context_root(context),
                line_count=len(services),
                service_year=year,
                evidence_class=evidence_class,
                valid_until=valid_until,
            )
            hash_struct(attestation)
        except ValueError as wrong:
            raise RecordError(f"{label}: {wrong}") from None
        records.append(
            EncounterRecord(
                identifier=encounter.identifier,
                person=canonical_text(encounter.person),
                subject_salt=subject_salt,
                practitioner=practitioner,
                practitioner_npi=encounter.practitioner_npi,
                provider_npi=encounter.provider_npi,
                services=services,
                context=context,
                attestation=attestation,
                siblings=(),
                index=0,
                signature=b"",
                chain_id=domain.chain_id,
                registry=checksum_address(address_bytes(domain.registry)),
            )
        )
    return tuple(records)


def sign_roll(records: Sequence[EncounterRecord], sign: Callable[[bytes], bytes]) -> tuple[EncounterRecord, ...]:
    """Sign all records with one EncounterRoll, in their order; `sign` takes its 32-byte digest and gives the signature.

    Raises RecordError where the records are not of one practitioner, chain and registry, or a sequence number repeats.
    """
    signers = {(record.practitioner, record.chain_id, record.registry) for record in records}
    if len(signers) != 1:
        raise RecordError(
            f"a roll is of one practitioner, chain and registry; these {len(records)} records have {len(signers)}"
        )
    if len({record.attestation.sequence for record in records}) != len(records):
        raise RecordError("two records of the roll have one sequence number")
    practitioner, chain_id, registry = signers.pop()
    hashes = tuple(hash_struct(record.attestation) for record in records)
    signature = sign(roll_digest(practitioner, hashes, EvidenceDomain(chain_id, registry)))
    if not signature:
        raise RecordError("the signer gave back nothing")
    return tuple(
        replace(record, siblings=hashes, index=place, signature=signature) for place, record in enumerate(records)
    )


def _attested(service: Service) -> Service:
    return replace(service, modifiers=attested_modifiers(service.modifiers))


def _bounded_year(services: Sequence[ServiceLeaf]) -> int:
    if not 1 <= len(services) <= MOST_SERVICES:
        raise RecordError(f"an attestation has 1 to {MOST_SERVICES} services, not {len(services)}")
    return service_year([leaf.service for leaf in services])


def _facts(encounter: Encounter) -> Iterator[tuple[str, str]]:
    """Give path and canonical value of each fact of the context tree, in its order."""
    facts = [(PERSON, encounter.person), (PRACTITIONER, encounter.practitioner_npi)]
    facts += [(path, instant) for path, instant in ((BEGINS, encounter.begins), (ENDS, encounter.ends)) if instant]
    facts += [(diagnosis_path(number), code) for number, code in enumerate(encounter.diagnoses, 1)]
    facts += [(f"context/{name}", value) for name, value in encounter.context]
    for path, value in facts:
        yield path, canonical_text(value)


def _never_twice(salts: Callable[[], bytes]) -> Iterator[bytes]:
    """Give salts as they come, and stop at a source that repeats itself: an equal salt makes equal leaves recognisable."""
    seen: set[bytes] = set()
    while True:
        salt = salts()
        if salt in seen:
            raise RecordError("the source of salts repeats itself: nothing was sealed")
        seen.add(salt)
        yield salt
