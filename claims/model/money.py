"""Money as whole cents of one currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

CENT = Decimal("0.01")


class MoneyError(ValueError):
    """An amount that is not whole cents, not a number, or of another currency."""


@dataclass(frozen=True, slots=True, order=False, init=False)
class Money:
    """An amount of money in integer cents; negative amounts are allowed and mean the other direction.

    Floats are refused, amounts of different currencies never meet, and nothing is rounded unless `share` is asked to.
    """

    cents: int
    currency: str = "USD"

    def __init__(self, cents: int, currency: str = "USD") -> None:
        # Written out, since an engine makes some thirty amounts a claim: the slots' own setters take half the time of the
        # generated ones, which ask for frozenness first.
        if type(cents) is not int:
            raise MoneyError(f"cents must be an int, not {type(cents).__name__}")
        _set_cents(self, cents)
        _set_currency(self, currency)

    @classmethod
    def parse(cls, text: str, currency: str = "USD") -> Money:
        """Read a decimal amount such as `"95.00"`, `"95.5"` or `"-3"`; more than two decimals raise MoneyError."""
        if type(text) is not str:
            raise MoneyError(f"an amount is read from text, not from {type(text).__name__}")
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise MoneyError(f"{text!r} is not an amount") from None
        if not amount.is_finite():
            raise MoneyError(f"{text!r} is not an amount")
        cents = amount.scaleb(2)
        if cents != cents.to_integral_value():
            raise MoneyError(f"{text!r} has more than two decimals")
        return cls(int(cents), currency)

    def _other(self, other: object) -> int:
        if type(other) is not Money:
            raise MoneyError(f"money does not mix with {type(other).__name__}")
        if other.currency != self.currency:
            raise MoneyError(f"{self.currency} does not mix with {other.currency}")
        return other.cents

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + self._other(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - self._other(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.cents, self.currency)

    def __mul__(self, count: int) -> Money:
        if type(count) is not int:
            raise MoneyError(
                f"money is multiplied by a whole number, not by {type(count).__name__}; use share() to round"
            )
        return Money(self.cents * count, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.cents < self._other(other)

    def __le__(self, other: Money) -> bool:
        return self.cents <= self._other(other)

    def __gt__(self, other: Money) -> bool:
        return self.cents > self._other(other)

    def __ge__(self, other: Money) -> bool:
        return self.cents >= self._other(other)

    def __bool__(self) -> bool:
        return self.cents != 0

    def __str__(self) -> str:
        sign = "-" if self.cents < 0 else ""
        return f"{sign}{abs(self.cents) // 100}.{abs(self.cents) % 100:02d}"

    def share(self, fraction: Decimal) -> Money:
        """Return this fraction of the amount, rounded half up (away from zero) to the cent once (ADJUDICATION §4)."""
        if type(fraction) is not Decimal:
            raise MoneyError(f"a share is a Decimal, not {type(fraction).__name__}")
        return Money(int((self.cents * fraction).to_integral_value(ROUND_HALF_UP)), self.currency)


_set_cents = Money.__dict__["cents"].__set__
_set_currency = Money.__dict__["currency"].__set__

ZERO = Money(0)


@lru_cache(maxsize=16_384)
def amount(cents: int) -> Money:
    """Return these cents in dollars, as the value that stood for them before: fees and shares come again and again."""
    return Money(cents)


def total(amounts: Iterable[Money]) -> Money:
    """Add up amounts of one currency; nothing adds up to zero dollars."""
    first: Money | None = None
    cents = 0
    for each in amounts:
        if first is None:
            first, cents = each, each.cents
        else:
            cents += first._other(each)
    return ZERO if first is None else Money(cents, first.currency)
