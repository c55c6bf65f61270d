"""A database comes up to date by numbered steps, all or none, and by no others."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite

from claims.store import schema
from claims.store.engine import open_engine
from claims.store.errors import MigrationChanged, StoreError, StoreTooNew, StoreUnusable
from claims.store.migration import Migration, migrate, migrations
from claims.store.place import place_of
from claims.store.store import Store, open_store
from tests.store.administer import administer, tables_of

STEP = Migration(1, "first", "-- a remark\nCREATE TABLE one (name TEXT);\n\n\nINSERT INTO one VALUES ('x');\n")


def steps_of(store: Store) -> tuple[Migration, ...]:
    return migrations(store._engine.dialect.name)


def test_an_empty_database_gets_every_step_in_order(store: Store, store_place: str) -> None:
    done = administer(store_place, "SELECT number, name, checksum FROM migrations ORDER BY number")
    assert done == [(step.number, step.name, step.checksum) for step in steps_of(store)]
    assert [number for number, _, _ in done] == list(range(1, len(done) + 1))


def test_both_databases_get_the_same_steps() -> None:
    names = [[(step.number, step.name) for step in migrations(dialect)] for dialect in ("sqlite", "postgresql")]
    assert names[0] == names[1]


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    open_store(file).close()
    before = file.read_bytes()
    open_store(file).close()
    assert file.read_bytes() == before


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
            assert str(columns[column.name]["type"]).removesuffix(' COLLATE "C"') == wanted, f"{name}.{column.name}"
            assert column.type.compile(postgresql.dialect()) == wanted, "the type is the same in PostgreSQL"


def test_a_text_sorts_by_its_bytes_whatever_the_language_of_the_database(store: Store) -> None:
    """Every text column that the queries name; PostgreSQL's would sort `a` before `B`."""
    for name, table in schema.metadata.tables.items():
        found = {column["name"]: column["type"] for column in inspect(store._engine).get_columns(name)}
        for column in table.columns:
            if store._engine.dialect.name == "postgresql" and str(found[column.name]).startswith("TEXT"):
                assert found[column.name].collation == "C", f"{name}.{column.name}"


def test_an_older_database_gets_what_it_lacks(store_place: str) -> None:
    engine = open_engine(place_of(store_place))
    steps = migrations(engine.dialect.name)
    assert migrate(engine, at=1, steps=steps[:1]) == 1
    assert migrate(engine, at=2) == len(steps)
    engine.dispose()
    times = administer(store_place, "SELECT applied_at FROM migrations ORDER BY number")
    assert times == [(1,)] + [(2,)] * (len(steps) - 1)


def test_a_step_that_fails_takes_all_of_its_run_back(store_place: str) -> None:
    engine = open_engine(place_of(store_place))
    broken = Migration(2, "broken", "CREATE TABLE two (name TEXT);\n\nCREATE TABLE two (name TEXT);")
    with pytest.raises(StoreError, match="already exists"):
        migrate(engine, at=1, steps=(STEP, broken))
    assert tables_of(store_place) == set()
    assert migrate(engine, at=1, steps=(STEP,)) == 1
    engine.dispose()
    assert tables_of(store_place) == {"migrations", "one"}


def test_a_newer_database_is_refused(store: Store, store_place: str) -> None:
    ahead = len(steps_of(store)) + 1
    administer(store_place, f"INSERT INTO migrations VALUES ({ahead}, 'later', 'x', 1)")
    with pytest.raises(StoreTooNew, match=f"at migration {ahead}, this version knows {ahead - 1}") as refusal:
        open_store(store_place)
    assert (refusal.value.found, refusal.value.known) == (ahead, ahead - 1)


def test_a_step_that_was_edited_after_it_was_applied_is_refused(store: Store) -> None:
    known = steps_of(store)
    edited = (*known[:1], replace(known[1], text="CREATE TABLE other (name TEXT);"), *known[2:])
    with pytest.raises(MigrationChanged, match="migration 2 was applied from another text"):
        migrate(store._engine, at=1, steps=edited)


def test_another_programs_database_is_refused_and_left_alone(store_place: str) -> None:
    administer(store_place, "CREATE TABLE theirs (name TEXT)")
    with pytest.raises(StoreUnusable, match="another program's"):
        open_store(store_place)
    assert tables_of(store_place) == {"theirs"}


def test_a_step_is_paragraphs_without_remarks() -> None:
    assert STEP.statements == ("CREATE TABLE one (name TEXT);", "INSERT INTO one VALUES ('x');")


def test_a_gap_in_the_numbers_is_refused() -> None:
    with pytest.raises(StoreError, match="without a gap"):
        migrations("oracle")


def test_the_steps_for_every_database_use_no_words_of_one() -> None:
    """PRAGMA, AUTOINCREMENT, BLOB and the like stand in a step of SQLite's own, if anywhere."""
    for step in migrations():
        if step.name not in ("append_only", "practice", "batches_append_only"):
            words = set(re.findall(r"[A-Z]+", step.text.upper()))
            assert not words & {"PRAGMA", "AUTOINCREMENT", "BLOB", "BYTEA", "ROWID", "DATETIME", "TRIGGER", "IGNORE"}
