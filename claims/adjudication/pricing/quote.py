"""A line's price by the fee schedule while it is worked out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from claims.adjudication.pricing.rbrvs_settings import (
    ASSISTANTS,
    BILATERAL,
    BUNDLED,
    FACILITY_PLACES,
    FULL,
    NOT_COVERED,
    PRICED,
    RATES,
)
from claims.adjudication.pricing.relative_price import RelativePrice, cents, relative_price
from claims.model.claim import Line
from claims.model.tables import GeographicIndex, RelativeValue, Tables

MANY = 1000
"""Units from which a line is one procedure with a multiple of its price, so that no line can keep an engine busy."""

NOTHING = RelativePrice(0, 0, 0)
PRICE, ELSEWHERE, DENIED, WAITS = "price", "another schedule", "denied", "waits"


@dataclass(frozen=True, slots=True)
class Locality:
    """Where and at what factor the schedule is applied.

    `numerator`/`denominator` is the share of the schedule that is paid; `factor` replaces the file's conversion factor, in
    ten-thousandths of a dollar.
    """

    carrier: str
    number: str
    numerator: int = 1
    denominator: int = 1
    factor: int | None = None


@dataclass(slots=True)
class Quote:
    """What the schedule says of one line.

    `outcome` is PRICE, or ELSEWHERE (the schedule does not price it), DENIED (with reason and remarks) or WAITS, with `why`
    and `cure`. Where it is PRICE, `unit` is a unit's price, `technical` the part of it that is technical, and `rate` over
    `scale` what the modifiers make of it. `units` is how many the reductions count: the line's, or one for a part of a unit.
    `weighted` is the price of all units in thousandths, after the reductions for multiple procedures that `said` tells.
    """

    line: Line
    outcome: str
    why: str = ""
    cure: str = ""
    reason: str = ""
    remarks: tuple[str, ...] = ()
    row: RelativeValue | None = None
    index: GeographicIndex | None = None
    facility: bool = False
    unit: RelativePrice = NOTHING
    technical: int = 0
    rate: int = FULL
    scale: int = FULL
    units: int = 1
    weighted: int = 0
    said: list[str] = field(default_factory=list)

    def fee(self, locality: Locality) -> int:
        """Return the line's fee in cents, rounded half up once."""
        numerator, denominator = 1, 1
        if self.line.units != self.units:
            numerator, denominator = (self.line.units / self.units).as_integer_ratio()
        return cents(
            self.weighted,
            self.rate * locality.numerator * numerator,
            FULL * self.scale * locality.denominator * denominator,
        )


class _Memory:
    """What was looked up in the tables that were asked last: they never change, and most lines are like another before them."""

    __slots__ = ("found", "tables")

    def __init__(self, tables: Tables | None) -> None:
        self.tables = tables
        self.found: dict[tuple[Locality, str, tuple[str, ...], date, bool], Quote] = {}


_memory = _Memory(None)
_REMEMBERED = 50_000


def quote(tables: Tables, locality: Locality, line: Line) -> Quote:
    """Look a line up: its row by code, payment modifier and day; facility or not by place; what its modifiers make of it."""
    global _memory
    memory = _memory
    if memory.tables is not tables or len(memory.found) >= _REMEMBERED:
        memory = _memory = _Memory(tables)
    key = (locality, line.procedure, line.modifiers, line.begins, line.place in FACILITY_PLACES)
    known = memory.found.get(key)
    if known is None:
        known = memory.found[key] = _looked_up(tables, locality, line)
    units = line.units
    count = 1 if units == 1 or units >= MANY or units != int(units) else int(units)
    return Quote(
        line,
        known.outcome,
        known.why,
        known.cure,
        known.reason,
        known.remarks,
        known.row,
        known.index,
        known.facility,
        known.unit,
        known.technical,
        known.rate,
        known.scale,
        count,
        known.unit.total * count * FULL,
        known.said.copy(),
    )


def _looked_up(tables: Tables, locality: Locality, line: Line) -> Quote:
    day, code, modifiers = line.begins, line.procedure, line.modifiers
    if not tables.known("pprrvu", day) or not tables.known("gpci", day):
        why = "no fee schedule or geographic index is imported for the day of service"
        return Quote(line, WAITS, why, "import PPRRVU and GPCI of that calendar year: claims tables import")
    component = next((modifier for modifier in modifiers if modifier in ("26", "TC")), "")
    row = tables.relative_value(code, component, day)
    if row is None:
        if component and tables.relative_value(code, "", day) is not None:
            why = f"the fee schedule has no {component} component of this code"
            return Quote(line, DENIED, why, "correct the modifier", "4", ("N519",))
        return Quote(line, ELSEWHERE, "the fee schedule does not have this code")
    discontinued = None if component or "53" not in modifiers else tables.relative_value(code, "53", day)
    if discontinued is not None:
        row = discontinued
    found = Quote(line, PRICE, row=row, facility=line.place in FACILITY_PLACES)
    if row.status in BUNDLED:
        return _refused(found, DENIED, f"status {row.status}: always bundled into other services", "97", ("M15",))
    if row.status in NOT_COVERED:
        return _refused(found, DENIED, f"status {row.status}: not covered", "96", ("N425",))
    if row.status not in PRICED:
        return _refused(found, ELSEWHERE, f"status {row.status}: not paid by relative values")
    if not ASSISTANTS.isdisjoint(modifiers) and row.assistant == "1":
        return _refused(found, DENIED, "an assistant at surgery is not paid for this code", "54", ())
    if "62" in modifiers and row.co_surgeon == "0":
        return _refused(found, DENIED, "two surgeons are not paid for this code", "54", ())
    index = tables.geographic_index(locality.carrier, locality.number, day)
    if index is None:
        why = f"no geographic index for carrier {locality.carrier} and locality {locality.number} on the day of service"
        return _refused(found, WAITS, why, cure="correct carrier and locality of the plan's pricing")
    found.index = index
    found.unit = relative_price(row, index, facility=found.facility, factor=locality.factor)
    if not found.unit.total:
        return _refused(found, ELSEWHERE, f"status {row.status} without relative values: priced by the payer")
    found.technical = _technical(tables, locality, found, component)
    _modify(found, modifiers, discontinued is not None)
    return found


def _refused(
    found: Quote, outcome: str, why: str, reason: str = "", remarks: tuple[str, ...] = (), cure: str = ""
) -> Quote:
    found.outcome, found.why, found.reason, found.remarks, found.cure = outcome, why, reason, remarks, cure
    return found


def _technical(tables: Tables, locality: Locality, found: Quote, component: str) -> int:
    """Return the technical part of a unit: of a global row, what its own TC row is worth."""
    row, index = found.row, found.index
    assert row is not None
    assert index is not None
    if component:
        return found.unit.total if component == "TC" else 0
    if row.multiple_procedure not in ("4", "6", "7"):
        return 0
    part = tables.relative_value(row.code, "TC", found.line.begins)
    if part is not None:
        worth = relative_price(part, index, facility=found.facility, factor=locality.factor).total
        return min(worth, found.unit.total)
    return 0 if row.pctc == "2" else found.unit.total


def _modify(found: Quote, modifiers: tuple[str, ...], has_own_row: bool) -> None:
    row = found.row
    assert row is not None
    for modifier in dict.fromkeys(modifiers):
        if modifier == "50":
            rate = BILATERAL.get(row.bilateral, FULL)
        elif modifier == "53" and has_own_row:
            rate = FULL
        else:
            rate = RATES.get(modifier, FULL)
        if rate != FULL:
            found.rate *= rate
            found.scale *= FULL
            found.said.append(f"modifier {modifier}: {percent(rate)}")
    # One FULL is in `scale` from the start, so that a line without such modifiers is at 1000/1000.


def percent(rate: int) -> str:
    """Write thousandths as a percentage: `13.6 %`."""
    return f"{rate // 10}.{rate % 10} %" if rate % 10 else f"{rate // 10} %"
