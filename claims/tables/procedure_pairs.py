"""CMS's NCCI procedure-to-procedure files, practitioner and outpatient apart (ADJUDICATION §2.7)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from claims.tables.errors import TableError, TableFaults
from claims.tables.parsed import Given, Parsed, precedence
from claims.tables.sheet import Heading, Row, Sheet, find_heading, plain
from claims.tables.values import day, procedure

KIND = "ncci"
SETTINGS = ("practitioner", "outpatient")

FIELDS = {
    "column_one": r"COLUMN ?(?:1|ONE)(?: .*)?",
    "column_two": r"COLUMN ?(?:2|TWO)(?: .*)?",
    "effective": r".*EFFECTIVE.*",
    "deletion": r".*DELETION.*",
    "indicator": r"(?:.* )?MODIFIER(?: .*)?",
    "rationale": r".*RATIONALE.*",
}
# The published order, for a file whose heading was taken off; every cell of the first row must fit it.
_POSITIONS = {"column_one": 0, "column_two": 1, "effective": 3, "deletion": 4, "indicator": 5, "rationale": 6}
_SHAPE = (r"[A-Z0-9]{5}", r"[A-Z0-9]{5}", r"\*?", r"\d{8}", r"\d{8}|\*", r"[019]", r".+")


def read(sheet: Sheet, given: Given) -> list[Parsed] | None:
    """Read the file; None where it is another kind. Raises TableFaults, and TableError where the setting cannot be told.

    CMS publishes a quarter in several files that all hold rows of every year: a row's own days are the days in force. The
    newest effective date orders the files.
    """
    heading = find_heading(sheet.rows, FIELDS, depth=5)
    if heading is None:
        heading = _around(sheet.rows) or _without_heading(sheet.rows)
    if heading is None:
        return None
    kind = f"{KIND}-{_setting(sheet.rows[: heading.body], given)}"
    faults: list[tuple[int, str]] = []
    rows: list[tuple[object, ...]] = []
    seen: dict[tuple[object, ...], tuple[int, tuple[object, ...]]] = {}
    repeated = 0
    for row in sheet.rows[heading.body :]:
        # Headings of several lines may end below the line that names the columns, and footnotes stand alone.
        if row.is_remark or (not rows and not row.cell(heading.columns["column_one"])):
            continue
        values, wrong = _row(row, heading)
        faults.extend((row.line, what) for what in wrong)
        if values is None:
            continue
        earlier = seen.setdefault(values[:3], (row.line, values))
        if earlier[0] == row.line:
            rows.append(values)
        elif earlier[1] == values:
            repeated += 1
        else:
            faults.append((row.line, f"the same pair and effective date as on line {earlier[0]}, and another rule"))
    if not rows and not faults:
        faults.append((sheet.rows[-1].line, "the file has no rows below its heading"))
    if faults:
        raise TableFaults(kind, faults)
    begins = [each for row in rows if (each := day(str(row[2]))) is not None]
    newest = given.effective or max(begins)
    notes = (f"{repeated} rows that repeat another were left out",) if repeated else ()
    return [Parsed(kind, newest.isoformat(), min(begins), None, rows, precedence(newest), notes)]


def _around(rows: Sequence[Row]) -> Heading | None:
    """Find a heading whose columns are named on several lines, in any order, above the first row of two codes and a day."""
    for index, row in enumerate(rows[:30]):
        codes = sum(bool(re.fullmatch(_SHAPE[0], cell)) for cell in row.cells)
        if codes < 2 or not any(re.fullmatch(r"\d{8}", cell) for cell in row.cells):
            continue
        above = [each for each in rows[:index] if not each.is_remark]
        texts = [plain(" ".join(each.cell(column) for each in above)) for column in range(len(row.cells))]
        found = {
            name: [at for at, text in enumerate(texts) if re.fullmatch(rf"(?:.* )?(?:{pattern})", text)]
            for name, pattern in FIELDS.items()
        }
        if any(len(columns) != 1 for columns in found.values()):
            return None
        return Heading({name: columns[0] for name, columns in found.items()}, "", index)
    return None


def _without_heading(rows: Sequence[Row]) -> Heading | None:
    for index, row in enumerate(rows[:10]):
        if row.is_remark:
            continue
        fits = len(row.cells) >= len(_SHAPE) and all(
            re.fullmatch(shape, cell) for shape, cell in zip(_SHAPE, row.cells, strict=False)
        )
        return Heading(_POSITIONS, "", index) if fits else None
    return None


def _setting(above: Sequence[Row], given: Given) -> str:
    text = plain(" ".join(cell for row in above for cell in row.cells))
    said = set()
    if re.search(r"\b(?:PRACTITIONER|PHYSICIAN)S?\b", text):
        said.add("practitioner")
    if re.search(r"\b(?:OUTPATIENT|HOSPITAL)\b", text):
        said.add("outpatient")
    if given.setting:
        if given.setting not in SETTINGS:
            raise TableError(f"ncci: --setting is {' or '.join(SETTINGS)}")
        if said and given.setting not in said:
            raise TableError(f"ncci: the file says that it is for {said.pop()} services, and --setting says otherwise")
        return given.setting
    if len(said) != 1:
        raise TableError("ncci: the file does not say for whom it is: --setting practitioner or --setting outpatient")
    return said.pop()


def _row(row: Row, heading: Heading) -> tuple[tuple[object, ...] | None, list[str]]:
    cell = {name: row.cell(at) for name, at in heading.columns.items()}
    one, two = procedure(cell["column_one"]), procedure(cell["column_two"])
    begins = day(cell["effective"])
    through = None if cell["deletion"] in ("*", "") else day(cell["deletion"])
    wrong = []
    if one is None or two is None:
        wrong.append("a column does not hold a code of five letters and digits")
    elif one == two:
        wrong.append("both columns hold the same code")
    if begins is None:
        wrong.append("the effective date is not a day")
    if through is None and cell["deletion"] not in ("*", ""):
        wrong.append("the deletion date is neither a day nor *")
    if begins is not None and through is not None and through < begins:
        wrong.append("the deletion date is before the effective date")
    if cell["indicator"] not in ("0", "1", "9"):
        wrong.append("the modifier indicator is none of 0, 1, 9")
    if wrong or begins is None:
        return None, wrong
    ends = None if through is None else through.isoformat()
    return (one, two, begins.isoformat(), ends, cell["indicator"], cell["rationale"]), []
