"""The engine as a whole: cost share across the lines of a claim, mixtures, and what it refuses to decide."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from claims.adjudication.engine import NotAdjudicable, adjudicate, prepare
from claims.model.decision import Adjustment, Usage
from claims.model.money import Money
from claims.model.plan import Accumulators, CostShareOverride
from tests.adjudication.builders import claim, clinic, clinician, encounter, line, member, money, plan, with_lines
from tests.adjudication.tables import MemoryTables


def amounts(decision):
    """Each line as text: allowed, paid, adjustments."""
    return [
        (str(each.allowed), str(each.paid), " ".join(f"{a.group}-{a.reason} {a.amount}" for a in each.adjustments))
        for each in decision.lines
    ]


def used(deductible: str, out_of_pocket: str, year: int | None = None) -> Accumulators:
    return Accumulators(money(deductible), money(out_of_pocket), year)


def test_the_designs_own_example():
    """Charge 120.00, fee 95.00, 25.00 of the deductible left, 20 per cent: paid 56.00, the patient owes 39.00."""
    decision = adjudicate(plan(deductible="500.00", coinsurance="0.20"), claim(), accumulators=used("475.00", "475.00"))
    assert (str(decision.allowed), str(decision.paid), str(decision.patient)) == ("95.00", "56.00", "39.00")
    assert amounts(decision) == [("95.00", "56.00", "CO-45 25.00 PR-1 25.00 PR-2 14.00")]
    assert [t.why for t in decision.trace if t.edit in ("price", "cost-share")] == [
        "fee list 95.00 below charge 120.00",
        "deductible 25.00 of 25.00 left, coinsurance 0.20 of 70.00: 14.00",
    ]


def test_lines_use_up_the_deductible_in_order():
    billed = claim(line(1), line(2, begins=date(2026, 3, 3)), line(3, "87070", "30.00"))
    decision = adjudicate(plan(deductible="100.00", coinsurance="0.10"), billed)
    assert amounts(decision) == [
        ("95.00", "0.00", "CO-45 25.00 PR-1 95.00"),
        ("95.00", "81.00", "CO-45 25.00 PR-1 5.00 PR-2 9.00"),
        ("30.00", "27.00", "PR-2 3.00"),
    ]
    assert decision.usage == (Usage("", "M100", 2026, money("100.00"), money("112.00")),)


def test_the_out_of_pocket_maximum_is_reached_inside_a_claim():
    billed = claim(line(1), line(2, begins=date(2026, 3, 3)), line(3, "87070", "30.00"))
    terms = plan(copay="10.00", deductible="100.00", coinsurance="0.50", maximum="120.00")
    decision = adjudicate(terms, billed)
    # line 1: copay 10, deductible 85; 95 of 120 used
    # line 2: copay 10, deductible 15, coinsurance 35 of 70: 60 where 25 are left, so coinsurance 0
    # line 3: nothing is left
    assert amounts(decision) == [
        ("95.00", "0.00", "CO-45 25.00 PR-3 10.00 PR-1 85.00"),
        ("95.00", "70.00", "CO-45 25.00 PR-3 10.00 PR-1 15.00"),
        ("30.00", "30.00", ""),
    ]
    assert decision.usage[0].out_of_pocket == money("120.00")
    assert "the out-of-pocket maximum takes off 35.00" in decision.trace[-2].why


@pytest.mark.parametrize(
    ("given", "paid", "patient"),
    [
        (used("0.00", "0.00"), "0.00", "95.00"),
        (used("400.00", "400.00"), "0.00", "95.00"),
        (used("500.00", "500.00"), "76.00", "19.00"),
        (used("500.00", "2990.00"), "85.00", "10.00"),
        (used("0.00", "2950.00"), "45.00", "50.00"),
        (used("500.00", "3000.00"), "95.00", "0.00"),
        (used("600.00", "3500.00"), "95.00", "0.00"),
    ],
)
def test_accumulators_are_what_was_used_so_far(given, paid, patient):
    terms = plan(deductible="500.00", coinsurance="0.20", maximum="3000.00")
    decision = adjudicate(terms, claim(), accumulators=given)
    assert (str(decision.paid), str(decision.patient)) == (paid, patient)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        (CostShareOverride(("99214",), copay=Money(2500)), "CO-45 25.00 PR-3 25.00 PR-1 70.00"),
        (CostShareOverride(("99214",), deductible_applies=False), "CO-45 25.00 PR-2 19.00"),
        (CostShareOverride(("99214",), coinsurance=Decimal("0.5"), deductible_applies=False), "CO-45 25.00 PR-2 47.50"),
        (
            CostShareOverride(("99214",), copay=Money(2500), coinsurance=Decimal(0), deductible_applies=False),
            "CO-45 25.00 PR-3 25.00",
        ),
        (CostShareOverride(("99215",), copay=Money(2500)), "CO-45 25.00 PR-1 95.00"),
    ],
)
def test_cost_share_by_code(override, expected):
    terms = plan(deductible="500.00", coinsurance="0.20", overrides=(override,))
    assert amounts(adjudicate(terms, claim()))[0][2] == expected


def test_a_claim_that_spans_plan_years_counts_each_line_in_the_year_it_begins_in():
    billed = claim(
        line(1, begins=date(2026, 12, 31), ends=date(2027, 1, 2)),
        line(2, begins=date(2027, 1, 1)),
        received=date(2027, 1, 5),
    )
    terms = plan(deductible="100.00")
    decision = adjudicate(terms, billed, accumulators=used("100.00", "100.00"))
    assert [str(each.paid) for each in decision.lines] == ["95.00", "0.00"]
    assert decision.usage == (Usage("", "M100", 2027, money("95.00"), money("95.00")),)
    both = adjudicate(terms, billed, accumulators={2026: used("100.00", "100.00"), 2027: used("60.00", "60.00")})
    assert [str(each.paid) for each in both.lines] == ["95.00", "55.00"]
    named = adjudicate(terms, billed, accumulators=used("100.00", "100.00", 2027))
    assert [str(each.paid) for each in named.lines] == ["0.00", "95.00"]


def test_a_plan_year_begins_on_the_plans_first_day_of_coverage():
    terms = prepare(plan(covers_from=date(2025, 7, 1)))
    assert [terms.year_of(day) for day in (date(2026, 6, 30), date(2026, 7, 1))] == [2025, 2026]
    assert prepare(plan()).year_of(date(2026, 6, 30)) == 2026


def test_a_claim_all_of_whose_money_the_patient_owes_is_paid_and_not_denied():
    decision = adjudicate(plan(deductible="500.00"), claim())
    assert (decision.status, str(decision.paid), str(decision.patient)) == ("paid", "0.00", "95.00")


def test_one_line_that_waits_holds_the_whole_claim_and_no_amount_is_decided():
    billed = claim(line(1), line(2, "87070"), line(3, begins=date(2024, 3, 2)))
    decision = adjudicate(plan(percent=None), billed, providers=(clinic(), clinician()))
    assert decision.status == "pended"
    assert (decision.allowed, decision.paid, decision.patient, decision.usage, decision.matches) == (
        Money(0),
        Money(0),
        Money(0),
        (),
        (),
    )
    assert all(not each.adjustments and not each.allowed and not each.paid for each in decision.lines)


def test_a_line_that_is_denied_does_not_hold_the_others():
    billed = claim(line(1, "87070", begins=date(2024, 3, 2)), line(2))
    decision = adjudicate(plan(percent=None), billed)
    assert decision.status == "paid"
    assert amounts(decision) == [("0.00", "0.00", "CO-29 120.00"), ("95.00", "95.00", "CO-45 25.00")]


def test_every_cause_of_a_pend_is_told_at_once():
    decision = adjudicate(plan({}, percent=None), claim(), evidence=())
    assert {entry.edit for entry in decision.trace if entry.outcome == "pend"} == {"evidence", "price"}


def test_nothing_given_is_not_checked_and_the_claim_goes_on():
    decision = adjudicate(plan(), claim())
    unchecked = [entry.edit for entry in decision.trace if entry.outcome == "not checked"]
    assert unchecked == [
        "eligibility",
        "provider",
        "exclusion",
        "evidence",
        "duplicate",
        "ncci",
        "mue",
        "statistics",
        "cost-share",
    ]
    assert decision.status == "paid"


def test_all_given_leaves_a_word_of_each_edit_in_order():
    decision = adjudicate(
        plan(),
        claim(),
        members=(member(),),
        providers=(clinic(), clinician()),
        evidence=(encounter(),),
        history=(),
        accumulators=Accumulators(),
        tables=MemoryTables(),
        authorizations=(),
    )
    assert [entry.edit for entry in decision.trace] == [
        "scope",
        "eligibility",
        "provider",
        "exclusion",
        "evidence",
        "duplicate",
        "timely-filing",
        "coverage",
        "authorization",
        "ncci",
        "mue",
        "statistics",
        "other-payer",
        "price",
        "cost-share",
    ]
    assert {entry.outcome for entry in decision.trace} == {"pass", "adjust"}
    assert decision.person == "P-1"


def test_the_first_denial_of_a_line_is_the_one_it_carries():
    decision = adjudicate(plan(), claim(received=date(2030, 1, 1)), members=())
    assert decision.lines[0].adjustments == (Adjustment("PR", "31", Money(12000)),)


@pytest.mark.parametrize(
    ("billed", "says"),
    [
        (claim(is_encounter_report=True), "encounter report"),
        (with_lines(claim()), "no lines"),
        (claim(line(charge="-1.00")), "negative"),
        (claim(line(1), line(1)), "repeat"),
    ],
)
def test_what_intake_rejects_is_not_adjudicated(billed, says):
    with pytest.raises(NotAdjudicable, match=says):
        adjudicate(plan(), billed)


def test_lines_must_add_up_to_the_claim():
    with pytest.raises(NotAdjudicable, match=r"add up to 120\.00 and not to 121\.00"):
        adjudicate(plan(), replace(claim(), charge=money("121.00")))
