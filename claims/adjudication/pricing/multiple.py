"""Multiple procedures: what the lines of one claim, day and provider take from one another's price (ADJUDICATION §3).

Each unit of a line counts as a procedure of its own. Ranks are by price after modifiers; a tie falls to the earlier line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from claims.adjudication.pricing.quote import PRICE, WAITS, Locality, Quote, percent
from claims.adjudication.pricing.rbrvs_settings import (
    FACILITY_PLACES,
    FULL,
    PROFESSIONAL,
    RANKED,
    RANKED_BEFORE_1995,
    TECHNICAL,
    THERAPY_EXPENSE,
)
from claims.adjudication.pricing.relative_price import relative_price
from claims.model.tables import Tables

REDUCED = frozenset("1234567")


@dataclass(slots=True)
class _Unit:
    """One unit of a line: where it stands in the claim, and what is left of its price after the endoscopy rule."""

    at: int
    quote: Quote
    left: int

    @property
    def worth(self) -> tuple[int, int]:
        """Price after modifiers, highest first, then the place in the claim."""
        return _compared(self.quote, self.left), self.at


def _compared(found: Quote, price: int) -> int:
    # Negative so that sorting puts the highest first; a common scale of 10^12 makes different numbers of modifiers comparable.
    return -(price * found.rate * 10**12 // found.scale)


def reduce(tables: Tables, locality: Locality, quotes: Sequence[Quote], provider: Callable[[Quote], str]) -> None:
    """Put the reductions into the quotes of a claim's open lines; lines meet by day and provider."""
    bases = {found.row.endoscopic_base for found in quotes if found.row is not None}
    meeting = [
        (at, found)
        for at, found in enumerate(quotes)
        if found.row is not None
        and found.outcome == PRICE
        and (found.row.multiple_procedure in REDUCED or found.row.code in bases)
    ]
    if not meeting or (len(meeting) == 1 and meeting[0][1].units == 1):
        return
    groups: dict[tuple[object, str], list[tuple[int, Quote]]] = {}
    for at, found in meeting:
        groups.setdefault((found.line.begins, provider(found)), []).append((at, found))
    for group in groups.values():
        _reduce_group(tables, locality, group)


def _reduce_group(tables: Tables, locality: Locality, group: list[tuple[int, Quote]]) -> None:
    by_indicator: dict[str, list[tuple[int, Quote]]] = {}
    bases = {found.row.endoscopic_base for _, found in group if found.row is not None}
    for at, found in group:
        row = found.row
        assert row is not None
        indicator = row.multiple_procedure
        kind = "surgery" if indicator in "23" or row.code in bases else indicator
        key = f"4 {row.imaging_family}" if indicator == "4" else kind
        by_indicator.setdefault(key, []).append((at, found))
    for key, members in by_indicator.items():
        if len(members) == 1 and members[0][1].units == 1:
            continue
        if key == "surgery":
            _surgery(tables, locality, members)
        elif key == "1":
            _ranked([[unit] for unit in _units(members)], RANKED_BEFORE_1995)
        elif key == "5":
            _therapy(members)
        else:
            _components(members, TECHNICAL[key[0]], PROFESSIONAL.get(key[0], FULL))


def _units(members: list[tuple[int, Quote]]) -> list[_Unit]:
    return [_Unit(at, found, found.unit.total) for at, found in members for _ in range(found.units)]


def _surgery(tables: Tables, locality: Locality, members: list[tuple[int, Quote]]) -> None:
    """Rank surgeries by price. An endoscopy family is one of them: its dearest in full, the others less their base code."""
    bundles: list[list[_Unit]] = []
    families: dict[str, list[_Unit]] = {}
    bases = {found.row.endoscopic_base for _, found in members if found.row is not None and found.row.endoscopic_base}
    for unit in _units(members):
        row = unit.quote.row
        assert row is not None
        family = row.endoscopic_base if row.multiple_procedure == "3" else ""
        if not family and row.code in bases:
            family = row.code
        if family:
            families.setdefault(family, []).append(unit)
        else:
            bundles.append([unit])
    for base, units in families.items():
        units.sort(key=lambda unit: unit.worth)
        for unit in units[1:]:
            _less_base(tables, locality, unit, base)
        bundles.append(units)
    _ranked(bundles, RANKED)


def _less_base(tables: Tables, locality: Locality, unit: _Unit, base: str) -> None:
    found = unit.quote
    assert found.index is not None
    row = tables.relative_value(base, "", found.line.begins)
    if row is None:
        found.outcome, found.why = WAITS, "the fee schedule does not have the base code of this endoscopy's family"
        found.cure = "price the line by hand"
        return
    less = relative_price(row, found.index, facility=found.line.place in FACILITY_PLACES, factor=locality.factor).total
    unit.left = max(0, unit.left - less)
    _say(found, f"endoscopy family, less its base {base}")


def _ranked(bundles: list[list[_Unit]], rates: tuple[int, ...]) -> None:
    bundles.sort(key=lambda units: (sum(unit.worth[0] for unit in units), min(unit.at for unit in units)))
    weighted: dict[int, int] = {}
    for rank, units in enumerate(bundles):
        rate = rates[min(rank, len(rates) - 1)]
        for unit in units:
            weighted[unit.at] = weighted.get(unit.at, 0) + unit.left * rate
            unit.quote.weighted = weighted[unit.at]
            if rate != FULL:
                _say(unit.quote, f"multiple procedures, number {rank + 1} by price: {percent(rate)}")


def _therapy(members: list[tuple[int, Quote]]) -> None:
    """Pay practice expense in full for the unit that has the most of it, and at half for all others."""
    first = min(members, key=lambda member: (_compared(member[1], member[1].unit.expense), member[0]))[0]
    for at, found in members:
        reduced = found.units - (at == first)
        found.weighted -= reduced * found.unit.expense * (FULL - THERAPY_EXPENSE)
        if reduced:
            _say(found, f"therapy: practice expense of {reduced} units at {percent(THERAPY_EXPENSE)}")


def _components(members: list[tuple[int, Quote]], technical: int, professional: int) -> None:
    """Pay the dearest technical part in full and each further at its rate; professional parts apart, in the same way."""
    _component(members, lambda found: found.technical, technical, "technical")
    _component(members, lambda found: found.unit.total - found.technical, professional, "professional")


def _component(members: list[tuple[int, Quote]], part: Callable[[Quote], int], rate: int, name: str) -> None:
    having = [member for member in members if part(member[1])]
    if rate == FULL or not having:
        return
    first = min(having, key=lambda member: (_compared(member[1], part(member[1])), member[0]))[0]
    for at, found in having:
        reduced = found.units - (at == first)
        found.weighted -= reduced * part(found) * (FULL - rate)
        if reduced:
            _say(found, f"{name} part at {percent(rate)}, after a dearer one")


def _say(found: Quote, what: str) -> None:
    if what not in found.said:
        found.said.append(what)
