"""What a clinician signs of an export, once; what is changed, left out, revoked or forged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from claims.evidence.disclosure import without_context
from claims.evidence.document import dump_records, load_records
from claims.evidence.errors import RecordError
from claims.model.encounter import Encounter
from claims.service import encounters
from claims.service.calendar import date_at
from claims.service.encounters import KEPT, SIGNED, UNSIGNED, Attested, Choice, Clinician
from claims.service.errors import UsageError
from claims.service.evidence import verify_records
from claims.service.office import Office, open_office
from tests.cli.support import CLINIC_NPI, CLINICIAN, CLINICIAN_NPI, PASSPHRASE, SECOND_NPI, World, fresh_world, visit

LEE = Clinician(CLINICIAN, CLINICIAN_NPI, "dr-lee")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fresh_world(tmp_path)


@pytest.fixture
def clinic(world: World) -> Iterator[Office]:
    with open_office(world.clinic, passphrase=PASSPHRASE) as office:
        yield office


def attest(office: Office, *shift: Encounter, **options: Any) -> Attested:
    return encounters.attest(office, shift, options.pop("clinician", LEE), **options)


def test_a_shift_is_signed_with_one_signature_that_the_payer_accepts(clinic: Office) -> None:
    done = attest(clinic, visit("V-1"), visit("V-2"), visit("V-3"))
    assert done.states == (SIGNED,) * 3
    assert [record.attestation.sequence for record in done.records] == [1, 2, 3]
    assert len({record.signature for record in done.records}) == 1
    assert [one.problem for one in verify_records(clinic, done.records)] == ["", "", ""]


def test_each_signs_one_by_one(clinic: Office) -> None:
    done = attest(clinic, visit("V-1"), visit("V-2"), each=True)
    assert len({record.signature for record in done.records}) == 2
    assert all(len(record.siblings) == 1 for record in done.records)
    assert [one.problem for one in verify_records(clinic, done.records)] == ["", ""]


def test_an_attestation_lasts_400_days_past_the_year_and_tells_nobody_the_day_of_its_signing(clinic: Office) -> None:
    (record,) = attest(clinic, visit("V-1")).records
    year_end = int(datetime(date_at(clinic.chain.head().timestamp).year + 1, 1, 1, tzinfo=UTC).timestamp())
    assert record.attestation.valid_until == year_end + 400 * 86_400 - 1
    clinic.chain.advance(3 * 86_400 + 777)
    (later,) = attest(clinic, visit("V-2")).records
    assert later.attestation.valid_until == record.attestation.valid_until
    (record,) = attest(clinic, visit("V-3"), valid_days=10).records
    assert record.attestation.valid_until == year_end + 10 * 86_400 - 1


def test_a_second_run_signs_nothing_twice(clinic: Office) -> None:
    first = attest(clinic, visit("V-1"), visit("V-2"))
    second = attest(clinic, visit("V-1"), visit("V-2"))
    assert second.states == (KEPT, KEPT)
    assert second.records == first.records
    third = attest(clinic, visit("V-2"), visit("V-3"))
    assert third.states == (KEPT, SIGNED)
    assert third.records[1].attestation.sequence == 3


def test_only_the_clinician_s_encounters_for_the_billing_provider_are_taken(clinic: Office) -> None:
    shift = (visit("V-1"), visit("V-2", practitioner_npi="1000000004"), visit("V-3", provider_npi=SECOND_NPI))
    assert [record.identifier for record in attest(clinic, *shift).records] == ["V-1"]
    (record,) = attest(clinic, *shift, billing_npi=SECOND_NPI).records
    assert record.identifier == "V-3"
    assert record.attestation.provider == clinic.keystore.address(f"provider-{SECOND_NPI}")


def test_an_address_can_be_named_instead_of_a_key(clinic: Office) -> None:
    address = clinic.keystore.address("dr-other")
    (record,) = attest(clinic, visit("V-1"), provider=address).records
    assert record.attestation.provider == address


def test_an_export_without_an_encounter_of_the_clinician_is_refused(clinic: Office) -> None:
    with pytest.raises(UsageError, match="1 encounters, none of practitioner NPI"):
        attest(clinic, visit("V-1", practitioner_npi="1000000004"))


def test_two_encounters_of_one_name_are_refused(clinic: Office) -> None:
    with pytest.raises(UsageError, match="two encounters V-1"):
        attest(clinic, visit("V-1"), visit("V-1", code="99214"))


def test_a_changed_encounter_is_refused_by_its_name_alone(clinic: Office) -> None:
    attest(clinic, visit("V-1"), visit("V-2"))
    with pytest.raises(UsageError, match=r"encounter V-2 .* --supersedes 2") as refused:
        attest(clinic, visit("V-1"), visit("V-2", code="99215"))
    assert not any(text in str(refused.value) for text in ("99213", "99215", "P-1", "2026-03"))


@pytest.mark.parametrize(
    "change",
    [
        {"code": "99214"},
        {"units": "2"},
        {"person": "P-2"},
        {"diagnoses": ("J030",)},
        {"begins": "2026-03-10T09:00:00-04:00"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_all_that_is_signed_counts_as_content(clinic: Office, change: dict[str, Any]) -> None:
    attest(clinic, visit("V-1"))
    with pytest.raises(UsageError, match="other content"):
        attest(clinic, visit("V-1", **change))


def test_a_payment_modifier_is_no_change(clinic: Office) -> None:
    attest(clinic, visit("V-1"))
    coded = visit("V-1")
    coded = replace(coded, services=(replace(coded.services[0], modifiers=("25",)),))
    assert attest(clinic, coded).states == (KEPT,)


def test_a_superseding_attestation_replaces_what_was_signed_and_is_kept_like_it(clinic: Office) -> None:
    attest(clinic, visit("V-1"))
    amended = visit("V-1", code="99214")
    done = attest(clinic, amended, supersedes=1)
    assert done.states == (SIGNED,)
    attestation = done.records[0].attestation
    assert (attestation.sequence, attestation.supersedes) == (2, 1)
    assert attest(clinic, amended, supersedes=1).records == done.records
    assert attest(clinic, amended).records == done.records


def test_a_correction_of_a_correction_names_the_first_attestation(clinic: Office) -> None:
    attest(clinic, visit("V-1"))
    attest(clinic, visit("V-1", code="99214"), supersedes=1)
    with pytest.raises(UsageError, match=r"sequence 2 is itself a correction.*--supersedes 1"):
        attest(clinic, visit("V-1", code="99215"), supersedes=2)
    assert attest(clinic, visit("V-1", code="99215"), supersedes=1).records[0].attestation.supersedes == 1


def test_the_same_content_is_signed_anew_where_that_is_asked_for(clinic: Office) -> None:
    attest(clinic, visit("V-1"))
    assert attest(clinic, visit("V-1"), supersedes=1).records[0].attestation.supersedes == 1


def test_what_is_superseded_must_be_the_encounter_s_own(clinic: Office) -> None:
    attest(clinic, visit("V-1"), visit("V-2"))
    with pytest.raises(UsageError, match="sequence 2 is no attestation of encounter V-1"):
        attest(clinic, visit("V-1", code="99214"), supersedes=2)
    with pytest.raises(UsageError, match="one encounter replaces"):
        attest(clinic, visit("V-1"), visit("V-2"), supersedes=1)


def test_encounters_are_chosen_by_name(clinic: Office) -> None:
    shift = [visit(f"V-{number}") for number in range(1, 5)]
    done = attest(clinic, *shift, choice=Choice(only=("V-1", "V-2"), leave_out=("V-2",)))
    assert [record.identifier for record in done.records] == ["V-1"]
    with pytest.raises(UsageError, match="no encounter V-9"):
        attest(clinic, *shift, choice=Choice(leave_out=("V-9",)))
    with pytest.raises(UsageError, match="nothing to attest"):
        attest(clinic, *shift, choice=Choice(only=("V-1",), leave_out=("V-1",)))


def test_an_encounter_can_be_written_unsigned_and_signed_later_as_it_is(clinic: Office) -> None:
    first = attest(clinic, visit("V-1"), visit("V-2"), choice=Choice(unsigned=("V-2",)))
    assert first.states == (SIGNED, UNSIGNED)
    assert [one.problem for one in verify_records(clinic, first.records)] == ["", "unsigned"]
    assert attest(clinic, visit("V-1"), visit("V-2"), choice=Choice(unsigned=("V-2",))).records == first.records
    later = attest(clinic, visit("V-1"), visit("V-2"))
    assert later.states == (KEPT, SIGNED)
    assert later.records[1].attestation == first.records[1].attestation
    assert [one.problem for one in verify_records(clinic, later.records)] == ["", ""]


def test_what_is_signed_cannot_be_written_unsigned(clinic: Office) -> None:
    attest(clinic, visit("V-1"))
    with pytest.raises(UsageError, match="V-1 is signed already"):
        attest(clinic, visit("V-1"), choice=Choice(unsigned=("V-1",)))


def test_an_unsigned_encounter_may_change_without_a_word(clinic: Office) -> None:
    attest(clinic, visit("V-1"), choice=Choice(unsigned=("V-1",)))
    done = attest(clinic, visit("V-1", code="99214"))
    assert done.states == (SIGNED,)
    assert done.records[0].attestation.supersedes == 0


def test_a_key_that_is_not_the_clinician_s_signs_nothing(clinic: Office) -> None:
    with pytest.raises(UsageError, match="dr-other is not practitioner 7's"):
        attest(clinic, visit("V-1"), clinician=replace(LEE, key="dr-other"))
    with pytest.raises(UsageError, match="practitioner 8 is not enrolled"):
        attest(clinic, visit("V-1"), clinician=replace(LEE, practitioner=8))
    with clinic.store.reading() as work:
        assert work.records.all() == ()


def test_a_dry_run_changes_nothing(world: World) -> None:
    before = world.snapshot()
    with open_office(world.clinic) as office:
        done = attest(office, visit("V-1"), visit("V-2"), choice=Choice(unsigned=("V-2",)), dry_run=True)
    assert done.states == (SIGNED, UNSIGNED)
    assert not any(record.signature for record in done.records)
    assert world.snapshot() == before


def test_what_cannot_be_sealed_takes_no_number(clinic: Office) -> None:
    bad = visit("V-2")
    bad = replace(bad, services=(replace(bad.services[0], place="eleven"),))
    with pytest.raises(RecordError, match="encounter V-2: "):
        attest(clinic, visit("V-1"), bad)
    assert attest(clinic, visit("V-1")).records[0].attestation.sequence == 1


def test_a_lane_counts_by_itself(clinic: Office) -> None:
    attest(clinic, visit("V-1"))
    (record,) = attest(clinic, visit("V-2"), lane=3).records
    assert record.attestation.sequence == 3 << 32 | 1


def test_the_document_is_its_owner_s_alone_and_replaced_whole(clinic: Office, tmp_path: Path) -> None:
    file = tmp_path / "records.json"
    file.write_text("an earlier one")
    done = attest(clinic, visit("V-1"))
    encounters.write_document(file, done.records)
    assert load_records(file.read_bytes()) == done.records
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_document_is_checked_record_by_record(world: World, clinic: Office) -> None:
    done = attest(clinic, visit("V-1"), visit("V-2"), visit("V-3"), choice=Choice(unsigned=("V-3",)))
    document = json.loads(dump_records(done.records))
    document["records"][1]["services"][0]["units"] = "5"
    checked = encounters.check_document(clinic, json.dumps(document).encode())
    assert [(one.identifier, one.sequence, one.services, one.problem) for one in checked] == [
        ("V-1", 1, 1, ""),
        ("V-2", 2, 1, "salt-mismatch"),
        ("V-3", 3, 1, "unsigned"),
    ]


def test_revoking_withdraws_every_attestation_of_an_encounter_once(clinic: Office) -> None:
    attest(clinic, visit("V-1"))
    done = attest(clinic, visit("V-1", code="99214"), supersedes=1)
    acts = encounters.revoke(clinic, "V-1", "dr-lee")
    assert [act.gas is not None for act in acts] == [True, True]
    assert [one.problem for one in verify_records(clinic, done.records)] == ["revoked"]
    assert [act.gas for act in encounters.revoke(clinic, "V-1", "dr-lee")] == [None, None]


def test_a_revocation_can_be_tried_without_sending_it(clinic: Office) -> None:
    attest(clinic, visit("V-1"))
    (act,) = encounters.revoke(clinic, "V-1", "dr-lee", dry_run=True)
    assert act.gas is not None
    assert act.transaction is None
    assert [act.gas is None for act in encounters.revoke(clinic, "V-1", "dr-lee")] == [False]


def test_only_the_practitioner_revokes(clinic: Office) -> None:
    from claims.chain.errors import Reverted

    attest(clinic, visit("V-1"))
    with pytest.raises(Reverted, match="Registry_NotPractitioner"):
        encounters.revoke(clinic, "V-1", "dr-other")
    with pytest.raises(UsageError, match="no signed attestation of encounter V-8"):
        encounters.revoke(clinic, "V-8", "dr-lee")


def test_a_revoked_encounter_is_signed_again_on_request_alone(clinic: Office) -> None:
    attest(clinic, visit("V-1"))
    encounters.revoke(clinic, "V-1", "dr-lee")
    with pytest.raises(UsageError, match="was revoked"):
        attest(clinic, visit("V-1"))
    again = attest(clinic, visit("V-1"), choice=Choice(again=("V-1",)))
    assert again.records[0].attestation.sequence == 2
    assert [one.problem for one in verify_records(clinic, again.records)] == [""]
    assert attest(clinic, visit("V-1")).records == again.records


def test_the_home_s_own_npi_bills_by_default(clinic: Office) -> None:
    assert attest(clinic, visit("V-1")).records[0].provider_npi == CLINIC_NPI


def test_a_payer_attests_nothing(world: World) -> None:
    with open_office(world.payer, passphrase=PASSPHRASE) as office, pytest.raises(UsageError, match="a provider's"):
        attest(office, visit("V-1"))


def test_the_day_of_the_signature_is_attested_and_disclosed(clinic: Office) -> None:
    (record,) = attest(clinic, visit("V-1")).records
    day = date_at(clinic.chain.head().timestamp).isoformat()
    assert [leaf.value for leaf in record.context if leaf.path == "context/signed"] == [day]
    (handed,) = load_records(dump_records([without_context(record)]))
    assert [(fact.path, fact.value) for fact in handed.disclosed] == [("context/signed", day)]
    assert attest(clinic, visit("V-1")).states == (KEPT,)


def test_an_export_that_says_when_it_was_signed_is_believed(clinic: Office) -> None:
    (record,) = attest(clinic, replace(visit("V-1"), context=(("signed", "2026-03-04"),))).records
    assert [leaf.value for leaf in record.context if leaf.path == "context/signed"] == ["2026-03-04"]


def test_what_was_sealed_without_a_signature_says_no_day(clinic: Office) -> None:
    """Its roots were written down already, and are signed as they are."""
    attest(clinic, visit("V-1"), choice=Choice(unsigned=("V-1",)))
    (signed,) = attest(clinic, visit("V-1")).records
    assert signed.signature
    assert all(leaf.path != "context/signed" for leaf in signed.context)
