"""A payer answers a file: once, on true records alone, and on the chain where the claim waits there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from claims.chain.errors import MissingPassphrase, WrongPassphrase
from claims.evidence.document import dump_records, load_records
from claims.evidence.errors import RecordError
from claims.evidence.record import seal, sign_roll
from claims.evidence.signature import sign
from claims.model.decision import Usage
from claims.model.evidence import EncounterRecord
from claims.model.money import Money
from claims.service.adjudicating import adjudicate_for_payer
from claims.service.encounters import Choice
from claims.service.errors import UsageError
from claims.store.errors import StoreMismatch
from tests.service.parties import ESCROW, OTHER_PERSON, PERSON, WREN, Bill, Parties, built

PAID = Money(17_500)
SECOND = (("99213", "95", 1),)


def statuses(answered: dict[str, Any]) -> list[str]:
    """How each claim was decided."""
    return [claim["status"] for claim in answered["claims"]]


def why(answered: dict[str, Any]) -> str:
    """All that the first claim's trace says."""
    return " ".join(entry["why"] for entry in answered["claims"][0]["trace"])


def give(parties: Parties, *records: EncounterRecord) -> None:
    """Put records into the payer's hands that the clinic's own program would not hand over."""
    (parties.to_payer / "claim.records.json").write_bytes(dump_records(records))


def forged(parties: Parties, record: EncounterRecord, key: bytes, **changes: Any) -> EncounterRecord:
    """A record of the same name with other contents, sealed and signed by somebody's key."""
    (visit,) = parties.visits(**changes)
    sealed = seal(
        [visit],
        practitioner=record.practitioner,
        provider_address=record.attestation.provider,
        domain=parties.clinic.evidence_domain,
        first_sequence=record.attestation.sequence + 7,
        valid_until=record.attestation.valid_until,
    )
    return sign_roll(sealed, lambda digest: sign(digest, key))[0]


# repeating


def test_a_repeated_run_gives_the_same_answer_and_moves_nothing_twice(local: Parties) -> None:
    first = local.decided()
    decisions, acknowledged = local.decisions().read_bytes(), (local.to_clinic / "claim.999").read_bytes()
    with local.payer.store.reading() as work:
        moves = work.accumulators.moves(first["claims"][0]["control_number"])
    assert local.adjudicate() == first
    assert local.decisions().read_bytes() == decisions
    assert (local.to_clinic / "claim.999").read_bytes() == acknowledged
    with local.payer.store.reading() as work:
        assert work.accumulators.moves(first["claims"][0]["control_number"]) == moves
        assert len(work.decisions.versions(first["claims"][0]["control_number"])) == 1


def test_a_pended_claim_that_nothing_new_came_for_is_not_decided_anew(local: Parties) -> None:
    local.hand_over()
    first = local.adjudicate(evidence=False)
    assert statuses(first) == ["pended"]
    local.adjudicate(evidence=False)
    with local.payer.store.reading() as work:
        assert len(work.decisions.versions(first["claims"][0]["control_number"])) == 1


def test_another_file_of_the_same_name_gets_a_999_of_its_own(local: Parties) -> None:
    local.decided()
    before = (local.to_clinic / "claim.999").read_bytes()
    local.claim.write_text(local.claim.read_text().replace("000000318", "000000320").replace("*318", "*320"))
    local.decided()
    after = (local.to_clinic / "claim.999").read_bytes()
    assert b"AK1*HC*318" in before
    assert b"AK1*HC*320" in after


def test_a_dry_run_decides_and_changes_nothing(local: Parties) -> None:
    local.hand_over()
    before = local.rows()
    answered = local.adjudicate(dry_run=True)
    assert statuses(answered) == ["paid"]
    assert answered["files"] == {}
    assert local.rows() == before
    assert not local.to_clinic.exists()


def test_several_claims_of_one_number_are_kept_apart(local: Parties) -> None:
    visit = local.visits()[0]
    day = replace(visit.services[0], begins=visit.services[0].begins.replace(day=9))
    day = replace(day, ends=day.begins)
    local.sign(replace(visit, identifier="earlier", services=(day,)))
    file = local.write_claim(
        "same.837",
        Bill("A-1", evidence=visit.identifier),
        Bill("A-1", SECOND, evidence="earlier", day=day.begins),
    )
    answered = local.decided(file)
    assert statuses(answered) == ["paid", "paid"]
    assert len({claim["control_number"] for claim in answered["claims"]}) == 2
    assert [outcome.status for outcome in local.settle(file)] == ["settled", "settled"]
    written = local.remit()
    assert sorted(one.paid.cents for one in written) == [9_500, 17_500]
    assert local.balances() == (ESCROW - Money(27_000), Money(27_000))


def test_control_numbers_do_not_move_where_one_party_is_stricter() -> None:
    from claims.service.intake import read_claims
    from claims.service.numbering import numbered_claims
    from tests.service.parties import x12

    data = x12([Bill("A-1"), Bill("A-2")]).replace("2835174600", "1234567890", 1)
    loose = numbered_claims(read_claims(data.encode()))
    strict = numbered_claims(read_claims(data.encode(), strict_npi=True))
    assert [claim.number for _, claim in loose] == ["A-1", "A-2"]
    assert [(number, claim.number) for number, claim in strict] == [(loose[1][0], "A-2")]


# evidence that is not what it says


def test_a_forged_record_of_the_true_ones_name_is_not_believed(local: Parties) -> None:
    local.hand_over()
    (record,) = load_records(local.records.read_bytes())
    give(local, forged(local, record, bytes(31) + b"\x09"))
    answered = local.adjudicate()
    assert statuses(answered) == ["pended"]
    give(local, record)
    assert statuses(local.adjudicate()) == ["paid"]


def test_two_records_of_one_name_are_refused_together(local: Parties) -> None:
    local.hand_over()
    (record,) = load_records(local.records.read_bytes())
    give(local, record, forged(local, record, bytes(31) + b"\x09"))
    before = local.rows()
    with pytest.raises((UsageError, RecordError), match=record.identifier):
        local.adjudicate()
    assert local.rows() == before


def test_a_decided_claim_is_not_signed_again_on_another_record_of_that_name(local: Parties) -> None:
    local.decided()
    (record,) = load_records(local.records.read_bytes())
    give(local, forged(local, record, bytes(31) + b"\x09"))
    before = local.rows()
    with pytest.raises(UsageError, match="answered on other encounter records"):
        local.adjudicate()
    assert local.rows() == before


def test_a_decided_claim_asks_for_its_record_again(local: Parties) -> None:
    local.decided()
    with pytest.raises(UsageError, match="give it again with --evidence"):
        local.adjudicate(evidence=False)


def test_a_record_of_another_person_backs_nothing(local: Parties) -> None:
    local.records.unlink()
    local.sign(*local.visits(identifier="somebody", person=OTHER_PERSON))
    assert statuses(local.decided()) == ["pended"]


def test_a_record_that_names_anothers_npi_is_found_out_by_what_the_payer_enrolled(local: Parties) -> None:
    from claims.service.registry import enrol_practitioner
    from tests.service.parties import ALWAYS

    key = local.clinic.keystore.address("provider")
    enrol_practitioner(local.payer, 2, key, 3, *ALWAYS, npi="2257406894")
    local.hand_over()
    (record,) = load_records((local.to_payer / "claim.records.json").read_bytes())
    give(local, replace(record, practitioner=2))
    assert statuses(local.adjudicate()) == ["pended"]
    give(local, replace(record, practitioner_npi="2257406894"))
    assert statuses(local.adjudicate()) == ["pended"]


def test_a_payer_that_enrolled_nobody_by_npi_pays_nobody(tmp_path: Any) -> None:
    with built(tmp_path / "world", npis=False) as parties:
        answered = parties.decided()
        assert statuses(answered) == ["pended"]
        assert parties.settle()[0].status == "pended"
        assert parties.balances() == (ESCROW, Money(0))


def test_a_record_whose_salts_do_not_match_changes_nothing(local: Parties) -> None:
    local.hand_over()
    (record,) = load_records((local.to_payer / "claim.records.json").read_bytes())
    give(local, replace(record, subject_salt=bytes(32)))
    before = local.rows(), local.balances()
    with pytest.raises(RecordError, match="nothing was recorded"):
        local.adjudicate()
    assert (local.rows(), local.balances()) == before


# one visit, one payment


def test_a_visit_billed_in_a_second_file_is_not_paid_again(parties: Parties) -> None:
    again = parties.write_claim("again.837", Bill("EC-2044"))
    dearer = parties.write_claim("dearer.837", Bill("EC-3044", (("99213", "96", 1),)))
    assert statuses(parties.decided()) == ["paid"]
    before_the_chain_knows = parties.decided(again)
    assert statuses(before_the_chain_knows) == ["denied"]
    assert "billed twice" in why(before_the_chain_knows)
    assert [o.status for o in parties.settle()] == ["settled"]
    assert [o.status for o in parties.settle(again)] == ["denied"]
    assert statuses(parties.decided(dearer)) == ["denied"]
    assert parties.balances() == (ESCROW - PAID, PAID)
    assert sorted(one.paid.cents for one in parties.remit()) == [0, 0, 17_500]


def test_a_record_that_replaces_one_that_is_decided_upon_is_spent_too(local: Parties) -> None:
    visit = local.visits()[0]
    assert statuses(local.decided()) == ["paid"]
    later = replace(visit, services=(replace(visit.services[0], units=visit.services[0].units * 2),))
    (first,) = load_records(local.records.read_bytes())
    local.sign(later, supersedes=first.attestation.sequence)
    file = local.write_claim("second.837", Bill("EC-2044", (("99213", "94", 2),), evidence=visit.identifier))
    answered = local.decided(file)
    assert statuses(answered) == ["denied"]
    assert "already paid claim" in why(answered)


def test_the_denial_of_a_copy_does_not_answer_the_original_that_waits_on_the_chain(parties: Parties) -> None:
    parties.hand_over(policy=parties.policy)
    parties.adjudicate()
    copy = parties.folder / "copy.837"
    copy.write_text(parties.claim.read_text().replace("000000318", "000000321").replace("*318", "*321"))
    parties.hand_over(copy)
    answered = parties.adjudicate(copy, pay=True)
    assert statuses(answered) == ["denied"]
    assert answered["payments"] == []
    assert len(parties.adjudicate(pay=True)["payments"]) == 1
    assert parties.balances() == (ESCROW - PAID, PAID)


def test_a_second_payers_rank_has_a_bit_of_its_own(local: Parties) -> None:
    """What a primary payer paid is not spent for a secondary one; the engine says what it lacks, and not that it is spent."""
    assert statuses(local.decided()) == ["paid"]
    local.settle()
    second = local.write_claim("second.837", Bill("EC-2044", rank="S"))
    told = why(local.decided(second))
    assert "already paid" not in told
    assert "spent" not in told


# on the chain


def test_a_later_signature_wakes_a_claim_that_pended(parties: Parties) -> None:
    parties.records.unlink()
    (late,) = parties.visits(identifier="late")
    parties.sign(late, choice=Choice(unsigned=("late",)))
    file = parties.write_claim("late.837", Bill("EC-1044", evidence="late"))
    parties.hand_over(file, policy=parties.policy)
    first = parties.adjudicate(file, pay=True)
    assert statuses(first) == ["pended"]
    assert len(first["payments"]) == 1
    again = parties.adjudicate(file, pay=True)
    assert again["payments"] == first["payments"]
    parties.sign(late)
    parties.hand_over(file, policy=parties.policy)
    paid = parties.adjudicate(file, pay=True)
    assert statuses(paid) == ["paid"]
    assert len(paid["payments"]) == 1
    assert parties.balances() == (ESCROW - PAID, PAID)
    assert parties.adjudicate(file, pay=True)["payments"] == paid["payments"]
    assert parties.balances() == (ESCROW - PAID, PAID)
    with parties.payer.store.reading() as work:
        (row,) = work.claims.by_number("EC-1044")
        assert len(work.history.of_person(PERSON)) == 2
    assert row.claim_id == bytes.fromhex(paid["claims"][0]["claim_id"][2:])


def test_a_denied_claim_that_was_submitted_is_denied_on_the_chain_too(parties: Parties) -> None:
    from datetime import date

    parties.hand_over(policy=parties.policy)
    parties.write_records()
    answered = parties.adjudicate(pay=True, received=date(2028, 4, 20), decided=date(2028, 4, 20))
    assert statuses(answered) == ["denied"]
    assert len(answered["payments"]) == 1
    identifier = bytes.fromhex(answered["claims"][0]["claim_id"][2:])
    assert parties.payer.read("InsurerBook", "claimOf", identifier)["status"] == 3
    assert [outcome.status for outcome in parties.settle()] == ["denied"]
    (written,) = parties.remit()
    assert written.paid == Money(0)
    assert parties.balances() == (ESCROW, Money(0))


def test_records_that_the_claim_names_are_the_ones_that_are_listed(local: Parties) -> None:
    (visit,) = local.visits()
    local.sign(replace(visit, identifier="twin"))
    file = local.write_claim("named.837", Bill("EC-1044", evidence="twin"))
    local.hand_over(file, policy=local.policy)
    local.adjudicate(file, pay=True)
    (answer,) = local.answers(file)
    assert answer.signed is not None
    assert answer.signed.records == ("twin",)
    assert local.balances() == (ESCROW - PAID, PAID)


def test_a_claim_that_the_chain_refuses_to_pay_is_told_and_stops_no_other(local: Parties) -> None:
    from claims.service.encounters import revoke

    visit = local.visits()[0]
    local.hand_over(policy=local.policy)
    local.adjudicate()
    revoke(local.clinic, visit.identifier, "clinician")
    answered = local.adjudicate(pay=True)
    (told,) = answered["payments"]
    assert "AttestationRevoked" in told["refused"]
    assert local.balances() == (ESCROW, Money(0))


# what is missing


def test_an_approved_claim_of_a_member_without_a_policy_changes_nothing(local: Parties) -> None:
    local.sign(*local.visits(identifier="wren", person=OTHER_PERSON))
    file = local.write_claim("wren.837", Bill("EC-1045", evidence="wren", member=WREN))
    local.hand_over(file)
    before = local.rows()
    with pytest.raises(UsageError, match="no policy on the chain"):
        local.adjudicate(file)
    assert local.rows() == before


def test_a_denied_claim_needs_no_policy(local: Parties) -> None:
    from datetime import date

    local.sign(*local.visits(identifier="wren", person=OTHER_PERSON))
    file = local.write_claim("wren.837", Bill("EC-1045", evidence="wren", member=WREN))
    local.hand_over(file)
    assert statuses(local.adjudicate(file, received=date(2028, 1, 2))) == ["denied"]


def test_a_cancelled_policy_pays_for_what_came_before_its_end(local: Parties) -> None:
    from datetime import date

    from claims.service.policies import cancel, issue

    old = local.policy
    cancel(local.payer, old, date(2026, 4, 21))
    issue(local.payer, PERSON, year=2026, limit=Money(90_000))
    local.decided()
    (answer,) = local.answers()
    assert answer.signed is not None
    assert answer.signed.invoice.policy == old
    assert local.settle()[0].status == "settled"


def test_the_policy_of_the_payers_rank_is_taken(local: Parties) -> None:
    from claims.service.policies import issue

    issue(local.payer, OTHER_PERSON, year=2026, limit=Money(90_000), ranks=(1,))
    second = issue(local.payer, OTHER_PERSON, year=2026, limit=Money(80_000))
    local.sign(*local.visits(identifier="wren", person=OTHER_PERSON))
    file = local.write_claim("wren.837", Bill("EC-1045", evidence="wren", member=WREN))
    local.decided(file)
    (answer,) = local.answers(file)
    assert answer.signed is not None
    assert answer.signed.invoice.policy == second.policy
    assert local.settle(file)[0].status == "settled"


def test_a_provider_cannot_adjudicate(local: Parties) -> None:
    with pytest.raises(UsageError, match="this command is a payer's"):
        adjudicate_for_payer(local.clinic, local.claim)


@pytest.mark.parametrize(("given", "error"), [(None, MissingPassphrase), ("not this", WrongPassphrase)])
def test_without_the_right_passphrase_nothing_is_decided(
    local: Parties, given: str | None, error: type[Exception]
) -> None:
    local.hand_over()
    local.payer.passphrase = given
    before = local.rows()
    with pytest.raises(error):
        local.adjudicate()
    assert local.rows() == before


def test_a_store_of_another_chain_is_refused_unchanged(local: Parties, tmp_path: Any) -> None:
    import shutil
    import sqlite3
    from contextlib import closing

    from claims.service.office import open_office
    from tests.service.parties import PASSPHRASE

    local.hand_over()
    local.adjudicate()
    elsewhere = tmp_path / "elsewhere" / "payer"
    shutil.copytree(local.folder / "payer", elsewhere)

    def rows() -> list[str]:
        with closing(sqlite3.connect(elsewhere / "store.sqlite")) as connection:
            return list(connection.iterdump())

    before = rows()
    with open_office(elsewhere, passphrase=PASSPHRASE) as office, pytest.raises(StoreMismatch, match="another chain"):
        assert office.store
    assert rows() == before


# what a family used


@pytest.mark.parametrize(("family_used", "owed"), [("0.00", "120.00"), ("350.00", "50.00"), ("400.00", "0.00")])
def test_what_others_of_the_family_used_counts_towards_its_deductible(
    local: Parties, family_used: str, owed: str
) -> None:
    plan = local.payer.home.document("plan.toml")
    text = plan.read_text().replace(
        'deductible = "0.00"', 'deductible = "120.00"\nfamily = "embedded"\nfamily_deductible = "400.00"'
    )
    plan.write_text(text)
    used = Usage("NGP-OTHER", "NG-8127", 2026, Money.parse(family_used), Money.parse(family_used))
    with local.payer.store.unit_of_work() as work:
        work.accumulators.add("opening", 1, [used], 1)
    (claim,) = local.decided()["claims"]
    assert claim["patient"] == owed
