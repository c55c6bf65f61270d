"""Pricing by a list of fees (ADJUDICATION §3)."""

import pytest

from claims.adjudication.engine import adjudicate
from claims.model.decision import Adjustment
from claims.model.money import Money
from tests.adjudication.builders import claim, clinic, clinician, line, money, plan


def decide(billed, terms, **given):
    return adjudicate(terms, claim(billed), **given)


def price_entry(decision):
    return next(entry for entry in decision.trace if entry.edit == "price")


@pytest.mark.parametrize(
    ("charge", "fee", "units", "allowed", "why"),
    [
        ("120.00", "95.00", "1", "95.00", "fee list 95.00 below charge 120.00"),
        ("95.00", "95.00", "1", "95.00", "charge 95.00 within fee list 95.00"),
        ("80.00", "95.00", "1", "80.00", "charge 80.00 within fee list 95.00"),
        ("240.00", "95.00", "2", "190.00", "fee list 95.00 × 2 units = 190.00 below charge 240.00"),
        ("240.00", "95.00", "2.00", "190.00", "fee list 95.00 × 2 units = 190.00 below charge 240.00"),
        ("9.00", "0.33", "1.5", "0.50", "fee list 0.33 × 1.5 units = 0.50 below charge 9.00"),
    ],
)
def test_the_lower_of_charge_and_fee_times_units(charge, fee, units, allowed, why):
    decision = decide(line(charge=charge, units=units), plan({"99214": fee}))
    assert decision.allowed == money(allowed)
    assert price_entry(decision).why == why
    assert price_entry(decision).source == "plan Test plan 2026"


def test_what_is_above_the_fee_is_written_off():
    assert decide(line(), plan()).lines[0].adjustments == (Adjustment("CO", "45", Money(2500)),)


def test_out_of_the_network_it_is_the_patients():
    decision = decide(line(), plan(), providers=(clinic(status="out-of-network"), clinician()))
    assert decision.lines[0].adjustments == (Adjustment("PR", "45", Money(2500)),)
    assert (decision.paid, decision.patient) == (money("95.00"), money("25.00"))


def test_a_code_without_a_fee_takes_the_plans_share_of_the_charge():
    decision = decide(line(code="87070", charge="10.05"), plan(percent="0.50"))
    assert decision.allowed == money("5.03")
    assert price_entry(decision).why == "no fee listed: 0.50 of charge 10.05 = 5.03"


def test_a_code_without_a_fee_or_a_share_pends_and_is_never_allowed_at_nothing():
    decision = decide(line(code="87070"), plan(percent=None))
    assert decision.status == "pended"
    assert price_entry(decision).outcome == "pend"
    assert "percent_of_charge" in price_entry(decision).cure


@pytest.mark.parametrize("terms", [plan({"99214": "0.00"}), plan({}, percent="0")])
def test_a_price_of_nothing_denies_by_another_reason_than_45(terms):
    decision = decide(line(), terms)
    assert decision.status == "denied"
    assert decision.lines[0].adjustments == (Adjustment("CO", "96", Money(12000)),)
    assert decision.lines[0].remarks == ("N130",)


def test_a_price_of_nothing_out_of_the_network_is_the_patients():
    given = (clinic(status="out-of-network"), clinician())
    decision = decide(line(), plan({"99214": "0.00"}), providers=given)
    assert decision.lines[0].adjustments == (Adjustment("PR", "96", Money(12000)),)
    assert decision.patient == money("120.00")


def test_a_line_that_charges_nothing_is_paid_nothing():
    decision = adjudicate(plan(), claim(line(1), line(2, "3074F", "0.00")))
    assert decision.status == "paid"
    assert decision.lines[1].adjustments == ()


def test_minutes_do_not_take_a_fee_for_a_unit():
    assert decide(line(unit="MJ", units="45"), plan()).status == "pended"
    assert decide(line(1, "00100", "400.00", unit="MJ", units="45"), plan()).status == "paid"


def test_a_line_without_units_is_denied_with_its_remark():
    (denied,) = decide(line(units="0"), plan()).lines
    assert denied.adjustments == (Adjustment("CO", "16", Money(12000)),)
    assert denied.remarks == ("M53",)
