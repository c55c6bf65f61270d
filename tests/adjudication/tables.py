"""Published tables in memory: a few rows written out in a test, asked as the imported ones are."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import date

from claims.model.money import Money
from claims.model.tables import (
    Exclusion,
    GeographicIndex,
    ProcedurePair,
    RelativeValue,
    UnitLimit,
)

ALWAYS = (date.min, None)
EVERY_KIND = ("pprrvu", "gpci", "ncci-practitioner", "ncci-outpatient", "mue-practitioner", "mue-outpatient", "leie")


@dataclass
class MemoryTables:
    """Rows with their first and last day in force (None: open). `kinds` says from when through when each kind is known."""

    versions: tuple[tuple[str, str], ...] = (("test", "1"),)
    kinds: dict[str, tuple[date, date | None]] = field(default_factory=lambda: dict.fromkeys(EVERY_KIND, ALWAYS))
    pairs: dict[tuple[str, str, str], list[ProcedurePair]] = field(default_factory=dict)
    limits: dict[tuple[str, str], list[tuple[date, date | None, UnitLimit]]] = field(default_factory=dict)
    exclusions: dict[str, list[Exclusion]] = field(default_factory=dict)
    values: dict[tuple[str, str], list[tuple[date, date | None, RelativeValue]]] = field(default_factory=dict)
    indices: dict[tuple[str, str], GeographicIndex] = field(default_factory=dict)
    remarks: frozenset[str] = frozenset({"16", "96", "226", "252", "A1"})
    fees: dict[tuple[str, str, str], Money] = field(default_factory=dict)

    def known(self, kind: str, day: date) -> bool:
        window = self.kinds.get(kind)
        return window is not None and in_force(window[0], window[1], day)

    def relative_value(self, code: str, modifier: str, day: date) -> RelativeValue | None:
        return _one(self.values.get((code, modifier), ()), day)

    def geographic_index(self, carrier: str, locality: str, day: date) -> GeographicIndex | None:
        return self.indices.get((carrier, locality))

    def procedure_pair(self, setting: str, column_one: str, column_two: str, day: date) -> ProcedurePair | None:
        for pair in self.pairs.get((setting, column_one, column_two), ()):
            if in_force(pair.begins, pair.through, day):
                return pair
        return None

    def paired(self, setting: str, codes: Set[str]) -> list[tuple[str, str]]:
        return [(one, two) for where, one, two in self.pairs if where == setting and {one, two} <= codes]

    def unit_limit(self, setting: str, code: str, day: date) -> UnitLimit | None:
        return _one(self.limits.get((setting, code), ()), day)

    def exclusion(self, npi: str, day: date) -> Exclusion | None:
        for each in self.exclusions.get(npi, ()):
            if each.begins <= day and (each.reinstated is None or day < each.reinstated):
                return each
        return None

    def needs_remark(self, reason: str) -> bool:
        return reason in self.remarks

    def fee(self, schedule: str, code: str, modifier: str, day: date) -> Money | None:
        return self.fees.get((schedule, code, modifier))

    def pair(self, one: str, two: str, indicator: str = "1", *, setting: str = "practitioner", **days: date | None):
        """Add an NCCI pair, in force from `begins` (2020) through `through` (open); returns the tables."""
        begins = days.get("begins") or date(2020, 1, 1)
        row = ProcedurePair(one, two, begins, days.get("through"), indicator, "test", f"ncci-{setting} test")
        self.pairs.setdefault((setting, one, two), []).append(row)
        return self

    def limit(
        self, code: str, most: int, adjudication: str = "2", *, setting: str = "practitioner", **days: date | None
    ):
        """Add an MUE, in force from `begins` (2020) through `through` (open); returns the tables."""
        row = UnitLimit(code, most, adjudication, "test", f"mue-{setting} test")
        begins = days.get("begins") or date(2020, 1, 1)
        self.limits.setdefault((setting, code), []).append((begins, days.get("through"), row))
        return self

    def excluded(self, npi: str, begins: date, reinstated: date | None = None):
        """Add a provider to the exclusion list; returns the tables."""
        self.exclusions.setdefault(npi, []).append(Exclusion(npi, begins, reinstated, "leie test"))
        return self


def in_force(begins: date, through: date | None, day: date) -> bool:
    return begins <= day and (through is None or day <= through)


def _one(rows: Iterable[tuple[date, date | None, object]], day: date):
    return next((row for begins, through, row in rows if in_force(begins, through, day)), None)
