"""Edit 4: what was billed before."""

from dataclasses import replace
from datetime import date

import pytest

from claims.adjudication.engine import adjudicate
from claims.adjudication.history import past_lines
from claims.model.party import Person, Provider
from tests.adjudication.builders import OTHER, claim, line, member, money, plan


def past(*lines, **facts):
    """History made of a paid claim like the one that `claim()` gives."""
    before = claim(*lines, number="A-1", **facts)
    return past_lines(before, adjudicate(plan(), before, members=facts.get("members") or (member(),)), "ICN-1")


def decide(billed, history):
    return adjudicate(plan(), billed, members=(member(),), history=history)


def test_the_same_line_again_is_denied():
    decision = decide(claim(), past())
    denial = decision.lines[0].adjustments[0]
    assert (decision.status, denial.group, denial.reason) == ("denied", "OA", "18")
    assert decision.patient.cents == 0
    assert "claim A-1" in decision.trace[-1].why


@pytest.mark.parametrize(
    "billed",
    [
        claim(line(code="99213")),
        claim(line(begins=date(2026, 3, 3))),
        claim(line(ends=date(2026, 3, 3))),
        claim(line(place="22")),
        claim(billing=Provider(OTHER, "Another")),
        claim(rendering=Provider(OTHER, "Another", is_person=True)),
        *(claim(line(modifiers=(m,))) for m in ("76", "77", "91", "59", "XE", "XP", "XS", "XU", "RT", "LT")),
    ],
)
def test_what_differs_in_more_than_the_charge_is_another_service(billed):
    assert decide(billed, past()).status == "paid"


def test_what_differs_in_its_charge_alone_pends():
    decision = decide(claim(line(charge="119.00")), past())
    assert decision.status == "pended"
    assert "119.00 here, 120.00 there" in decision.trace[2].why or any("119.00 here" in t.why for t in decision.trace)


def test_an_exact_match_counts_before_a_near_one():
    history = past(line(1, charge="119.00"), line(2, charge="120.00"))
    assert decide(claim(), history).status == "denied"


def test_lines_of_one_claim_are_never_near_matches():
    assert decide(claim(line(1, charge="119.00"), line(2)), ()).status == "paid"


def test_the_same_line_twice_in_one_claim_is_denied_once_even_without_a_history():
    decision = adjudicate(plan(), claim(line(1), line(2)))
    assert [each.denied for each in decision.lines] == [False, True]
    assert decision.lines[1].adjustments[0].reason == "18"


def test_a_repeat_modifier_makes_two_lines_of_one_claim_two_services():
    repeated = claim(line(1), line(2, modifiers=("76",)), line(3, modifiers=("76",)))
    assert adjudicate(plan(), repeated).lines[2].allowed == money("95.00")
    knees = claim(line(1, modifiers=("RT",)), line(2, modifiers=("LT",)), line(3, modifiers=("RT",)))
    assert [each.denied for each in adjudicate(plan(), knees).lines] == [False, False, True]


def test_the_order_of_modifiers_means_nothing():
    history = past(line(modifiers=("25", "RT")))
    assert decide(claim(line(modifiers=("RT", "25"))), history).status == "denied"


def test_a_claim_number_used_again_is_no_excuse():
    assert decide(claim(number="A-1"), past()).status == "denied"


def test_another_person_of_the_family_is_another_person():
    child = member(person="P-2", first_name="Ben", relationship="19", birth_date=None)
    patient = Person("Doe", "Ben")
    billed = claim(patient=patient, relationship="19")
    assert adjudicate(plan(), billed, members=(member(), child), history=past()).status == "paid"
    assert adjudicate(plan(), billed, history=past()).status == "paid"


def test_where_no_members_are_given_the_member_number_says_who_it_is():
    assert adjudicate(plan(), claim(), history=past()).status == "denied"
    nameless = tuple(replace(each, person="") for each in past())
    assert decide(claim(), nameless).status == "denied"
    assert adjudicate(plan(), claim(member_number="M999"), history=past()).status == "paid"


def test_a_denied_line_leaves_no_past_and_may_be_billed_again():
    before = claim()
    denied = adjudicate(plan(), before, received=date(2030, 1, 1))
    assert past_lines(before, denied) == ()
    assert past_lines(before, adjudicate(plan(percent=None, fees={}), before)) == ()


def test_without_a_history_nothing_is_compared_and_the_trace_says_so():
    entry = next(entry for entry in adjudicate(plan(), claim()).trace if entry.edit == "duplicate")
    assert entry.outcome == "not checked"
