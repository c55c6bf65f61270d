"""CMS's physician fee schedule relative value file (PPRRVU), of any year: columns are found by their headings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from claims.tables.errors import TableError, TableFaults
from claims.tables.parsed import Given, Parsed, precedence
from claims.tables.sheet import Row, Sheet, body, find_heading
from claims.tables.values import digits, procedure, scaled, year_of

KIND = "pprrvu"

FIELDS = {
    "code": r"(?:HCPCS|HCPCS CODE|CPT HCPCS|HCPCS CPT CODE)",
    "modifier": r"(?:MOD|MODIFIER)",
    "status": r"STATUS(?: CODE)?",
    "work": r"WORK RVU",
    "expense_nonfacility": r"(?:FULLY IMPLEMENTED )?NON FAC(?:ILITY)? PE RVU",
    "nonfacility_na": r"NON FAC(?:ILITY)? NA INDICATOR",
    "expense_facility": r"(?:FULLY IMPLEMENTED )?FAC(?:ILITY)? PE RVU",
    "facility_na": r"FAC(?:ILITY)? NA INDICATOR",
    "malpractice": r"MP RVU",
    "total_nonfacility": r"(?:FULLY IMPLEMENTED )?NON FAC(?:ILITY)? TOTAL",
    "total_facility": r"(?:FULLY IMPLEMENTED )?FAC(?:ILITY)? TOTAL",
    "pctc": r"PC ?TC(?: IND(?:ICATOR)?)?",
    "global_days": r"GLOB(?:AL)?(?: DAYS)?",
    "multiple_procedure": r"MULT(?:IPLE)? PROC(?:EDURE)?S?",
    "bilateral": r"BILAT(?:ERAL)? SURG(?:ERY)?",
    "assistant": r"ASST SURG(?:ERY)?",
    "co_surgeon": r"CO SURG(?:EON|ERY)?S?",
    "team": r"TEAM SURG(?:EON|ERY)?S?",
    "endoscopic_base": r"ENDO(?:SCOPIC)? BASE",
    "conversion_factor": r"CONV(?:ERSION)? FACTOR",
    "imaging_family": r"DIAGNOSTIC IMAGING FAMILY(?: INDICATOR)?",
}

# CMS's own values of each indicator; another one means that a column was misread or the file is of a form not known here.
_STATUSES = frozenset("ABCDEFGHIJLMNPQRTX")
_INDICATORS = {
    "pctc": frozenset("0123456789"),
    "multiple_procedure": frozenset("012345679"),
    "bilateral": frozenset("01239"),
    "assistant": frozenset("0129"),
    "co_surgeon": frozenset("0129"),
    "team": frozenset("0129"),
}
_GLOBAL = frozenset(("000", "010", "090", "MMM", "XXX", "YYY", "ZZZ"))
_VALUES = (
    "work",
    "expense_nonfacility",
    "expense_facility",
    "malpractice",
    "total_nonfacility",
    "total_facility",
)
_MONTHS = (
    "JANUARY",
    "FEBRUARY",
    "MARCH",
    "APRIL",
    "MAY",
    "JUNE",
    "JULY",
    "AUGUST",
    "SEPTEMBER",
    "OCTOBER",
    "NOVEMBER",
    "DECEMBER",
)
_MOST = 1_000_000


def read(sheet: Sheet, given: Given) -> list[Parsed] | None:
    """Read the file; None where it is another kind. Raises TableFaults, and TableError where the year cannot be told.

    Every row's totals must be the sums of its parts: a column read for another one does not pass.
    """
    heading = find_heading(sheet.rows, FIELDS, optional=("imaging_family",), depth=5)
    if heading is None:
        return None
    year = year_of(heading.titles)
    if year is None and given.effective is not None:
        year = given.effective.year
    if year is None:
        raise TableError("pprrvu: no title names the calendar year; say a day of it with --effective")
    if given.effective is not None and given.effective.year != year:
        raise TableError(f"pprrvu: the title says {year} and --effective {given.effective}")
    faults: list[tuple[int, str]] = []
    rows: list[tuple[object, ...]] = []
    seen: dict[tuple[str, str], int] = {}
    for row in body(sheet.rows, heading):
        if row.is_remark and not row.cell(heading.columns["status"]):
            continue
        values, wrong = _row(row, heading.columns)
        faults.extend((row.line, what) for what in wrong)
        if values is None:
            continue
        key = (str(values[0]), str(values[1]))
        if key in seen:
            faults.append((row.line, f"the same code and modifier as on line {seen[key]}"))
        seen.setdefault(key, row.line)
        rows.append(values)
    if not rows and not faults:
        faults.append((sheet.rows[-1].line, "the file has no rows below its heading"))
    if faults:
        raise TableFaults(KIND, faults)
    month, released = _release(heading.titles, year)
    return [
        Parsed(
            KIND,
            f"{year}-{month:02d}",
            date(year, 1, 1),
            date(year, 12, 31),
            rows,
            precedence(date(year, 1, 1), month * 10**8 + released),
        )
    ]


def _release(titles: str, year: int) -> tuple[int, int]:
    """Return the release's month and the day on which it was released as a number, 0 where no title says it."""
    day = re.search(r"\bRELEASED (\d{1,2}) (\d{1,2}) (\d{4})\b", titles)
    released = 0 if day is None else int(day[3]) * 10000 + int(day[1]) * 100 + int(day[2])
    named = re.search(rf"\b({'|'.join(_MONTHS)}) RELEASE\b", titles)
    if named is not None:
        return _MONTHS.index(named[1]) + 1, released
    return (int(day[1]) if day is not None and int(day[3]) == year else 1), released


def _row(row: Row, columns: Mapping[str, int]) -> tuple[tuple[object, ...] | None, list[str]]:
    cell = {name: row.cell(at) for name, at in columns.items()}
    wrong: list[str] = []
    code = procedure(cell["code"])
    if code is None:
        wrong.append("the code is not one of five letters and digits")
    modifier = cell["modifier"].upper()
    if modifier and not (len(modifier) == 2 and modifier.isalnum()):
        wrong.append("the modifier has not two characters")
    status = cell["status"].upper()
    if status not in _STATUSES:
        wrong.append("the status is none of CMS's")
    numbers: dict[str, int] = {}
    for name in _VALUES:
        number = scaled(cell[name], 2)
        if number is None or number > _MOST:
            wrong.append(f"{name.replace('_', ' ')} is not a number of at most two decimals")
        else:
            numbers[name] = number
    factor = scaled(cell["conversion_factor"], 4)
    if not factor:
        wrong.append("the conversion factor is not a number above zero")
    for name, allowed in _INDICATORS.items():
        if cell[name] not in allowed:
            wrong.append(f"the {name.replace('_', ' ')} indicator is none of CMS's")
    global_days = (digits(cell["global_days"], 3) or cell["global_days"]).upper()
    if global_days not in _GLOBAL:
        wrong.append("the global days are none of CMS's")
    wrong.extend(
        f"{name.replace('_', ' ')} is neither NA nor empty"
        for name in ("nonfacility_na", "facility_na")
        if cell[name].upper() not in ("", "NA")
    )
    base = cell["endoscopic_base"] and procedure(cell["endoscopic_base"])
    if base is None:
        wrong.append("the endoscopic base is not a code")
    family = cell.get("imaging_family", "")
    if family and digits(family, 2) is None:
        wrong.append("the imaging family is not a number of two digits")
    if not wrong:
        for side in ("nonfacility", "facility"):
            sum_of_parts = numbers["work"] + numbers[f"expense_{side}"] + numbers["malpractice"]
            if sum_of_parts != numbers[f"total_{side}"]:
                wrong.append(f"work, practice expense and malpractice do not add up to the {side} total")
    if wrong:
        return None, wrong
    return (
        code,
        modifier,
        status,
        numbers["work"],
        numbers["expense_nonfacility"],
        numbers["expense_facility"],
        numbers["malpractice"],
        int(cell["nonfacility_na"].upper() == "NA"),
        int(cell["facility_na"].upper() == "NA"),
        cell["pctc"],
        global_days,
        cell["multiple_procedure"],
        cell["bilateral"],
        cell["assistant"],
        cell["co_surgeon"],
        cell["team"],
        base or "",
        factor,
        digits(family, 2) or "",
    ), []
