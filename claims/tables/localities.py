"""CMS's list of the counties in each payment locality (LOCCO), of any year."""

from __future__ import annotations

from datetime import date

from claims.tables.errors import TableError, TableFaults
from claims.tables.geographic_indices import CARRIER, LOCALITY
from claims.tables.parsed import Given, Parsed, precedence
from claims.tables.sheet import Sheet, body, find_heading
from claims.tables.values import digits, year_of

KIND = "locality"

FIELDS = {
    "carrier": CARRIER,
    "locality": LOCALITY,
    "state": r"STATE",
    "area": r"(?:FEE SCHEDULE AREA|LOCALITY NAME)",
    "counties": r"COUNTIES",
}


def read(sheet: Sheet, given: Given) -> list[Parsed] | None:
    """Read the file; None where it is another kind. A state stands once, above its further localities. Raises TableFaults, TableError."""
    heading = find_heading(sheet.rows, FIELDS)
    if heading is None:
        return None
    year = year_of(heading.titles) or (None if given.effective is None else given.effective.year)
    if year is None:
        raise TableError("locality: no title names the calendar year; say a day of it with --effective")
    if given.effective is not None and given.effective.year != year:
        raise TableError(f"locality: the title says {year} and --effective {given.effective}")
    faults: list[tuple[int, str]] = []
    rows: list[tuple[object, ...]] = []
    notes: list[str] = []
    seen: dict[tuple[str, ...], int] = {}
    state = ""
    for row in body(sheet.rows, heading):
        if row.is_remark:
            continue
        cell = {name: row.cell(at) for name, at in heading.columns.items()}
        # A locality with a footnote is marked with stars.
        carrier, locality = digits(cell["carrier"].rstrip("* "), 5), digits(cell["locality"].rstrip("* "), 2)
        state = cell["state"] or state
        if carrier is None:
            faults.append((row.line, "the carrier is not a number of at most five digits"))
        if locality is None:
            faults.append((row.line, "the locality is not a number of at most two digits"))
        if not state:
            faults.append((row.line, "no state stands here or above"))
        if carrier is None or locality is None:
            continue
        values = (carrier, locality, state, cell["area"], cell["counties"])
        # CMS's own file has a row twice; one that says the same does no harm.
        if values in seen:
            notes.append(f"line {row.line} repeats line {seen[values]}: left out")
            continue
        if values[:3] in seen:
            faults.append((row.line, f"another area of the carrier, locality and state of line {seen[values[:3]]}"))
        seen.setdefault(values[:3], row.line)
        seen[values] = row.line
        rows.append(values)
    if not rows and not faults:
        faults.append((sheet.rows[-1].line, "the file has no rows below its heading"))
    if faults:
        raise TableFaults(KIND, faults)
    return [
        Parsed(
            KIND,
            str(year),
            date(year, 1, 1),
            date(year, 12, 31),
            rows,
            precedence(date(year, 1, 1)),
            notes=tuple(notes),
        )
    ]
