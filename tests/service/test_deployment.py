"""Deploying is repeatable, and a payer's book is its own."""

from __future__ import annotations

from typing import Any

import pytest

from claims.model.money import Money
from claims.service.deployment import deploy, escrow, fund_escrow
from claims.service.errors import UsageError
from claims.service.homes import create_home
from claims.service.office import open_office
from tests.service.parties import ESCROW, PASSPHRASE, Parties

CAP = Money(50_000)


def test_deploying_again_sends_nothing(local: Parties) -> None:
    before = local.payer.chain.head().number
    again = deploy(local.payer, claim_cap=CAP, fund=ESCROW)
    assert again.escrow == ESCROW
    assert local.payer.chain.head().number == before


def test_funding_brings_the_escrow_up_to_an_amount_and_never_down(local: Parties) -> None:
    fund_escrow(local.payer, Money(1), mint=True)
    assert escrow(local.payer) == ESCROW
    fund_escrow(local.payer, ESCROW + Money(1), mint=True)
    assert escrow(local.payer) == ESCROW + Money(1)


def test_a_provider_deploys_nothing(local: Parties) -> None:
    with pytest.raises(UsageError, match="this command is a payer's"):
        deploy(local.clinic, claim_cap=CAP)


def test_a_second_payer_has_a_book_and_an_escrow_of_its_own_on_the_same_registry(local: Parties) -> None:
    home = local.folder / "second"
    create_home(
        home,
        role="payer",
        name="Second Fund",
        identifier="SECOND",
        passphrase=PASSPHRASE,
        chain_folder=local.folder / "chain",
    )
    with open_office(home, passphrase=PASSPHRASE) as second:
        done = deploy(second, claim_cap=CAP, fund=Money(10_000))
        assert done.escrow == Money(10_000)
        assert done.addresses["Registry"] == local.payer.addresses["Registry"]
        assert done.addresses["InsurerBook"] != local.payer.addresses["InsurerBook"]
        assert not second.read("Registry", "isListed", done.addresses["InsurerBook"])
    assert escrow(local.payer) == ESCROW
    with local.reopened("clinic") as clinic:
        assert set(clinic.books) == {"NGHF1", "SECOND"}
        assert clinic.evidence_domain.registry == local.payer.addresses["Registry"]
        from claims.service.submitting import hand_over, settle

        hand_over(clinic, local.claim, records=local.records, out=local.to_payer)
        local.adjudicate()
        (outcome,) = settle(clinic, local.claim, records=local.records, decisions=local.decisions())
        assert outcome.status == "settled"


def test_a_book_with_real_money_needs_its_token(local: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    monkeypatch.setattr(local.payer.chain, "profile", replace(local.payer.chain.profile, development=False))
    with pytest.raises(UsageError, match="needs --token"):
        deploy(local.payer, claim_cap=CAP)


def test_a_record_that_is_gone_is_told(local: Parties, tmp_path: Any) -> None:
    local.payer.deployment_file.unlink()
    with local.reopened("clinic") as clinic, pytest.raises(UsageError, match="nothing is deployed"):
        clinic.read("Registry", "owner")
