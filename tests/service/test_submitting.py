"""A provider hands claims over, and consents to no other charge, provider, rank or evidence than its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from claims.chain.errors import MissingPassphrase, WrongPassphrase
from claims.evidence.document import load_records
from claims.evidence.errors import RecordError
from claims.model.money import Money
from claims.service.encounters import Choice, revoke
from claims.service.errors import FileRejected, UsageError
from claims.service.submitting import hand_over, settle
from tests.service.parties import ESCROW, OTHER_PERSON, WREN, Bill, Parties, built

PAID = Money(17_500)


# handing over


def test_what_is_handed_over_is_the_file_and_the_records_that_it_needs_without_their_context(local: Parties) -> None:
    from claims.evidence.document import load_records

    local.sign(
        *local.visits(
            identifier="another-day",
            services=tuple(
                replace(s, begins=s.begins.replace(day=2), ends=s.ends.replace(day=2))
                for s in local.visits()[0].services
            ),
        )
    )
    handed = local.hand_over()
    assert (local.to_payer / "claim.837").read_bytes() == local.claim.read_bytes()
    (record,) = load_records((local.to_payer / "claim.records.json").read_bytes())
    assert record.identifier == local.visits()[0].identifier
    assert record.context == ()
    for file in handed.files.values():
        assert (local.folder / file).stat().st_mode & 0o077 == 0


def test_a_dry_run_keeps_nothing_and_writes_nothing(local: Parties) -> None:
    before = local.rows()
    handed = local.hand_over(dry_run=True, policy=local.policy)
    assert handed.outcomes[0].status == "presented"
    assert "gas" in handed.outcomes[0].why
    assert not handed.files
    assert not local.to_payer.exists()
    assert local.rows() == before


def test_a_file_of_which_nothing_can_be_presented_is_rejected(local: Parties) -> None:
    local.claim.write_bytes(local.claim.read_bytes()[:600])
    with pytest.raises(FileRejected, match="no claim of it was recorded"):
        local.hand_over()
    with local.clinic.store.reading() as work:
        assert work.claims.all() == ()
        (rejection,) = work.rejections.all()
    assert (rejection.file, bool(rejection.cause)) == ("claim.837", True)


def test_a_record_whose_salts_do_not_match_goes_nowhere(local: Parties) -> None:
    (record,) = local.sign()
    leaf = replace(record.services[0], salt=bytes(32))
    local.write_records(replace(record, services=(leaf, *record.services[1:])))
    before = local.rows(), local.balances()
    with pytest.raises(RecordError, match="salts"):
        local.hand_over()
    assert (local.rows(), local.balances()) == before


def test_claims_of_two_persons_are_not_submitted_against_one_policy(local: Parties) -> None:
    local.sign(*local.visits(identifier="wren", person=OTHER_PERSON))
    name = local.visits()[0].identifier
    file = local.write_claim("two.837", Bill("A-1", evidence=name), Bill("A-2", evidence="wren", member=WREN))
    mined = local.mined(local.provider)
    with pytest.raises(UsageError, match="one person's"):
        local.hand_over(file, policy=local.policy)
    file = local.write_claim("unclear.837", Bill("A-1", evidence=name), Bill("A-2"))
    with pytest.raises(UsageError, match="name its encounter records in PWK"):
        local.hand_over(file, policy=local.policy)
    assert local.mined(local.provider) == mined


def test_a_claim_without_records_is_not_submitted_on_the_chain(local: Parties) -> None:
    local.write_records()
    with pytest.raises(UsageError, match="backed by no record"):
        local.hand_over(policy=local.policy)
    assert local.hand_over().outcomes[0].status == "presented"


# two steps


def test_in_two_steps_the_clock_starts_first_and_the_payer_pays(parties: Parties) -> None:
    handed = parties.hand_over(policy=parties.policy)
    assert [outcome.status for outcome in handed.outcomes] == ["submitted"]
    again = parties.hand_over(policy=parties.policy)
    assert again.outcomes == handed.outcomes

    first = parties.adjudicate(pay=True)
    assert len(first["payments"]) == 1
    assert parties.balances() == (ESCROW - PAID, PAID)
    second = parties.adjudicate(pay=True)
    assert second["payments"] == first["payments"]
    assert parties.balances() == (ESCROW - PAID, PAID)

    (outcome,) = parties.settle()
    assert (outcome.status, outcome.transaction) == ("settled", None)
    with parties.clinic.store.reading() as work:
        assert [payment.paid for payment in work.payments.all()] == [PAID]
    (written,) = parties.remit()
    assert written.paid == PAID


def test_where_the_payer_does_not_pay_what_was_submitted_the_provider_sends_its_answer(parties: Parties) -> None:
    parties.hand_over(policy=parties.policy)
    assert parties.adjudicate()["payments"] == []
    (outcome,) = parties.settle()
    assert outcome.status == "settled"
    assert parties.balances() == (ESCROW - PAID, PAID)
    assert parties.adjudicate(pay=True)["payments"] == []
    assert parties.balances() == (ESCROW - PAID, PAID)


# settling


def test_a_dry_run_tells_the_cost_and_sends_nothing(local: Parties) -> None:
    local.decided()
    before = local.rows(), local.balances()
    (outcome,) = local.settle(dry_run=True)
    assert outcome.gas
    assert (local.rows(), local.balances()) == before


def test_settling_again_pays_nothing_and_an_older_answer_changes_nothing(parties: Parties) -> None:
    visit = parties.visits()[0]
    parties.records.unlink()
    file = parties.write_claim("later.837", Bill("A-9", evidence="late"))
    late = replace(visit, identifier="late")
    parties.sign(late, choice=Choice(unsigned=("late",)))
    parties.decided(file)
    old = parties.decisions(file).read_bytes()
    assert [o.status for o in parties.settle(file)] == ["pended"]
    parties.sign(late)
    assert [claim["status"] for claim in parties.decided(file)["claims"]] == ["paid"]
    assert [o.status for o in parties.settle(file)] == ["settled"]
    after = parties.balances()
    assert after == (ESCROW - PAID, PAID)
    parties.decisions(file).write_bytes(old)
    assert [o.status for o in parties.settle(file)] == ["settled"]
    assert parties.balances() == after


def replaced(**changes: Any) -> Any:
    """A change of the first answer's invoice."""

    def change(document: dict[str, Any]) -> None:
        document["decisions"][0]["signed"]["invoice"].update(changes)

    return change


def signed(**changes: Any) -> Any:
    """A change of what stands around the first answer's invoice."""

    def change(document: dict[str, Any]) -> None:
        document["decisions"][0]["signed"].update(changes)

    return change


def terms(**changes: Any) -> Any:
    """A change of the first answer's terms."""

    def change(document: dict[str, Any]) -> None:
        document["decisions"][0]["signed"]["decision"].update(changes)

    return change


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (replaced(billed=17_499), "another charge"),
        (replaced(provider="0x" + "b2" * 20), "another provider"),
        (replaced(rank=1), "another payer's rank"),
        (replaced(frequency=7), "another frequency"),
        (replaced(attestations="0x" + "11" * 32), "another attestations"),
        (replaced(policy=1), "another invoice"),
        (signed(chain_id=1), "another chain"),
        (signed(book="0x" + "b2" * 20), "another book"),
        (signed(claim_number="EC-1045"), "another claim"),
        (terms(paid=1), "says to pay 175.00 and signed 0.01"),
        (terms(patient=1), "says to leave to the patient 0.00 and signed 0.01"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_was_not_billed_is_refused_before_anything_is_sent(local: Parties, change: Any, what: str) -> None:
    local.decided()
    local.edit_decisions(change)
    before, mined = local.rows(), local.mined(local.provider)
    with pytest.raises(UsageError, match=what):
        local.settle()
    assert local.rows() == before
    assert local.mined(local.provider) == mined


def test_one_answer_that_is_not_consented_to_stops_the_file_before_the_first_is_sent(local: Parties) -> None:
    visit = local.visits()[0]
    local.sign(replace(visit, identifier="second", services=visit.services[:1]))
    name = visit.identifier
    file = local.write_claim(
        "two.837", Bill("A-1", evidence=name), Bill("A-2", (("99213", "96", 1),), evidence="second")
    )
    local.decided(file)

    def change(document: dict[str, Any]) -> None:
        document["decisions"] = [a for a in document["decisions"] if a["signed"]]
        document["decisions"].append(document["decisions"][0] | {"control_number": "PAAAAAAAAAAAAAAAA"})

    local.edit_decisions(change, file)
    with pytest.raises(UsageError, match="does not hold"):
        local.settle(file)
    assert local.balances() == (ESCROW, Money(0))


def test_a_missing_record_is_named(local: Parties) -> None:
    local.decided()
    local.write_records()
    before = local.rows()
    with pytest.raises(UsageError, match="is not among the records given"):
        local.settle()
    assert local.rows() == before


def test_a_payer_of_no_book_here_is_told(local: Parties) -> None:
    local.decided()
    local.edit_decisions(lambda document: document.update(payer="OTHERFUND"))
    with pytest.raises(UsageError, match="OTHERFUND has no book"):
        local.settle()


def test_what_the_contract_refuses_is_told_by_its_name_and_stops_no_other_claim(local: Parties) -> None:
    visit = local.visits()[0]
    days = [replace(s, begins=s.begins.replace(day=9), ends=s.ends.replace(day=9)) for s in visit.services]
    local.sign(replace(visit, identifier="earlier", services=tuple(days)))
    file = local.write_claim(
        "two.837",
        Bill("A-1", evidence=visit.identifier),
        Bill("A-2", evidence="earlier", day=days[0].begins),
    )
    local.decided(file)
    revoke(local.clinic, visit.identifier, "clinician")
    refused, settled = local.settle(file)
    assert refused.status == "refused"
    assert "Registry_AttestationRevoked" in refused.why
    assert settled.status == "settled"
    assert local.balances() == (ESCROW - PAID, PAID)


def test_a_payee_that_the_token_refuses_is_credited_and_its_remittance_says_the_whole_amount(tmp_path: Any) -> None:
    from claims.chain.abi import encode_call
    from claims.chain.artefacts import load
    from claims.chain.sender import execute
    from claims.formats.x12.remittance_check import check_835

    token = load("mocks/BlacklistToken")

    def make(payer: Any) -> str:
        insurer = payer.signer("insurer")
        address = execute(payer.chain, insurer, None, token.bytecode).contract
        execute(payer.chain, insurer, address, encode_call(token.abi, "mint", (insurer.address, 10**12)))
        return str(address)

    with built(tmp_path / "world", token=make) as parties:
        insurer = parties.payer.signer("insurer")
        call = encode_call(token.abi, "blacklist", (parties.provider, 1))
        execute(parties.payer.chain, insurer, parties.payer.addresses["TestDollar"], call)
        parties.decided()
        (outcome,) = parties.settle()
        assert outcome.status == "settled"
        assert outcome.why.startswith("credited 175.00")
        assert parties.balances() == (ESCROW, Money(0))
        (written,) = parties.remit()
        assert written.paid == PAID
        assert check_835(written.path.read_bytes()).balances
        with parties.payer.store.reading() as work:
            (payment,) = work.payments.all()
        assert (payment.paid, payment.credited) == (Money(0), PAID)


# whose home, whose key


def test_a_payer_cannot_hand_over_or_settle(local: Parties) -> None:
    local.decided()
    with pytest.raises(UsageError, match="this command is a provider's"):
        hand_over(local.payer, local.claim, records=local.records, out=local.to_payer)
    with pytest.raises(UsageError, match="this command is a provider's"):
        settle(local.payer, local.claim, records=local.records, decisions=local.decisions())


@pytest.mark.parametrize(("given", "error"), [(None, MissingPassphrase), ("not this", WrongPassphrase)])
def test_without_the_right_passphrase_nothing_is_sent(
    local: Parties, given: str | None, error: type[Exception]
) -> None:
    local.decided()
    local.clinic.passphrase = given
    with pytest.raises(error):
        local.settle()
    assert local.balances() == (ESCROW, Money(0))


def test_without_a_document_the_records_that_the_home_attested_are_taken(local: Parties) -> None:
    handed = hand_over(local.clinic, local.claim, records=None, out=local.to_payer)
    assert len(load_records(Path(handed.files["records"]).read_bytes())) == len(
        load_records(local.records.read_bytes())
    )
    local.adjudicate()
    outcomes = settle(local.clinic, local.claim, decisions=local.decisions())
    assert {outcome.status for outcome in outcomes} == {"settled"}
