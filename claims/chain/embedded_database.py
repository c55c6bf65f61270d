"""The embedded chain's file: the machine's key-value pairs and a few facts about the chain, in SQLite.

Trie nodes are named by their hash and are never changed or pruned, so a reader needs no transaction of its own: whatever
it reaches from a head is complete. Writers take turns under `BEGIN IMMEDIATE`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from eth.db.backends.base import BaseDB

from claims.chain.errors import ChainFileUnusable

BUSY_SECONDS = 120.0

_TABLES = (
    "CREATE TABLE IF NOT EXISTS node (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS metadata (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)


class ChainFile:
    """One connection to the file. `path` ":memory:" keeps a chain for this process alone."""

    def __init__(self, path: Path | str) -> None:
        self.path = path
        self._lock = RLock()
        try:
            self.connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as failure:
            raise ChainFileUnusable(f"the chain's file {Path(path).name} cannot be opened: {failure}") from failure
        try:
            self.connection.execute("PRAGMA journal_mode = WAL")
            # A killed process loses nothing in this mode; a machine that loses its power may lose the last blocks,
            # never the file's consistency.
            self.connection.execute("PRAGMA synchronous = NORMAL")
            self._require_own_tables()
        except sqlite3.DatabaseError as failure:
            self.connection.close()
            raise ChainFileUnusable(f"{Path(path).name} is not a chain's file: {failure}") from failure
        except ChainFileUnusable:
            self.connection.close()
            raise

    def _require_own_tables(self) -> None:
        names = {row[0] for row in self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if names and not {"node", "metadata"} <= names:
            raise ChainFileUnusable(
                f"{Path(self.path).name} is a database of something else; give the chain a file of its own"
            )
        if not names:
            with self.writing():
                for statement in _TABLES:
                    self.connection.execute(statement)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One writer at a time, in any process; all of it is kept or none."""
        with self._lock:
            if self.connection.in_transaction:
                yield
                return
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    def fact(self, name: str) -> str | None:
        """A stored fact about the chain, or None."""
        row = self.connection.execute("SELECT value FROM metadata WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, name: str, value: str) -> None:
        """Store a fact about the chain; never a key."""
        self.connection.execute("INSERT OR REPLACE INTO metadata (name, value) VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Let go of the file. Nothing is pending: every write was committed when it returned."""
        self.connection.close()


class NodeStore(BaseDB):  # type: ignore[misc]
    """The mapping of bytes to bytes that the machine asks for."""

    def __init__(self, file: ChainFile) -> None:
        self._execute = file.connection.execute

    def __getitem__(self, key: bytes) -> bytes:
        row = self._execute("SELECT value FROM node WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return bytes(row[0])

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._execute("INSERT OR REPLACE INTO node (key, value) VALUES (?, ?)", (key, value))

    def __delitem__(self, key: bytes) -> None:
        if self._execute("DELETE FROM node WHERE key = ?", (key,)).rowcount == 0:
            raise KeyError(key)

    def _exists(self, key: bytes) -> bool:
        return self._execute("SELECT 1 FROM node WHERE key = ?", (key,)).fetchone() is not None
