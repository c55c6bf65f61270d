"""A file of rows as it was published: its cells, with the line on which each row begins."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from claims.tables.errors import TableError

_ARCHIVE = b"PK\x03\x04"
_APART = re.compile(r"[^A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line of the file where it ends (from 1) and its cells without surrounding space."""

    line: int
    cells: tuple[str, ...]

    def cell(self, column: int) -> str:
        """The cell of a column; empty where the row ends before it."""
        return self.cells[column] if column < len(self.cells) else ""

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        return not any(self.cells)

    @property
    def is_remark(self) -> bool:
        """Whether at most one cell holds anything, as titles, copyright lines and footnotes do."""
        return sum(map(bool, self.cells)) <= 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file to import: either rows or, where it is JSON, a document. `sha256` is of its bytes, in hex."""

    sha256: str
    rows: tuple[Row, ...] = ()
    document: Mapping[str, Any] | None = None


def read_sheet(content: bytes) -> Sheet:
    """Read comma- or tab-separated rows or a JSON object, in UTF-8 or Windows-1252; raises TableError for anything else."""
    if content.startswith(_ARCHIVE):
        raise TableError("this is a ZIP archive or a workbook: unpack it, or save its sheet as CSV, and import that")
    if b"\0" in content:
        raise TableError("this is not a text file: import the CSV or text form of the table")
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if text.lstrip().startswith("{"):
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            raise TableError("this begins like JSON and is none") from None
        return Sheet(sha256, document=document)
    head = text[:20000]
    delimiter = "\t" if head.count("\t") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = tuple(Row(reader.line_num, tuple(cell.strip() for cell in cells)) for cells in reader)
    except csv.Error as failure:
        raise TableError(f"line {reader.line_num}: this is not a row of cells ({failure})") from None
    return Sheet(sha256, rows)


def plain(text: str) -> str:
    """Return a heading in capitals with everything but letters and digits as single spaces, to compare headings by."""
    return _APART.sub(" ", text.upper()).strip()


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a sheet's columns are. `columns` maps our names to indexes, `titles` is all text above, `body` the first data row."""

    columns: Mapping[str, int]
    titles: str
    body: int


def find_heading(
    rows: Sequence[Row],
    fields: Mapping[str, str],
    *,
    optional: Sequence[str] = (),
    depth: int = 1,
    within: int = 30,
) -> Heading | None:
    """Find the row that heads all fields, each by a pattern that its whole plain heading must match.

    `depth` is how many rows a heading may span; their texts are joined downward. None where no row heads them all; raises
    TableError where it is clear which row heads the table but two columns claim one field: then nobody can say which is meant.
    """
    patterns = {name: re.compile(pattern) for name, pattern in fields.items()}
    for index, row in enumerate(rows[:within]):
        if row.is_remark:
            continue
        above = _span(rows, index, depth)
        texts = [
            plain(" ".join(rows[each].cell(column) for each in (*above, index))) for column in range(len(row.cells))
        ]
        found = {
            name: [at for at, text in enumerate(texts) if pattern.fullmatch(text)] for name, pattern in patterns.items()
        }
        if any(not columns for name, columns in found.items() if name not in optional):
            continue
        for name, columns in found.items():
            if len(columns) > 1:
                raise TableError(
                    f"line {row.line}: {len(columns)} columns are headed {name.replace('_', ' ')}; leave one of them in the file"
                )
        first = above[0] if above else index
        titles = " ".join(plain(" ".join(each.cells)) for each in rows[:first])
        return Heading({name: columns[0] for name, columns in found.items() if columns}, titles, index + 1)
    return None


def _span(rows: Sequence[Row], index: int, depth: int) -> tuple[int, ...]:
    """Return the rows above that belong to the same heading: those next to it that are more than a remark."""
    first = index
    while first > 0 and index - first < depth - 1 and not rows[first - 1].is_remark:
        first -= 1
    return tuple(range(first, index))


def body(rows: Sequence[Row], heading: Heading) -> Iterator[Row]:
    """Iterate the rows below a heading that are not empty."""
    return (row for row in rows[heading.body :] if not row.is_empty)
