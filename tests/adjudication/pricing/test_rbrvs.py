"""Prices by relative values, worked by hand: parts in dollars at index 1 and factor 10, so that the arithmetic can be followed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from claims.adjudication.pricing.relative_price import cents, relative_price
from claims.model.claim import Line
from claims.model.decision import PAID, PENDED
from claims.model.party import Provider
from claims.model.tables import GeographicIndex, RelativeValue
from tests.adjudication.builders import DAY, OTHER, line
from tests.adjudication.pricing.schedule import Schedule, allowed, decide, denials, price_trace, rbrvs_plan, row

BIG = "9999.00"


def billed(number: int, code: str, **facts: Any) -> Line:
    return line(number, code, BIG, **facts)


# The row and the indices of ADJUDICATION's worked price, rounded once at the end.
OFFICE = replace(
    row("99213"), work=130, expense_nonfacility=135, expense_facility=57, malpractice=10, conversion_factor=323465
)
MANHATTAN = GeographicIndex("13202", "01", 1065, 1166, 1656, "")
ALABAMA = GeographicIndex("10112", "00", 1000, 869, 575, "")


@pytest.mark.parametrize(
    ("index", "facility", "amount"),
    [(MANHATTAN, False, 10106), (MANHATTAN, True, 7164), (ALABAMA, False, 8186), (ALABAMA, True, 5993)],
)
def test_the_worked_prices_of_the_rules(index: GeographicIndex, facility: bool, amount: int) -> None:
    assert cents(relative_price(OFFICE, index, facility=facility).total) == amount


def test_half_a_cent_is_rounded_up_and_only_at_the_end() -> None:
    assert cents(5_000_000) == 1
    assert cents(4_999_999) == 0
    # 0.4 cent a unit: three units are 1.2 cents, and not three times nothing.
    assert cents(3 * 4_000_000) == 1


VISIT = row("99214", work=60, expense=50, facility=20, malpractice=10)


@pytest.mark.parametrize(
    ("place", "amount"),
    [
        ("11", "120.00"),
        ("12", "120.00"),
        ("10", "120.00"),
        ("21", "90.00"),
        ("22", "90.00"),
        ("23", "90.00"),
        ("02", "90.00"),
    ],
)
def test_the_place_chooses_the_practice_expense(place: str, amount: str) -> None:
    assert allowed(Schedule(VISIT), billed(1, "99214", place=place)) == [amount]


def test_the_charge_bounds_the_price_and_the_rest_is_45() -> None:
    assert allowed(Schedule(VISIT), line(1, "99214", "100.00")) == ["100.00"]
    decision = decide(Schedule(VISIT), line(1, "99214", "150.00"))
    assert [(each.group, each.reason, str(each.amount)) for each in decision.lines[0].adjustments] == [
        ("CO", "45", "30.00")
    ]


def test_units_the_plan_s_share_and_its_own_factor_multiply() -> None:
    assert allowed(Schedule(VISIT), billed(1, "99214", units="3")) == ["360.00"]
    assert allowed(Schedule(VISIT), billed(1, "99214", units="0.5")) == ["60.00"]
    assert allowed(Schedule(VISIT), billed(1, "99214"), terms=rbrvs_plan(percent=Decimal("1.20"))) == ["144.00"]
    assert allowed(Schedule(VISIT), billed(1, "99214"), terms=rbrvs_plan(conversion_factor=Decimal("5"))) == ["60.00"]


@pytest.mark.parametrize("status", list("ART"))
def test_these_statuses_are_priced(status: str) -> None:
    assert allowed(Schedule(replace(VISIT, status=status)), billed(1, "99214")) == ["120.00"]


@pytest.mark.parametrize(("status", "reason"), [("B", "97"), ("N", "96")])
def test_these_statuses_are_denied(status: str, reason: str) -> None:
    ((group, said, remarks),) = denials(decide(Schedule(replace(VISIT, status=status)), billed(1, "99214")))
    assert (group, said, bool(remarks)) == ("CO", reason, True)


@pytest.mark.parametrize("status", list("CEFGHIJMPQX"))
def test_other_statuses_go_to_another_schedule_or_wait_and_are_never_allowed_at_nothing(status: str) -> None:
    schedule = Schedule(replace(VISIT, status=status), fees={("99214", ""): "33.00"})
    assert decide(schedule, billed(1, "99214")).status == PENDED
    assert allowed(schedule, billed(1, "99214"), terms=rbrvs_plan(schedule="ours")) == ["33.00"]
    assert allowed(schedule, billed(1, "99214"), terms=rbrvs_plan(fees={"99214": "44.00"})) == ["44.00"]
    assert allowed(schedule, line(1, "99214", "100.00"), terms=rbrvs_plan(percent_of_charge=Decimal("0.30"))) == [
        "30.00"
    ]


def test_a_priced_status_without_values_and_a_code_not_in_the_schedule_wait() -> None:
    assert decide(Schedule(row("99214", status="R")), billed(1, "99214")).status == PENDED
    assert decide(Schedule(VISIT), billed(1, "99999")).status == PENDED


def test_without_a_schedule_for_the_year_or_the_locality_the_claim_waits() -> None:
    assert decide(None, billed(1, "99214")).status == PENDED
    assert decide(Schedule(VISIT), billed(1, "99214", begins=date(2025, 12, 31))).status == PENDED
    assert decide(Schedule(VISIT), billed(1, "99214"), terms=rbrvs_plan(locality="06")).status == PENDED


def test_a_line_without_charge_and_one_without_units() -> None:
    assert decide(Schedule(VISIT), line(1, "99214", "0.00")).status == PAID
    assert denials(decide(Schedule(VISIT), billed(1, "99214", units="0"))) == [("CO", "16", ("M53",))]


# Modifiers: a surgery of 100.00.
SURGERY = row("20000", work=70, expense=20, malpractice=10, bilateral="1", co_surgeon="1", assistant="2")


@pytest.mark.parametrize(
    ("modifiers", "amount"),
    [
        ((), "100.00"),
        (("50",), "150.00"),
        (("80",), "16.00"),
        (("81",), "16.00"),
        (("82",), "16.00"),
        (("AS",), "13.60"),
        (("62",), "62.50"),
        (("52",), "50.00"),
        (("53",), "50.00"),
        (("73",), "50.00"),
        (("74",), "100.00"),
        (("RT",), "100.00"),
        (("50", "62"), "93.75"),
        (("80", "50"), "24.00"),
    ],
)
def test_what_a_modifier_makes_of_a_price(modifiers: tuple[str, ...], amount: str) -> None:
    assert allowed(Schedule(SURGERY), billed(1, "20000", modifiers=modifiers)) == [amount]


@pytest.mark.parametrize(
    ("indicator", "amount"), [("0", "100.00"), ("1", "150.00"), ("2", "100.00"), ("3", "200.00"), ("9", "100.00")]
)
def test_bilateral_depends_on_the_indicator(indicator: str, amount: str) -> None:
    schedule = Schedule(replace(SURGERY, bilateral=indicator))
    assert allowed(schedule, billed(1, "20000", modifiers=("50",))) == [amount]


def test_an_assistant_and_a_second_surgeon_are_refused_where_the_schedule_says_so() -> None:
    assert denials(decide(Schedule(replace(SURGERY, assistant="1")), billed(1, "20000", modifiers=("80",)))) == [
        ("CO", "54", ())
    ]
    assert denials(decide(Schedule(replace(SURGERY, co_surgeon="0")), billed(1, "20000", modifiers=("62",)))) == [
        ("CO", "54", ())
    ]


def test_components_have_rows_of_their_own() -> None:
    schedule = Schedule(
        row("70000", 30, 70), row("70000", 30, 0, modifier="26"), row("70000", 0, 70, modifier="TC"), VISIT
    )
    assert allowed(schedule, billed(1, "70000")) == ["100.00"]
    assert allowed(schedule, billed(1, "70000", modifiers=("26",))) == ["30.00"]
    assert allowed(schedule, billed(1, "70000", modifiers=("TC",))) == ["70.00"]
    assert denials(decide(schedule, billed(1, "99214", modifiers=("26",))))[0][:2] == ("CO", "4")


def test_a_discontinued_procedure_with_a_row_of_its_own_is_priced_by_it() -> None:
    schedule = Schedule(SURGERY, row("20000", 40, modifier="53"))
    assert allowed(schedule, billed(1, "20000", modifiers=("53",))) == ["40.00"]


# Multiple procedures.


def surgery(code: str, price: int, **facts: str) -> RelativeValue:
    return row(code, work=price, **({"multiple_procedure": "2"} | facts))


def test_two_surgeries_by_price_and_not_by_order() -> None:
    schedule = Schedule(*(surgery(f"2000{at}", price) for at, price in enumerate((40, 100, 60, 20, 80, 30))))
    lines = [billed(at + 1, f"2000{at}") for at in range(6)]
    # 100 in full; 80, 60, 40, 30 and 20 at half.
    assert allowed(schedule, *lines) == ["20.00", "100.00", "30.00", "10.00", "40.00", "15.00"]


def test_the_first_line_wins_a_tie_and_one_surgery_is_not_reduced() -> None:
    schedule = Schedule(surgery("20000", 100), surgery("20001", 100))
    assert allowed(schedule, billed(1, "20001"), billed(2, "20000")) == ["100.00", "50.00"]
    assert allowed(schedule, billed(1, "20001")) == ["100.00"]


def test_each_unit_is_a_procedure() -> None:
    assert allowed(Schedule(surgery("20000", 100)), billed(1, "20000", units="3")) == ["200.00"]


def test_modifiers_count_before_the_rank() -> None:
    schedule = Schedule(surgery("20000", 100), surgery("20001", 80, bilateral="1"))
    # 80 bilaterally is 120, so 100 comes second.
    assert allowed(schedule, billed(1, "20000"), billed(2, "20001", modifiers=("50",))) == ["50.00", "120.00"]


def test_other_days_other_providers_and_other_kinds_of_service_do_not_meet() -> None:
    schedule = Schedule(surgery("20000", 100), surgery("20001", 80), VISIT)
    next_day = billed(2, "20001", begins=DAY + timedelta(days=1))
    assert allowed(schedule, billed(1, "20000"), next_day) == ["100.00", "80.00"]
    someone_else = billed(2, "20001", rendering=Provider(OTHER, "Bell", "Ada", is_person=True))
    assert allowed(schedule, billed(1, "20000"), someone_else) == ["100.00", "80.00"]
    assert allowed(schedule, billed(1, "20000"), billed(2, "99214")) == ["100.00", "120.00"]


def test_indicator_1_goes_down_to_a_quarter() -> None:
    schedule = Schedule(*(surgery(f"2000{at}", 100, multiple_procedure="1") for at in range(3)))
    assert allowed(schedule, *(billed(at + 1, f"2000{at}") for at in range(3))) == ["100.00", "50.00", "25.00"]


BASE = surgery("45000", 30)
SCOPES = (
    surgery("45001", 50, multiple_procedure="3", endoscopic_base="45000"),
    surgery("45002", 45, multiple_procedure="3", endoscopic_base="45000"),
)


def test_an_endoscopy_family_pays_the_dearest_and_of_the_others_what_is_above_the_base() -> None:
    assert allowed(Schedule(BASE, *SCOPES), billed(1, "45002"), billed(2, "45001")) == ["15.00", "50.00"]


def test_the_base_beside_its_family_is_part_of_it() -> None:
    decision = decide(Schedule(BASE, *SCOPES), billed(1, "45000"), billed(2, "45001"))
    assert [str(each.allowed) for each in decision.lines] == ["0.00", "50.00"]
    assert denials(decision) == [("CO", "97", ("M15",))]


def test_a_family_is_one_surgery_among_others() -> None:
    schedule = Schedule(BASE, *SCOPES, surgery("20000", 60), surgery("20001", 100))
    lines = [billed(1, "45001"), billed(2, "45002"), billed(3, "20000"), billed(4, "20001")]
    # The family is worth 50 + 15 = 65: second after 100, before 60.
    assert allowed(schedule, *lines) == ["25.00", "7.50", "30.00", "100.00"]


def test_a_family_without_its_base_in_the_schedule_waits() -> None:
    assert decide(Schedule(*SCOPES), billed(1, "45001"), billed(2, "45002")).status == PENDED


def parts(code: str, professional: int, technical: int, indicator: str, **facts: str) -> list[RelativeValue]:
    facts = {"multiple_procedure": indicator, "pctc": "1"} | facts
    return [
        row(code, professional, technical, **facts),
        row(code, professional, 0, modifier="26", **facts),
        row(code, 0, technical, modifier="TC", **facts),
    ]


def test_imaging_pays_further_technical_parts_at_half_and_professional_ones_at_95() -> None:
    schedule = Schedule(
        *parts("70001", 40, 100, "4", imaging_family="88"), *parts("70002", 60, 80, "4", imaging_family="88")
    )
    # Technical: 100 in full, 80 at half. Professional: 60 in full, 40 at 95 %.
    assert allowed(schedule, billed(1, "70001"), billed(2, "70002")) == ["138.00", "100.00"]
    component = billed(2, "70002", modifiers=("TC",))
    assert allowed(schedule, billed(1, "70001"), component) == ["140.00", "40.00"]
    reading = billed(2, "70002", modifiers=("26",))
    assert allowed(schedule, billed(1, "70001"), reading) == ["138.00", "60.00"]


def test_therapy_pays_practice_expense_in_full_once() -> None:
    schedule = Schedule(row("97001", 20, 30, multiple_procedure="5"), row("97002", 10, 40, multiple_procedure="5"))
    # Practice expense of 40 in full; each 30 at half: (20 + 15) × 2 and 50.
    assert allowed(schedule, billed(1, "97001", units="2"), billed(2, "97002")) == ["70.00", "50.00"]
    assert allowed(schedule, billed(1, "97001", units="2")) == ["85.00"]
    assert allowed(schedule, billed(1, "97001")) == ["50.00"]


@pytest.mark.parametrize(("indicator", "second"), [("6", "115.00"), ("7", "120.00")])
def test_cardiovascular_and_ophthalmology_reduce_further_technical_parts_alone(indicator: str, second: str) -> None:
    schedule = Schedule(*parts("90001", 40, 200, indicator), *parts("90002", 40, 100, indicator))
    # Professional 40 stays; of 100 technical 75 or 80 %: 115 or 120.
    assert allowed(schedule, billed(1, "90002"), billed(2, "90001")) == [second, "240.00"]


def test_the_trace_tells_the_arithmetic() -> None:
    schedule = Schedule(surgery("20000", 100), surgery("20001", 80, bilateral="1"))
    decision = decide(schedule, billed(1, "20000"), billed(2, "20001", modifiers=("50",)))
    assert price_trace(decision) == [
        "schedule non-facility 100.00, multiple procedures, number 2 by price: 50 % = 50.00 below charge 9999.00",
        "schedule non-facility 80.00, modifier 50: 150 % = 120.00 below charge 9999.00",
    ]


def test_a_thousand_units_are_one_procedure_and_keep_no_engine_busy() -> None:
    decision = decide(Schedule(surgery("20000", 1)), line(1, "20000", "99999999.00", units="1000000"))
    assert str(decision.lines[0].allowed) == "1000000.00"
