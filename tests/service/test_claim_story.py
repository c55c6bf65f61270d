"""Both parties can tell where a claim stands, and why."""

import pytest

from claims.service.claim_story import claim_explanation, claim_status
from claims.service.errors import UsageError
from tests.service.parties import Parties


def test_both_homes_tell_the_same_claim_from_their_own_side(local: Parties) -> None:
    local.hand_over()
    (presented,) = claim_status(local.clinic, "EC-1044")
    assert presented["status"] == "presented"
    assert presented["claim_id"] is None
    (told,) = claim_explanation(local.clinic, "EC-1044")
    assert "has not answered yet" in told["story"][0]
    local.adjudicate()
    local.settle()
    local.remit()
    (clinic,), (payer,) = claim_status(local.clinic, "EC-1044"), claim_status(local.payer, "EC-1044")
    assert clinic["status"] == payer["status"] == "settled"
    assert clinic["control_number"] == payer["control_number"]
    assert clinic["claim_id"] == payer["claim_id"]
    assert clinic["payments"] == payer["payments"]
    assert [(p["paid"], p["credited"]) for p in payer["payments"]] == [("175.00", "0.00")]
    assert [t["state"] for t in clinic["transactions"]] == ["confirmed"]
    assert clinic["transactions"][0]["hashes"] == [payer["payments"][0]["transaction"]]
    assert len(payer["remittances"]) == 1
    assert [change["status"] for change in payer["history"]] == ["paid", "settled"]
    assert claim_status(local.payer, payer["control_number"]) == [payer]


def test_the_story_is_the_same_in_both_homes_and_names_no_patient(local: Parties) -> None:
    local.decided()
    local.settle()
    (clinic,), (payer,) = claim_explanation(local.clinic, "EC-1044"), claim_explanation(local.payer, "EC-1044")
    assert clinic["story"] == payer["story"]
    assert clinic["decision"] == payer["decision"]
    assert any("99213" in line for line in clinic["story"])
    assert not any(secret in str(clinic) for secret in ("HALLAM", "NG0081274", "1979-03-14"))


def test_a_number_that_the_home_does_not_know_is_told(local: Parties) -> None:
    for tell in (claim_status, claim_explanation):
        with pytest.raises(UsageError, match="knows no claim EC-9"):
            tell(local.clinic, "EC-9")


def test_a_refused_claim_tells_the_reason_until_it_is_settled(local: Parties) -> None:
    local.decided()
    local.payer.write(local.payer.signer("insurer"), "InsurerBook", "advanceEpoch")
    local.settle()
    (told,) = claim_status(local.clinic, "EC-1044")
    assert told["status"] == "presented"
    assert told["transactions"][0]["state"] == "failed"
    assert "Claims_EpochMismatch" in told["transactions"][0]["failure"]
