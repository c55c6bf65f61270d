"""Prices of institutional claims: by the day, by DRG, by outpatient list, by share of the charge."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.adjudication.pricing import grouper
from claims.adjudication.pricing.rules import pricing_rules
from claims.model.claim import Claim, Line
from claims.model.decision import PENDED
from claims.model.institutional import CodedDiagnosis, CodedProcedure, Institutional
from claims.model.money import Money
from claims.model.party import Person
from claims.model.plan import DrgPricing, Plan, Pricing
from tests.adjudication.builders import DAY, claim, line, plan
from tests.adjudication.pricing.schedule import allowed, decide, denials, price_trace


def usd(text: str) -> Money:
    return Money.parse(text)


def stay(kind: str = "11", **facts: Any) -> Institutional:
    given_ = {"begins": DAY, "ends": DAY, "discharge_status": "01", "admitted": DAY, "drg": "470"} | facts
    return Institutional(kind, **given_)


def room(number: int, charge: str, revenue: str = "0120", code: str = "", **facts: Any) -> Line:
    return line(number, code, charge, revenue_code=revenue, **facts)


def terms(**facts: Any) -> Plan:
    return replace(plan(), pricing=Pricing(**({"method": "fee-list"} | facts)))


INPATIENT: dict[str, Any] = {"kind": "institutional", "institutional": stay()}
OUTPATIENT: dict[str, Any] = {"kind": "institutional", "institutional": stay("13")}
BY_DAY = terms(inpatient="per-diem", per_diem=(("0120", usd("900.00")),))
BY_DRG = DrgPricing(usd("6000.00"), (("470", Decimal("1.9289")),))


def test_a_day_s_rate_times_days_bounded_by_the_charge() -> None:
    lines = [room(1, "5000.00", units="3"), room(2, "1000.00", "120", units="2")]
    assert allowed(None, *lines, terms=BY_DAY, **INPATIENT) == ["2700.00", "1000.00"]


def test_a_revenue_code_without_a_rate_takes_the_share_of_the_charge_or_waits() -> None:
    assert decide(None, room(1, "100.00", "0250"), terms=BY_DAY, **INPATIENT).status == PENDED
    shared = replace(BY_DAY, pricing=replace(BY_DAY.pricing, percent_of_charge=Decimal("0.40")))
    assert allowed(None, room(1, "100.00", "0250"), terms=shared, **INPATIENT) == ["40.00"]


def test_percent_of_charge_is_rounded_half_up() -> None:
    half = terms(method="percent-of-charge", percent_of_charge=Decimal("0.50"))
    assert allowed(None, line(1, "99214", "0.05"), line(2, "99213", "10.00"), terms=half) == ["0.03", "5.00"]


def test_outpatient_goes_by_procedure_then_revenue_code_then_charge() -> None:
    listed = terms(
        outpatient="outpatient-fee-list",
        fees=(("99214", usd("95.00")),),
        per_diem=(("0762", usd("50.00")),),
        percent_of_charge=Decimal("0.30"),
    )
    lines = [room(1, "200.00", "0762", "99214"), room(2, "200.00", "0762", units="2"), room(3, "300.00", "0250")]
    assert allowed(None, *lines, terms=listed, **OUTPATIENT) == ["95.00", "100.00", "90.00"]


def test_a_professional_claim_of_such_a_plan_keeps_the_plan_s_method() -> None:
    listed = terms(fees=(("99214", usd("95.00")),), inpatient="drg", drg=BY_DRG)
    assert allowed(None, line(1, "99214", "120.00"), terms=listed) == ["95.00"]


def by_drg(**facts: Any) -> Plan:
    return terms(inpatient="drg", drg=replace(BY_DRG, **facts))


def test_weight_times_rate_is_shared_by_charge_to_the_cent() -> None:
    decision = decide(None, room(1, "20000.00"), room(2, "10000.00", "0250"), terms=by_drg(), **INPATIENT)
    # 1.9289 × 6000.00 = 11573.40, two thirds and one third.
    assert [str(each.allowed) for each in decision.lines] == ["7715.60", "3857.80"]
    assert "470 as billed" in price_trace(decision)[0]


def test_a_stay_is_never_allowed_above_its_charge() -> None:
    assert allowed(None, room(1, "500.00"), room(2, "0.00"), terms=by_drg(), **INPATIENT) == ["500.00", "0.00"]


def test_what_is_above_the_threshold_is_shared() -> None:
    outlier = by_drg(outlier_threshold=usd("30000.00"), outlier_share=Decimal("0.80"))
    assert allowed(None, room(1, "30000.00"), terms=outlier, **INPATIENT) == ["11573.40"]
    # 11573.40 + 0.80 × 10000.00
    assert allowed(None, room(1, "40000.00"), terms=outlier, **INPATIENT) == ["19573.40"]


@pytest.mark.parametrize("drg", ["", "999", "abc"])
def test_a_stay_without_a_weight_waits(drg: str) -> None:
    billed = {"kind": "institutional", "institutional": stay(drg=drg)}
    assert decide(None, room(1, "500.00"), terms=by_drg(), **billed).status == PENDED


def test_a_line_that_no_cent_falls_to_is_part_of_the_stay() -> None:
    decision = decide(None, room(1, "0.01"), room(2, "90000.00"), terms=by_drg(), **INPATIENT)
    assert denials(decision) == [("CO", "97", ("M15",))]
    assert str(decision.allowed) == "11573.40"


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=8, unique=True))
def test_the_parts_add_up_and_none_is_above_its_charge(charges: list[int]) -> None:
    lines = [room(at, str(Money(cents))) for at, cents in enumerate(charges, 1)]
    decision = decide(None, *lines, terms=by_drg(), **INPATIENT)
    assert decision.allowed.cents == min(sum(charges), 1157340)
    assert all(each.allowed.cents <= each.charge.cents for each in decision.lines)


class Groups:
    """A grouper that finds what it is told to."""

    name = "made up 1"

    def __init__(self, drg: str) -> None:
        self.drg = drg

    def group(self, claim: Claim) -> str:
        return self.drg


def test_an_installed_grouper_decides_over_the_billed_drg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouper, "installed", lambda: Groups("470"))
    billed = {"kind": "institutional", "institutional": stay(drg="001")}
    decision = decide(None, room(1, "20000.00"), terms=by_drg(grouper=True), **billed)
    assert str(decision.allowed) == "11573.40"
    assert "470 by made up 1, billed 001" in price_trace(decision)[0]
    assert pricing_rules(by_drg(grouper=True).pricing)["drg"]["grouper"] == "made up 1"  # type: ignore[index]
    monkeypatch.setattr(grouper, "installed", lambda: Groups(""))
    assert decide(None, room(1, "20000.00"), terms=by_drg(grouper=True), **billed).status == PENDED


def test_where_no_grouper_is_installed_the_trace_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouper, "installed", lambda: None)
    decision = decide(None, room(1, "20000.00"), terms=by_drg(grouper=True), **INPATIENT)
    assert "470 as billed, no grouper is installed" in price_trace(decision)[0]
    assert pricing_rules(by_drg(grouper=True).pricing)["drg"]["grouper"] == "billed"  # type: ignore[index]


def test_a_stay_as_the_grouper_takes_it() -> None:
    coded = (
        CodedDiagnosis("J18.9", "ABJ"),
        CodedDiagnosis("I50.20", "ABK", "Y"),
        CodedDiagnosis("E11.65", "ABF", "1"),
    )
    detail = stay(
        ends=date(2026, 3, 5), diagnoses=coded, procedures=(CodedProcedure("02703DZ"),), admitted=date(2026, 3, 2)
    )
    patient = Person("Doe", "Ana", birth_date=date(1960, 3, 3), gender="F")
    assert grouper.stay_of(claim(patient=patient, institutional=detail)) == {
        "version": 430,
        "age": 65,
        "sex": 1,
        "discharge_status": 1,
        "pdx": {"code": "I5020", "poa": "Y"},
        "sdx": [{"code": "E1165"}],
        "procedures": [{"code": "02703DZ"}],
        "admit_dx": {"code": "J189"},
    }
    assert (
        grouper.stay_of(claim(patient=patient, institutional=replace(detail, ends=date(2026, 4, 1))))["version"] == 431
    )  # type: ignore[index]
    assert grouper.stay_of(claim(patient=patient, institutional=replace(detail, ends=date(2027, 4, 1)))) is None
    assert grouper.stay_of(claim(patient=patient, institutional=replace(detail, diagnoses=coded[:1]))) is None
    assert grouper.stay_of(claim()) is None
