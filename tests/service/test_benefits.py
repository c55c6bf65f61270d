"""What a member is told follows from the stored decision, and lies in a file that its owner alone can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from claims.model.money import Money
from claims.service.benefits import explanation_of_benefits, write_explanation
from claims.service.errors import ClaimPending, UsageError
from claims.service.rebilling import void_claim
from tests.service.parties import Bill, Parties


def test_the_amounts_are_the_decisions_and_the_rest_of_the_year_is_told(local: Parties) -> None:
    plan = local.folder / "payer" / "plan.toml"
    plan.write_text(plan.read_text().replace('deductible = "0.00"', 'deductible = "50.00"'))
    number = local.decided()["claims"][0]["control_number"]
    value = explanation_of_benefits(local.payer, number)
    assert (value.charge, value.allowed, value.paid, value.owed) == (
        Money(175_00),
        Money(175_00),
        Money(125_00),
        Money(50_00),
    )
    assert [(p.name, p.used, p.remaining) for p in value.progress] == [
        ("Deductible", Money(50_00), Money(0)),
        ("Out-of-pocket maximum", Money(50_00), Money(4_950_00)),
    ]
    assert value.provider == "ELM COURT CLINIC"


@pytest.mark.parametrize("html", [False, True])
def test_the_file_is_the_owners_alone(local: Parties, tmp_path: Path, html: bool) -> None:
    local.decided()
    out = tmp_path / "new" / "explanation"
    write_explanation(local.payer, "EC-1044", out, html=html)
    assert out.stat().st_mode & 0o077 == 0
    assert out.read_text().startswith("<!doctype html>" if html else "Northgate Health Fund\n")
    assert "HALLAM" in out.read_text()


def test_what_waits_is_not_explained(local: Parties) -> None:
    local.hand_over()
    local.adjudicate(evidence=False)
    with pytest.raises(ClaimPending, match="is pended"):
        explanation_of_benefits(local.payer, "EC-1044")


def test_a_claim_that_was_taken_back_says_so(local: Parties) -> None:
    number = local.decided()["claims"][0]["control_number"]
    void = local.folder / "void.837"
    written = void_claim(local.clinic, number, void)
    local.decided(void)
    assert explanation_of_benefits(local.payer, number).standing == "void"
    with pytest.raises(UsageError, match="voids another"):
        explanation_of_benefits(local.payer, written.control_number)


def test_a_number_of_several_claims_and_one_of_none_are_refused(local: Parties) -> None:
    local.decided(local.write_claim("two.837", Bill("A-1"), Bill("A-1", day=local.visits()[0].services[0].begins)))
    with pytest.raises(UsageError, match="2 claims have the number A-1"):
        explanation_of_benefits(local.payer, "A-1")
    with pytest.raises(UsageError, match="knows no claim NOPE"):
        explanation_of_benefits(local.payer, "NOPE")
