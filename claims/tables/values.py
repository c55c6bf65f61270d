"""Cells as values: None is what no published table may hold there."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

_NUMBER = re.compile(r"(\d{0,9})(?:\.(\d{0,6}))?")
_CODE = re.compile(r"[A-Z0-9]{5}")
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def scaled(text: str, places: int) -> int | None:
    """Read a number that is not negative as a whole number of 10^-places; digits beyond that are refused, not rounded."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    whole, fraction = match[1], (match[2] or "").rstrip("0")
    if not (match[1] or match[2]) or len(fraction) > places:
        return None
    return int(whole + fraction.ljust(places, "0") or "0")


def money(text: str) -> int | None:
    """Read an amount in dollars as cents; a dollar sign and commas between thousands may stand in it."""
    bare = text.removeprefix("$").strip()
    if "," in bare:
        if not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?", bare):
            return None
        bare = bare.replace(",", "")
    return scaled(bare, 2)


@lru_cache(maxsize=2**15)
def procedure(text: str) -> str | None:
    """Read a HCPCS or CPT code. One of digits alone that a spreadsheet shortened gets its leading zeros back."""
    code = text.upper()
    if code.isdecimal() and len(code) < 5:
        code = code.zfill(5)
    return code if _CODE.fullmatch(code) else None


def digits(text: str, width: int) -> str | None:
    """Read a number of a fixed width, with its leading zeros back where they were lost."""
    return text.zfill(width) if text.isascii() and text.isdecimal() and len(text) <= width else None


@lru_cache(maxsize=2**12)
def day(text: str) -> date | None:
    """Read a day written 20250101, 2025-01-01 or 1/31/2025."""
    match = _DAY.fullmatch(text)
    try:
        if match is not None:
            return date(int(match[1]), int(match[2]), int(match[3]))
        match = _AMERICAN.fullmatch(text)
        return None if match is None else date(int(match[3]), int(match[1]), int(match[2]))
    except ValueError:
        return None


def year_of(titles: str) -> int | None:
    """Return the one calendar year that a title speaks of, the first that is one; None where it names none."""
    match = re.search(r"\b(?:CY )?((?:19|20)\d{2})\b", titles)
    return None if match is None else int(match[1])
