"""Invented encounters, and strategies that make signed values of every type."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from claims.evidence.addresses import checksum_address
from claims.model.encounter import Encounter, Service
from claims.model.signed import (
    BookDomain,
    ClaimDecision,
    DecisionBatch,
    EncounterAttestation,
    EncounterRoll,
    EvidenceDomain,
    InvoiceRoll,
    ProviderInvoice,
    SettlementBatch,
    WitnessStatement,
)

KEY = bytes(31) + b"\x2a"
OTHER_KEY = bytes(31) + b"\x2b"
PROVIDER = "0x" + "a1" * 20
DOMAIN = EvidenceDomain(31_337, checksum_address(bytes.fromhex("b2" * 20)))
BOOK = BookDomain(31_337, checksum_address(bytes.fromhex("c3" * 20)))
VALID_UNTIL = 1_800_000_000


def service(code: str = "99213", **changes: object) -> Service:
    """One office visit on one day, or what the changes make of it."""
    given = {"units": Decimal(1), "begins": date(2026, 3, 2), "ends": date(2026, 3, 2), "place": "11", **changes}
    return Service(code, **given)


def encounter(identifier: str = "V-1", **changes: object) -> Encounter:
    """One visit with two services, or what the changes make of it."""
    given = {
        "person": "P-4711",
        "practitioner_npi": "1234567893",
        "provider_npi": "1093817465",
        "services": (service(), service("36415")),
        "begins": "2026-03-02T09:00:00-05:00",
        "ends": "2026-03-02T09:20:00-05:00",
        "diagnoses": ("J209", "R05"),
        **changes,
    }
    return Encounter(identifier, **given)


def unsigned(bits: int) -> st.SearchStrategy[int]:
    """Whole numbers of a Solidity uint, its ends among them."""
    return st.one_of(st.sampled_from([0, 1, (1 << bits) - 1]), st.integers(0, (1 << bits) - 1))


HASHES = st.binary(min_size=32, max_size=32)
ADDRESSES = st.binary(min_size=20, max_size=20).map(checksum_address)
ATTESTATIONS = st.builds(
    EncounterAttestation,
    provider=ADDRESSES,
    subject=HASHES,
    sequence=unsigned(64),
    supersedes=unsigned(64),
    services_root=HASHES,
    context_root=HASHES,
    line_count=unsigned(16),
    service_year=unsigned(32),
    evidence_class=unsigned(8),
    valid_until=unsigned(40),
)
ROLLS = st.builds(EncounterRoll, practitioner=unsigned(32), attestations=st.lists(ATTESTATIONS, max_size=4).map(tuple))
STATEMENTS = st.builds(
    WitnessStatement,
    attestation=HASHES,
    role=unsigned(8),
    statement=unsigned(8),
    capacity=unsigned(8),
    evidence=HASHES,
    valid_until=unsigned(40),
)
INVOICES = st.builds(
    ProviderInvoice,
    provider=ADDRESSES,
    policy=unsigned(64),
    rank=unsigned(8),
    attestations=HASHES,
    billed=unsigned(64),
    replaces=HASHES,
    frequency=unsigned(8),
)
INVOICE_ROLLS = st.builds(
    InvoiceRoll, invoices=st.lists(INVOICES, max_size=4).map(tuple), documents=HASHES, nonce=unsigned(64)
)
DECISIONS = st.builds(
    ClaimDecision,
    invoice=HASHES,
    revision=unsigned(32),
    outcome=unsigned(8),
    lines_root=HASHES,
    evidence_class=unsigned(8),
    allowed=unsigned(64),
    other_payer=unsigned(64),
    paid=unsigned(64),
    patient=unsigned(64),
    interest=unsigned(64),
)
BATCHES = st.builds(
    DecisionBatch,
    decisions=st.lists(DECISIONS, max_size=4).map(tuple),
    traces=HASHES,
    rule_pack=HASHES,
    epoch=unsigned(32),
    deadline=unsigned(40),
    batch=HASHES,
)
SETTLEMENTS = st.builds(
    SettlementBatch,
    parts=st.lists(HASHES, max_size=4).map(tuple),
    traces=HASHES,
    rule_pack=HASHES,
    epoch=unsigned(32),
    deadline=unsigned(40),
    batch=HASHES,
)
EVIDENCE_VALUES = st.one_of(ATTESTATIONS, ROLLS, STATEMENTS)
BOOK_VALUES = st.one_of(INVOICES, INVOICE_ROLLS, DECISIONS, BATCHES, SETTLEMENTS)
EVIDENCE_DOMAINS = st.builds(EvidenceDomain, unsigned(256), ADDRESSES)
BOOK_DOMAINS = st.builds(BookDomain, unsigned(256), ADDRESSES)
SIGNED = st.one_of(st.tuples(EVIDENCE_VALUES, EVIDENCE_DOMAINS), st.tuples(BOOK_VALUES, BOOK_DOMAINS))
