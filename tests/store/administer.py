"""A store's database past the program, as an administrator's shell reaches it."""

from typing import Any

from sqlalchemy import URL, NullPool, create_engine, inspect

from claims.store.place import StoreFile, place_of


def administer(place: str, *statements: str) -> list[tuple[Any, ...]]:
    """Carry out statements, each kept on its own, and return the last one's rows."""
    where = place_of(place)
    url = URL.create("sqlite", database=str(where.file)) if isinstance(where, StoreFile) else where.url
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    rows: list[tuple[Any, ...]] = []
    with engine.connect() as connection:
        if not isinstance(where, StoreFile):
            connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{where.schema}"')
            connection.exec_driver_sql(f'SET search_path = "{where.schema}"')
        for statement in statements:
            result = connection.exec_driver_sql(statement)
            rows = [tuple(row) for row in result] if result.returns_rows else []
    return rows


def tables_of(place: str) -> set[str]:
    """The names of the tables that lie there."""
    where = place_of(place)
    url = URL.create("sqlite", database=str(where.file)) if isinstance(where, StoreFile) else where.url
    engine = create_engine(url, poolclass=NullPool)
    return set(inspect(engine).get_table_names(None if isinstance(where, StoreFile) else where.schema))
