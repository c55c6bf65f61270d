"""From the database as it is to the one this version knows, step by numbered step, in one transaction.

A step is a file `NNNN_name.sql`, or `NNNN_name.<dialect>.sql` where the text differs from one database to the next. Its
checksum is recorded: a step that was applied is never edited, a change is a new step.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from sqlalchemy import BigInteger, Column, Connection, Engine, MetaData, Table, Text, insert, inspect, select

from claims.store import on_postgresql
from claims.store.engine import transaction
from claims.store.errors import MigrationChanged, StoreError, StoreTooNew, StoreUnusable

_NAME = re.compile(r"(\d{4})_(\w+)(?:\.(\w+))?\.sql")

applied = Table(
    "migrations",
    MetaData(),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("checksum", Text, nullable=False),
    Column("applied_at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: its number from 1, its name and its text."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, in hex."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def statements(self) -> tuple[str, ...]:
        """Its statements: paragraphs parted by blank lines, without comments."""
        paragraphs = (
            "\n".join(line for line in paragraph.splitlines() if not line.startswith("--"))
            for paragraph in self.text.split("\n\n")
        )
        return tuple(statement.strip() for statement in paragraphs if statement.strip())


def migrations(dialect: str = "sqlite") -> tuple[Migration, ...]:
    """All steps for this database, in order. Raises StoreError where their numbers have a gap."""
    found = {}
    for entry in files("claims.store.migrations").iterdir():
        name = _NAME.fullmatch(entry.name)
        if name is not None and name[3] in (None, dialect):
            text = entry.read_text(encoding="utf-8").replace("\r\n", "\n")
            found[int(name[1])] = Migration(int(name[1]), name[2], text)
    if sorted(found) != list(range(1, len(found) + 1)):
        raise StoreError(f"the migrations for {dialect} are not numbered from 1 without a gap: {sorted(found)}")
    return tuple(found[number] for number in sorted(found))


def migrate(engine: Engine, at: int, steps: tuple[Migration, ...] | None = None) -> int:
    """Apply the steps that are missing, all or none, at this instant; return the number the store is at.

    Raises StoreTooNew, MigrationChanged, and StoreUnusable for a database that is another program's.
    """
    known = migrations(engine.dialect.name) if steps is None else steps
    on_server = engine.dialect.name == "postgresql"
    with transaction(engine, reading=True) as connection:
        if len(_applied(connection, known)) == len(known):
            return len(known)
    with transaction(engine) as connection:
        done = len(_applied(connection, known))
        if done == 0:
            if on_server:
                on_postgresql.make_schema(connection)
            applied.create(connection)
        for step in known[done:]:
            for statement in step.statements:
                connection.exec_driver_sql(on_postgresql.spelled(statement) if on_server else statement)
            connection.execute(
                insert(applied).values(number=step.number, name=step.name, checksum=step.checksum, applied_at=at)
            )
    return len(known)


def _applied(connection: Connection, known: tuple[Migration, ...]) -> list[int]:
    """The numbers of the steps that were applied, after a check that they are the ones this version carries."""
    tables = inspect(connection).get_table_names()
    if applied.name not in tables:
        if tables:
            raise StoreUnusable("this database is another program's: it has tables, and none of a store")
        return []
    rows = connection.execute(select(applied.c.number, applied.c.checksum).order_by(applied.c.number)).all()
    if rows and rows[-1].number > len(known):
        raise StoreTooNew(rows[-1].number, len(known))
    for place, row in enumerate(rows):
        if row.number != known[place].number or row.checksum != known[place].checksum:
            raise MigrationChanged(known[place].number)
    return [row.number for row in rows]
