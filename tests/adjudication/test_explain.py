"""A decision in plain words."""

from datetime import date

from claims.adjudication.engine import adjudicate
from claims.adjudication.explain import explain
from claims.model.plan import Accumulators
from tests.adjudication.builders import claim, clinic, clinician, encounter, line, member, money, plan

USED = Accumulators(money("475.00"), money("475.00"))


def told(terms, billed, **given):
    return explain(adjudicate(terms, billed, **given), terms)


def test_a_paid_line_tells_its_arithmetic():
    lines = told(plan(deductible="500.00", coinsurance="0.20"), claim(), accumulators=USED)
    assert lines[0] == "Claim A-17: of 120.00 charged, 95.00 is allowed and 56.00 paid. The patient owes 39.00."
    assert lines[1] == (
        "Line 1, 99214: charged 120.00. The plan's fee is 95.00, so 25.00 is written off (CO-45). "
        "The deductible takes 25.00 (PR-1). 20 % of the remaining 70.00 is 14.00 (PR-2). "
        "The plan pays 56.00; the patient owes 39.00."
    )


def test_a_copay_and_several_units():
    lines = told(plan(copay="10.00"), claim(line(units="2", charge="240.00")))
    assert lines[1] == (
        "Line 1, 99214: charged 240.00. The plan's fee is 95.00 for each of 2 units, 190.00 in all, so 50.00 is written "
        "off (CO-45). The copay is 10.00 (PR-3). The plan pays 180.00; the patient owes 10.00."
    )


def test_the_maximum_that_is_reached_is_told():
    terms = plan(coinsurance="0.20", maximum="500.00")
    assert (
        "would be 19.00; the out-of-pocket maximum leaves 5.00 of it (PR-2)"
        in told(terms, claim(), accumulators=Accumulators(out_of_pocket=money("495.00")))[1]
    )
    full = told(terms, claim(), accumulators=Accumulators(out_of_pocket=money("500.00")))[1]
    assert full.endswith(
        "The out-of-pocket maximum is reached, so the patient pays no more of it. The plan pays 95.00; the patient owes nothing."
    )


def test_out_of_the_network_and_without_a_fee():
    away = told(plan(), claim(), providers=(clinic(status="out-of-network"), clinician()))[1]
    assert "25.00 is above it and, out of the network, the patient's (PR-45)" in away
    assert (
        "The plan has no fee for it and allows 50 % of the charge, 60.00" in told(plan({}, percent="0.50"), claim())[1]
    )
    assert "allows the charge, so all of it is allowed" in told(plan({}), claim())[1]


def test_a_denial_names_its_code_its_cause_and_its_cure():
    lines = told(plan(), claim(received=date(2030, 1, 1)))
    assert "is denied" in lines[0]
    assert "Denied (CO-29): received" in lines[1]
    assert "The patient owes nothing." in lines[1]
    assert any(text.startswith("To cure line 1: show that the claim was filed") for text in lines)


def test_a_pend_says_what_waits_for_what():
    lines = told(plan(), claim(line(1), line(2, "87070")), evidence=(encounter(),), members=(member(),))
    assert lines[0] == "Claim A-17 waits: nothing of its 240.00 is decided yet."
    assert lines[1].endswith("Nothing is wrong with this line; it waits for the others of the claim.")
    assert lines[2].endswith("It waits: no attested service stands behind this line.")
    assert any(text.startswith("To cure line 2: have the clinician sign") for text in lines)


def test_a_whole_claim_that_waits_says_so():
    assert any(
        text.startswith("To cure the claim:")
        for text in told(plan(), claim(frequency="8", payer_control_number="ICN-1"))
    )


def test_a_denied_line_of_a_pended_claim_will_be_denied():
    billed = claim(line(1, begins=date(2024, 1, 1)), line(2, "87070"))
    assert "It will be denied: received" in told(plan(percent=None), billed)[1]


def test_what_was_not_checked_is_told():
    assert "Not checked: eligibility (no members were given)." in told(plan(), claim())


def test_nothing_is_charged():
    assert told(plan(), claim(line(1), line(2, "3074F", "0.00")))[2].endswith("Nothing is charged, so nothing is paid.")
