"""The published tables of a home or a folder: import, list, and what an engine is given of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claims.service.errors import UsageError
from claims.service.home import SETTINGS

if TYPE_CHECKING:
    from claims.tables.tables import PublishedTables

FOLDER = "tables"


def tables_folder(given: Path | None, home: Path) -> Path:
    """Return the folder of the tables: the one that was given, else the home's, else `tables` here."""
    if given is not None:
        return given
    return home / FOLDER if (home / SETTINGS).exists() else Path(FOLDER)


def open_tables_of(folder: Path) -> PublishedTables:
    """Open a folder's tables for an engine; a folder without any knows nothing for any day."""
    from claims.tables.tables import open_tables

    return open_tables(folder)


def import_tables(
    folder: Path,
    files: Sequence[Path],
    *,
    setting: str = "",
    effective: str = "",
    name: str = "",
    work_floor: str = "",
) -> list[dict[str, Any]]:
    """Import files one after another, each whole or not at all; what came of each table.

    Raises UsageError for an option that cannot be read, and TableError, naming the file, for one that is refused: the files
    before it are kept.
    """
    from claims.tables.errors import TableError
    from claims.tables.importing import import_file
    from claims.tables.parsed import Given

    given = Given(setting=setting, effective=_day(effective), name=name, work_floor=work_floor)
    done = []
    for file in files:
        try:
            imported = import_file(folder, file, given)
        except TableError as refused:
            raise refused.named(file) from None
        for version, new, notes in imported:
            done.append(
                {
                    "file": str(file),
                    "kind": version.kind,
                    "version": version.version,
                    "begins": version.begins.isoformat(),
                    "through": None if version.through is None else version.through.isoformat(),
                    "rows": version.rows,
                    "sha256": version.sha256,
                    "new": new,
                    "notes": list(notes),
                }
            )
    return done


def list_tables(folder: Path) -> list[dict[str, Any]]:
    """Return every imported version by kind and precedence; `superseded` names the later one that speaks for all its days."""
    with open_tables_of(folder) as tables:
        imported = tables.imported
    listed = []
    for at, row in enumerate(imported):
        later = [each for each in imported[at + 1 :] if each.kind == row.kind]
        over = next((each for each in later if each.begins <= row.begins and _ends(each) >= _ends(row)), None)
        listed.append(
            {
                "kind": row.kind,
                "version": row.version,
                "begins": row.begins.isoformat(),
                "through": None if row.through is None else row.through.isoformat(),
                "rows": row.rows,
                "sha256": row.sha256,
                "superseded_by": None if over is None or row.kind in _TOGETHER else over.version,
            }
        )
    return listed


# Editions of these speak together: pairs come in several files, and an exclusion list says who left it.
_TOGETHER = frozenset(("ncci-practitioner", "ncci-outpatient", "leie", "exclusion-list"))


def _ends(row: Any) -> date:
    through: date | None = row.through
    return date.max if through is None else through


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("--effective is a day written 2025-01-31") from None
