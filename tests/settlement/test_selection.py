"""Both parties choose the same records for a claim, in the same order."""

import random
from dataclasses import replace

from claims.model.claim import Claim
from claims.service.intake import read_claims
from claims.settlement.selection import choose_records
from tests.service.parties import Bill, x12
from tests.service.visits import VISIT, signed_records


def claim(**changes: object) -> Claim:
    """The good claim, or what the changes make of it."""
    (read,) = read_claims(x12([Bill("A-1", **changes)]).encode()).claims  # type: ignore[arg-type]
    return read


def record(identifier: str, sequence: int = 1, **changes: object):  # type: ignore[no-untyped-def]
    """A record of the visit behind the good claim."""
    (made,) = signed_records(identifier=identifier, **changes)
    return replace(made, attestation=replace(made.attestation, sequence=sequence))


def names(*records: object, **changes: object) -> list[str]:
    """What is chosen, by name."""
    return [found.identifier for found in choose_records(claim(**changes), records)]  # type: ignore[arg-type]


def test_a_record_of_the_code_and_day_may_back_a_claim_that_names_none() -> None:
    assert names(record("one")) == ["one"]


def test_a_named_record_keeps_the_others_at_home() -> None:
    assert names(record("one"), record("two", 2), evidence="two") == ["two"]
    assert names(record("one"), evidence="two") == []


def test_another_provider_clinician_code_or_day_backs_nothing() -> None:
    day = VISIT.services[0].begins.replace(day=2)
    others = (
        record("provider", provider_npi="1234567893"),
        record("clinician", practitioner_npi="1234567893"),
        record("code", services=tuple(replace(s, code="99499") for s in VISIT.services)),
        record("day", services=tuple(replace(s, begins=day, ends=day) for s in VISIT.services)),
    )
    assert names(*others) == []


def test_the_order_does_not_depend_on_how_they_were_given() -> None:
    given = [record(f"r{sequence}", sequence) for sequence in range(1, 7)]
    for seed in range(20):
        shuffled = random.Random(seed).sample(given, len(given))
        assert names(*shuffled) == [f"r{sequence}" for sequence in range(1, 7)]
