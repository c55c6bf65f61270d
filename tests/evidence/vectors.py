"""Makes vectors.json, fixed inputs with every hash that follows from them, for whoever writes another encoder.

python -m tests.evidence.vectors > tests/evidence/vectors.json
"""

import json
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal

from claims.evidence import leaves, roots, tree
from claims.evidence.document import dump_records
from claims.evidence.record import seal, sequence_number, sign_roll, subject_commitment
from claims.evidence.signature import address_of_private_key, sign
from claims.evidence.struct_types import STRUCT_TYPES
from claims.evidence.typed_data import attestation_digest, digest, domain_separator, hash_struct
from claims.model.encounter import Service
from claims.model.signed import (
    ClaimDecision,
    DecisionBatch,
    EncounterRoll,
    EvidenceDomain,
    InvoiceRoll,
    ProviderInvoice,
    SettlementBatch,
    WitnessStatement,
)
from tests.evidence import reference, samples

SERVICES = (
    samples.service("99213"),
    samples.service("36415", modifiers=("LT", "51"), units=Decimal("2.50")),
    Service("J1100", Decimal(120), date(2026, 3, 2), date(2026, 3, 4), "22"),
)
FACTS = (
    ("context/person", "P-4711"),
    ("context/diagnosis/1", "J209"),
    ("context/note-hash", "Mu\u0308ller"),
)


def salt(number: int) -> bytes:
    """The salts of the vectors: 32 bytes that count."""
    return number.to_bytes(32, "big")


def vectors() -> dict:
    """Everything, computed."""
    return {
        "leaves": _service_leaves() + _fact_leaves(),
        "subject": {
            "salt": _hex(salt(99)),
            "person": "P-4711",
            "hash": _hex(subject_commitment("P-4711", salt(99))),
        },
        "trees": [_tree(count) for count in (1, 2, 3, 5, 16)],
        "domains": [_domain(samples.DOMAIN), _domain(samples.BOOK)],
        "structs": [_struct(value) for value in values()],
        "attestation": {"practitioner": 7, "digest": _hex(attestation_digest(7, _attestation()))},
        "roots": {
            "several": [_hex(salt(1)), _hex(salt(2))],
            "linesRoot": _hex(roots.lines_root([salt(1), salt(2)])),
            "linesRootOfOne": _hex(roots.lines_root([salt(1)])),
            "attestations": _hex(roots.attestations_hash([salt(1), salt(2)])),
            "attestationsOfOne": _hex(roots.attestations_hash([salt(1)])),
        },
        "signature": _signature(),
        "document": json.loads(dump_records(_records())),
    }


def values() -> tuple:
    """One value of each signed type, each built on those before it."""
    attestation = _attestation()
    other = replace(attestation, sequence=sequence_number(3, 2), supersedes=sequence_number(3, 1), evidence_class=2)
    invoice = ProviderInvoice(
        provider=attestation.provider,
        policy=0x0102030405060708,
        rank=1,
        attestations=roots.attestations_hash([attestation_digest(7, attestation)]),
        billed=12_000,
        replaces=bytes(32),
        frequency=1,
    )
    decision = ClaimDecision(
        invoice=roots.claim_id(invoice),
        revision=1,
        outcome=1,
        lines_root=attestation.services_root,
        evidence_class=0,
        allowed=9_500,
        other_payer=1_000,
        paid=5_600,
        patient=2_900,
        interest=12,
    )
    return (
        attestation,
        EncounterRoll(7, (attestation,)),
        EncounterRoll(7, (attestation, other)),
        WitnessStatement(attestation_digest(7, attestation), 1, 2, 3, salt(5), samples.VALID_UNTIL),
        invoice,
        InvoiceRoll((invoice, replace(invoice, frequency=7, replaces=roots.claim_id(invoice))), salt(6), 9),
        decision,
        DecisionBatch((decision,), salt(7), salt(8), 4, samples.VALID_UNTIL, salt(9)),
        DecisionBatch((), salt(7), salt(8), 4, samples.VALID_UNTIL, salt(9)),
        SettlementBatch((salt(10), salt(11)), salt(7), salt(8), 4, samples.VALID_UNTIL, salt(9)),
    )


def _records():
    numbers = iter(range(1, 1_000))
    sealed = seal(
        [samples.encounter("V-1", services=SERVICES), samples.encounter("V-2")],
        practitioner=7,
        provider_address=samples.PROVIDER,
        domain=samples.DOMAIN,
        first_sequence=sequence_number(3, 1),
        valid_until=samples.VALID_UNTIL,
        salts=lambda: salt(next(numbers)),
    )
    return sign_roll(sealed, lambda one: sign(one, samples.KEY))


def _attestation():
    return _records()[0].attestation


def _service_leaves() -> list[dict]:
    found = []
    for index, service in enumerate(SERVICES):
        found.append(
            {
                "path": leaves.service_path(index),
                "value": {
                    "code": service.code,
                    "modifiers": list(service.modifiers),
                    "units": str(service.units),
                    "begins": service.begins.isoformat(),
                    "ends": service.ends.isoformat(),
                    "place": service.place,
                },
                "salt": _hex(salt(index)),
                "pathBytes": _hex(leaves.path_bytes(leaves.service_path(index))),
                "valueBytes": _hex(leaves.service_bytes(service)),
                "leaf": _hex(leaves.service_leaf(index, service, salt(index))),
            }
        )
    return found


def _fact_leaves() -> list[dict]:
    return [
        {
            "path": path,
            "value": value,
            "salt": _hex(salt(50 + number)),
            "pathBytes": _hex(leaves.path_bytes(path)),
            "valueBytes": _hex(leaves.text_bytes(value)),
            "leaf": _hex(leaves.context_leaf(path, value, salt(50 + number))),
        }
        for number, (path, value) in enumerate(FACTS)
    ]


def _tree(count: int) -> dict:
    row = [leaves.context_leaf(f"context/diagnosis/{n}", "J209", salt(n)) for n in range(1, count + 1)]
    return {
        "leaves": [_hex(leaf) for leaf in row],
        "root": _hex(tree.root(row)),
        "proofs": [[_hex(one) for one in tree.prove(row, index)] for index in range(count)],
    }


def _domain(domain) -> dict:
    evidence = isinstance(domain, EvidenceDomain)
    return {
        "name": "Claims Evidence" if evidence else "Claims Book",
        "version": "1",
        "chainId": domain.chain_id,
        "verifyingContract": domain.registry if evidence else domain.book,
        "separator": _hex(domain_separator(domain)),
    }


def _struct(value) -> dict:
    struct = STRUCT_TYPES[type(value)]
    domain = samples.DOMAIN if struct.domain == "Claims Evidence" else samples.BOOK
    return {
        "type": struct.name,
        "domain": struct.domain,
        "encodeType": struct.encoding,
        "typeHash": _hex(struct.type_hash),
        "message": reference.message(value),
        "hashStruct": _hex(hash_struct(value)),
        "digest": _hex(digest(value, domain)),
    }


def _signature() -> dict:
    signed = digest(EncounterRoll(7, (_attestation(),)), samples.DOMAIN)
    return {
        "privateKey": _hex(samples.KEY),
        "address": address_of_private_key(samples.KEY),
        "digest": _hex(signed),
        "signature": _hex(sign(signed, samples.KEY)),
    }


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()


if __name__ == "__main__":
    json.dump(vectors(), sys.stdout, indent=1, ensure_ascii=True)
    sys.stdout.write("\n")
