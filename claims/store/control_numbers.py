"""Control numbers of what this home writes: interchanges, groups, transactions, claims; each kind counts from 1."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from claims.store.errors import NumbersExhausted
from claims.store.schema import control_numbers
from claims.store.statements import count_up

LAST_NUMBER = 999_999_999
"""ISA13, GS06 and ST02 carry at most nine digits."""


@dataclass(frozen=True, slots=True)
class ControlNumbers:
    """Numbers by kind, such as `ISA`, `GS`, `ST` or `claim`; the caller names the kinds."""

    connection: Connection

    def next(self, kind: str) -> int:
        """Take the next number of a kind. Raises NumbersExhausted after nine digits."""
        number = count_up(self.connection, control_numbers, {"kind": kind}, counter="number", count=1)
        if number > LAST_NUMBER:
            raise NumbersExhausted(f"the {kind} control numbers of this home are used up after {LAST_NUMBER}")
        return number
