"""The claims that are measured: sealed, signed and decided by the product's own code, from fixed salts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.evidence.record import seal, sequence_number, sign_roll
from claims.evidence.roots import attestations_hash, claim_id, lines_root
from claims.evidence.typed_data import attestation_digest
from claims.model.encounter import Encounter, Service
from claims.model.evidence import EncounterRecord
from claims.model.signed import (
    OUTCOME_APPROVED,
    OUTCOME_DENIED,
    PRIMARY,
    BookDomain,
    ClaimDecision,
    EvidenceDomain,
    ProviderInvoice,
)
from claims.service.bench.stage import CHAIN_ID, DAY, START_AT, YEAR, Place, Stage, fixed
from claims.settlement.signed_decision import SignedDecision
from claims.settlement.terms import NO_CLAIM, sign_decision

BILLED, ALLOWED, PAID, PATIENT = 12_000, 9_500, 7_100, 2_400
"""Cents."""
LANE = 0
VALID_UNTIL = START_AT + 90 * DAY
DEADLINE = START_AT + 30 * DAY
FIRST_EPOCH = 1

SERVICE = Service("99213", Decimal(1), date(YEAR, 3, 2), date(YEAR, 3, 2), "11")


@dataclass(frozen=True, slots=True)
class Shape:
    """How a claim is backed: by how many attestations, and how many each was signed with in one roll."""

    attestations: int = 1
    roll: int = 1


@dataclass(frozen=True, slots=True)
class Case:
    """A claim with its records; `deciding` signs a decision of either outcome."""

    invoice: ProviderInvoice
    records: tuple[EncounterRecord, ...]
    decide: Callable[[int], SignedDecision]

    @property
    def approved(self) -> SignedDecision:
        """The decision that pays."""
        return self.decide(OUTCOME_APPROVED)

    @property
    def denied(self) -> SignedDecision:
        """The decision that pays nothing."""
        return self.decide(OUTCOME_DENIED)


def make_case(stage: Stage, place: Place, shape: Shape, first: int) -> Case:
    """Make a claim whose attestations count up from `first`; of a roll the one in its middle is claimed."""
    records = _records(stage, place, shape, first)
    invoice = ProviderInvoice(
        provider=place.provider.address,
        policy=place.policy,
        rank=PRIMARY,
        attestations=attestations_hash([attestation_digest(r.practitioner, r.attestation) for r in records]),
        billed=BILLED,
        replaces=NO_CLAIM,
        frequency=1,
    )

    def decide(outcome: int) -> SignedDecision:
        paid = outcome == OUTCOME_APPROVED
        terms = ClaimDecision(
            invoice=claim_id(invoice),
            revision=1,
            outcome=outcome,
            lines_root=lines_root([record.attestation.services_root for record in records]),
            evidence_class=0,
            allowed=ALLOWED if paid else 0,
            other_payer=0,
            paid=PAID if paid else 0,
            patient=PATIENT if paid else 0,
            interest=0,
        )
        return sign_decision(
            "bench",
            invoice,
            terms,
            records=[record.identifier for record in records],
            traces=fixed(f"traces {place.practitioner} {first}"),
            rule_pack=fixed("rule pack"),
            epoch=FIRST_EPOCH,
            deadline=DEADLINE,
            batch=fixed(f"batch {place.practitioner} {first}"),
            domain=BookDomain(CHAIN_ID, place.book),
            adjudicators=[(stage.adjudicator.address, stage.adjudicator.sign_digest)],
        )

    return Case(invoice, records, decide)


def _records(stage: Stage, place: Place, shape: Shape, first: int) -> tuple[EncounterRecord, ...]:
    count = shape.attestations * shape.roll
    sealed = seal(
        [_encounter(place, first + number) for number in range(count)],
        practitioner=place.practitioner,
        provider_address=place.provider.address,
        domain=EvidenceDomain(CHAIN_ID, stage.registry),
        first_sequence=sequence_number(LANE, first),
        valid_until=VALID_UNTIL,
        salts=salts_of(f"{place.practitioner} {first}").__next__,
    )
    rolls: Sequence[tuple[EncounterRecord, ...]] = [
        sign_roll(sealed[start : start + shape.roll], place.clinician.sign_digest)
        for start in range(0, count, shape.roll)
    ]
    return tuple(roll[shape.roll // 2] for roll in rolls)


def _encounter(place: Place, number: int) -> Encounter:
    return Encounter(
        identifier=f"{place.practitioner}-{number}",
        person=f"person {number}",
        practitioner_npi=str(place.practitioner),
        provider_npi="bench",
        services=(SERVICE,),
    )


def salts_of(seed: str) -> Iterator[bytes]:
    """Give salts without end that follow from a seed."""
    number = 0
    while True:
        number += 1
        yield fixed(f"salt {seed} {number}")
