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
            before = {_place(move): (move.deductible, move.out_of_pocket) for move in known if not move.reversal}
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
            self._move(source, revision, True, _place(move), (-move.deductible, -move.out_of_pocket), at)
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
        found = self.connection.execute(
            select(func.sum(total.deductible), func.sum(total.out_of_pocket)).where(*which)
        ).one()
        return Accumulators(found[0] or ZERO, found[1] or ZERO)

    def _move(
        self, source: str, revision: int, reversal: bool, place: Place, amounts: tuple[Money, Money], at: int
    ) -> None:
        person, family, year = place
        deductible, out_of_pocket = amounts
        key = {"person": person, "family": family, "year": year}
        moved = {"deductible": deductible, "out_of_pocket": out_of_pocket}
        self.connection.execute(
            insert(accumulator_moves).values(source=source, revision=revision, reversal=reversal, at=at, **key, **moved)
        )
        insert_once(self.connection, accumulator_totals, {**key, "deductible": ZERO, "out_of_pocket": ZERO})
        total = accumulator_totals.c
        self.connection.execute(
            update(accumulator_totals)
            .where(total.person == person, total.family == family, total.year == year)
            .values(deductible=total.deductible + deductible, out_of_pocket=total.out_of_pocket + out_of_pocket)
        )


def _place(move: AccumulatorMove | Usage) -> Place:
    return move.person, move.family, move.year


def _by_place(usage: Iterable[Usage]) -> dict[Place, tuple[Money, Money]]:
    totals: dict[Place, tuple[Money, Money]] = {}
    for used in usage:
        if used.deductible < ZERO or used.out_of_pocket < ZERO:
            raise StoreConflict("a decision uses nothing negative; take a claim back by reversing it")
        deductible, out_of_pocket = totals.get(_place(used), (ZERO, ZERO))
        totals[_place(used)] = deductible + used.deductible, out_of_pocket + used.out_of_pocket
    return totals
