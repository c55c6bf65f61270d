"""Lists of excluded providers: the OIG's LEIE in its own columns, and a plain list of NPIs. Of a person only the NPI is kept."""

from __future__ import annotations

import re
from datetime import date

from claims.model.npi import is_npi
from claims.tables.errors import TableError, TableFaults
from claims.tables.parsed import Given, Parsed, precedence
from claims.tables.sheet import Sheet, body, find_heading, plain
from claims.tables.values import day

LEIE, PLAIN = "leie", "exclusion-list"

FIELDS = {"npi": "NPI", "kind": "EXCLTYPE", "begins": "EXCLDATE", "reinstated": "REINDATE"}
_NONE = re.compile(r"0*")


def read(sheet: Sheet, given: Given) -> list[Parsed] | None:
    """Read the LEIE; None where it is another kind. Raises TableFaults.

    Rows without an NPI cannot be matched to a claim and are counted. An edition is complete: whoever is missing from it was
    reinstated by then. Its day is the newest exclusion in it, or `effective`.
    """
    heading = find_heading(sheet.rows, FIELDS)
    if heading is None:
        return None
    faults: list[tuple[int, str]] = []
    rows: list[tuple[object, ...]] = []
    seen: dict[tuple[str, date], tuple[int, date | None]] = {}
    newest = date.min
    unnamed = 0
    for row in body(sheet.rows, heading):
        cell = {name: row.cell(at) for name, at in heading.columns.items()}
        begins = day(cell["begins"])
        reinstated = None if _NONE.fullmatch(cell["reinstated"]) else day(cell["reinstated"])
        if begins is None:
            faults.append((row.line, "EXCLDATE is not a day"))
            continue
        newest = max(newest, begins)
        if reinstated is None and not _NONE.fullmatch(cell["reinstated"]):
            faults.append((row.line, "REINDATE is not a day"))
        if reinstated is not None and reinstated < begins:
            faults.append((row.line, "REINDATE is before EXCLDATE"))
        if _NONE.fullmatch(cell["npi"]):
            unnamed += 1
            continue
        if not is_npi(cell["npi"]):
            faults.append((row.line, "the NPI is not one of ten digits with a right check digit"))
            continue
        key = (cell["npi"], begins)
        earlier = seen.setdefault(key, (row.line, reinstated))
        if earlier[0] == row.line:
            rows.append((cell["npi"], begins, reinstated))
        elif earlier[1] != reinstated:
            faults.append((row.line, f"the same NPI and day as on line {earlier[0]}, and another reinstatement"))
    if newest == date.min and not faults:
        faults.append((sheet.rows[-1].line, "the file has no rows below its heading"))
    if faults:
        raise TableFaults(LEIE, faults)
    edition = given.effective or newest
    notes = (f"{unnamed} rows without an NPI were left out",) if unnamed else ()
    return [Parsed(LEIE, edition.isoformat(), edition, None, rows, precedence(edition), notes)]


def read_plain(sheet: Sheet, given: Given) -> list[Parsed] | None:
    """Read a file of NPIs, one on each line, under a heading or none; None where it is another kind.

    Raises TableFaults, and TableError where `effective` does not say from which day on they are excluded.
    """
    rows = [row for row in sheet.rows if not row.is_empty]
    if rows and plain(rows[0].cell(0)) in ("NPI", "NPIS"):
        rows = rows[1:]
    if not rows or not all(row.is_remark for row in rows) or not re.fullmatch(r"\d{10}", rows[0].cell(0)):
        return None
    if given.effective is None:
        raise TableError("this is a list of NPIs; say from which day on they are excluded: --effective 2025-01-31")
    faults: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for row in rows:
        npi = row.cell(0)
        if not is_npi(npi):
            faults.append((row.line, "this is not an NPI of ten digits with a right check digit"))
        elif npi in seen:
            faults.append((row.line, f"the same NPI as on line {seen[npi]}"))
        seen.setdefault(npi, row.line)
    if faults:
        raise TableFaults(PLAIN, faults)
    listed: list[tuple[object, ...]] = [(npi, given.effective, None) for npi in seen]
    return [Parsed(PLAIN, given.effective.isoformat(), given.effective, None, listed, precedence(given.effective))]
