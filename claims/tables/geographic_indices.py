"""CMS's geographic practice cost indices (Addendum E, GPCI), of any year."""

from __future__ import annotations

from datetime import date

from claims.tables.errors import TableError, TableFaults
from claims.tables.parsed import Given, Parsed, precedence
from claims.tables.sheet import Heading, Sheet, body, find_heading
from claims.tables.values import digits, scaled, year_of

KIND = "gpci"

_YEAR = r"(?:(?:CY )?20\d\d )?"
CARRIER = r"(?:MEDICARE ADMINI?STRATIVE CONTRACTOR(?: MAC)?|MAC|CARRIER|CARRIER NUMBER|CONTRACTOR|MEDICARE CONTRACTOR)"
LOCALITY = r"LOCALITY(?: NUMBER)?"
_WORK = rf"{_YEAR}(?:PW|WORK|PHYSICIAN WORK) GPCI"
FLOORS = {"with": r" WITH 1 0 FLOOR", "without": r" WITHOUT 1 0 FLOOR", "": r"(?: WITH(?:OUT)? 1 0 FLOOR)?"}
_MOST = 10_000


def read(sheet: Sheet, given: Given) -> list[Parsed] | None:
    """Read the file; None where it is another kind. Raises TableFaults and TableError.

    The year of the headings must be the title's. Where the work index is published with and without its floor, `work_floor`
    chooses.
    """
    if given.work_floor not in FLOORS:
        raise TableError("--work-floor is with or without")
    fields = {
        "carrier": CARRIER,
        "locality": LOCALITY,
        "work": _WORK + FLOORS[given.work_floor],
        "expense": rf"{_YEAR}(?:PE|PRACTICE EXPENSE) GPCI",
        "malpractice": rf"{_YEAR}(?:MP|PLI|MALPRACTICE) GPCI",
    }
    try:
        heading = find_heading(sheet.rows, fields)
    except TableError as refused:
        if "headed work" in str(refused):
            raise TableError(
                "gpci: the work index is there with and without its 1.0 floor; say which holds: --work-floor with | without"
            ) from None
        raise
    if heading is None:
        return None
    year = _year(sheet, heading, given)
    faults: list[tuple[int, str]] = []
    rows: list[tuple[object, ...]] = []
    seen: dict[tuple[str, str], int] = {}
    for row in body(sheet.rows, heading):
        if row.is_remark:
            continue
        cell = {name: row.cell(at) for name, at in heading.columns.items()}
        carrier, locality = digits(cell["carrier"], 5), digits(cell["locality"], 2)
        indices = [scaled(cell[name], 3) for name in ("work", "expense", "malpractice")]
        if carrier is None:
            faults.append((row.line, "the carrier is not a number of at most five digits"))
        if locality is None:
            faults.append((row.line, "the locality is not a number of at most two digits"))
        for name, index in zip(("work", "practice expense", "malpractice"), indices, strict=True):
            if not index or index > _MOST:
                faults.append((row.line, f"the {name} index is not a number above zero of at most three decimals"))
        if carrier is None or locality is None:
            continue
        if (carrier, locality) in seen:
            faults.append((row.line, f"the same carrier and locality as on line {seen[carrier, locality]}"))
        seen.setdefault((carrier, locality), row.line)
        rows.append((carrier, locality, *indices))
    if not rows and not faults:
        faults.append((sheet.rows[-1].line, "the file has no rows below its heading"))
    if faults:
        raise TableFaults(KIND, faults)
    return [Parsed(KIND, str(year), date(year, 1, 1), date(year, 12, 31), rows, precedence(date(year, 1, 1)))]


def _year(sheet: Sheet, heading: Heading, given: Given) -> int:
    titled = year_of(heading.titles)
    # A heading reads "2025 PE GPCI": it must not contradict the title.
    headed = {
        year
        for column in heading.columns.values()
        if (year := year_of(sheet.rows[heading.body - 1].cell(column))) is not None
    }
    years = headed | ({titled} if titled is not None else set())
    if given.effective is not None:
        years.add(given.effective.year)
    if not years:
        raise TableError("gpci: neither title nor headings name the calendar year; say a day of it with --effective")
    if len(years) > 1:
        raise TableError(f"gpci: title, headings and --effective name different years: {sorted(years)}")
    return years.pop()
