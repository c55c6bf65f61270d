"""Small, whole values to put into a store; every part can be changed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from claims.model.claim import Claim, Line
from claims.model.decision import PAID, Decision, LineDecision, TraceEntry, Usage
from claims.model.encounter import Service
from claims.model.evidence import ContextLeaf, EncounterRecord, ServiceLeaf
from claims.model.history import PastLine
from claims.model.money import Money
from claims.model.party import Payer, Person, Provider
from claims.model.payment import Payment
from claims.model.signed import ClaimDecision, DecisionBatch, EncounterAttestation, ProviderInvoice
from claims.store.rows import (
    DueClaim,
    DueRevision,
    Intent,
    Policy,
    SettlementBatch,
    SignedBatch,
    SignedTransaction,
    StoredClaim,
    StoredDecision,
    StoredRemittance,
    StoredRoll,
)

DAY = date(2026, 3, 2)
SENDER = "0x" + "ab" * 20
SHA = "5e" * 32


def hash_of(number: int) -> bytes:
    """32 bytes that differ from number to number."""
    return number.to_bytes(32, "big")


def claim(**changes: Any) -> Claim:
    """A claim of one line."""
    line = Line(1, "99213", Money(95_00), Decimal("1.0"), DAY, DAY, "11", modifiers=("25",))
    values: dict[str, Any] = {
        "number": "A-17",
        "charge": Money(95_00),
        "lines": (line,),
        "billing": Provider("1234567893", "CLINIC"),
        "payer": Payer("PAYER", "PAYER1"),
        "subscriber": Person("Quillfeather", birth_date=date(1971, 5, 9)),
        "patient": Person("Quillfeather", "Ottoline", birth_date=date(2001, 7, 30)),
        "member_number": "MEMBER-4471",
        "relationship": "19",
        "received": DAY,
    }
    return Claim(**{**values, **changes})


def stored_claim(control_number: str = "C1", **changes: Any) -> StoredClaim:
    """A claim as received."""
    values: dict[str, Any] = {
        "control_number": control_number,
        "claim": claim(),
        "source_sha256": SHA,
        "received": DAY,
        "status": "received",
        "recorded_at": 1_000,
    }
    return StoredClaim(**{**values, **changes})


def decision(**changes: Any) -> Decision:
    """A claim paid in full."""
    line = LineDecision(1, "99213", ("25",), Money(95_00), Money(95_00), Money(95_00), ())
    values: dict[str, Any] = {
        "claim": "A-17",
        "status": PAID,
        "charge": Money(95_00),
        "allowed": Money(95_00),
        "paid": Money(95_00),
        "patient": Money(0),
        "lines": (line,),
        "trace": (TraceEntry("price", 1, "pass", "95.00"),),
        "rule_pack": hash_of(9),
    }
    return Decision(**{**values, **changes})


def stored_decision(control_number: str = "C1", revision: int = 1, **changes: Any) -> StoredDecision:
    """One version of a decision."""
    return StoredDecision(control_number, revision, decision(**changes), 2_000 + revision, '{"plan":"Gold"}')


def signed_batch(number: int, *entries: tuple[str, int], signed_at: int = 3_000) -> SignedBatch:
    """A batch with one decision for each entry."""
    decisions = tuple(
        ClaimDecision(hash_of(place), 1, 1, hash_of(5), 0, 95_00, 0, 95_00, 0, 0) for place, _ in enumerate(entries)
    )
    batch = DecisionBatch(decisions, hash_of(1), hash_of(9), 1, 1_900_000_000, hash_of(number))
    return SignedBatch(batch, (b"\x01" * 65,), entries, signed_at)


def record(**changes: Any) -> EncounterRecord:
    """An encounter of one service, signed."""
    attestation = EncounterAttestation(
        SENDER, hash_of(1), changes.pop("sequence", 7), 0, hash_of(2), hash_of(3), 1, 2026, 0, 1_900_000_000
    )
    values: dict[str, Any] = {
        "identifier": "V-1",
        "person": "PERSON-1",
        "subject_salt": hash_of(4),
        "practitioner": 3,
        "practitioner_npi": "1999999992",
        "provider_npi": "1234567893",
        "services": (ServiceLeaf(Service("99213", Decimal(1), DAY, DAY, "11"), hash_of(5)),),
        "context": (ContextLeaf("diagnosis/1", "J45909", hash_of(6)),),
        "attestation": attestation,
        "siblings": (hash_of(7),),
        "index": 0,
        "signature": b"\x02" * 65,
        "chain_id": 31_337,
        "registry": SENDER,
    }
    return EncounterRecord(**{**values, **changes})


def past_line(**changes: Any) -> PastLine:
    """A line that was adjudicated."""
    values: dict[str, Any] = {
        "claim": "A-17",
        "person": "PERSON-1",
        "billing_npi": "1234567893",
        "procedure": "99213",
        "modifiers": (),
        "begins": DAY,
        "ends": DAY,
        "place": "11",
        "charge": Money(95_00),
    }
    return PastLine(**{**values, **changes})


def policy(number: int = 2**64 - 1, **changes: Any) -> Policy:
    """A policy whose number needs all 64 bits."""
    values: dict[str, Any] = {
        "policy": number,
        "person": "PERSON-1",
        "plan": "Gold",
        "year": 2026,
        "benefit_limit": Money(10_000_00),
        "reserve": Money(500_00),
        "issued_at": 10,
    }
    return Policy(**{**values, **changes})


def intent(key: str = "settle:C1", **changes: Any) -> Intent:
    """Something to be done once."""
    values: dict[str, Any] = {"kind": "settle", "claim": "C1", "payload": '{"to":"0x00"}', "created_at": 5}
    return Intent(key, **{**values, **changes})


def transaction(number: int = 1, key: str = "settle:C1", nonce: int = 0, **changes: Any) -> SignedTransaction:
    """Signed bytes for an intent."""
    values: dict[str, Any] = {
        "transaction_hash": hash_of(number),
        "intent": key,
        "sender": SENDER,
        "nonce": nonce,
        "raw": b"\x02\xf8" + bytes([number]),
        "gas": 95_000,
        "max_fee": 30 * 10**9,
        "max_priority_fee": 10**9,
        "signed_at": 100 + number,
    }
    return SignedTransaction(**{**values, **changes})


def payment(number: int = 1, **changes: Any) -> Payment:
    """A payment of two claims."""
    values: dict[str, Any] = {
        "identifier": hash_of(number),
        "payee": SENDER,
        "paid": Money(95_00),
        "credited": Money(0),
        "transaction_hash": hash_of(77),
        "block": number,
        "day": DAY,
        "claims": (hash_of(12), hash_of(11)),
    }
    return Payment(**{**values, **changes})


def remittance(trace: str = "TRACE1", **changes: Any) -> StoredRemittance:
    """An 835 of the payment above."""
    values: dict[str, Any] = {
        "payment": hash_of(1),
        "interchange_number": 1,
        "group_number": 1,
        "transaction_number": 1,
        "sha256": SHA,
        "path": "remittances/000000001.835",
        "created_at": 50,
        "claims": ("C2", "C1"),
    }
    return StoredRemittance(trace, **{**values, **changes})


def usage(
    deductible: int, out_of_pocket: int | None = None, person: str = "P1", family: str = "F1", year: int = 2026
) -> Usage:
    """What a decision used, in cents; as much out of pocket as of the deductible where nothing else is said."""
    out = deductible if out_of_pocket is None else out_of_pocket
    return Usage(person, family, year, Money(deductible), Money(out))


def stored_roll(number: int = 20, **changes: Any) -> StoredRoll:
    """A roll of invoices; what it holds is not looked at here."""
    values: dict[str, Any] = {
        "hash": hash_of(number),
        "provider": SENDER,
        "book": SENDER,
        "source_sha256": SHA,
        "recorded_at": 1_000 + number,
        "anchored": "{}",
    }
    return StoredRoll(**{**values, **changes})


def terms(**changes: Any) -> ClaimDecision:
    """What is signed of an approval of 95.00."""
    found = ClaimDecision(hash_of(6), 1, 1, hash_of(5), 0, 95_00, 0, 95_00, 0, 0)
    return replace(found, **changes)


def due_claim(control_number: str = "C1", position: int = 0, **changes: Any) -> DueClaim:
    """An approval of a claim of the roll, that waits for its batch."""
    values: dict[str, Any] = {
        "control_number": control_number,
        "revision": 1,
        "claim_id": hash_of(6 + position),
        "roll": hash_of(20),
        "position": position,
        "rule_pack": hash_of(9),
        "trace": hash_of(8),
        "terms": terms(),
        "records": (hash_of(3), hash_of(4)),
        "due_at": 2_000,
    }
    return DueClaim(**{**values, **changes})


def settlement_batch(number: int = 30, **changes: Any) -> SettlementBatch:
    """A batch of one claim."""
    values: dict[str, Any] = {
        "batch": hash_of(number),
        "intent": f"batch:{number}",
        "claims": 1,
        "providers": 1,
        "rolls": 1,
        "sections": 1,
        "size": 900,
        "floor": 40_000,
        "estimate": 130_000,
        "paid": Money(95_00),
        "made_at": 3_000 + number,
    }
    return SettlementBatch(**{**values, **changes})


def due_revision(control_number: str = "C2", **changes: Any) -> DueRevision:
    """A void of what was paid."""
    values: dict[str, Any] = {
        "control_number": control_number,
        "revision": 1,
        "paid_control_number": "C1",
        "claim_id": hash_of(6),
        "invoice": ProviderInvoice(SENDER, 2**64 - 1, 0, hash_of(7), 95_00, bytes(32), 1),
        "first_terms": terms(),
        "terms": terms(revision=0, allowed=0, paid=0),
        "paid_before": Money(95_00),
        "rule_pack": hash_of(9),
        "trace": hash_of(8),
        "records": (hash_of(3),),
        "due_at": 4_000,
    }
    return DueRevision(**{**values, **changes})
