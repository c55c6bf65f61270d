"""Dates between people and contracts: a contract counts whole days since 1970-01-01 UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from claims.service.errors import UsageError

EPOCH = date(1970, 1, 1)
LAST_DAY = 2**16 - 1


def day_number(day: date) -> int:
    """Return a date as days since 1970-01-01; raises UsageError outside 1970 to 2149."""
    number = (day - EPOCH).days
    if not 0 < number <= LAST_DAY:
        raise UsageError(
            f"a date on the chain lies between 1970-01-02 and {EPOCH + timedelta(days=LAST_DAY)}, not {day}"
        )
    return number


def day_of(number: int) -> date:
    """Return the date of a day number."""
    return EPOCH + timedelta(days=number)


def date_at(timestamp: int) -> date:
    """Return the UTC date of a time in Unix seconds."""
    return datetime.fromtimestamp(timestamp, UTC).date()


def noon(day: date) -> int:
    """Return the Unix seconds of noon UTC of a date."""
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())


def parse_date(text: str, what: str) -> date:
    """Read an ISO date; raises UsageError naming what it was for."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{what} must be a date such as 2026-03-16, not {text!r}") from None
