"""What members used of deductible and out-of-pocket money in a plan year: moves that are kept, and their totals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from claims.model.decision import Usage
from claims.model.money import ZERO, Money
from claims.model.plan import Accumulators
from claims.store.errors import StoreConflict
from claims.store.rows import AccumulatorMove
from claims.store.schema import accumulator_moves, accumulator_totals
from claims.store.statements import insert_once, reading, rows

Place = tuple[str, str, int]
Amounts = tuple[Money, Money, Money, Money]

COUNTED = ("deductible", "out_of_pocket", "out_of_network_deductible", "out_of_network_out_of_pocket")
"""What is counted, by the name of field and column."""

NOTHING: Amounts = (ZERO, ZERO, ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class AccumulatorLedger:
    """Totals only grow, but for the reversal of a move, which takes back exactly what that move added, once.

    A source is what moved them: a claim's control number with its decision's revision, or an opening balance.
    """

    connection: Connection

    def add(self, source: str, revision: int, usage: Iterable[Usage], at: int) -> bool:
        """Add what a decision used; False where this source and revision added the same before.

        Raises StoreConflict for a negative amount, for other amounts under the same source and revision, and where they were
        reversed already.
        """
        wanted = _by_place(usage)
        known = [move for move in self.moves(source) if move.revision == revision]
        if known:
            before = {_place(move): _amounts(move) for move in known if not move.reversal}
            if before != wanted or any(move.reversal for move in known):
                raise StoreConflict(
                    f"{source} revision {revision} moved the accumulators already; use the next revision"
                )
            return False
        for place, amounts in wanted.items():
            self._move(source, revision, False, place, amounts, at)
        return bool(wanted)

    def reverse(self, source: str, revision: int, at: int) -> bool:
        """Take back what this source and revision added; False where it added nothing, or was reversed before."""
        known = [move for move in self.moves(source) if move.revision == revision]
        if not known or any(move.reversal for move in known):
            return False
        for move in known:
            deductible, out_of_pocket, outside_deductible, outside_maximum = _amounts(move)
            back = (-deductible, -out_of_pocket, -outside_deductible, -outside_maximum)
            self._move(source, revision, True, _place(move), back, at)
        return True

    def of_person(self, person: str, year: int) -> Accumulators:
        """What a person used in a plan year."""
        return self._total(accumulator_totals.c.person == person, accumulator_totals.c.year == year)

    def of_family(self, family: str, year: int) -> Accumulators:
        """What all members of a family used together in a plan year."""
        return self._total(accumulator_totals.c.family == family, accumulator_totals.c.year == year)

    def moves(self, source: str) -> tuple[AccumulatorMove, ...]:
        """All moves of a source: by revision, reversals after what they reverse."""
        move = accumulator_moves.c
        statement = reading(AccumulatorMove, accumulator_moves).where(move.source == source)
        return rows(
            self.connection,
            AccumulatorMove,
            statement.order_by(move.revision, move.reversal, move.person, move.family, move.year),
        )

    def moves_of(self, person: str, year: int) -> tuple[AccumulatorMove, ...]:
        """All moves of a person's plan year, in order of time."""
        move = accumulator_moves.c
        statement = reading(AccumulatorMove, accumulator_moves).where(move.person == person, move.year == year)
        return rows(
            self.connection,
            AccumulatorMove,
            statement.order_by(move.at, move.source, move.revision, move.reversal, move.family),
        )

    def _total(self, *which: Any) -> Accumulators:
        total = accumulator_totals.c
        found = self.connection.execute(select(*(func.sum(total[name]) for name in COUNTED)).where(*which)).one()
        deductible, out_of_pocket, outside_deductible, outside_maximum = (amount or ZERO for amount in found)
        return Accumulators(
            deductible,
            out_of_pocket,
            out_of_network_deductible=outside_deductible,
            out_of_network_out_of_pocket=outside_maximum,
        )

    def _move(self, source: str, revision: int, reversal: bool, place: Place, amounts: Amounts, at: int) -> None:
        person, family, year = place
        key = {"person": person, "family": family, "year": year}
        moved = dict(zip(COUNTED, amounts, strict=True))
        self.connection.execute(
            insert(accumulator_moves).values(source=source, revision=revision, reversal=reversal, at=at, **key, **moved)
        )
        insert_once(self.connection, accumulator_totals, {**key, **dict.fromkeys(COUNTED, ZERO)})
        total = accumulator_totals.c
        self.connection.execute(
            update(accumulator_totals)
            .where(total.person == person, total.family == family, total.year == year)
            .values({name: total[name] + amount for name, amount in moved.items()})
        )


def _place(move: AccumulatorMove | Usage) -> Place:
    return move.person, move.family, move.year


def _amounts(move: AccumulatorMove | Usage) -> Amounts:
    return (
        move.deductible,
        move.out_of_pocket,
        move.out_of_network_deductible,
        move.out_of_network_out_of_pocket,
    )


def _by_place(usage: Iterable[Usage]) -> dict[Place, Amounts]:
    totals: dict[Place, Amounts] = {}
    for used in usage:
        amounts = _amounts(used)
        if any(amount < ZERO for amount in amounts):
            raise StoreConflict("a decision uses nothing negative; take a claim back by reversing it")
        a, b, c, d = totals.get(_place(used), NOTHING)
        totals[_place(used)] = (a + amounts[0], b + amounts[1], c + amounts[2], d + amounts[3])
    return totals
