"""The few statements that every repository makes: rows to values, values to rows, insert once, count up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Select, Table, and_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_in_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_in_sqlite

Value = TypeVar("Value")
_INSERTS: Mapping[str, Callable[[Table], Any]] = {"sqlite": insert_in_sqlite, "postgresql": insert_in_postgresql}


def reading(kind: type, table: Table) -> Select[Any]:
    """Select the columns that this dataclass has as fields."""
    return select(*(table.c[field.name] for field in fields(kind) if field.name in table.c))


def rows(connection: Connection, kind: type[Value], statement: Executable) -> tuple[Value, ...]:
    """All rows as values, in the statement's order."""
    return tuple(kind(**row) for row in connection.execute(statement).mappings())


def one(connection: Connection, kind: type[Value], statement: Executable) -> Value | None:
    """The first row as a value, or None."""
    row = connection.execute(statement).mappings().first()
    return None if row is None else kind(**row)


def columns(value: Any, table: Table) -> dict[str, Any]:
    """The fields of a dataclass that the table has columns for."""
    return {field.name: getattr(value, field.name) for field in fields(value) if field.name in table.c}


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless its primary key is taken; whether it was inserted. One statement, as both databases spell it."""
    into = _INSERTS[connection.dialect.name]
    unless_taken = into(table).values(**values).on_conflict_do_nothing(index_elements=[*table.primary_key])
    return connection.execute(unless_taken, execution_options={"preserve_rowcount": True}).rowcount == 1


def put(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, or replace the one with its primary key."""
    if not insert_once(connection, table, values):
        same = and_(*(column == values[column.name] for column in table.primary_key))
        connection.execute(update(table).where(same).values(**values))


def count_up(connection: Connection, table: Table, key: Mapping[str, Any], counter: str, count: int) -> int:
    """Raise a counter by `count`, from 0 where it is new, and return what it is now; the row stays locked till the end."""
    same = and_(*(table.c[name] == value for name, value in key.items()))
    column = table.c[counter]
    raised = update(table).where(same).values({counter: column + count})
    if connection.execute(raised).rowcount == 0:
        if insert_once(connection, table, {**key, counter: count}):
            return count
        connection.execute(raised)
    return int(connection.execute(select(column).where(same)).scalar_one())
