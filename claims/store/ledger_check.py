"""Whether the kept totals of the accumulators are the sum of the kept moves."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from claims.model.money import ZERO, Money
from claims.store.accumulators import COUNTED, NOTHING, AccumulatorLedger
from claims.store.schema import accumulator_moves, accumulator_totals


@dataclass(frozen=True, slots=True)
class Unbalanced:
    """A total that is not the sum of its moves: the plan year, what is kept and what the moves add up to.

    Each count is (kept, moved). Whose it is stays in the store.
    """

    year: int
    deductible: tuple[Money, Money]
    out_of_pocket: tuple[Money, Money]
    out_of_network_deductible: tuple[Money, Money] = (ZERO, ZERO)
    out_of_network_out_of_pocket: tuple[Money, Money] = (ZERO, ZERO)


def unbalanced(ledger: AccumulatorLedger) -> tuple[Unbalanced, ...]:
    """Return every total of the store that differs from the sum of its moves, one that is missing too."""
    kept = {
        (row.person, row.family, row.year): tuple(getattr(row, name) for name in COUNTED)
        for row in ledger.connection.execute(select(accumulator_totals))
    }
    move = accumulator_moves.c
    place = (move.person, move.family, move.year)
    sums = select(*place, *(func.sum(move[name]) for name in COUNTED)).group_by(*place)
    moved = {
        (person, family, year): tuple(amounts) for person, family, year, *amounts in ledger.connection.execute(sums)
    }
    found = []
    for key in sorted(kept.keys() | moved.keys()):
        held, added = kept.get(key, NOTHING), moved.get(key, NOTHING)
        if held != added:
            found.append(Unbalanced(key[2], *zip(held, added, strict=True)))
    return tuple(found)
