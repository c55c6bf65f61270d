"""Edit 3: each line backed by an attested service of its own, or the precise reason why not."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.adjudication.codes import NEEDS_REMARK
from claims.adjudication.edits.evidence_causes import PROBLEMS
from claims.adjudication.engine import ASSUMED, adjudicate
from claims.adjudication.history import past_lines
from claims.model.party import Provider
from tests.adjudication.builders import (
    BILLING,
    DAY,
    OTHER,
    RECEIVED,
    claim,
    clinic,
    clinician,
    encounter,
    line,
    member,
    plan,
    service,
)

NEXT = DAY + timedelta(days=1)


def decide(billed, *encounters, **given_):
    given_ = {"members": (member(),)} | given_
    return adjudicate(plan(), billed, evidence=encounters, **given_)


def cause(decision, number=1):
    """The evidence edit's word on one line."""
    return next(t.why for t in decision.trace if t.edit == "evidence" and t.line == number and t.outcome != "pass")


def test_an_attested_line_is_paid_and_bound_to_its_service():
    decision = decide(claim(line(1, "87070"), line(2)), encounter(service("99214"), service("87070")))
    assert decision.status == "paid"
    assert decision.matches == ((1, "enc-1", 1), (2, "enc-1", 0))


@pytest.mark.parametrize(
    ("billed", "attested", "says"),
    [
        (claim(line(code="99215")), encounter(), "changed code"),
        (claim(line(units="3")), encounter(service(units="2")), "more units: 3 billed, 2 attested"),
        (claim(line(modifiers=("RT",))), encounter(), "other modifiers"),
        (claim(line(begins=NEXT)), encounter(), "other dates"),
        (claim(line(ends=NEXT)), encounter(), "other dates"),
        (claim(line(place="22")), encounter(), "another place"),
        (claim(rendering=Provider(OTHER, "Ito", is_person=True)), encounter(), "another clinician"),
        (claim(), encounter(person="P-2"), "another person's"),
        (claim(line(code="99215", begins=NEXT)), encounter(), "no attested service stands behind"),
        (claim(), encounter(provider_npi=OTHER), "no encounter record was sent"),
        (claim(evidence=("enc-9",)), encounter(), None),
        (claim(line(code="99215", evidence=("enc-9",))), encounter(), "the claim names was not sent"),
    ],
)
def test_what_does_not_agree_is_named(billed, attested, says):
    decision = decide(billed, attested)
    if says is None:
        assert decision.status == "paid"
        return
    assert decision.status == "pended"
    assert says in cause(decision)
    assert all(t.cure for t in decision.trace if t.outcome == "pend")


def test_a_phantom_line_beside_an_attested_one():
    decision = decide(claim(line(1), line(2, "87070", "15.00")), encounter())
    assert decision.status == "pended"
    assert cause(decision, 2) == "no attested service stands behind this line"


def test_one_visit_billed_on_two_lines_backs_one():
    decision = decide(claim(line(1), line(2, modifiers=("59",))), encounter())
    assert decision.status == "pended"
    assert "billed by line 1 already" in cause(decision, 2)


def test_fewer_units_than_attested_are_fine_and_payment_modifiers_stand_outside():
    decision = decide(claim(line(units="1", modifiers=("25", "59"))), encounter(service(units="2", modifiers=())))
    assert decision.status == "paid"


def test_lines_find_the_services_that_leave_room_for_each_other():
    billed = claim(line(1, units="1"), line(2, units="2", modifiers=("59",)))
    decision = decide(billed, encounter(service(units="2"), service(units="1")))
    assert decision.matches == ((1, "enc-1", 1), (2, "enc-1", 0))


def test_an_empty_file_pends_and_none_is_not_checked_and_assumed_says_so():
    assert decide(claim()).status == "pended"
    assert "no encounter record was sent" in cause(decide(claim()))
    (entry,) = (t for t in adjudicate(plan(), claim()).trace if t.edit == "evidence")
    assert entry.outcome == "not checked"
    (entry,) = (t for t in adjudicate(plan(), claim(), evidence=ASSUMED).trace if t.edit == "evidence")
    assert (entry.outcome, "assumed" in entry.why) == ("pass", True)


@pytest.mark.parametrize("problem", [problem for problem in PROBLEMS if problem != "spent"])
def test_each_problem_pends_under_its_own_name(problem):
    decision = decide(claim(), encounter(signed=False, problem=problem))
    assert decision.status == "pended"
    assert cause(decision) == PROBLEMS[problem].why


def test_no_signature_is_a_problem_even_where_none_was_named():
    assert cause(decide(claim(), encounter(signed=False))) == PROBLEMS["unsigned"].why


def test_a_word_of_the_verifier_that_is_new_still_pends():
    assert "never-heard" in cause(decide(claim(), encounter(problem="never-heard")))


def test_a_later_signature_wakes_the_claim():
    unsigned = encounter(signed=False, problem="unsigned")
    assert decide(claim(), unsigned).status == "pended"
    assert decide(claim(), replace(unsigned, signed=True, problem="")).status == "paid"


@pytest.mark.parametrize(("days", "status"), [(0, "pended"), (45, "pended"), (46, "denied")])
def test_what_is_missing_waits_for_the_plans_days_and_is_then_denied_with_a_remark(days, status):
    unsigned = encounter(signed=False, problem="unsigned")
    decision = decide(claim(), unsigned, decided=RECEIVED + timedelta(days=days))
    assert decision.status == status
    if status == "denied":
        (denial,) = decision.lines[0].adjustments
        assert (denial.group, denial.reason, decision.lines[0].remarks) == ("CO", "252", ("MA81",))
        assert denial.reason in NEEDS_REMARK


def test_a_spent_visit_is_denied_at_once_and_the_history_says_where_it_was_paid():
    spent = encounter(problem="spent")
    before = claim(line(charge="99.00"), number="A-1")
    history = past_lines(before, adjudicate(plan(), before, members=(member(),)))
    decision = decide(claim(), spent)
    (denial,) = decision.lines[0].adjustments
    assert (decision.status, denial.group, denial.reason) == ("denied", "OA", "18")
    assert "already paid another claim" in cause(decision)
    assert "claim A-1 of this payer" in cause(decide(claim(), spent, history=history))
    assert "this payer's history does not hold" in cause(decide(claim(), spent, history=()))
    assert decide(claim(), encounter(), spent={"enc-1"}).status == "denied"


def test_another_service_of_the_day_of_a_spent_visit_is_missing_and_not_spent():
    decision = decide(claim(line(code="87070")), encounter(problem="spent"))
    assert decision.status == "pended"
    assert cause(decision) == "no attested service stands behind this line"


def test_one_attestation_under_two_record_ids_is_one_visit():
    one = encounter(identifier="enc-1")
    copy = replace(one, identifier="enc-2")
    again = replace(one, identifier="enc-3", digest=b"signed again")
    billed = claim(line(1), line(2, modifiers=("59",)))
    for second in (copy, again):
        assert "billed by line 1 already" in cause(decide(billed, one, second), 2)
    assert decide(billed, one, encounter(identifier="enc-4")).status == "paid"


def test_a_visit_signed_again_is_as_good_as_its_best_signature_unless_it_is_spent():
    old = encounter(identifier="enc-1", problem="expired")
    new = replace(old, identifier="enc-2", digest=b"signed again", problem="")
    assert decide(claim(), old, new).matches == ((1, "enc-2", 0),)
    assert decide(claim(), replace(old, problem="spent"), new).status == "denied"


def test_named_records_come_first():
    one, two = encounter(identifier="enc-1"), encounter(identifier="enc-2")
    assert decide(claim(), one, two).matches == ((1, "enc-1", 0),)
    assert decide(claim(evidence=("enc-2",)), one, two).matches == ((1, "enc-2", 0),)
    both = claim(line(1), line(2, modifiers=("59",), evidence=("enc-1",)))
    assert decide(both, one, two).matches == ((1, "enc-2", 0), (2, "enc-1", 0))


def test_without_a_rendering_provider_anybody_on_the_roster_may_have_attested():
    billed = claim(rendering=None)
    assert decide(billed, encounter()).status == "paid"
    assert decide(billed, encounter(), providers=(clinic(), clinician())).status == "paid"
    stranger = decide(billed, encounter(practitioner_npi=OTHER), providers=(clinic(), clinician()))
    assert stranger.status == "pended"


def test_the_payers_own_list_is_heard_about_roster_credential_and_controller():
    for facts, expected in [
        ({"roster": (OTHER,)}, "not-on-roster"),
        ({"controller": "One"}, "same-controller"),
    ]:
        decision = decide(claim(), encounter(), providers=(clinic(controller="One"), clinician(**facts)))
        assert cause(decision) == PROBLEMS[expected].why
    lapsed = decide(claim(rendering=None), encounter(), providers=(clinic(), clinician(through=date(2026, 1, 1))))
    assert cause(lapsed) == PROBLEMS["credential"].why


def test_a_solo_practitioner_attests_for_himself():
    billed = claim(billing=Provider(BILLING, "Ito", "Ken", is_person=True), rendering=None)
    assert decide(billed, encounter(practitioner_npi=BILLING), providers=(clinic(),)).status == "paid"


def test_a_claim_draws_on_sixteen_records_at_most():
    days = [DAY + timedelta(days=day) for day in range(17)]
    lines = [line(number, begins=day) for number, day in enumerate(days, 1)]
    records = [encounter(service(begins=day), identifier=f"enc-{day}") for day in days]
    assert decide(claim(*lines[:16]), *records).status == "paid"
    assert decide(claim(*lines), *records).status == "pended"


def test_a_line_that_is_denied_anyway_needs_no_evidence():
    outside = line(2, begins=date(2025, 12, 31))
    decision = decide(claim(line(1), outside), encounter())
    assert decision.status == "paid"
    assert decision.lines[1].adjustments[0].reason == "26"


def test_a_definite_denial_is_not_held_up_by_missing_evidence():
    assert decide(claim(received=date(2030, 1, 1))).status == "denied"


def test_the_order_of_the_records_means_nothing():
    records = [
        encounter(service(units="2"), identifier="enc-1"),
        encounter(service(units="1"), service("87070"), identifier="enc-2"),
        replace(encounter(service(units="2"), identifier="enc-1"), identifier="enc-0", problem="expired"),
    ]
    billed = claim(line(1), line(2, modifiers=("59",)), line(3, "87070"), line(4, "99215"))
    decisions = {decide(billed, *order) for order in permutations(records)}
    assert len(decisions) == 1


@given(
    st.permutations(range(6)), st.lists(st.sampled_from(["", "spent", "expired", "unsigned"]), min_size=6, max_size=6)
)
def test_no_order_of_records_changes_any_decision(order, problems):
    records = [
        encounter(
            service("9921" + str(4 + k % 2), units=str(1 + k % 3)),
            identifier=f"enc-{k % 4}",
            digest=bytes([k // 2]),
            problem=p,
        )
        for k, p in enumerate(problems)
    ]
    billed = claim(line(1), line(2, "99215", units="2"), line(3, modifiers=("59",)))
    assert decide(billed, *records) == decide(billed, *(records[k] for k in order))


def test_no_trace_quotes_a_code_a_date_or_a_person():
    decision = decide(claim(line(1, "99215"), line(2, units="9")), encounter(service(units="2")))
    for entry in decision.trace:
        for secret in ("99215", "99214", "2026-03", "P-1", "M100", "Doe"):
            assert secret not in entry.why + entry.cure


def test_units_are_compared_as_numbers():
    assert decide(claim(line(units="1.00")), encounter(service(units="1"))).status == "paid"
    assert service(units="1.0").units == Decimal(1)
