"""The few statements that every repository makes: rows to values, values to rows, insert once, count up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Select, Table, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

Value = TypeVar("Value")


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
    """Insert a row unless its primary key is taken; whether it was inserted. Another worker may be at it too."""
    same = and_(*(column == values[column.name] for column in table.primary_key))
    taken = select(*table.primary_key).where(same)
    if connection.execute(taken).first() is not None:
        return False
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values(**values))
    except IntegrityError:
        if connection.execute(taken).first() is None:
            raise
        return False
    return True


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
