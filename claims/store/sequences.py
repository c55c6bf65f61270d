"""Attestation counters: one per practitioner and lane, from 1, each given out once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from claims.store.errors import NumbersExhausted
from claims.store.schema import sequences
from claims.store.statements import count_up

LAST_COUNTER = 2**32 - 1
"""A sequence is lane32‖counter32 (DESIGN §5)."""


@dataclass(frozen=True, slots=True)
class Sequences:
    """The next counter of each practitioner's lane.

    A counter comes back where its unit of work is rolled back: nothing may be signed with it before that is committed.
    """

    connection: Connection

    def allocate(self, practitioner: int, lane: int = 0, count: int = 1) -> int:
        """Take `count` counters in a row and return the first. Raises NumbersExhausted at the end of the lane."""
        if count < 1:
            raise ValueError(f"{count} counters were asked for; at least one is needed")
        last = count_up(
            self.connection, sequences, {"practitioner": practitioner, "lane": lane}, counter="counter", count=count
        )
        if last > LAST_COUNTER:
            raise NumbersExhausted(f"practitioner {practitioner} used up lane {lane}; sign on with lane {lane + 1}")
        return last - count + 1

    def last(self, practitioner: int, lane: int = 0) -> int:
        """The last counter that was given out, 0 where none was."""
        same = (sequences.c.practitioner == practitioner, sequences.c.lane == lane)
        return self.connection.execute(select(sequences.c.counter).where(*same)).scalar() or 0
