"""Claims that take back an earlier one."""

import pytest

from claims.adjudication.engine import adjudicate
from tests.adjudication.builders import claim, plan


@pytest.mark.parametrize(
    "facts", [{"frequency": "7", "payer_control_number": "ICN-1"}, {"frequency": "8", "payer_control_number": "ICN-1"}]
)
def test_a_replacement_and_a_void_wait_where_the_earlier_claim_is_not_at_hand(facts):
    decision = adjudicate(plan(), claim(**facts))
    assert decision.status == "pended"
    assert decision.trace[0].edit == "scope"
    assert decision.trace[0].cure


def test_a_replacement_goes_on_with_the_decision_it_replaces():
    before = adjudicate(plan(), claim())
    replacement = claim(frequency="7", payer_control_number="ICN-1")
    assert adjudicate(plan(), replacement, replaces=before).status == "paid"


@pytest.mark.parametrize("facts", [{}, {"rank": 1}, {"rank": 2}])
def test_an_original_does_not_wait_here(facts):
    decision = adjudicate(plan(), claim(**facts))
    assert decision.trace[0].outcome == "pass"
    assert decision.status != "pended"
