"""Edit 2: who may bill, render and refer on the day."""

from datetime import date

import pytest

from claims.adjudication.engine import adjudicate
from claims.model.party import Provider
from tests.adjudication.builders import BILLING, DAY, OTHER, claim, clinic, clinician, line, plan

BEFORE, AFTER = date(2026, 3, 1), date(2026, 3, 3)


def outcome(billed, *providers):
    decision = adjudicate(plan(), billed, providers=providers)
    entry = next(entry for entry in decision.trace if entry.edit == "provider")
    first = decision.lines[0].adjustments[0]
    return (None if decision.lines[0].allowed else f"{first.group}-{first.reason}"), entry.why


@pytest.mark.parametrize(
    ("facts", "allowed"),
    [
        ({}, True),
        ({"begins": DAY, "through": DAY}, True),
        ({"begins": AFTER}, False),
        ({"through": BEFORE}, False),
        ({"excluded_from": AFTER}, True),
        ({"excluded_from": DAY}, False),
    ],
)
@pytest.mark.parametrize("who", ["billing", "rendering"])
def test_the_window_and_the_exclusion_hold_to_the_day_for_billing_and_rendering_apart(who, facts, allowed):
    given = (clinic(**facts), clinician()) if who == "billing" else (clinic(), clinician(**facts))
    reason, why = outcome(claim(), *given)
    assert (reason is None) == allowed
    if not allowed:
        assert reason == "CO-B7"
        assert f"the {who} provider" in why


def test_who_is_not_in_the_list_is_not_credentialed():
    assert outcome(claim(), clinician()) == ("CO-B7", "the billing provider is not credentialed with this payer")
    assert outcome(claim(), clinic()) == ("CO-B7", "the rendering provider is not credentialed with this payer")
    assert outcome(claim(billing=Provider("", "Nameless")), clinic())[0] == "CO-B7"


def test_a_lines_own_rendering_provider_counts():
    billed = claim(line(rendering=Provider(OTHER, "Ito", is_person=True)))
    assert outcome(billed, clinic(), clinician())[0] == "CO-B7"
    assert outcome(billed, clinic(), clinician(npi=OTHER))[0] is None


def test_a_solo_practitioner_needs_one_entry():
    billed = claim(billing=Provider(BILLING, "Ito", "Ken", is_person=True), rendering=None)
    assert outcome(billed, clinic())[0] is None


def test_a_referring_provider_may_be_a_stranger_but_not_excluded():
    billed = claim(referring=Provider(OTHER, "Ito", is_person=True))
    assert outcome(billed, clinic(), clinician())[0] is None
    assert outcome(billed, clinic(), clinician(), clinic(npi=OTHER, excluded_from=DAY))[0] == "CO-183"


def test_out_of_the_network_denies_nothing():
    reason, why = outcome(claim(), clinic(status="out-of-network"), clinician())
    assert reason is None
    assert why.endswith("out of the network")
