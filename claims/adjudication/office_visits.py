"""Office visits by their level, which are compared between clinicians."""

from __future__ import annotations

from datetime import date

OFFICE_VISITS = (
    *("99202", "99203", "99204", "99205"),  # a new patient
    *("99211", "99212", "99213", "99214", "99215"),  # an established one
)
"""Codes of office visits, lowest level first."""

WINDOW = 12
"""How many months of visits are compared: that of the visit and the eleven before it."""


def month_of(day: date) -> int:
    """Return the month of a day as one number, so that the month before is one less."""
    return day.year * 12 + day.month - 1


def months_to(day: date) -> range:
    """Return the months that are compared for a visit on this day."""
    last = month_of(day)
    return range(last - WINDOW + 1, last + 1)
