"""Lists of adjustment reason codes (CARC) and remark codes (RARC): JSON by name, or rows of code and description."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from claims.tables.errors import TableFaults
from claims.tables.parsed import Given, Parsed, precedence
from claims.tables.sheet import Sheet, body, find_heading

REASONS, REMARKS = "carc", "rarc"
NAMES = {"adjustment_reason": REASONS, "remark_code": REMARKS}

FIELDS = {
    "code": r"(?:(?:CARC|RARC|CLAIM ADJUSTMENT REASON|ADJUSTMENT REASON|REASON|REMITTANCE ADVICE REMARK|REMARK) )?CODE|CARC|RARC",
    "description": r"(?:.* )?(?:DESCRIPTION|TEXT|NARRATIVE)",
}
_CODE = {REASONS: re.compile(r"\d{1,3}|[A-Z]{1,2}\d{1,3}"), REMARKS: re.compile(r"(?:M|MA|N)\d{1,4}")}
_ASKS = re.compile(r"at least one remark code must be provided", re.IGNORECASE)
_UNDATED = date(1900, 1, 1)


def read(sheet: Sheet, given: Given) -> list[Parsed] | None:
    """Read one list or both; None where it is another kind. Raises TableFaults.

    Whether a reason needs a remark beside it is read from its description; without one the list is silent about it.
    """
    if sheet.document is not None:
        return _of_document(sheet.document, given)
    heading = find_heading(sheet.rows, FIELDS)
    if heading is None or len([cell for cell in sheet.rows[heading.body - 1].cells if cell]) > 8:
        return None
    listed = [
        (row.line, row.cell(heading.columns["code"]), row.cell(heading.columns["description"]))
        for row in body(sheet.rows, heading)
        if not row.is_remark
    ]
    if not listed:
        return None
    for kind in (REMARKS, REASONS):
        if _CODE[kind].fullmatch(listed[0][1].upper()):
            return [_parsed(kind, listed, given)]
    return None


def _of_document(document: Mapping[str, Any], given: Given) -> list[Parsed] | None:
    found = []
    for name, kind in NAMES.items():
        part = document.get(name)
        if not isinstance(part, dict):
            continue
        codes = part.get("codes")
        if isinstance(codes, dict):
            listed = [(at, str(code), str(text)) for at, (code, text) in enumerate(codes.items(), 1)]
        elif isinstance(codes, list):
            listed = [(at, str(code), "") for at, code in enumerate(codes, 1)]
        else:
            continue
        found.append(_parsed(kind, listed, given))
    return found or None


def _parsed(kind: str, listed: Iterable[tuple[int, str, str]], given: Given) -> Parsed:
    faults: list[tuple[int, str]] = []
    rows: list[tuple[object, ...]] = []
    seen: dict[str, int] = {}
    for line, code, description in listed:
        if not _CODE[kind].fullmatch(code):
            faults.append((line, f"this is not a code of the {kind.upper()} list"))
            continue
        if code in seen:
            faults.append((line, f"the same code as on line {seen[code]}"))
        seen.setdefault(code, line)
        rows.append((code, int(bool(_ASKS.search(description))) if description else None))
    if not rows and not faults:
        faults.append((1, "the list is empty"))
    if faults:
        raise TableFaults(kind, faults)
    begins = given.effective or _UNDATED
    return Parsed(kind, "undated" if begins == _UNDATED else begins.isoformat(), begins, None, rows, precedence(begins))
