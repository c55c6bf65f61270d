"""CMS's medically unlikely edits, the CSV files with adjudication indicators (ADJUDICATION §2.8)."""

from __future__ import annotations

import re
from datetime import date

from claims.tables.errors import TableError, TableFaults
from claims.tables.parsed import Given, Parsed, precedence
from claims.tables.sheet import Sheet, body, find_heading, plain
from claims.tables.values import day, procedure

KIND = "mue"
SETTINGS = ("practitioner", "outpatient", "dme")

FIELDS = {
    "code": r"(?:HCPCS ?)?(?:CPT ?)?(?:HCPCS ?)?(?:CODES?)?",
    "limit": r"(?:.*MUE )?VALUES?",
    "indicator": r"(?:.* )?(?:ADJUDICATION INDICATOR|INDICATOR|MAI)(?: MAI)?",
    "rationale": r"(?:.* )?RATIONALE",
}
_MOST = 1_000_000
_NAMED = re.compile(
    r"\bEFF(?:ECTIVE)?(?: DATES?)?(?: AS OF)? (?:(?P<y>20\d\d) (?P<m>\d\d?) (?P<d>\d\d?)|(?P<m2>\d\d?) (?P<d2>\d\d?) (?P<y2>20\d\d))\b"
)


def read(sheet: Sheet, given: Given) -> list[Parsed] | None:
    """Read the file; None where it is another kind. Raises TableFaults, and TableError where setting or first day cannot be told.

    Each quarter's file is complete: the last one that began speaks.
    """
    heading = find_heading(sheet.rows, FIELDS)
    if heading is None:
        return None
    above = plain(" ".join(cell for row in sheet.rows[: heading.body] for cell in row.cells))
    kind = f"{KIND}-{_setting(above, given)}"
    begins = _begins(above, given)
    faults: list[tuple[int, str]] = []
    rows: list[tuple[object, ...]] = []
    seen: dict[str, int] = {}
    for row in body(sheet.rows, heading):
        if row.is_remark:
            continue
        cell = {name: row.cell(at) for name, at in heading.columns.items()}
        code = procedure(cell["code"])
        if code is None:
            faults.append((row.line, "the code is not one of five letters and digits"))
        if not re.fullmatch(r"\d{1,7}", cell["limit"]) or int(cell["limit"]) > _MOST:
            faults.append((row.line, "the limit is not a whole number"))
        # CMS writes the indicator with its meaning: "3 Date of Service Edit: Clinical".
        indicator = re.fullmatch(r"([123])(?:\D.*)?", cell["indicator"])
        if indicator is None:
            faults.append((row.line, "the adjudication indicator is none of 1, 2, 3"))
        if code is None:
            continue
        if code in seen:
            faults.append((row.line, f"the same code as on line {seen[code]}"))
        seen.setdefault(code, row.line)
        if not faults and indicator is not None:
            rows.append((code, int(cell["limit"]), indicator[1], cell["rationale"]))
    if not rows and not faults:
        faults.append((sheet.rows[-1].line, "the file has no rows below its heading"))
    if faults:
        raise TableFaults(kind, faults)
    return [Parsed(kind, begins.isoformat(), begins, None, rows, precedence(begins))]


def _setting(above: str, given: Given) -> str:
    said = set()
    if re.search(r"\b(?:PRACTITIONER|PHYSICIAN)S?\b", above):
        said.add("practitioner")
    if re.search(r"\b(?:OUTPATIENT|FACILITY)\b", above):
        said.add("outpatient")
    if re.search(r"\b(?:DME|DURABLE|SUPPLIER)\b", above):
        said.add("dme")
    if given.setting:
        if given.setting not in SETTINGS:
            raise TableError(f"mue: --setting is one of {', '.join(SETTINGS)}")
        if said and given.setting not in said:
            raise TableError(f"mue: the file says that it is for {said.pop()} services, and --setting says otherwise")
        return given.setting
    if len(said) != 1:
        raise TableError("mue: the file does not say for whom it is: --setting practitioner, outpatient or dme")
    return said.pop()


def _begins(above: str, given: Given) -> date:
    named = _NAMED.search(above)
    said = None
    if named is not None:
        year, month, of_month = (named[name] or named[f"{name}2"] for name in ("y", "m", "d"))
        said = day(f"{month}/{of_month}/{year}")
    if said is None and given.effective is None:
        raise TableError("mue: no title says from which day it holds: --effective 2025-10-01")
    if said is not None and given.effective not in (None, said):
        raise TableError(f"mue: the title says {said} and --effective {given.effective}")
    return said or given.effective or date.min
