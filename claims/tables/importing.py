"""Importing a file: its kind is told by its content, it is checked whole, and kept whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from claims.model.tables import TableVersion
from claims.tables import (
    code_lists,
    exclusions,
    fee_lists,
    geographic_indices,
    localities,
    procedure_pairs,
    relative_values,
    unit_limits,
)
from claims.tables.database import connect, keep, read_versions, select
from claims.tables.errors import TableError
from claims.tables.parsed import Given, Parsed
from claims.tables.sheet import Sheet, read_sheet

SILENT = Given()
"""Nothing beyond what the file says."""

_FACTOR = 17
"""Where a row of the fee schedule has its conversion factor."""

READERS: tuple[Callable[[Sheet, Given], list[Parsed] | None], ...] = (
    relative_values.read,
    geographic_indices.read,
    localities.read,
    procedure_pairs.read,
    unit_limits.read,
    exclusions.read,
    exclusions.read_plain,
    fee_lists.read,
    code_lists.read,
)
"""One line for each kind of file; the first that recognises a file reads it."""


def parse(content: bytes, given: Given = SILENT) -> tuple[str, list[Parsed]]:
    """Read a file's bytes; (SHA-256 in hex, its tables). Raises TableError where no reader knows it, TableFaults where rows are wrong."""
    sheet = read_sheet(content)
    for read in READERS:
        tables = read(sheet, given)
        if tables is not None:
            return sheet.sha256, tables
    raise TableError(
        "its headings are those of no table known here (PPRRVU, GPCI, localities, NCCI pairs, MUE, LEIE or NPI list,"
        " CARC or RARC list, fee list); a heading may have been changed or lost"
    )


def import_file(folder: Path, file: Path, given: Given = SILENT) -> list[tuple[TableVersion, bool, tuple[str, ...]]]:
    """Import one file into a folder's tables; (version, whether it is new, notes) for each table it holds."""
    sha256, tables = parse(file.read_bytes(), given)
    for parsed in tables:
        _refuse_supplement(folder, parsed)
        _refuse_other_factor(folder, parsed)
    kept = keep(folder, sha256, tables)
    return [(version, new, parsed.notes) for (version, new), parsed in zip(kept, tables, strict=True)]


def _refuse_supplement(folder: Path, parsed: Parsed) -> None:
    """Refuse a month's supplement to the exclusion list, which has its columns: taken for the list, it would reinstate everybody else."""
    if parsed.kind != exclusions.LEIE:
        return
    connection = connect(folder)
    if connection is None:
        return
    with closing(connection):
        known = max((row.rows for _, row in read_versions(connection) if row.kind == parsed.kind), default=0)
    if len(parsed.rows) * 2 < known:
        raise TableError(
            f"leie: {len(parsed.rows)} exclusions where an earlier list has {known}: this looks like a monthly supplement;"
            " import the whole list (UPDATED.csv)"
        )


def _refuse_other_factor(folder: Path, parsed: Parsed) -> None:
    """Refuse a release's second conversion factor: from 2026 on CMS publishes one file for each of two, and only one can be meant."""
    if parsed.kind != relative_values.KIND:
        return
    connection = connect(folder)
    if connection is None:
        return
    factors = {row[_FACTOR] for row in parsed.rows}
    with closing(connection):
        for identifier, row in read_versions(connection):
            if row.kind == parsed.kind and row.version.startswith(f"{parsed.release}-"):
                known = {cells[_FACTOR] for cells in select(connection, row.kind, identifier)}
                if known != factors:
                    raise TableError(
                        f"pprrvu: release {parsed.release} is there with another conversion factor; keep one of the two,"
                        " and give a plan that pays by the other its own conversion_factor"
                    )
