"""What the published tables say, row by row, and what an engine may ask of them; every answer is for a date."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from claims.model.money import Money

PRACTITIONER, OUTPATIENT = "practitioner", "outpatient"
"""The settings for which CMS publishes NCCI pairs and MUE limits apart."""


@dataclass(frozen=True, slots=True)
class TableVersion:
    """One imported table: its kind (`pprrvu`, `gpci`, `locality`, `ncci-practitioner` …), version, and days in force.

    Both days are inclusive; `through` None is open. `rows` is how many rows it has, `sha256` of the file it came from.
    """

    kind: str
    version: str
    begins: date
    through: date | None
    rows: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class RelativeValue:
    """One row of the physician fee schedule. Relative values in hundredths, the conversion factor in ten-thousandths of a dollar.

    `status` is CMS's status code. The indicators are CMS's own: `pctc` professional/technical, `global_days`,
    `multiple_procedure`, `bilateral`, `assistant`, `co_surgeon`, `team`; `endoscopic_base` is the base code of an endoscopy
    family or empty; `imaging_family` the diagnostic imaging family. `source` names table and version.
    """

    code: str
    modifier: str
    status: str
    work: int
    expense_nonfacility: int
    expense_facility: int
    malpractice: int
    nonfacility_na: bool
    facility_na: bool
    pctc: str
    global_days: str
    multiple_procedure: str
    bilateral: str
    assistant: str
    co_surgeon: str
    team: str
    endoscopic_base: str
    conversion_factor: int
    imaging_family: str
    source: str


@dataclass(frozen=True, slots=True)
class GeographicIndex:
    """Geographic practice cost indices of a locality, in thousandths; carrier five digits, locality two."""

    carrier: str
    locality: str
    work: int
    expense: int
    malpractice: int
    source: str


@dataclass(frozen=True, slots=True)
class ProcedurePair:
    """An NCCI pair: `column_two` is denied beside `column_one` from `begins` through `through` (None: still in force).

    `indicator` is 0 (no modifier helps), 1 (an NCCI modifier lets both pay) or 9 (not in use).
    """

    column_one: str
    column_two: str
    begins: date
    through: date | None
    indicator: str
    rationale: str
    source: str


@dataclass(frozen=True, slots=True)
class UnitLimit:
    """An MUE: the most units of a code; `adjudication` is the MAI: 1 each line, 2 and 3 the day (3 can be appealed)."""

    code: str
    limit: int
    adjudication: str
    rationale: str
    source: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A provider on an exclusion list: excluded from a day on; reinstated from `reinstated`, if that is given."""

    npi: str
    begins: date
    reinstated: date | None
    source: str


class Tables(Protocol):
    """The published tables as an engine asks them. A look-up never scans; None means that nothing is known for that day.

    A kind that was never imported is told by `known`: an edit that needs it is then `not checked`.
    """

    @property
    def versions(self) -> tuple[tuple[str, str], ...]:
        """(kind, version) of everything imported, in a fixed order: part of the rule pack."""

    def known(self, kind: str, day: date) -> bool:
        """Whether a table of this kind is in force on a day."""

    def relative_value(self, code: str, modifier: str, day: date) -> RelativeValue | None:
        """The fee schedule's row of a code and payment modifier (`` or 26, TC, 53)."""

    def geographic_index(self, carrier: str, locality: str, day: date) -> GeographicIndex | None:
        """The indices of a locality."""

    def procedure_pair(self, setting: str, column_one: str, column_two: str, day: date) -> ProcedurePair | None:
        """The NCCI pair of these two codes, in this order, in force on a day."""

    def paired(self, setting: str, codes: Set[str]) -> Iterable[tuple[str, str]]:
        """Which of these codes make an NCCI pair with which, column one first, on whatever day."""

    def unit_limit(self, setting: str, code: str, day: date) -> UnitLimit | None:
        """The MUE of a code."""

    def exclusion(self, npi: str, day: date) -> Exclusion | None:
        """The exclusion in force on a day."""

    def needs_remark(self, reason: str) -> bool:
        """Whether an adjustment reason code asks for a remark code beside it."""

    def fee(self, schedule: str, code: str, modifier: str, day: date) -> Money | None:
        """A payer's own fee for one unit, from an imported fee list of that name."""
