"""Sealing: what goes into a record, what is refused, and one signature over a shift."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.evidence.addresses import checksum_address
from claims.evidence.errors import LeafError, RecordError
from claims.evidence.keccak import keccak256
from claims.evidence.record import context_root, seal, sequence_number, services_root, sign_roll, subject_commitment
from claims.evidence.signature import address_of_private_key, recover, sign
from claims.evidence.typed_data import digest
from claims.model.evidence import ContextLeaf
from claims.model.signed import EncounterRoll
from tests.evidence import samples


def seal_one(encounter=None, **changes):
    """One sealed record."""
    return seal_many([encounter or samples.encounter()], **changes)[0]


def seal_many(encounters, **changes):
    """Sealed records with the usual settings."""
    settings_ = {
        "practitioner": 7,
        "provider_address": samples.PROVIDER,
        "domain": samples.DOMAIN,
        "first_sequence": sequence_number(3, 1),
        "valid_until": samples.VALID_UNTIL,
        **changes,
    }
    return seal(encounters, **settings_)


def signer(digest_):
    """Sign with the practitioner's key."""
    return sign(digest_, samples.KEY)


def test_a_record_holds_the_encounter_and_its_attestation():
    record = seal_one(evidence_class=2)
    attestation = record.attestation
    assert (record.identifier, record.person, record.practitioner) == ("V-1", "P-4711", 7)
    assert (record.practitioner_npi, record.provider_npi) == ("1234567893", "1093817465")
    assert (record.chain_id, record.registry) == (samples.DOMAIN.chain_id, samples.DOMAIN.registry)
    assert (record.siblings, record.index, record.signature) == ((), 0, b"")
    assert attestation.provider == checksum_address(bytes.fromhex("a1" * 20))
    assert attestation.subject == keccak256(record.subject_salt + b"P-4711")
    assert attestation.services_root == services_root(record.services)
    assert attestation.context_root == context_root(record.context)
    assert (attestation.line_count, attestation.service_year) == (2, 2026)
    assert (attestation.evidence_class, attestation.valid_until) == (2, samples.VALID_UNTIL)
    assert (attestation.sequence, attestation.supersedes) == (3 << 32 | 1, 0)


def test_the_context_tree_has_the_facts_in_their_order():
    record = seal_one(samples.encounter(context=(("device-days", "12"), ("package/1", "SN-9"))))
    assert [(leaf.path, leaf.value) for leaf in record.context] == [
        ("context/person", "P-4711"),
        ("context/practitioner", "1234567893"),
        ("context/begins", "2026-03-02T09:00:00-05:00"),
        ("context/ends", "2026-03-02T09:20:00-05:00"),
        ("context/diagnosis/1", "J209"),
        ("context/diagnosis/2", "R05"),
        ("context/device-days", "12"),
        ("context/package/1", "SN-9"),
    ]
    bare = seal_one(samples.encounter(begins="", ends="", diagnoses=()))
    assert [leaf.path for leaf in bare.context] == ["context/person", "context/practitioner"]


def test_payment_modifiers_are_left_out_and_the_others_keep_their_order():
    record = seal_one(samples.encounter(services=(samples.service(modifiers=("25", "LT", "59", "51")),)))
    assert record.services[0].service.modifiers == ("LT", "51")


def test_sequence_numbers_count_up_within_their_lane():
    records = seal_many([samples.encounter(f"V-{n}") for n in range(3)], first_sequence=sequence_number(9, 41))
    assert [record.attestation.sequence for record in records] == [9 << 32 | n for n in (41, 42, 43)]


def test_a_lane_that_is_full_is_refused():
    with pytest.raises(RecordError, match="begin another lane"):
        seal_many([samples.encounter("V-1"), samples.encounter("V-2")], first_sequence=sequence_number(0, 0xFFFF_FFFF))
    with pytest.raises(RecordError, match="counter 0"):
        seal_one(first_sequence=5 << 32)
    with pytest.raises(RecordError, match="lane"):
        sequence_number(1 << 32, 1)


def test_one_record_may_supersede_another():
    first = seal_one()
    second = seal_one(first_sequence=sequence_number(3, 2), supersedes=first.attestation.sequence)
    assert second.attestation.supersedes == first.attestation.sequence
    with pytest.raises(RecordError, match="2 were given"):
        seal_many([samples.encounter("V-1"), samples.encounter("V-2")], supersedes=1)


def test_services_of_two_years_are_refused():
    across = samples.service(begins=date(2025, 12, 31), ends=date(2026, 1, 1))
    with pytest.raises(RecordError, match=r"encounters\[0\]: the services fall in 2 calendar years"):
        seal_one(samples.encounter(services=(across,)))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"services": ()}, "1 to 65535 services, not 0"),
        ({"services": (samples.service("bad code"),)}, "procedure code"),
        ({"services": (samples.service(units=Decimal(-1)),)}, "units"),
        ({"person": ""}, "value is empty"),
        ({"diagnoses": ("J2\x009",)}, "control character"),
        ({"context": (("Device", "1"),)}, "a path is"),
        ({"context": (("person", "P-2"),)}, "comes twice"),
    ],
)
def test_an_encounter_that_cannot_be_sealed_is_named_by_its_place(changes, why):
    with pytest.raises(RecordError, match=why) as refused:
        seal_many([samples.encounter(), samples.encounter("V-2", **changes)])
    assert str(refused.value).startswith("encounters[1]: ")


def test_encounters_of_two_practitioners_or_providers_are_refused():
    for changes in ({"practitioner_npi": "1"}, {"provider_npi": "1"}):
        with pytest.raises(RecordError, match="seal each of them apart"):
            seal_many([samples.encounter(), samples.encounter("V-2", **changes)])


def test_numbers_that_do_not_fit_their_field_are_refused():
    with pytest.raises(RecordError, match=r"validUntil: 1099511627776 does not fit in uint40"):
        seal_one(valid_until=1 << 40)
    with pytest.raises(RecordError, match="evidenceClass"):
        seal_one(evidence_class=256)


@settings(max_examples=20)
@given(st.integers(1, 6), st.integers(1, 5))
def test_salts_never_repeat(encounters, lines):
    records = seal_many(
        [samples.encounter(f"V-{n}", services=(samples.service(),) * lines) for n in range(encounters)] * 2
    )
    salts = [record.subject_salt for record in records]
    salts += [leaf.salt for record in records for leaf in (*record.services, *record.context)]
    assert len(set(salts)) == len(salts)
    assert len({record.attestation.subject for record in records}) == len(records)
    assert len({record.attestation.services_root for record in records}) == len(records)


def test_a_source_of_salts_that_repeats_itself_is_refused():
    with pytest.raises(RecordError, match="repeats itself"):
        seal_one(salts=lambda: bytes(32))
    numbers = count()
    with pytest.raises(RecordError, match="31"):
        seal_one(salts=lambda: next(numbers).to_bytes(31, "big"))


def test_a_shift_is_signed_once():
    records = seal_many([samples.encounter(f"V-{n}") for n in range(5)])
    digests = []
    signed = sign_roll(records, lambda one: digests.append(one) or signer(one))
    roll = EncounterRoll(7, tuple(record.attestation for record in records))
    assert digests == [digest(roll, samples.DOMAIN)]
    assert [record.index for record in signed] == [0, 1, 2, 3, 4]
    assert len({record.signature for record in signed}) == len({record.siblings for record in signed}) == 1
    assert recover(digests[0], signed[0].signature) == address_of_private_key(samples.KEY)
    assert [replace(record, siblings=(), index=0, signature=b"") for record in signed] == list(records)


def test_what_is_no_roll_is_refused():
    one, two = seal_many([samples.encounter("V-1"), samples.encounter("V-2")])
    with pytest.raises(RecordError, match="have 0"):
        sign_roll([], signer)
    for changes in ({"practitioner": 8}, {"chain_id": 1}, {"registry": samples.PROVIDER}):
        with pytest.raises(RecordError, match="have 2"):
            sign_roll([one, replace(two, **changes)], signer)
    with pytest.raises(RecordError, match="one sequence number"):
        sign_roll([one, one], signer)
    with pytest.raises(RecordError, match="gave back nothing"):
        sign_roll([one], lambda _: b"")


def test_trees_of_a_record_refuse_what_has_no_leaf():
    salt = bytes(32)
    with pytest.raises(LeafError, match="comes twice"):
        context_root([ContextLeaf("context/person", "a", salt), ContextLeaf("context/person", "b", salt)])
    with pytest.raises(LeafError, match="31"):
        subject_commitment("P-1", bytes(31))
