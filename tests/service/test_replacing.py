"""After payment: a claim is replaced or voided, its decision reversed, and no cent is paid or taken twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from claims.formats.x12.remittance_check import check_835
from claims.model.money import ZERO, Money, total
from claims.model.plan import Accumulators
from claims.service import remitting
from claims.service.errors import UsageError
from claims.service.rebilling import replace_claim, void_claim
from tests.service.parties import ESCROW, PERSON, VISIT, WREN, Bill, Parties, x12

WHOLE = Money(175_00)
LESS = (("99213", "95", 1),)


@pytest.fixture
def shared_cost(local: Parties) -> Parties:
    """The same parties under a plan that asks a deductible, so that the accumulators move."""
    plan = local.folder / "payer" / "plan.toml"
    plan.write_text(plan.read_text().replace('deductible = "0.00"', 'deductible = "50.00"'))
    return local


def number_of(answered: dict[str, Any]) -> str:
    return str(answered["claims"][0]["control_number"])


def corrected(
    parties: Parties, *lines: tuple[str, str, int], name: str = "corrected.837", number: str = "EC-1044"
) -> Path:
    """The good claim as it should have been billed."""
    path = parties.folder / name
    path.write_text(x12([Bill(number, lines)], control=411))
    return path


def replaced(parties: Parties, *lines: tuple[str, str, int], number: str = "EC-1044") -> tuple[Path, dict[str, Any]]:
    """Replace the claim that stands, hand it over and have it answered."""
    out = parties.folder / f"replacement-{len(lines)}-{lines[0][1]}.837"
    replace_claim(parties.clinic, number, corrected(parties, *lines), out)
    return out, parties.decided(out)


def voided(parties: Parties, number: str = "EC-1044") -> tuple[Path, dict[str, Any]]:
    out = parties.folder / "void.837"
    void_claim(parties.clinic, number, out)
    return out, parties.decided(out)


def paid(parties: Parties) -> str:
    """The good claim, settled and remitted; its control number."""
    answered = parties.decided()
    parties.settle()
    parties.remit()
    return number_of(answered)


def used(parties: Parties) -> Accumulators:
    with parties.payer.store.reading() as work:
        return work.accumulators.of_person(PERSON, 2026)


def status(parties: Parties, control_number: str) -> str:
    with parties.payer.store.reading() as work:
        return work.claims.get(control_number).status


def text_of(written: tuple[remitting.Written, ...]) -> str:
    (one,) = written
    data = one.path.read_bytes()
    report = check_835(data)
    assert report.balances, report.findings
    assert report.syntax_ok, report.syntax
    assert one.paid == ZERO
    return data.decode()


# a void


def test_a_void_reverses_the_claim_in_an_835_and_leaves_the_money_pending(shared_cost: Parties) -> None:
    first = paid(shared_cost)
    assert used(shared_cost).deductible == Money(50_00)
    before = shared_cost.balances()
    out, answered = voided(shared_cost)
    assert answered["claims"][0]["status"] == "reversed"
    assert answered["claims"][0]["paid"] == "-125.00"
    assert status(shared_cost, first) == "reversed"
    assert used(shared_cost) == Accumulators()
    text = text_of(shared_cost.remit())
    assert "CLP*EC-1044*22*-175.00*-125.00*-50.00*" in text
    assert f"WO:{first}*-125.00" in text
    assert text.count("CLP*") == 1
    assert shared_cost.balances() == before, "no money moves back on the chain"
    assert shared_cost.remit() == ()
    (offset,) = remitting.pending_offsets(shared_cost.payer)
    assert (offset["direction"], offset["amount"], offset["corrects"]) == ("from provider", "125.00", first)
    assert [outcome.status for outcome in shared_cost.settle(out)] == ["reversed"]
    with shared_cost.clinic.store.reading() as work:
        assert work.claims.get(first).status == "reversed"


def test_a_void_never_frees_the_evidence_for_another_claim(local: Parties) -> None:
    paid(local)
    voided(local)
    again = local.write_claim("again.837", Bill("EC-3000"))
    answered = local.decided(again)
    assert answered["claims"][0]["status"] == "denied"
    reasons = {a["reason"] for line in answered["claims"][0]["lines"] for a in line["adjustments"]}
    assert reasons == {"18"}
    assert "already paid" in answered["claims"][0]["trace"][-1]["why"] or "already paid" in str(answered)


def test_a_void_of_what_was_never_told_of_is_told_to_nobody(local: Parties) -> None:
    first = number_of(local.decided())
    voided(local)
    assert status(local, first) == "reversed"
    assert local.remit() == ()
    assert remitting.pending_offsets(local.payer) == []


# a replacement after payment


def test_a_replacement_that_pays_less_leaves_the_difference_to_be_taken(shared_cost: Parties) -> None:
    first = paid(shared_cost)
    out, answered = replaced(shared_cost, *LESS)
    second = number_of(answered)
    assert answered["claims"][0]["status"] == "paid"
    assert answered["claims"][0]["claim_id"] is None, "nothing is signed: the contract pays an attestation once"
    assert used(shared_cost).deductible == Money(50_00)
    text = text_of(shared_cost.remit())
    assert text.index("CLP*EC-1044*22*-175.00*-125.00*-50.00*") < text.index("CLP*EC-1044*1*95.00*45.00*50.00*")
    assert f"WO:{first}*-80.00" in text
    (offset,) = remitting.pending_offsets(shared_cost.payer)
    assert (offset["control_number"], offset["amount"]) == (second, "80.00")
    (outcome,) = shared_cost.settle(out)
    assert outcome.status == "paid"
    assert "80.00 was paid too much" in outcome.why
    assert shared_cost.balances() == (ESCROW - Money(125_00), Money(125_00))


def test_a_replacement_that_pays_more_leaves_the_difference_due_to_the_provider(local: Parties) -> None:
    local.write_claim("claim.837", Bill("EC-1044", LESS))
    first = paid(local)
    _, answered = replaced(local, *VISIT)
    assert answered["claims"][0]["paid"] == "175.00"
    assert "80.00 more is due to the provider" in answered["claims"][0]["trace"][0]["why"]
    text = text_of(local.remit())
    assert f"CS:{first}*80.00" in text
    (offset,) = remitting.pending_offsets(local.payer)
    assert (offset["direction"], offset["amount"]) == ("to provider", "80.00")
    assert local.balances() == (ESCROW - Money(95_00), Money(95_00))


def test_a_replacement_is_replaced_and_voided_in_turn_and_every_835_balances(local: Parties) -> None:
    paid(local)
    _, second = replaced(local, *LESS)
    _, third = replaced(local, ("99213", "90", 1), number=number_of(second))
    voided(local, number_of(third))
    written = local.remit()
    assert len(written) == 3
    for one in written:
        assert check_835(one.path.read_bytes()).balances
    with local.payer.store.reading() as work:
        assert total(offset.amount for offset in work.offsets.all()) == WHOLE, (
            "in the end all that was paid is to be taken"
        )
        assert work.history.of_person(PERSON) == ()
    assert used(local) == Accumulators()


# before payment


def test_a_claim_that_waits_is_superseded_and_its_replacement_paid(local: Parties) -> None:
    local.hand_over()
    first = number_of(local.adjudicate(evidence=False))
    out, answered = replaced(local, *LESS)
    assert answered["claims"][0]["status"] == "paid"
    assert status(local, first) == "reversed"
    assert [outcome.status for outcome in local.settle(out)] == ["settled"]
    (written,) = local.remit()
    assert written.paid == Money(95_00)
    assert b"*22*-" not in written.path.read_bytes()
    assert remitting.pending_offsets(local.payer) == []


def test_a_denied_claim_is_reversed_in_the_835_that_pays_its_replacement(local: Parties) -> None:
    plan = local.folder / "payer" / "plan.toml"
    kept = plan.read_text()
    plan.write_text(kept + "\n[filing]\ndays = 1\n")
    assert local.decided()["claims"][0]["status"] == "denied"
    local.remit()
    plan.write_text(kept)
    out, answered = replaced(local, *LESS)
    assert answered["claims"][0]["status"] == "paid"
    local.settle(out)
    (written,) = local.remit()
    assert written.paid == Money(95_00)
    text = written.path.read_text()
    assert text.index("CLP*EC-1044*22*-175.00*0.00*0.00*") < text.index("CLP*EC-1044*1*95.00*95.00*0.00*")
    assert "PLB*" not in text


def test_of_an_approval_and_its_replacement_the_contract_pays_one(local: Parties) -> None:
    local.decided()
    stale = local.decisions().read_bytes()
    out, _ = replaced(local, *LESS)
    assert [outcome.status for outcome in local.settle(out)] == ["settled"]
    local.decisions().write_bytes(stale)
    (refused,) = local.settle()
    assert refused.status != "settled"
    assert local.balances() == (ESCROW - Money(95_00), Money(95_00))


def test_where_the_superseded_approval_is_settled_all_the_same_the_correction_is_told_beside_it(local: Parties) -> None:
    first = number_of(local.decided())
    _, answered = replaced(local, *LESS)
    local.settle()
    assert local.balances() == (ESCROW - WHOLE, WHOLE)
    written = local.remit()
    assert [one.paid for one in written] == [WHOLE, ZERO]
    assert f"WO:{first}*-80.00" in written[1].path.read_text()
    (offset,) = remitting.pending_offsets(local.payer)
    assert (offset["control_number"], offset["amount"]) == (number_of(answered), "80.00")


def test_a_replacement_that_pends_leaves_the_earlier_claim_as_it_stood(shared_cost: Parties) -> None:
    first = paid(shared_cost)
    before = used(shared_cost)
    _, answered = replaced(shared_cost, ("99215", "95", 1))
    assert answered["claims"][0]["status"] == "pended"
    assert status(shared_cost, first) == "settled"
    assert used(shared_cost) == before
    assert shared_cost.remit() == ()


# what may not be corrected


@pytest.mark.parametrize("frequency", ["7", "8"])
def test_a_control_number_that_is_not_known_or_anothers_is_denied_in_the_same_words(
    local: Parties, frequency: str
) -> None:
    first = paid(local)
    said = []
    for name, bill, reference in (
        ("unknown", Bill("EC-9"), "PNOSUCHCLAIM"),
        ("another", Bill("EC-9", member=WREN), first),
    ):
        path = local.folder / f"{name}.837"
        data = x12([bill], control=500 + len(name))
        data = data.replace("11:B:1", f"11:B:{frequency}").replace("~\nHI*", f"~\nREF*F8*{reference}~\nHI*", 1)
        path.write_text(data.replace("SE*27", "SE*28"))
        claim = local.decided(path)["claims"][0]
        assert claim["status"] == "denied", claim
        assert {(a["group"], a["reason"]) for line in claim["lines"] for a in line["adjustments"]} == {("CO", "16")}
        assert all(line["remarks"] == ["M47"] for line in claim["lines"])
        said.append(claim["trace"][0]["why"])
    assert said[0] == said[1]
    assert status(local, first) == "settled"


def test_what_was_replaced_cannot_be_replaced_again(local: Parties) -> None:
    first = paid(local)
    replaced(local, *LESS)
    with local.clinic.store.reading() as work:
        assert work.claims.get(first) is not None
    again = local.folder / "twice.837"
    replace_claim(local.clinic, first, corrected(local, ("99213", "70", 1)), again)
    claim = local.decided(again)["claims"][0]
    assert claim["status"] == "denied"
    assert "was replaced or voided before" in claim["trace"][0]["why"]


def test_a_repeated_answer_to_a_correction_is_the_same_and_moves_nothing_twice(local: Parties) -> None:
    paid(local)
    out, answered = replaced(local, *LESS)
    again = local.adjudicate(out)
    assert again["claims"] == answered["claims"]
    local.remit()
    assert local.adjudicate(out)["claims"] == answered["claims"]
    assert local.remit() == ()


# the provider's side


def test_the_837_names_the_claim_and_passes_intake(local: Parties) -> None:
    first = paid(local)
    out = local.folder / "void.837"
    written = void_claim(local.clinic, "EC-1044", out)
    text = out.read_text()
    assert written.corrects == first
    assert "CLM*EC-1044*175***11:B:8*" in text
    assert f"REF*F8*{first}~" in text
    assert out.stat().st_mode & 0o077 == 0


def test_what_is_not_known_is_not_corrected(local: Parties) -> None:
    with pytest.raises(UsageError, match="knows no claim NOPE"):
        void_claim(local.clinic, "NOPE", local.folder / "void.837")
    paid(local)
    with pytest.raises(UsageError, match="holds 0 claims"):
        replace_claim(
            local.clinic, "EC-1044", local.write_claim("two.837", Bill("A"), Bill("B")), local.folder / "out.837"
        )
