"""The arithmetic of one price by the physician fee schedule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from claims.service.errors import UsageError


class NotPriced(Exception):
    """The fee schedule has no price for this; the message says why."""

    exit_code = 3


def price_service(
    folder: Path,
    code: str,
    *,
    carrier: str,
    locality: str,
    day: str,
    place: str = "11",
    modifiers: tuple[str, ...] = (),
    units: str = "1",
    percent: str = "1",
) -> dict[str, Any]:
    """Price one service by the tables of a folder and show how; amounts are text in dollars.

    Raises UsageError for an argument that cannot be read, NotPriced where the schedule says that it is not paid by it.
    """
    from claims.adjudication.pricing.multiple import reduce
    from claims.adjudication.pricing.quote import PRICE, Locality, quote
    from claims.adjudication.pricing.relative_price import cents
    from claims.model.claim import Line
    from claims.model.money import ZERO, Money
    from claims.service.tables import open_tables_of

    numerator, denominator = _positive(percent, "--percent").as_integer_ratio()
    on = _day(day)
    line = Line(
        1,
        _code(code),
        ZERO,
        _positive(units, "--units"),
        on,
        on,
        place.strip().zfill(2),
        tuple(modifier.strip().upper() for modifier in modifiers),
    )
    where = Locality(_number(carrier, 5, "--carrier"), _number(locality, 2, "--locality"), numerator, denominator)
    with open_tables_of(folder) as tables:
        found = quote(tables, where, line)
        if found.outcome == PRICE:
            reduce(tables, where, [found], lambda _: "")
    if found.outcome != PRICE or found.row is None or found.index is None:
        raise NotPriced(f"no price: {found.why}" + (f"; {found.cure}" if found.cure else ""))
    row, index, unit = found.row, found.index, found.unit
    expense = row.expense_facility if found.facility else row.expense_nonfacility
    factor = row.conversion_factor
    return {
        "amount": str(Money(found.fee(where))),
        "code": row.code,
        "modifiers": list(line.modifiers),
        "units": f"{line.units.normalize():f}",
        "date": on.isoformat(),
        "place": line.place,
        "setting": "facility" if found.facility else "non-facility",
        "carrier": where.carrier,
        "locality": where.number,
        "status": row.status,
        "work": {"relative_value": _point(row.work, 2), "index": _point(index.work, 3)},
        "practice_expense": {"relative_value": _point(expense, 2), "index": _point(index.expense, 3)},
        "malpractice": {"relative_value": _point(row.malpractice, 2), "index": _point(index.malpractice, 3)},
        "conversion_factor": _point(factor, 4),
        "unit_price": str(Money(cents(unit.total))),
        "adjustments": list(found.said),
        "percent": f"{Decimal(percent).normalize():f}",
        "tables": [row.source, index.source],
    }


def _point(value: int, places: int) -> str:
    return f"{value // 10**places}.{value % 10**places:0{places}d}"


def _code(text: str) -> str:
    code = text.strip().upper()
    if len(code) != 5 or not (code.isascii() and code.isalnum()):
        raise UsageError("a procedure code has five letters and digits")
    return code


def _number(text: str, width: int, option: str) -> str:
    if not (text.isascii() and text.isdecimal() and len(text) <= width):
        raise UsageError(f"{option} is a number of at most {width} digits")
    return text.zfill(width)


def _positive(text: str, option: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(0)
    if not number.is_finite() or number <= 0 or number > 9999:
        raise UsageError(f"{option} is a number above zero")
    return number


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("--date is a day written 2025-01-31") from None
