"""Encounter records as a JSON document, which goes to the payer with the claim (docs/evidence.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields

from claims.evidence.addresses import address_bytes
from claims.evidence.errors import EvidenceError, RecordError
from claims.evidence.leaves import canonical_units
from claims.evidence.strict_json import Place, parse
from claims.evidence.typed_data import attestation_digest, domain_separator
from claims.model.encounter import Service
from claims.model.evidence import ContextLeaf, Disclosure, EncounterRecord, ServiceLeaf
from claims.model.signed import EncounterAttestation, EvidenceDomain

FORMAT, VERSION = "claims encounter records", 1
_RECORD = (
    *("identifier", "person", "subject_salt", "practitioner", "practitioner_npi", "provider_npi"),
    *("services", "context", "attestation", "roll", "signature", "domain"),
)
_ATTESTATION = tuple(field.name for field in fields(EncounterAttestation))


def dump_records(records: Sequence[EncounterRecord]) -> bytes:
    """Write records as UTF-8 JSON, which load_records reads back to equal values; the same records give the same bytes."""
    document = {"format": FORMAT, "version": VERSION, "records": [_record_members(record) for record in records]}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def load_records(data: bytes) -> tuple[EncounterRecord, ...]:
    """Read a document of records; raises RecordError, which names the place and never what stands there.

    The values are checked for their shape, not against their roots and signature: that is verify's.
    """
    members = parse(data).members("format", "version", "records")
    if members["format"].value != FORMAT:
        members["format"].refuse(f"is not {FORMAT!r}")
    if type(members["version"].value) is not int or members["version"].value != VERSION:
        members["version"].refuse(f"is not {VERSION}, the one that is known here")
    found = tuple(_record(place) for place in members["records"].items())
    slots = {(r.chain_id, r.registry.lower(), r.practitioner, r.attestation.sequence) for r in found}
    if len(slots) != len(found):
        raise RecordError("two records have the same practitioner and sequence number: one of them is a copy")
    return found


def _record_members(record: EncounterRecord) -> dict[str, object]:
    members: dict[str, object] = {
        "identifier": record.identifier,
        "person": record.person,
        "subject_salt": _hex(record.subject_salt),
        "practitioner": record.practitioner,
        "practitioner_npi": record.practitioner_npi,
        "provider_npi": record.provider_npi,
        "services": [_service_members(leaf) for leaf in record.services],
        "context": [{"path": leaf.path, "value": leaf.value, "salt": _hex(leaf.salt)} for leaf in record.context],
        "attestation": _attestation_members(record.attestation),
        "roll": {"attestations": [_hex(one) for one in record.siblings], "index": record.index},
        "signature": _hex(record.signature),
        "domain": {"chain_id": str(record.chain_id), "registry": record.registry},
    }
    if record.disclosed:
        members["disclosed"] = [_disclosed_members(fact) for fact in record.disclosed]
    return members


def _disclosed_members(fact: Disclosure) -> dict[str, object]:
    return {
        "path": fact.path,
        "value": fact.value,
        "salt": _hex(fact.salt),
        "index": fact.index,
        "count": fact.count,
        "proof": [_hex(one) for one in fact.proof],
    }


def _service_members(leaf: ServiceLeaf) -> dict[str, object]:
    service = leaf.service
    return {
        "code": service.code,
        "modifiers": list(service.modifiers),
        "units": canonical_units(service.units),
        "begins": service.begins.isoformat(),
        "ends": service.ends.isoformat(),
        "place": service.place,
        "salt": _hex(leaf.salt),
    }


def _attestation_members(attestation: EncounterAttestation) -> dict[str, object]:
    return {
        "provider": attestation.provider,
        "subject": _hex(attestation.subject),
        "sequence": str(attestation.sequence),
        "supersedes": str(attestation.supersedes),
        "services_root": _hex(attestation.services_root),
        "context_root": _hex(attestation.context_root),
        "line_count": attestation.line_count,
        "service_year": attestation.service_year,
        "evidence_class": attestation.evidence_class,
        "valid_until": attestation.valid_until,
    }


def _record(place: Place) -> EncounterRecord:
    # The one member that a record may lack: it came later, and what was sealed before has none.
    discloses = isinstance(place.value, dict) and "disclosed" in place.value
    members = place.members(*_RECORD, *(("disclosed",) if discloses else ()))
    roll = members["roll"].members("attestations", "index")
    domain = members["domain"].members("chain_id", "registry")
    record = EncounterRecord(
        identifier=members["identifier"].text(),
        person=members["person"].text(),
        subject_salt=members["subject_salt"].raw(32),
        practitioner=members["practitioner"].integer(),
        practitioner_npi=members["practitioner_npi"].text(),
        provider_npi=members["provider_npi"].text(),
        services=tuple(_service(item) for item in members["services"].items()),
        context=tuple(_fact(item) for item in members["context"].items()),
        attestation=_attestation(members["attestation"]),
        siblings=tuple(item.raw(32) for item in roll["attestations"].items()),
        index=roll["index"].integer(),
        signature=members["signature"].raw(),
        chain_id=domain["chain_id"].whole(),
        registry=_address(domain["registry"]),
        disclosed=tuple(_disclosure(item) for item in members["disclosed"].items()) if discloses else (),
    )
    if record.index >= max(1, len(record.siblings)):
        roll["index"].refuse(f"points past the {len(record.siblings)} attestations of the roll")
    try:
        # Both encode every number, and so refuse what fits in no field of the contract.
        attestation_digest(record.practitioner, record.attestation)
        domain_separator(EvidenceDomain(record.chain_id, record.registry))
    except EvidenceError as wrong:
        place.refuse(f"cannot be encoded: {wrong}")
    return record


def _service(place: Place) -> ServiceLeaf:
    members = place.members("code", "modifiers", "units", "begins", "ends", "place", "salt")
    service = Service(
        code=members["code"].text(),
        units=members["units"].units(),
        begins=members["begins"].day(),
        ends=members["ends"].day(),
        place=members["place"].text(),
        modifiers=tuple(item.text() for item in members["modifiers"].items()),
    )
    return ServiceLeaf(service, members["salt"].raw(32))


def _fact(place: Place) -> ContextLeaf:
    members = place.members("path", "value", "salt")
    return ContextLeaf(members["path"].text(), members["value"].text(), members["salt"].raw(32))


def _disclosure(place: Place) -> Disclosure:
    members = place.members("path", "value", "salt", "index", "count", "proof")
    return Disclosure(
        path=members["path"].text(),
        value=members["value"].text(),
        salt=members["salt"].raw(32),
        index=members["index"].integer(),
        count=members["count"].integer(),
        proof=tuple(item.raw(32) for item in members["proof"].items()),
    )


def _attestation(place: Place) -> EncounterAttestation:
    members = place.members(*_ATTESTATION)
    return EncounterAttestation(
        provider=_address(members["provider"]),
        subject=members["subject"].raw(32),
        sequence=members["sequence"].whole(),
        supersedes=members["supersedes"].whole(),
        services_root=members["services_root"].raw(32),
        context_root=members["context_root"].raw(32),
        line_count=members["line_count"].integer(),
        service_year=members["service_year"].integer(),
        evidence_class=members["evidence_class"].integer(),
        valid_until=members["valid_until"].integer(),
    )


def _address(place: Place) -> str:
    text = place.text()
    try:
        address_bytes(text)
    except EvidenceError:
        place.refuse("is not an address: write 0x and 40 hexadecimal digits, in one case or with the EIP-55 checksum")
    return text


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()
