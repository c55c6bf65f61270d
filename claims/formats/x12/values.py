"""Single values as X12 writes them: amounts, quantities and dates; the NPI's check digit is the model's."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from claims.model.money import Money
from claims.model.npi import is_npi as is_npi

_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_LARGEST = 10**17
_DECIMALS = 2
_REMEMBERED = 4096
"""How many amounts, numbers and days are remembered: a file repeats a few of each many times."""


class ValueProblem(ValueError):
    """A value that cannot be read; the message says what is wrong with it and never repeats it. `code` is an IK403."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@lru_cache(_REMEMBERED)
def read_number(text: str) -> Decimal:
    """Read a decimal element (type R); raises ValueProblem for anything but ASCII digits, one point and a leading minus."""
    if not _NUMBER.fullmatch(text):
        raise ValueProblem("6", "is not a decimal number")
    return Decimal(text)


@lru_cache(_REMEMBERED)
def read_amount(text: str, currency: str = "USD") -> Money:
    """Read an amount of money to the cent; raises ValueProblem where it is no number, has over two decimals or is absurd."""
    if not _NUMBER.fullmatch(text):
        raise ValueProblem("6", "is not a decimal number")
    whole, _, fraction = text.removeprefix("-").partition(".")
    if len(fraction) > _DECIMALS and fraction[_DECIMALS:].strip("0"):
        raise ValueProblem("I12", "has more than two decimals")
    cents = int(whole + fraction[:_DECIMALS].ljust(_DECIMALS, "0"))
    if cents >= _LARGEST:
        raise ValueProblem("5", "is larger than any amount of money")
    return Money(-cents if text[0] == "-" else cents, currency)


@lru_cache(_REMEMBERED)
def read_date(text: str) -> date:
    """Read CCYYMMDD; raises ValueProblem where there is no such day."""
    if not (len(text) == 8 and text.isascii() and text.isdigit()):
        raise ValueProblem("8", "is not a date")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueProblem("8", "is not a day of the calendar") from None


@lru_cache(_REMEMBERED)
def read_period(qualifier: str, text: str) -> tuple[date, date]:
    """Read a D8 day or an RD8 range as first and last day; raises ValueProblem where the last is before the first."""
    if qualifier != "RD8":
        day = read_date(text)
        return day, day
    first, _, last = text.partition("-")
    begins, ends = read_date(first), read_date(last)
    if ends < begins:
        raise ValueProblem("8", "ends before it begins")
    return begins, ends
