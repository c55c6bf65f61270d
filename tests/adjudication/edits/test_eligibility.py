"""Edit 1: who is covered on which day."""

from datetime import date

import pytest

from claims.adjudication.engine import adjudicate
from claims.model.decision import Adjustment
from claims.model.member import Coverage
from claims.model.money import Money
from claims.model.party import Person
from tests.adjudication.builders import claim, line, member, plan

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def outcome(billed, *members, **facts):
    """The reason of the first line's denial, or None where it was allowed."""
    decision = adjudicate(plan(**facts), billed, members=members)
    first = decision.lines[0].adjustments[0]
    return None if decision.lines[0].allowed else f"{first.group}-{first.reason}"


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (FIRST, FIRST, None),
        (LAST, LAST, None),
        (date(2025, 12, 31), date(2025, 12, 31), "PR-26"),
        (date(2027, 1, 1), date(2027, 1, 1), "PR-27"),
        (date(2025, 12, 31), FIRST, "PR-26"),
        (LAST, date(2027, 1, 1), "PR-27"),
    ],
)
def test_coverage_holds_from_its_first_day_through_its_last(begins, ends, expected):
    billed = claim(line(begins=begins, ends=ends), received=date(2027, 1, 2) if ends.year == 2027 else LAST)
    assert outcome(billed, member()) == expected


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (FIRST, FIRST, None),
        (LAST, LAST, None),
        (date(2025, 12, 31), FIRST, "PR-26"),
        (LAST, date(2027, 1, 1), "PR-27"),
    ],
)
def test_the_plans_own_dates_hold_where_no_members_are_given(begins, ends, expected):
    billed = claim(line(begins=begins, ends=ends), received=LAST)
    decision = adjudicate(plan(covers_from=FIRST, covers_through=LAST), billed)
    reasons = [f"{a.group}-{a.reason}" for a in decision.lines[0].adjustments if a.reason in ("26", "27")]
    assert reasons == ([expected] if expected else [])
    assert any(entry.outcome == "not checked" for entry in decision.trace if entry.edit == "eligibility")


def test_periods_that_follow_each_other_are_one_and_a_gap_is_after_coverage():
    whole = (Coverage(FIRST, date(2026, 3, 1)), Coverage(date(2026, 3, 2), None))
    gap = (Coverage(FIRST, date(2026, 3, 1)), Coverage(date(2026, 3, 4), None))
    billed = claim(line(begins=date(2026, 3, 1), ends=date(2026, 3, 4)))
    assert outcome(billed, member(coverage=whole)) is None
    assert outcome(billed, member(coverage=gap)) == "PR-27"
    assert outcome(claim(line(begins=date(2026, 3, 2))), member(coverage=gap)) == "PR-27"


@pytest.mark.parametrize(
    "patient",
    [
        Person("doe", "ANA", birth_date=date(1980, 5, 1)),
        Person("Doe ", "Aná", birth_date=date(1980, 5, 1)),
        Person("Doe", "Ana"),
        Person("Doe", birth_date=date(1980, 5, 1)),
    ],
)
def test_a_member_is_found_however_the_name_is_spelt_and_on_the_rest_where_a_fact_is_missing(patient):
    assert outcome(claim(patient=patient), member()) is None


@pytest.mark.parametrize(
    "billed",
    [
        claim(patient=Person("Doe", "Ana", birth_date=date(1980, 5, 2))),
        claim(patient=Person("Roe", "Ana", birth_date=date(1980, 5, 1))),
        claim(patient=Person("Doe", "Eva", birth_date=date(1980, 5, 1))),
        claim(member_number="M101"),
        claim(relationship="01"),
    ],
)
def test_another_birth_date_name_number_or_relationship_is_not_identified(billed):
    assert outcome(billed, member()) == "PR-31"


def test_two_who_fit_are_nobody():
    twin = member(person="P-2", first_name="Eva")
    assert outcome(claim(), member(), twin) is None
    assert outcome(claim(patient=Person("Doe")), member(), twin) == "PR-31"


def test_a_dependent_is_found_under_the_subscribers_number():
    child = member(person="P-2", first_name="Ben", relationship="19", birth_date=date(2015, 2, 3))
    patient = Person("Doe", "Ben", birth_date=date(2015, 2, 3))
    decision = adjudicate(plan(), claim(patient=patient, relationship="19"), members=(member(), child))
    assert (decision.status, decision.person) == ("paid", "P-2")


def test_a_claim_with_one_covered_line_pays_it_and_denies_the_other():
    billed = claim(line(1, begins=date(2025, 12, 31)), line(2, begins=FIRST))
    decision = adjudicate(plan(), billed, members=(member(),))
    assert decision.status == "paid"
    assert decision.lines[0].adjustments == (Adjustment("PR", "26", Money(12000)),)
    assert decision.lines[1].paid == Money(9500)
    assert decision.patient == Money(12000)


def test_an_empty_member_list_knows_nobody():
    assert outcome(claim()) == "PR-31"
