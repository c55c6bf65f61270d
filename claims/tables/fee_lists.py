"""A payer's own fee list: code, modifier, fee, effective and through, a row for each period."""

from __future__ import annotations

import re
from datetime import date, timedelta

from claims.tables.errors import TableError, TableFaults
from claims.tables.parsed import Given, Parsed, precedence
from claims.tables.sheet import Sheet, body, find_heading
from claims.tables.values import day, money, procedure

KIND = "fee-list"

FIELDS = {
    "code": r"(?:PROCEDURE |HCPCS |CPT |HCPCS CPT |CPT HCPCS )?CODE|HCPCS|CPT|PROCEDURE",
    "modifier": r"MOD(?:IFIER)?",
    "fee": r"(?:UNIT )?(?:FEE|PRICE|ALLOWED|RATE)(?: AMOUNT)?",
    "effective": r"EFFECTIVE(?: DATE| FROM)?|BEGINS|FROM",
    "through": r"THROUGH|ENDS|END(?: DATE)?",
    "schedule": r"SCHEDULE|FEE LIST|LIST",
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}")


def read(sheet: Sheet, given: Given) -> list[Parsed] | None:
    """Read the list; None where it is another kind. Raises TableFaults, and TableError where it has no name or first day.

    A period without an end lasts until the next one of the same code and modifier begins. A newer list of the same name
    replaces the older from its own first day on.
    """
    heading = find_heading(sheet.rows, FIELDS, optional=("modifier", "effective", "through", "schedule"))
    if heading is None:
        return None
    if "effective" not in heading.columns and given.effective is None:
        raise TableError("fee list: no column says from when a fee holds: --effective 2025-01-01")
    faults: list[tuple[int, str]] = []
    names = {given.name} if given.name else set()
    periods: dict[tuple[str, str], list[tuple[date, date | None, int, int]]] = {}
    for row in body(sheet.rows, heading):
        if row.is_remark:
            continue
        cell = {name: row.cell(heading.columns[name]) if name in heading.columns else "" for name in FIELDS}
        if cell["schedule"]:
            names.add(cell["schedule"])
        code, fee = procedure(cell["code"]), money(cell["fee"])
        begins = day(cell["effective"]) if "effective" in heading.columns else given.effective
        through = day(cell["through"]) if cell["through"] else None
        if code is None:
            faults.append((row.line, "the code is not one of five letters and digits"))
        if not re.fullmatch(r"[A-Z0-9]{2}|", cell["modifier"].upper()):
            faults.append((row.line, "the modifier has not two characters"))
        if fee is None:
            faults.append((row.line, "the fee is not an amount of at most two decimals"))
        if begins is None:
            faults.append((row.line, "the effective date is not a day"))
        if cell["through"] and (through is None or (begins is not None and through < begins)):
            faults.append((row.line, "the end is not a day from the effective date on"))
        if code is None or fee is None or begins is None:
            continue
        periods.setdefault((code, cell["modifier"].upper()), []).append((begins, through, fee, row.line))
    if not periods and not faults:
        faults.append((sheet.rows[-1].line, "the file has no rows below its heading"))
    rows = _rows(periods, faults)
    if faults:
        raise TableFaults(KIND, faults)
    if len(names) != 1 or not all(map(_NAME.fullmatch, names)):
        raise TableError("fee list: it needs one name, in a column `schedule` or by --name, of letters, digits, . _ -")
    begins = min(begins for each in periods.values() for begins, *_ in each)
    return [Parsed(f"{KIND}:{names.pop()}", begins.isoformat(), begins, None, rows, precedence(begins))]


def _rows(
    periods: dict[tuple[str, str], list[tuple[date, date | None, int, int]]], faults: list[tuple[int, str]]
) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for (code, modifier), listed in periods.items():
        listed.sort(key=lambda each: (each[0], each[3]))
        for at, (begins, through, fee, _) in enumerate(listed):
            ends = through
            if at + 1 < len(listed):
                following, line = listed[at + 1][0], listed[at + 1][3]
                if following == begins or (through is not None and following <= through):
                    faults.append(
                        (line, f"its period meets that of line {listed[at][3]}, of the same code and modifier")
                    )
                ends = through or following - timedelta(days=1)
            rows.append((code, modifier, begins, ends, fee))
    return rows
