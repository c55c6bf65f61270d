"""Small tables in the form of the published ones, written by hand: every code, index and number in them is made up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

HEADINGS = (
    # name, heading rows from top to bottom
    ("code", "", "", "", "HCPCS"),
    ("modifier", "", "", "", "MOD"),
    ("description", "", "", "", "DESCRIPTION"),
    ("status", "", "", "STATUS", "CODE"),
    ("unused", "NOT USED", "FOR", "MEDICARE", "PAYMENT"),
    ("work", "", "", "WORK", "RVU"),
    ("nonfacility", "", "", "NON-FAC", "PE RVU"),
    ("nonfacility_na", "", "NON-FAC", "NA", "INDICATOR"),
    ("facility", "", "", "FACILITY", "PE RVU"),
    ("facility_na", "", "FACILITY", "NA", "INDICATOR"),
    ("malpractice", "", "", "MP", "RVU"),
    ("total", "", "", "NON-FACILITY", "TOTAL"),
    ("facility_total", "", "", "FACILITY", "TOTAL"),
    ("pctc", "", "", "PCTC", "IND"),
    ("glob", "", "", "GLOB", "DAYS"),
    ("mult", "", "", "MULT", "PROC"),
    ("bilat", "", "", "BILAT", "SURG"),
    ("asst", "", "", "ASST", "SURG"),
    ("co", "", "", "CO-", "SURG"),
    ("team", "", "", "TEAM", "SURG"),
    ("endo", "", "", "ENDO", "BASE"),
    ("factor", "", "", "CONV", "FACTOR"),
    ("family", "", "DIAGNOSTIC", "IMAGING FAMILY", "INDICATOR"),
)
DEFAULTS = {
    "status": "A",
    "work": "1.00",
    "nonfacility": "2.00",
    "facility": "1.00",
    "malpractice": "0.10",
    "total": "3.10",
    "facility_total": "2.10",
    "pctc": "0",
    "glob": "XXX",
    "mult": "0",
    "bilat": "0",
    "asst": "0",
    "co": "1",
    "team": "0",
    "factor": "40.0000",
    "family": "99",
}
LEIE = (
    "LASTNAME,FIRSTNAME,MIDNAME,BUSNAME,GENERAL,SPECIALTY,UPIN,NPI,DOB,ADDRESS,CITY,STATE,ZIP,EXCLTYPE,EXCLDATE,"
    "REINDATE,WAIVERDATE,WVRSTATE"
)
TITLE = "2031 National Physician Fee Schedule Relative Value File October Release"


def pprrvu(
    *rows: dict[str, str],
    title: str = TITLE,
    order: Sequence[str] = tuple(name for name, *_ in HEADINGS),
    extra: int = 0,
    released: str = "RELEASED 09/11/2031",
) -> bytes:
    """A fee schedule with the columns in an order; `extra` further columns stand before them."""
    headings = {name: rows_ for name, *rows_ in HEADINGS}
    lines = [["", "", title], ["", "", "all codes are made up"], ["", "", released], []]
    lines += [["NEW"] * extra + [headings[name][at] for name in order] for at in range(4)]
    for row in rows or ({"code": "99901"},):
        cells = DEFAULTS | row
        lines.append(["x"] * extra + [cells.get(name, "") for name in order])
    return csv(lines)


def csv(lines: Sequence[Sequence[str]], delimiter: str = ",") -> bytes:
    return "".join(delimiter.join(cells) + "\r\n" for cells in lines).encode()


def gpci(*rows: Sequence[str], year: str = "2031", headed: str | None = None) -> bytes:
    headed = year if headed is None else headed
    lines = [
        [f"ADDENDUM E. FINAL CY {year} GEOGRAPHIC PRACTICE COST INDICES BY STATE"],
        [],
        ["Medicare Administrative Contractor (MAC)", "State", "Locality Number", "Locality Name"]
        + [f"{headed} {name} GPCI" for name in ("PW", "PE", "MP")],
    ]
    lines += [list(row) for row in rows or (("01112", "XX", "05", "SOMEWHERE", "1.5", "1.081", "0.592"),)]
    lines += [["*A remark that stands below."]]
    return csv(lines)


def pairs(*rows: Sequence[str], title: str = "Practitioner services") -> bytes:
    """An NCCI file; a row is column 1, column 2, effective, deletion, indicator."""
    lines = [
        [title],
        ["Column1/Column2 Edits"],
        ["", "", "*=in existence", "Effective", "Deletion", "Modifier", ""],
        ["Column 1", "Column 2", "prior to 1996", "Date", "Date *=no data", "0=not allowed 1=allowed", "Rationale"],
    ]
    lines += [[one, two, "", begins, through, indicator, "made up"] for one, two, begins, through, indicator in rows]
    return csv(lines, "\t")


def limits(*rows: Sequence[str], whose: str = "Practitioner Services", title: str = "Effective 10/01/2031") -> bytes:
    head = ["HCPCS/CPT Code", f"{whose} MUE Values", "MUE Adjudication Indicator", "MUE Rationale"]
    return csv([[title], head, *([*row, "made up"] for row in rows)])


def leie(*rows: tuple[str, str, str]) -> bytes:
    """The OIG's columns; a row is NPI, EXCLDATE, REINDATE."""
    names = LEIE.split(",")
    known = [dict(zip(("NPI", "EXCLDATE", "REINDATE"), row, strict=True)) for row in rows]
    return csv([names, *([row.get(name, "") for name in names] for row in known)])


def fees(*rows: Sequence[str]) -> bytes:
    return csv([["code", "modifier", "fee", "effective", "through"], *rows])


def kept(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file
