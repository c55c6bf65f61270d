"""Single values of a FHIR claim: money, days, periods, codings. Whatever is no value of its kind is a ClaimProblem."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from claims.formats.fhir.claim_findings import ClaimProblem
from claims.formats.fhir.codes import Json
from claims.model.money import ZERO, Money

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LARGEST = Decimal(10) ** 15


def many(body: Json | None, element: str) -> list[Json]:
    """Return the objects of a repeating element; empty where it is absent."""
    found = (body or {}).get(element)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def one(body: Json | None, element: str) -> Json | None:
    """Return an object, or None where it is absent."""
    found = (body or {}).get(element)
    return found if isinstance(found, Mapping) else None


def text(body: Json | None, element: str) -> str:
    """Return a text without the white space around it; empty where it is absent."""
    found = (body or {}).get(element)
    return found.strip() if isinstance(found, str) else ""


def coded(concept: Json | None, systems: Iterable[str] = ()) -> list[str]:
    """Return the different codes of a concept, of these systems alone where any are named."""
    wanted = frozenset(systems)
    found = (
        text(coding, "code") for coding in many(concept, "coding") if not wanted or text(coding, "system") in wanted
    )
    return list(dict.fromkeys(code for code in found if code))


def codings(concepts: Iterable[Json], systems: Iterable[str] = ()) -> list[str]:
    """Return the different codes of several concepts."""
    wanted = tuple(systems)
    return list(dict.fromkeys(code for concept in concepts for code in coded(concept, wanted)))


def money(body: Json | None, element: str, place: str, status: str) -> Money | None:
    """Read an amount in US dollars to the cent, or None where it is absent."""
    amount = one(body, element)
    if amount is None:
        return None
    where = f"{place}.{element}"
    if text(amount, "currency") != "USD":
        raise ClaimProblem(
            where, "is not in US dollars: give currency USD", status=status, code="not-supported", snip=3
        )
    value = number(amount, "value", where, status)
    cents = value.scaleb(2)
    if cents != cents.to_integral_value():
        raise ClaimProblem(where, "has more than two decimals", status=status, snip=3)
    return Money(int(cents))


def charge(body: Json | None, element: str, place: str, status: str) -> Money | None:
    """Read an amount that must not be negative."""
    found = money(body, element, place, status)
    if found is not None and found < ZERO:
        raise ClaimProblem(f"{place}.{element}", "is negative", status=status, snip=3)
    return found


def number(body: Json | None, element: str, place: str, status: str) -> Decimal:
    """Read a decimal number; a text that looks like one is none."""
    value: Any = (body or {}).get(element)
    if type(value) not in (int, Decimal):
        raise ClaimProblem(place, "is not a number", status=status, snip=3)
    if abs(value) >= _LARGEST or (isinstance(value, Decimal) and -int(value.as_tuple().exponent) > 15):
        raise ClaimProblem(place, "is larger or finer than anything a claim counts", status=status, snip=3)
    return Decimal(value)


def day(written: object, place: str, status: str = "A7:187") -> date:
    """Read the day of a date or moment as it was written, in its own time zone."""
    given = written if isinstance(written, str) else ""
    found = _DAY.match(given)
    try:
        return date.fromisoformat(found[0] if found else "")
    except ValueError:
        raise ClaimProblem(place, "is not a day of the calendar, as YYYY-MM-DD", status=status) from None


def period(body: Json, place: str, status: str = "A7:187") -> tuple[date, date]:
    """Read a period; one without an end is one day. The last day is not before the first."""
    begins = day(body.get("start"), f"{place}.start", status)
    ends = day(body.get("end", body.get("start")), f"{place}.end", status)
    if ends < begins:
        raise ClaimProblem(place, "ends before it begins", status=status)
    return begins, ends
