"""Several claims in order."""

from datetime import date

from claims.adjudication.engine import ASSUMED, adjudicate
from claims.adjudication.fold import adjudicate_all
from claims.model.party import Provider
from claims.model.plan import Accumulators
from tests.adjudication.builders import OTHER, claim, encounter, line, member, money, plan

LATER = date(2026, 3, 3)


def two():
    return claim(number="A-1"), claim(line(begins=LATER), number="A-2")


def test_what_one_claim_used_the_next_one_finds_used():
    first, second = adjudicate_all(plan(deductible="100.00"), two())
    assert (str(first.paid), str(second.paid)) == ("0.00", "90.00")


def test_given_accumulators_are_where_the_count_begins():
    given = {"M100": Accumulators(money("50.00"), money("50.00"))}
    first, second = adjudicate_all(plan(deductible="100.00"), two(), accumulators=given)
    assert (str(first.paid), str(second.paid)) == ("45.00", "95.00")


def test_accumulators_of_another_year_do_not_count():
    given = {"M100": Accumulators(money("50.00"), money("50.00"), 2025)}
    first, _ = adjudicate_all(plan(deductible="100.00"), two(), accumulators=given)
    assert str(first.paid) == "0.00"


def test_another_member_has_a_count_of_his_own():
    other = claim(number="A-2", member_number="M200")
    first, second = adjudicate_all(plan(deductible="95.00"), (claim(), other))
    assert first.paid == second.paid == money("0.00")


def test_a_claim_that_comes_twice_is_a_duplicate_where_a_history_is_kept():
    twice = (claim(), claim())
    assert [each.status for each in adjudicate_all(plan(), twice, history=())] == ["paid", "denied"]
    assert [each.status for each in adjudicate_all(plan(), twice)] == ["paid", "paid"]


def test_a_record_that_paid_one_claim_pays_no_other():
    decisions = list(
        adjudicate_all(plan(), (claim(), claim(line(charge="99.00"))), members=(member(),), evidence=(encounter(),))
    )
    assert [each.status for each in decisions] == ["paid", "denied"]
    assert "already paid another claim" in next(t.why for t in decisions[1].trace if t.outcome == "deny")


def test_a_claim_alone_is_decided_as_the_engine_decides_it():
    (alone,) = adjudicate_all(plan(), (claim(),), evidence=ASSUMED)
    assert alone == adjudicate(plan(), claim(), evidence=ASSUMED)


def test_encounter_reports_are_passed_over():
    assert list(adjudicate_all(plan(), (claim(is_encounter_report=True),))) == []


def test_record_ids_are_a_providers_own():
    other = claim(number="A-2", member_number="M200", billing=Provider(OTHER, "Hill Clinic"))
    people = (member(), member(person="P-2", member_number="M200"))
    records = (encounter(), encounter(person="P-2", provider_npi=OTHER, services_root=b"other", digest=b"other"))
    decisions = adjudicate_all(plan(), (claim(), other), members=people, evidence=records)
    assert [each.status for each in decisions] == ["paid", "paid"]
