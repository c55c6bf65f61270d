"""The database itself: opened by its place, with transactions whose failures are told without a patient's data."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, StatementError

from claims.store import on_postgresql, on_sqlite
from claims.store.errors import StoreError
from claims.store.place import Place, StoreFile

BUSY_MILLISECONDS = 30_000
"""How long a writer waits for another process's transaction, unless told otherwise."""

BUSY = "claims_busy_milliseconds"
"""The engine's option that says how long its writers wait."""

_QUIET = "claims-store"
_KINDS = {"sqlite": on_sqlite, "postgresql": on_postgresql}


def open_engine(place: Place, busy_milliseconds: int = BUSY_MILLISECONDS) -> Engine:
    """Open a store's database. Raises StoreUnusable."""
    settings = {
        "hide_parameters": True,
        "logging_name": _QUIET,
        "execution_options": {BUSY: busy_milliseconds},
    }
    # Hidden parameters hide no rows, which are logged at DEBUG: this engine stays silent whatever the loggers above it allow.
    logging.getLogger(f"sqlalchemy.engine.Engine.{_QUIET}").setLevel(logging.WARNING)
    if isinstance(place, StoreFile):
        return on_sqlite.open_engine(place.file, busy_milliseconds, settings)
    return on_postgresql.open_engine(place, busy_milliseconds, settings)


@contextmanager
def transaction(engine: Engine, *, reading: bool = False) -> Iterator[Connection]:
    """One transaction: a writer takes the write lock at once, so that what it reads is still so when it writes.

    Raises StoreError and its kinds for whatever the database says, without quoting a row.
    """
    kind = _KINDS[engine.dialect.name]
    try:
        with engine.connect() as connection:
            if reading:
                connection = connection.execution_options(**kind.READING)
            with connection.begin():
                yield connection
    except DBAPIError as error:
        raise kind.told(error, engine.get_execution_options()[BUSY]) from None
    except StatementError as error:
        raise (
            error.orig if isinstance(error.orig, Exception) else StoreError("a statement could not be made")
        ) from None
