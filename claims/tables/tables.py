"""The imported tables as the engine asks them (`claims.model.tables.Tables`): dictionaries that fill on first use."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Set
from datetime import date
from pathlib import Path
from typing import Any

from claims.model.money import Money
from claims.model.tables import (
    Exclusion,
    GeographicIndex,
    ProcedurePair,
    RelativeValue,
    TableVersion,
    UnitLimit,
)
from claims.tables.database import connect, read_versions, select
from claims.tables.errors import UnknownVersion

ALWAYS_WITH_REMARK = frozenset(("16", "96", "226", "252", "A1"))
"""Reasons that need a remark code where no imported list says so (ADJUDICATION §2.3)."""

# Lists whose rows carry their own days; whichever was imported, it speaks of every day.
_DATED_BY_ROW = frozenset(("leie", "exclusion-list", "carc", "rarc"))

_Version = tuple[int, TableVersion]


class PublishedTables:
    """All imported tables of a folder, or those of them that `as_of` names.

    A whole table is read into memory when it is first asked, NCCI pairs code by code; after that every look-up is one in a
    dictionary. The imported versions never change, so what was read stays right; a later import is seen by a new object.
    """

    def __init__(self, connection: sqlite3.Connection | None, versions: Iterable[_Version]) -> None:
        self._connection = connection
        self._imported: dict[str, list[_Version]] = {}
        for identifier, version in versions:
            self._imported.setdefault(version.kind, []).append((identifier, version))
        self._versions = tuple((row.kind, row.version) for kind in self._imported.values() for _, row in kind)
        self._in_force: dict[tuple[str, date], _Version | None] = {}
        self._relative_values: dict[int, dict[tuple[str, str], RelativeValue]] = {}
        self._indices: dict[int, dict[tuple[str, str], GeographicIndex]] = {}
        self._limits: dict[int, dict[str, UnitLimit]] = {}
        self._limits_on: dict[tuple[str, date], dict[str, UnitLimit]] = {}
        self._fees: dict[int, dict[tuple[str, str], tuple[tuple[date, date | None, Money], ...]]] = {}
        self._pairs: dict[tuple[str, str], dict[str, tuple[ProcedurePair, ...]]] = {}
        self._exclusions: dict[str, tuple[Exclusion, ...]] | None = None
        self._remarks: dict[str, bool] | None = None

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()

    def __enter__(self) -> PublishedTables:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def versions(self) -> tuple[tuple[str, str], ...]:
        """(kind, version) by kind, and within a kind by precedence: a later one supersedes an earlier."""
        return self._versions

    @property
    def imported(self) -> tuple[TableVersion, ...]:
        """Every version in the order of `versions`, with its days, rows and source."""
        return tuple(row for kind in self._imported.values() for _, row in kind)

    def as_of(self, versions: Iterable[tuple[str, str]]) -> PublishedTables:
        """Return these versions alone, in this order of precedence: what an earlier decision was made by.

        Raises UnknownVersion for one that was never imported here.
        """
        there = {
            (row.kind, row.version): (identifier, row) for kind in self._imported.values() for identifier, row in kind
        }
        chosen = []
        for kind, version in versions:
            if (kind, version) not in there:
                raise UnknownVersion(f"{kind} {version} is not among the imported tables; import its file again")
            chosen.append(there[kind, version])
        return PublishedTables(self._connection, chosen)

    def known(self, kind: str, day: date) -> bool:
        """Whether a table of this kind is in force on a day; a plain list of NPIs is an exclusion list (`leie`) too."""
        if kind == "leie":
            return kind in self._imported or "exclusion-list" in self._imported
        if kind in _DATED_BY_ROW:
            return kind in self._imported
        return self._version(kind, day) is not None

    def _version(self, kind: str, day: date) -> _Version | None:
        """Return the version that speaks for a day: the last in precedence among those in force."""
        key = (kind, day)
        try:
            return self._in_force[key]
        except KeyError:
            found = None
            for each in self._imported.get(kind, ()):
                if each[1].begins <= day and (each[1].through is None or day <= each[1].through):
                    found = each
            self._in_force[key] = found
            return found

    def _rows(self, version: _Version, **key: object) -> Iterable[tuple[Any, ...]]:
        assert self._connection is not None
        return select(self._connection, version[1].kind, version[0], **key)

    def relative_value(self, code: str, modifier: str, day: date) -> RelativeValue | None:
        """The fee schedule's row of a code and payment modifier."""
        version = self._version("pprrvu", day)
        if version is None:
            return None
        values = self._relative_values.get(version[0])
        if values is None:
            source = _source(version[1])
            values = {(row[0], row[1]): _relative_value(row, source) for row in self._rows(version)}
            self._relative_values[version[0]] = values
        return values.get((code, modifier))

    def geographic_index(self, carrier: str, locality: str, day: date) -> GeographicIndex | None:
        """The indices of a locality; carrier and locality with or without leading zeros."""
        version = self._version("gpci", day)
        if version is None:
            return None
        indices = self._indices.get(version[0])
        if indices is None:
            source = _source(version[1])
            indices = {(row[0], row[1]): GeographicIndex(*(*row, source)) for row in self._rows(version)}
            self._indices[version[0]] = indices
        return indices.get((carrier.zfill(5), locality.zfill(2)))

    def procedure_pair(self, setting: str, column_one: str, column_two: str, day: date) -> ProcedurePair | None:
        """The NCCI pair of these two codes, in this order, in force on a day.

        CMS publishes a quarter's pairs in several files; for each pair the newest file that has it speaks.
        """
        for pair in self._pairs_beside(setting, column_one).get(column_two, ()):
            if pair.begins <= day and (pair.through is None or day <= pair.through):
                return pair
        return None

    def paired(self, setting: str, codes: Set[str]) -> list[tuple[str, str]]:
        """Which of these codes make an NCCI pair with which, column one first, on whatever day."""
        found: list[tuple[str, str]] = []
        for one in codes:
            beside = self._pairs.get((setting, one))
            if beside is None:
                beside = self._pairs_beside(setting, one)
            if beside:
                found += [(one, two) for two in codes if two in beside and two != one]
        return found

    def _pairs_beside(self, setting: str, column_one: str) -> dict[str, tuple[ProcedurePair, ...]]:
        pairs = self._pairs.get((setting, column_one))
        if pairs is None:
            pairs = self._pairs[setting, column_one] = self._pairs_of(f"ncci-{setting}", column_one)
        return pairs

    def _pairs_of(self, kind: str, column_one: str) -> dict[str, tuple[ProcedurePair, ...]]:
        merged: dict[str, tuple[ProcedurePair, ...]] = {}
        for version in self._imported.get(kind, ()):
            source = _source(version[1])
            found: dict[str, list[ProcedurePair]] = {}
            for one, two, begins, through, indicator, rationale in self._rows(version, column_one=column_one):
                pair = ProcedurePair(one, two, _day(begins), _day_or_none(through), indicator, rationale, source)
                found.setdefault(two, []).append(pair)
            merged.update((two, tuple(pairs)) for two, pairs in found.items())
        return merged

    def unit_limit(self, setting: str, code: str, day: date) -> UnitLimit | None:
        """The MUE of a code."""
        try:
            limits = self._limits_on[setting, day]
        except KeyError:
            limits = self._limits_on[setting, day] = self._limits_of(self._version(f"mue-{setting}", day))
        return limits.get(code)

    def _limits_of(self, version: _Version | None) -> dict[str, UnitLimit]:
        if version is None:
            return {}
        limits = self._limits.get(version[0])
        if limits is None:
            source = _source(version[1])
            limits = self._limits[version[0]] = {row[0]: UnitLimit(*(*row, source)) for row in self._rows(version)}
        return limits

    def exclusion(self, npi: str, day: date) -> Exclusion | None:
        """The exclusion in force on a day."""
        for found in self.exclusions.get(npi, ()):
            if found.begins <= day and (found.reinstated is None or day < found.reinstated):
                return found
        return None

    @property
    def exclusions(self) -> Mapping[str, tuple[Exclusion, ...]]:
        """Every exclusion by NPI. Who is missing from a newer edition of a list is reinstated on that edition's first day."""
        if self._exclusions is None:
            merged: dict[str, tuple[Exclusion, ...]] = {}
            for kind in ("leie", "exclusion-list"):
                for npi, found in self._exclusions_of(kind).items():
                    merged[npi] = merged.get(npi, ()) + found
            self._exclusions = merged
        return self._exclusions

    def _exclusions_of(self, kind: str) -> dict[str, tuple[Exclusion, ...]]:
        standing: dict[str, tuple[Exclusion, ...]] = {}
        for version in self._imported.get(kind, ()):
            source, edition = _source(version[1]), version[1].begins
            listed: dict[str, list[Exclusion]] = {}
            for npi, begins, reinstated in self._rows(version):
                listed.setdefault(npi, []).append(Exclusion(npi, _day(begins), _day_or_none(reinstated), source))
            for npi, earlier in standing.items():
                if npi not in listed:
                    listed[npi] = [
                        each
                        if each.reinstated is not None
                        else Exclusion(npi, each.begins, max(each.begins, edition), each.source)
                        for each in earlier
                    ]
            standing = {npi: tuple(found) for npi, found in listed.items()}
        return standing

    def needs_remark(self, reason: str) -> bool:
        """Whether an adjustment reason code asks for a remark code beside it, by the newest list or by ADJUDICATION §2.3."""
        if self._remarks is None:
            versions = self._imported.get("carc")
            listed = {} if not versions else {row[0]: row[1] for row in self._rows(versions[-1])}
            self._remarks = {code: bool(needs) for code, needs in listed.items() if needs is not None}
        return self._remarks.get(reason, reason in ALWAYS_WITH_REMARK)

    def fee(self, schedule: str, code: str, modifier: str, day: date) -> Money | None:
        """A payer's own fee for one unit, from an imported fee list of that name."""
        version = self._version(f"fee-list:{schedule}", day)
        if version is None:
            return None
        fees = self._fees.get(version[0])
        if fees is None:
            listed: dict[tuple[str, str], list[tuple[date, date | None, Money]]] = {}
            for row_code, row_modifier, begins, through, cents in self._rows(version):
                period = (_day(begins), _day_or_none(through), Money(cents))
                listed.setdefault((row_code, row_modifier), []).append(period)
            fees = self._fees[version[0]] = {key: tuple(periods) for key, periods in listed.items()}
        for begins, through, amount in fees.get((code, modifier), ()):
            if begins <= day and (through is None or day <= through):
                return amount
        return None


def open_tables(folder: Path) -> PublishedTables:
    """Open the tables that were imported into a folder; without any, nothing is known for any day."""
    connection = connect(folder)
    return PublishedTables(connection, () if connection is None else read_versions(connection))


def _relative_value(row: tuple[Any, ...], source: str) -> RelativeValue:
    return RelativeValue(*(*row[:7], bool(row[7]), bool(row[8]), *row[9:], source))


def _source(version: TableVersion) -> str:
    return f"{version.kind} {version.version}"


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _day_or_none(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
