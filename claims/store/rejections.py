"""What intake turned away: whole files and single claims, until they are handed over again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert

from claims.store.rows import Rejection
from claims.store.schema import rejections
from claims.store.statements import columns, reading, rows


@dataclass(frozen=True, slots=True)
class Rejections:
    """Rejections by file: what is found in a file takes the place of what was found in that file, or in one of its name."""

    connection: Connection

    def put(self, file: str, sha256: str, found: Sequence[Rejection]) -> None:
        """Set what is turned away of a file; nothing of it stays where `found` is empty."""
        column = rejections.c
        self.connection.execute(delete(rejections).where((column.file == file) | (column.sha256 == sha256)))
        for position, rejection in enumerate(found):
            self.connection.execute(insert(rejections).values(**columns(rejection, rejections), position=position))

    def all(self) -> tuple[Rejection, ...]:
        """Everything that was turned away and not corrected since under the file's name, oldest first."""
        column = rejections.c
        statement = reading(Rejection, rejections).order_by(column.at, column.file, column.sha256, column.position)
        return rows(self.connection, Rejection, statement)
