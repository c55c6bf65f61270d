"""A home's store: open it, and do units of work in it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, Engine, insert, inspect, select

from claims.store.engine import BUSY_MILLISECONDS, open_engine, transaction
from claims.store.errors import StoreMismatch
from claims.store.migration import migrate
from claims.store.on_postgresql import risks
from claims.store.on_sqlite import use_write_ahead_log
from claims.store.place import Place, StoreFile, place_of
from claims.store.rows import ChainBinding
from claims.store.schema import store_facts
from claims.store.work import UnitOfWork


class Store:
    """One database of one home. Close it, or use it in a `with` block."""

    def __init__(self, place: Place, engine: Engine) -> None:
        self.place = place
        self._engine = engine
        self._in_work = threading.local()

    def __repr__(self) -> str:
        return f"Store({str(self.place)!r})"

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file, or of the server."""
        self._engine.dispose()

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """One transaction for reading and writing: kept when the block ends, undone when it raises.

        Writers of all processes take turns. Raises StoreBusy after a long wait, StoreConflict for a contradiction, and
        RuntimeError inside another unit of work of the same thread, which would wait for itself.
        """
        with self._alone(), transaction(self._engine) as connection:
            yield UnitOfWork(connection)

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """One unchanging view of the store that neither waits for writers nor holds them up; writing in it fails."""
        with self._alone(), transaction(self._engine, reading=True) as connection:
            yield UnitOfWork(connection)

    @property
    def chain(self) -> ChainBinding | None:
        """The chain this store belongs to, or None while it belongs to none."""
        with transaction(self._engine, reading=True) as connection:
            return _binding(connection)

    def bind_chain(self, chain_id: int, genesis_hash: bytes) -> None:
        """Give the store to this chain, for good; to the same again changes nothing. Raises StoreMismatch(expected, found)."""
        wanted = ChainBinding(chain_id, bytes(genesis_hash))
        if not _same_chain(self.chain, wanted):
            with transaction(self._engine) as connection:
                if not _same_chain(_binding(connection), wanted):
                    facts = {"chain_id": str(chain_id), "genesis_hash": wanted.genesis_hash.hex()}
                    for name, value in facts.items():
                        connection.execute(insert(store_facts).values(name=name, value=value))

    def risks(self) -> tuple[str, ...]:
        """Why a crash could take back what was committed, such as `fsync is off`; a file's own settings leave no such risk."""
        if isinstance(self.place, StoreFile):
            return ()
        with transaction(self._engine, reading=True) as connection:
            return risks(connection)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if getattr(self._in_work, "open", False):
            raise RuntimeError("a unit of work is open in this thread already; finish it first")
        self._in_work.open = True
        try:
            yield
        finally:
            self._in_work.open = False


def open_store(
    place: str | Path,
    *,
    chain_id: int | None = None,
    genesis_hash: bytes | None = None,
    busy_milliseconds: int = BUSY_MILLISECONDS,
) -> Store:
    """Open a home's store, made where it is missing, and bring it up to date.

    `place` is a path, a `sqlite:///…` URL, or `postgresql://USER@HOST/DATABASE?schema=NAME` with any of libpq's own parameters
    (`sslmode`, `passfile`, `host` for a socket's folder …). With a chain's id and genesis hash (32 bytes) the store is bound to
    that chain on first use and checked ever after. A writer waits `busy_milliseconds` for another's transaction.
    Raises StoreUnusable, StoreTooNew, MigrationChanged, StoreMismatch, StoreBusy.
    """
    if (chain_id is None) != (genesis_hash is None):
        raise ValueError("a chain is named by its id and its genesis hash together")
    where = place_of(place)
    store = Store(where, open_engine(where, busy_milliseconds))
    try:
        migrate(store._engine, int(time.time()))
        if isinstance(where, StoreFile):
            use_write_ahead_log(store._engine, busy_milliseconds)
        if chain_id is not None and genesis_hash is not None:
            store.bind_chain(chain_id, genesis_hash)
    except BaseException:
        store.close()
        raise
    return store


def store_exists(place: str | Path) -> bool:
    """Whether there is anything at a store's place; makes nothing. Raises StoreUnusable where it cannot be reached."""
    where = place_of(place)
    if isinstance(where, StoreFile):
        return where.file.exists()
    engine = open_engine(where)
    try:
        with transaction(engine, reading=True) as connection:
            return bool(inspect(connection).get_table_names())
    finally:
        engine.dispose()


def _binding(connection: Connection) -> ChainBinding | None:
    """The chain that the store's facts name, or None where they name none yet."""
    facts = {row.name: row.value for row in connection.execute(select(store_facts))}
    if "chain_id" not in facts:
        return None
    return ChainBinding(int(facts["chain_id"]), bytes.fromhex(facts["genesis_hash"]))


def _same_chain(found: ChainBinding | None, wanted: ChainBinding) -> bool:
    """Whether the store belongs to this chain; False while it belongs to none. Raises StoreMismatch for another."""
    if found is not None and found != wanted:
        raise StoreMismatch(wanted, found)
    return found is not None
