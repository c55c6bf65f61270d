"""Claims that must not be paid as first and only ones."""

import pytest

from claims.adjudication.engine import adjudicate
from tests.adjudication.builders import claim, plan


@pytest.mark.parametrize(
    "facts",
    [
        {"frequency": "7", "payer_control_number": "X"},
        {"frequency": "8", "payer_control_number": "X"},
        {"rank": 1},
        {"rank": 2},
    ],
)
def test_a_replacement_a_void_and_a_secondary_claim_wait(facts):
    decision = adjudicate(plan(), claim(**facts))
    assert decision.status == "pended"
    assert decision.trace[0].edit == "scope"
    assert decision.trace[0].cure
