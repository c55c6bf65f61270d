"""Money is whole cents of one currency and never rounds unasked."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.model.money import ZERO, Money, MoneyError, total

cents = st.integers(-(10**14), 10**14)


@given(cents)
def test_text_is_read_back(amount: int) -> None:
    assert Money.parse(str(Money(amount))) == Money(amount)


@given(cents, cents)
def test_sums_are_those_of_the_cents(first: int, second: int) -> None:
    assert Money(first) + Money(second) == Money(first + second)
    assert Money(first) - Money(second) == Money(first - second)
    assert (Money(first) < Money(second)) == (first < second)
    assert (Money(first) >= Money(second)) == (first >= second)


@given(st.lists(cents))
def test_a_total_adds_up(amounts: list[int]) -> None:
    assert total(map(Money, amounts)) == Money(sum(amounts))


def test_nothing_adds_up_to_zero() -> None:
    assert total([]) == ZERO


@pytest.mark.parametrize("amount", [1.0, "1", Decimal(1), True, None])
def test_only_whole_cents_make_money(amount: object) -> None:
    with pytest.raises(MoneyError):
        Money(amount)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["1.005", "", "abc", "NaN", "Infinity", "1,00"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(MoneyError):
        Money.parse(text)


def test_a_float_is_not_read() -> None:
    with pytest.raises(MoneyError):
        Money.parse(1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize("other", [1, 1.0, Decimal(1), Money(1, "EUR")])
def test_nothing_else_mixes_with_money(other: object) -> None:
    for operation in ("__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"):
        with pytest.raises(MoneyError):
            getattr(Money(1), operation)(other)
    assert Money(1) != other


@pytest.mark.parametrize("factor", [1.5, Decimal("1.5"), True])
def test_money_is_multiplied_by_whole_numbers(factor: object) -> None:
    assert Money(250) * 3 == Money(750)
    with pytest.raises(MoneyError):
        Money(250) * factor  # type: ignore[operator]


@pytest.mark.parametrize(
    ("amount", "share", "expected"), [(1, "0.5", 1), (-1, "0.5", -1), (3, "0.5", 2), (999, "0.20", 200)]
)
def test_a_share_is_rounded_half_up_away_from_zero(amount: int, share: str, expected: int) -> None:
    assert Money(amount).share(Decimal(share)) == Money(expected)


@given(cents, st.decimals(0, 1, places=4))
def test_a_share_is_within_half_a_cent_and_as_large_either_way(amount: int, fraction: Decimal) -> None:
    share = Money(amount).share(fraction)
    assert abs(share.cents - amount * fraction) <= Decimal("0.5")
    assert Money(-amount).share(fraction) == -share


def test_a_share_of_a_float_is_refused() -> None:
    with pytest.raises(MoneyError):
        Money(100).share(0.2)  # type: ignore[arg-type]


def test_zero_is_false_and_a_cent_is_true() -> None:
    assert not ZERO
    assert Money(-1)
