"""A payer's own rules for its senders, as its home sets them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from claims.service.adjudicating import adjudicate_for_payer
from claims.service.office import Office
from tests.service.parties import Bill, Parties


def with_settings(office: Office, **settings: Any) -> Office:
    """The same office, with other settings of its home."""
    return replace(office, home=replace(office.home, **settings))


def test_claims_for_another_payer_are_rejected_where_the_home_says_so(local: Parties) -> None:
    local.hand_over()
    file = local.write_claim("elsewhere.837", Bill("A-1"), payer="ELSEWHERE")
    assert adjudicate_for_payer(local.payer, local.claim, dry_run=True)["claims"][0]["status"] != "rejected"
    strict = with_settings(local.payer, own_claims_only=True)
    assert adjudicate_for_payer(strict, local.claim, dry_run=True)["claims"][0]["status"] != "rejected"
    (answered,) = adjudicate_for_payer(strict, file, dry_run=True)["claims"]
    assert answered["status"] == "rejected"


@pytest.mark.parametrize(("refuse", "expected"), [(False, "A"), (True, "R")])
def test_an_interchange_of_the_same_number_is_rejected_where_the_home_says_so(
    local: Parties, tmp_path: Path, refuse: bool, expected: str
) -> None:
    office = with_settings(local.payer, refuse_repeated_interchanges=refuse)
    out = tmp_path / "answers"
    adjudicate_for_payer(office, local.claim, out=out)
    again = adjudicate_for_payer(office, local.claim, out=out)
    assert [claim["status"] for claim in again["claims"]] != ["rejected"]
    other = tmp_path / "other.837"
    other.write_text(local.claim.read_text().replace("*CH~", "*CH~\n"))
    assert other.read_bytes() != local.claim.read_bytes()
    adjudicate_for_payer(office, other, out=out)
    text = (out / "other.999").read_text()
    assert ("TA1*" in text and "*R*025~" in text) if expected == "R" else "IK5*A~" in text


def test_the_277ca_bears_the_payers_control_numbers(local: Parties, tmp_path: Path) -> None:
    answered = adjudicate_for_payer(local.payer, local.claim, out=tmp_path)
    text = Path(answered["files"]["claim_acknowledgement"]).read_text()
    assert f"REF*1K*{answered['claims'][0]['control_number']}~" in text
    assert "STC*A2:20:PR*" in text
