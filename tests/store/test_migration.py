"""A database comes up to date by numbered steps, all or none, and by no others."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite

from claims.store import schema
from claims.store.engine import open_engine
from claims.store.errors import MigrationChanged, StoreError, StoreTooNew, StoreUnusable
from claims.store.migration import Migration, migrate, migrations
from claims.store.store import Store, open_store

STEP = Migration(1, "first", "-- a remark\nCREATE TABLE one (name TEXT);\n\n\nINSERT INTO one VALUES ('x');\n")


def tables_of(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_an_empty_database_gets_every_step_in_order(store: Store) -> None:
    with closing(sqlite3.connect(store.file)) as connection:
        done = connection.execute("SELECT number, name, checksum FROM migrations ORDER BY number").fetchall()
    assert done == [(step.number, step.name, step.checksum) for step in migrations()]
    assert [number for number, _, _ in done] == list(range(1, len(done) + 1))


def test_opening_again_changes_nothing(store: Store) -> None:
    before = store.file.read_bytes()
    open_store(store.file).close()
    assert store.file.read_bytes() == before


def test_the_migrated_database_has_the_tables_that_the_queries_name(store: Store) -> None:
    """Same tables, columns, keys and nullability; the SQL files and the schema cannot drift apart."""
    found = inspect(store._engine)
    assert set(found.get_table_names()) == {"migrations", *schema.metadata.tables}
    for name, table in schema.metadata.tables.items():
        columns = {column["name"]: column for column in found.get_columns(name)}
        assert list(columns) == [column.name for column in table.columns], name
        assert found.get_pk_constraint(name)["constrained_columns"] == [c.name for c in table.primary_key], name
        for column in table.columns:
            if not column.primary_key:
                assert columns[column.name]["nullable"] == column.nullable, f"{name}.{column.name}"
            wanted = column.type.compile(sqlite.dialect())
            assert str(columns[column.name]["type"]) == wanted, f"{name}.{column.name}"
            assert column.type.compile(postgresql.dialect()) == wanted, "the type is the same in PostgreSQL"


def test_an_older_database_gets_what_it_lacks(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "store.sqlite")
    assert migrate(engine, at=1, steps=migrations()[:1]) == 1
    assert migrate(engine, at=2) == len(migrations())
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as connection:
        times = [at for (at,) in connection.execute("SELECT applied_at FROM migrations ORDER BY number")]
    assert times == [1] + [2] * (len(migrations()) - 1)


def test_a_step_that_fails_takes_all_of_its_run_back(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "store.sqlite")
    broken = Migration(2, "broken", "CREATE TABLE two (name TEXT);\n\nCREATE TABLE two (name TEXT);")
    with pytest.raises(StoreError, match="already exists"):
        migrate(engine, at=1, steps=(STEP, broken))
    assert tables_of(tmp_path / "store.sqlite") == set()
    assert migrate(engine, at=1, steps=(STEP,)) == 1
    engine.dispose()
    assert tables_of(tmp_path / "store.sqlite") == {"migrations", "one"}


def test_a_newer_database_is_refused(store: Store) -> None:
    engine = open_engine(store.file)
    ahead = len(migrations()) + 1
    migrate(engine, at=1, steps=(*migrations(), Migration(ahead, "later", "CREATE TABLE later (name TEXT);")))
    engine.dispose()
    with pytest.raises(StoreTooNew, match=f"at migration {ahead}, this version knows {ahead - 1}") as refusal:
        open_store(store.file)
    assert (refusal.value.found, refusal.value.known) == (ahead, ahead - 1)


def test_a_step_that_was_edited_after_it_was_applied_is_refused(store: Store) -> None:
    edited = (*migrations()[:1], replace(migrations()[1], text="CREATE TABLE other (name TEXT);"), *migrations()[2:])
    engine = open_engine(store.file)
    with pytest.raises(MigrationChanged, match="migration 2 was applied from another text"):
        migrate(engine, at=1, steps=edited)
    engine.dispose()


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE theirs (name TEXT)")
    before = file.read_bytes()
    with pytest.raises(StoreUnusable, match="another program's"):
        open_store(file)
    assert file.read_bytes() == before


def test_a_step_is_paragraphs_without_remarks() -> None:
    assert STEP.statements == ("CREATE TABLE one (name TEXT);", "INSERT INTO one VALUES ('x');")


def test_a_gap_in_the_numbers_is_refused() -> None:
    with pytest.raises(StoreError, match="without a gap"):
        migrations("postgresql")


def test_the_steps_for_every_database_use_no_words_of_one() -> None:
    """PRAGMA, AUTOINCREMENT, BLOB and the like stand in a step of SQLite's own, if anywhere."""
    portable = {step.number for step in migrations()} - {2}
    for step in migrations():
        if step.number in portable:
            words = set(re.findall(r"[A-Z]+", step.text.upper()))
            assert not words & {"PRAGMA", "AUTOINCREMENT", "BLOB", "BYTEA", "ROWID", "DATETIME", "TRIGGER", "IGNORE"}
