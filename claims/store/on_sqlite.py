"""A store in a SQLite file: how it is opened, how a transaction begins, and what its failures mean."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError

from claims.store.errors import StoreBusy, StoreConflict, StoreError, StoreUnusable

_FOR_READING = "claims_for_reading"
_OWNER_ONLY = 0o600

READING: Mapping[str, Any] = {_FOR_READING: True}
"""The connection's options for a unit of work that only reads."""


def open_engine(file: Path, busy_milliseconds: int, settings: Mapping[str, Any]) -> Engine:
    """Open the file, made where it is missing and readable by its owner alone. Raises StoreUnusable."""
    _own(file)
    engine = create_engine(URL.create("sqlite", database=str(file)), **settings)

    def set_up(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {busy_milliseconds}",
            "foreign_keys = ON",
            "synchronous = FULL",
            "trusted_schema = OFF",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", _begin)
    return engine


def use_write_ahead_log(engine: Engine, busy_milliseconds: int) -> None:
    """Let readers and one writer work side by side. Another process may be at the same switch, so it is tried for a while."""
    deadline = time.monotonic() + busy_milliseconds / 1000
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        while cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                cursor.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise StoreBusy("the store could not be switched to its write-ahead log: it is in use") from None
                time.sleep(0.05)
        cursor.close()
    finally:
        raw.close()


def told(error: DBAPIError, busy_milliseconds: int) -> StoreError:
    """A failure in words that name tables and constraints, never values."""
    name = getattr(error.orig, "sqlite_errorname", "")
    said = str(error.orig) if isinstance(error.orig, sqlite3.Error) else type(error.orig).__name__
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(f"another process kept the store busy for {busy_milliseconds / 1000:g} s; try again")
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_FULL")):
        return StoreUnusable(f"the store cannot be used: {said}; restore a copy, or free the disk")
    if isinstance(error, IntegrityError):
        return StoreConflict(f"the store refused a row: {said}")
    return StoreError(f"the store failed: {said}")


def _own(file: Path) -> None:
    try:
        if file.exists():
            if not file.is_file():
                raise StoreUnusable(f"{file} is no file; name the store's own file")
            if stat.S_IMODE(file.stat().st_mode) & 0o077:
                file.chmod(_OWNER_ONLY)
        else:
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, _OWNER_ONLY))
    except OSError as error:
        raise StoreUnusable(f"the store {file} cannot be opened: {error.strerror}") from None


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get(_FOR_READING, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reading else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
