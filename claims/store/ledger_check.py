"""Whether the kept totals of the accumulators are the sum of the kept moves."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from claims.model.money import ZERO, Money
from claims.store.accumulators import AccumulatorLedger
from claims.store.schema import accumulator_moves, accumulator_totals


@dataclass(frozen=True, slots=True)
class Unbalanced:
    """A total that is not the sum of its moves: the plan year, what is kept and what the moves add up to.

    `deductible` and `out_of_pocket` are (kept, moved). Whose it is stays in the store.
    """

    year: int
    deductible: tuple[Money, Money]
    out_of_pocket: tuple[Money, Money]


def unbalanced(ledger: AccumulatorLedger) -> tuple[Unbalanced, ...]:
    """Return every total of the store that differs from the sum of its moves, one that is missing too."""
    kept = {
        (row.person, row.family, row.year): (row.deductible, row.out_of_pocket)
        for row in ledger.connection.execute(select(accumulator_totals))
    }
    move = accumulator_moves.c
    place = (move.person, move.family, move.year)
    sums = select(*place, func.sum(move.deductible), func.sum(move.out_of_pocket)).group_by(*place)
    moved = {(person, family, year): (one, two) for person, family, year, one, two in ledger.connection.execute(sums)}
    nothing = (ZERO, ZERO)
    found = []
    for key in sorted(kept.keys() | moved.keys()):
        held, added = kept.get(key, nothing), moved.get(key, nothing)
        if held != added:
            found.append(Unbalanced(key[2], (held[0], added[0]), (held[1], added[1])))
    return tuple(found)
