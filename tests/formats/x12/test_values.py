"""Amounts, quantities, dates and NPIs as X12 writes them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.formats.x12.values import ValueProblem, is_npi, read_amount, read_date, read_number, read_period
from claims.model.money import Money


@pytest.mark.parametrize(
    ("text", "cents"), [("0", 0), ("12", 1200), ("12.5", 1250), (".07", 7), ("-3.10", -310), ("7.", 700)]
)
def test_an_amount_is_whole_cents(text: str, cents: int) -> None:
    assert read_amount(text) == Money(cents)


@pytest.mark.parametrize("text", ["", " 1", "1e3", "1_000", "+1", "NaN", "1.005", "--1", "1,50", "٣", "9" * 17])
def test_what_is_no_amount_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueProblem) as caught:
        read_amount(text)
    assert not text.strip() or text not in str(caught.value)


def test_a_quantity_keeps_its_decimals() -> None:
    assert read_number("2.50") == Decimal("2.5")


@given(st.dates(min_value=date(1800, 1, 1)))
def test_every_day_is_read_back(day: date) -> None:
    assert read_date(day.strftime("%Y%m%d")) == day


@pytest.mark.parametrize("text", ["20260230", "2026021", "202602011", "abcdefgh", ""])
def test_no_such_day(text: str) -> None:
    with pytest.raises(ValueProblem):
        read_date(text)


def test_a_period_is_a_day_or_a_range_in_order() -> None:
    first, last = date(2026, 3, 1), date(2026, 3, 4)
    assert read_period("D8", "20260301") == (first, first)
    assert read_period("RD8", "20260301-20260304") == (first, last)
    with pytest.raises(ValueProblem, match="ends before it begins"):
        read_period("RD8", "20260304-20260301")
    with pytest.raises(ValueProblem):
        read_period("RD8", "20260304")


def test_the_npi_of_the_standard_is_valid_and_its_neighbour_not() -> None:
    assert is_npi("1234567893")
    assert not is_npi("1234567890")
    assert not is_npi("123456789")
    assert not is_npi("12345678930")


@given(st.from_regex(r"[12][0-9]{8}", fullmatch=True))
def test_exactly_one_digit_completes_an_npi(stem: str) -> None:
    assert sum(is_npi(f"{stem}{digit}") for digit in range(10)) == 1
