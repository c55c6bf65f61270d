"""A store in a schema of a PostgreSQL database: how it is opened, how a transaction begins, what its failures mean.

The driver is imported when such a store is opened, by no other. Its messages quote rows (`DETAIL: Key (…)=(…)`), so they
are cut down to names before anybody can see them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, OperationalError

from claims.store.errors import StoreBusy, StoreConflict, StoreError, StoreUnusable
from claims.store.place import StoreSchema

SCHEMA = "claims_schema"
"""The engine's option that names the store's schema."""

READING: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""The connection's options for a unit of work that only reads: one unchanging view, in which writing fails."""

CONNECT_SECONDS = 10
"""How long a server may take to answer a connection, unless the URL has a `connect_timeout`."""

_APPEND_ONLY = "CL001"
"""The SQLSTATE with which the triggers of the append-only tables refuse (migration 0002)."""

_WORDS_WITHOUT_ROWS = ("08", "25", "28", "3D", "3F", "42", "53", "55", "57", "58")
"""SQLSTATE classes whose message speaks of the server, of rights or of names: 22, 23 and P0 may quote a value."""

_BUSY = ("40001", "40P01", "55P03", "57014")  # serialisation, deadlock, lock timeout, statement timeout
_UNUSABLE = ("08", "28", "3D", "42501", "53", "57P", "58", "XX")
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1", "[::1]")
_SESSION = {
    # A writer whose machine vanished gives its lock back after a minute.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "client_min_messages": "warning",
}


def open_engine(place: StoreSchema, busy_milliseconds: int, settings: Mapping[str, Any]) -> Engine:
    """Make ready to connect to the server, which happens on first use. Raises StoreUnusable without the driver."""
    try:
        engine = create_engine(
            place.url,
            connect_args=connect_arguments(place),
            # Writers take turns by the lock of _begin; each statement must see what the last writer left.
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            use_native_hstore=False,
            **settings,
        ).execution_options(**{SCHEMA: place.schema})
    except ImportError:
        raise StoreUnusable("a store on PostgreSQL needs the package psycopg[binary]; install it") from None
    session = {**_SESSION, "search_path": place.schema, "lock_timeout": f"{busy_milliseconds}ms"}

    def set_up(connection: Any, _: object) -> None:
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise StoreUnusable(f"the store's database is written in {encoding}; make one with ENCODING 'UTF8'")
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(['set_config(%s, %s, false)'] * len(session))}", sum(session.items(), ())
            )
            # A commit that a crash of the server takes back would let a payment be made twice.
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
            )
        connection.commit()

    # Before SQLAlchemy's own first look at the database, which asks for the schema that is searched.
    event.listen(engine, "connect", set_up, insert=True)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _hide_rows)
    return engine


def connect_arguments(place: StoreSchema) -> dict[str, Any]:
    """What the driver is told where the URL says nothing: how long to wait, and to encrypt what leaves this machine."""
    chosen: dict[str, Any] = {
        "application_name": "claims",
        "client_encoding": "utf8",
        "connect_timeout": CONNECT_SECONDS,
    }
    hosts = [place.url.host, *place.url.normalized_query.get("host", ())]
    if any(host and not host.startswith("/") and host not in _THIS_MACHINE for host in hosts):
        chosen["sslmode"] = "require"
    return {name: value for name, value in chosen.items() if name not in place.url.query}


def make_schema(connection: Connection) -> None:
    """Make the store's schema where it is missing: whoever may not make one can be given one that is empty."""
    schema = connection.get_execution_options()[SCHEMA]
    known = connection.exec_driver_sql("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)).first()
    if known is None:
        connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')


def risks(connection: Connection) -> tuple[str, ...]:
    """The server's settings under which its crash could take back or spoil what was committed."""
    rows = connection.exec_driver_sql(
        "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' "
        "ORDER BY name"
    )
    return tuple(f"{name} is off" for (name,) in rows)


def spelled(statement: str) -> str:
    """A portable statement as PostgreSQL is given it: text sorts by its bytes, as SQLite's does, whatever the database's language."""
    return re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', statement)


def told(error: DBAPIError, busy_milliseconds: int) -> StoreError:
    """A failure in words that name tables and constraints, never values."""
    state = getattr(error.orig, "sqlstate", None) or ""
    said = _names_of(error.orig, error.statement)
    if state == "55P03":
        return StoreBusy(f"another process kept the store busy for {busy_milliseconds / 1000:g} s; try again")
    if state in _BUSY:
        return StoreBusy(f"the store's server gave way to another process: {said}; try again")
    if state.startswith("23") or state == _APPEND_ONLY:
        return StoreConflict(f"the store refused a row: {said}")
    if state.startswith(_UNUSABLE) or (not state and (isinstance(error, OperationalError) or error.statement is None)):
        return StoreUnusable(f"the store cannot be used: {said}")
    return StoreError(f"the store failed: {said}")


def lock_number(schema: str) -> int:
    """The number of the advisory lock by which the writers of a schema take turns: signed, 64 bits, per database."""
    return int.from_bytes(sha256(f"claims store {schema}".encode()).digest()[:8], "big", signed=True)


def _begin(connection: Connection) -> None:
    """A writer waits for its turn, so that what it reads is still so when it writes; the lock ends with the transaction."""
    options = connection.get_execution_options()
    if not options.get("postgresql_readonly", False):
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (lock_number(options[SCHEMA]),))


def _hide_rows(context: ExceptionContext) -> None:
    names = _names_of(context.original_exception, context.statement)
    if isinstance(context.sqlalchemy_exception, DBAPIError):
        context.original_exception.args = context.sqlalchemy_exception.args = (names,)


def _names_of(error: BaseException | None, statement: str | None) -> str:
    """What a driver's error says, without a value of any row."""
    state, diagnosis = getattr(error, "sqlstate", None), getattr(error, "diag", None)
    kind = re.sub(r"(?<!^)(?=[A-Z])", " ", type(error).__name__).lower()
    if state is None:
        # No row has left for a server that was not reached, or that went away; what else the driver refuses are values.
        return " ".join(str(error).split()) if statement is None or kind == "operational error" else kind
    if diagnosis is None:
        return f"{kind} ({state})"
    if state == _APPEND_ONLY or state.startswith(_WORDS_WITHOUT_ROWS):
        return f"{diagnosis.message_primary} ({state})" if diagnosis.message_primary else f"{kind} ({state})"
    named = [name for name in (diagnosis.table_name, diagnosis.column_name, diagnosis.constraint_name) if name]
    return f"{kind} ({state})" + (f" of {', '.join(named)}" if named else "")
