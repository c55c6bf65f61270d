"""Encounter records: kept by their content, since anybody may hand in a record of any name."""

import pytest

from claims.store.work import UnitOfWork
from tests.store import values


def test_a_record_is_kept_once_and_read_back_whole(work: UnitOfWork) -> None:
    record = values.record()
    digest = work.records.add(record, recorded_at=10)
    assert work.records.add(record, recorded_at=20) == digest
    found = work.records.find(digest)
    assert found is not None
    assert (found.record, found.recorded_at) == (record, 10)
    assert [row.record for row in work.records.all()] == [record]
    assert work.records.find(values.hash_of(1)) is None


def test_a_forged_record_does_not_stand_in_the_way_of_the_true_one(work: UnitOfWork) -> None:
    true, forged = values.record(), values.record(signature=b"", person="PERSON-2")
    work.records.add(forged, recorded_at=99)
    work.records.add(true, recorded_at=10)
    assert [row.record for row in work.records.by_identifier("V-1")] == [forged, true], "the signed one stands last"
    assert [row.record for row in work.records.by_sequence(3, 7)] == [forged, true]


def test_records_are_found_by_what_they_are_of(work: UnitOfWork) -> None:
    here, there = values.record(), values.record(provider_npi="1888888883", practitioner=4, person="PERSON-2")
    work.records.add(here, recorded_at=1)
    work.records.add(there, recorded_at=2)
    assert [row.record for row in work.records.by_identifier("V-1")] == [here, there]
    assert [row.record for row in work.records.by_identifier("V-1", "1888888883")] == [there]
    assert [row.record for row in work.records.by_practitioner(4)] == [there]
    assert [row.record for row in work.records.by_person("PERSON-1")] == [here]
    assert work.records.by_identifier("V-2") == ()


@pytest.mark.parametrize("sequence", [1, 2**32 - 1, 2**32 + 1, 2**63, 2**64 - 1])
def test_a_sequence_may_use_all_its_64_bits(work: UnitOfWork, sequence: int) -> None:
    record = values.record(sequence=sequence)
    work.records.add(record, recorded_at=1)
    assert [row.record for row in work.records.by_sequence(3, sequence)] == [record]
    assert work.records.by_sequence(3, sequence ^ 2**33) == ()
    assert work.records.by_sequence(4, sequence) == ()
