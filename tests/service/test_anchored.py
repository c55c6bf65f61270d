"""A payer takes rolls in: what the chain does not have counts for nothing, and what differs from its own records waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from claims.service.anchoring import PolicySource
from claims.service.roll_file import read_rolls, write_rolls
from claims.settlement.invoice_roll import AnchoredRoll
from tests.service.parties import LIMIT, OTHER_PERSON, Bill, Parties, x12


def tampered(parties: Parties, change: Any) -> None:
    path = parties.to_payer / "claim.roll.json"
    write_rolls(path, [change(roll) for roll in read_rolls(path)])


def due(parties: Parties) -> int:
    with parties.payer.store.reading() as work:
        return len(work.settlements.due())


def the_claim(told: dict[str, Any]) -> dict[str, Any]:
    (claim,) = told["claims"]
    found: dict[str, Any] = claim
    return found


def test_an_approval_of_an_anchored_claim_is_due_and_not_signed_yet(local: Parties) -> None:
    told = local.anchored()
    assert the_claim(told)["status"] == "paid"
    assert told["rolls"][0]["problem"] == ""
    assert told["rolls"][0]["anchored_at"] > 0
    assert due(local) == 1
    assert local.answers()[0].signed is None


def test_deciding_it_again_makes_it_due_once(local: Parties) -> None:
    local.anchored()
    local.adjudicate()
    assert due(local) == 1


def test_a_dry_run_keeps_neither_roll_nor_claim(local: Parties) -> None:
    local.anchor()
    before = local.rows()["payer"]
    local.adjudicate(dry_run=True)
    assert local.rows()["payer"] == before


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda roll: replace(roll, roll=replace(roll.roll, nonce=77)), "the chain has no such roll"),
        (lambda roll: replace(roll, file=bytes(32)), "its documents are not those"),
        (lambda roll: replace(roll, claims=(("P1", "EC-1044"),)), "claims that the file does not hold"),
        (lambda roll: replace(roll, chain_id=1), "another book or chain"),
        (lambda roll: replace(roll, claims=()), "not one for one"),
    ],
)
def test_a_roll_that_is_not_what_it_says_counts_for_nothing(local: Parties, change: Any, problem: str) -> None:
    local.anchor()
    tampered(local, change)
    told = local.adjudicate()
    assert problem in told["rolls"][0]["problem"]
    assert due(local) == 0
    # The claim goes the way of one that was handed over alone.
    assert the_claim(told)["status"] == "paid"
    assert local.answers()[0].signed is not None


def test_a_roll_of_another_provider_counts_for_nothing(local: Parties) -> None:
    def forged(roll: AnchoredRoll) -> AnchoredRoll:
        stranger = "0x" + "99" * 20
        invoices = tuple(replace(invoice, provider=stranger) for invoice in roll.roll.invoices)
        return replace(roll, provider=stranger, roll=replace(roll.roll, invoices=invoices))

    local.anchor()
    tampered(local, forged)
    told = local.adjudicate()
    assert "is not enrolled here" in told["rolls"][0]["problem"]
    assert due(local) == 0


def test_an_invoice_on_another_members_policy_waits_with_the_reason(local: Parties) -> None:
    from claims.service.policies import issue

    other = issue(local.payer, OTHER_PERSON, year=2026, limit=LIMIT).policy
    local.anchor(anchor=PolicySource(other))
    claim = the_claim(local.adjudicate())
    assert claim["status"] == "pended"
    (pend,) = [entry for entry in claim["trace"] if entry["outcome"] == "pend"]
    assert pend["edit"] == "anchor"
    assert "the member has another" in pend["why"]
    assert "send the claim anew" in pend["cure"]
    assert due(local) == 0


def test_a_pended_invoice_used_nothing_up(local: Parties) -> None:
    from claims.service.policies import issue

    other = issue(local.payer, OTHER_PERSON, year=2026, limit=LIMIT).policy
    local.anchor(anchor=PolicySource(other))
    local.adjudicate()
    # Sent anew in a file of its own, and anchored as it should be, it is paid.
    again = local.folder / "again.837"
    again.write_text(x12([Bill("EC-1044")], control=612))
    assert the_claim(local.anchored(again))["status"] == "paid"
    assert due(local) == 1


def test_an_invoice_that_lists_a_record_which_backs_no_line_waits(local: Parties) -> None:
    local.sign(*local.visits(identifier="idle"))
    path = local.folder / "idle.837"
    path.write_text(x12([Bill("I-1")]))
    local.anchor(path)
    claim = the_claim(local.adjudicate(path))
    assert claim["status"] == "pended"
    assert any("back no line" in entry["why"] for entry in claim["trace"])


def test_a_decision_on_an_anchored_claim_replays_to_the_byte(local: Parties) -> None:
    from claims.service.audit import verify

    local.anchored()
    assert verify(local.payer).differences == ()


def test_a_roll_of_before_is_remembered_without_the_file(local: Parties) -> None:
    path = local.folder / "late.837"
    path.write_text(x12([Bill("L-1", evidence="late")]))
    local.sign(*local.visits(identifier="late"))
    local.anchor(path)
    assert the_claim(local.adjudicate(path, evidence=False))["status"] == "pended"
    assert the_claim(local.adjudicate(path, rolls=None))["status"] == "paid"
    assert due(local) == 1
