"""Where imported tables are kept: one SQLite file, each table an immutable version, every look-up by a key."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from claims.model.tables import TableVersion
from claims.tables.errors import TableError
from claims.tables.parsed import Parsed

FILE = "tables.sqlite"
FORMAT = 1

_VERSIONS = """CREATE TABLE versions (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, version TEXT NOT NULL, begins TEXT NOT NULL,
 through TEXT, rank INTEGER NOT NULL, rows INTEGER NOT NULL, sha256 TEXT NOT NULL, UNIQUE (kind, version))"""

# A kind's columns, the key first; `|` ends the key. Fee lists carry the list's name in their kind: `fee-list:NAME`.
SCHEMAS = {
    "pprrvu": "code modifier | status work expense_nonfacility expense_facility malpractice nonfacility_na facility_na pctc"
    " global_days multiple_procedure bilateral assistant co_surgeon team endoscopic_base conversion_factor imaging_family",
    "gpci": "carrier locality | work expense malpractice",
    "locality": "carrier locality state | area counties",
    "ncci": "column_one column_two begins | through indicator rationale",
    "mue": "code | most adjudication rationale",
    "leie": "npi begins | reinstated",
    "exclusion-list": "npi begins | reinstated",
    "carc": "code | needs_remark",
    "rarc": "code | needs_remark",
    "fee-list": "code modifier begins | through fee",
}


def schema_of(kind: str) -> str:
    """Name the SQL table that holds a kind: settings and list names share one (`ncci-practitioner`, `fee-list:NAME`)."""
    bare = kind.partition(":")[0]
    if bare in SCHEMAS:
        return bare
    return bare.partition("-")[0]


def _table(name: str) -> str:
    return name.replace("-", "_")


def _create(connection: sqlite3.Connection) -> None:
    connection.execute(_VERSIONS)
    for name, columns in SCHEMAS.items():
        key, _, rest = columns.partition("|")
        listed = ", ".join((*key.split(), *rest.split()))
        keyed = ", ".join(("version_id", *key.split()))
        connection.execute(
            f"CREATE TABLE {_table(name)} (version_id INTEGER NOT NULL, {listed}, PRIMARY KEY ({keyed})) WITHOUT ROWID"
        )
    connection.execute(f"PRAGMA user_version = {FORMAT}")


@contextmanager
def _writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """One transaction that is kept whole or not at all; writers wait for one another."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / FILE, timeout=60, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                _create(connection)
            _check_format(connection, folder)
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _check_format(connection: sqlite3.Connection, folder: Path) -> None:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found != FORMAT:
        raise TableError(
            f"{folder / FILE} has format {found} and this version reads {FORMAT}: import into a new folder"
        )


def keep(folder: Path, sha256: str, tables: Sequence[Parsed]) -> list[tuple[TableVersion, bool]]:
    """Keep all tables of one file, or none; (version, whether it is new) for each. The same bytes again change nothing."""
    kept = []
    with _writing(folder) as connection:
        for parsed in tables:
            version = f"{parsed.release}-{sha256[:12]}"
            row = TableVersion(parsed.kind, version, parsed.begins, parsed.through, len(parsed.rows), sha256)
            there = connection.execute(
                "SELECT 1 FROM versions WHERE kind = ? AND version = ?", (parsed.kind, version)
            ).fetchone()
            if there is None:
                _insert(connection, parsed, row)
            kept.append((row, there is None))
    return kept


def _insert(connection: sqlite3.Connection, parsed: Parsed, row: TableVersion) -> None:
    identifier = connection.execute(
        "INSERT INTO versions (kind, version, begins, through, rank, rows, sha256) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (row.kind, row.version, _text(row.begins), _text(row.through), parsed.rank, row.rows, row.sha256),
    ).lastrowid
    name = schema_of(parsed.kind)
    marks = ", ".join("?" * (len(SCHEMAS[name].replace("|", "").split()) + 1))
    connection.executemany(
        f"INSERT INTO {_table(name)} VALUES ({marks})",  # noqa: S608 - names of our own, values are bound
        ((identifier, *(_text(cell) for cell in cells)) for cells in parsed.rows),
    )


def _text(cell: object) -> object:
    return cell.isoformat() if isinstance(cell, date) else cell


def connect(folder: Path) -> sqlite3.Connection | None:
    """Open the tables of a folder for reading alone; None where nothing was imported there."""
    file = folder / FILE
    if not file.exists():
        return None
    connection = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=60, check_same_thread=False)
    _check_format(connection, folder)
    return connection


def read_versions(connection: sqlite3.Connection) -> list[tuple[int, TableVersion]]:
    """List (row id, version) by kind and, within a kind, by precedence: a later one supersedes an earlier."""
    return [
        (identifier, TableVersion(kind, version, date.fromisoformat(begins), _day(through), rows, sha256))
        for identifier, kind, version, begins, through, rows, sha256 in connection.execute(
            "SELECT id, kind, version, begins, through, rows, sha256 FROM versions ORDER BY kind, rank, id"
        )
    ]


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def select(connection: sqlite3.Connection, kind: str, identifier: int, **key: object) -> Iterator[tuple[object, ...]]:
    """Iterate a version's rows without their version, those with these leading key columns."""
    name = schema_of(kind)
    columns = SCHEMAS[name].replace("|", "").split()
    where = "".join(f" AND {column} = ?" for column in key)
    listed, order = ", ".join(columns), ", ".join(columns[:3])
    # Every name in the text is one of ours; values are bound.
    query = f"SELECT {listed} FROM {_table(name)} WHERE version_id = ?{where} ORDER BY {order}"  # noqa: S608
    return iter(connection.execute(query, (identifier, *key.values())))
