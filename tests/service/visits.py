"""The visit behind the good claim, as a sealed and signed encounter record."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from claims.evidence.addresses import checksum_address
from claims.evidence.document import dump_records
from claims.evidence.record import seal, sign_roll
from claims.evidence.signature import sign
from claims.model.encounter import Encounter, Service
from claims.model.evidence import EncounterRecord
from claims.model.signed import EvidenceDomain

KEY = bytes(31) + b"\x07"
DOMAIN = EvidenceDomain(31_337, checksum_address(bytes.fromhex("d4" * 20)))
DAY = date(2026, 4, 13)
VISIT = Encounter(
    identifier="V-9001",
    person="NGP-550917",
    practitioner_npi="2835174600",
    provider_npi="2460913785",
    services=(
        Service("99213", Decimal(1), DAY, DAY, "11"),
        Service("97110", Decimal(2), DAY, DAY, "11"),
    ),
)
dump = dump_records


def unsigned_records(**changes: object) -> tuple[EncounterRecord, ...]:
    """The visit, or what the changes make of it, sealed for the good claim's provider."""
    return seal(
        [replace(VISIT, **changes)],
        practitioner=1,
        provider_address="0x" + "a1" * 20,
        domain=DOMAIN,
        first_sequence=1,
        valid_until=1_900_000_000,
    )


def signed_records(**changes: object) -> tuple[EncounterRecord, ...]:
    """The same, signed by the clinician."""
    return sign_roll(unsigned_records(**changes), lambda digest: sign(digest, KEY))
