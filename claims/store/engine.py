"""The database itself: how a SQLite file is opened, and how its failures are told without a patient's data."""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, StatementError

from claims.store.errors import StoreBusy, StoreConflict, StoreError, StoreUnusable

BUSY_MILLISECONDS = 30_000
"""How long a writer waits for another process's transaction."""

_FOR_READING = "claims_for_reading"
_OWNER_ONLY = 0o600
_QUIET = "claims-store"


def file_of(place: str | Path) -> Path:
    """The file of a store named by path or by `sqlite:///…` URL. Raises StoreUnusable for another database."""
    if isinstance(place, Path) or "://" not in place:
        return Path(place)
    try:
        url = make_url(place)
    except ArgumentError:
        raise StoreUnusable("the store's URL cannot be read; write sqlite:///PATH") from None
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise StoreUnusable(f"a store on {url.get_backend_name()} is not supported; write sqlite:///PATH")
    return Path(url.database)


def open_engine(file: Path) -> Engine:
    """Open the file, made where it is missing and readable by its owner alone. Raises StoreUnusable."""
    _own(file)
    engine = create_engine(URL.create("sqlite", database=str(file)), hide_parameters=True, logging_name=_QUIET)
    # Hidden parameters hide no rows, which are logged at DEBUG: this engine stays silent whatever the loggers above it allow.
    logging.getLogger(f"sqlalchemy.engine.Engine.{_QUIET}").setLevel(logging.WARNING)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def use_write_ahead_log(engine: Engine) -> None:
    """Let readers and one writer work side by side. Another process may be at the same switch, so it is tried for a while."""
    deadline = time.monotonic() + BUSY_MILLISECONDS / 1000
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


@contextmanager
def transaction(engine: Engine, *, reading: bool = False) -> Iterator[Connection]:
    """One transaction: a writer takes the write lock at once, so that what it reads is still so when it writes.

    Raises StoreError and its kinds for whatever the database says, without quoting a row.
    """
    try:
        with engine.connect() as connection:
            if reading:
                connection = connection.execution_options(**{_FOR_READING: True})
            with connection.begin():
                yield connection
    except StatementError as error:
        raise _told(error) from None


def _told(error: StatementError) -> Exception:
    """A database error in words that name tables and constraints, never values."""
    if not isinstance(error, DBAPIError):
        return error.orig if isinstance(error.orig, Exception) else StoreError("a statement could not be made")
    name = getattr(error.orig, "sqlite_errorname", "")
    said = str(error.orig) if isinstance(error.orig, sqlite3.Error) else type(error.orig).__name__
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(f"another process kept the store busy for {BUSY_MILLISECONDS // 1000} s; try again")
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


def _set_up(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_MILLISECONDS}",
        "foreign_keys = ON",
        "synchronous = FULL",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get(_FOR_READING, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reading else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
