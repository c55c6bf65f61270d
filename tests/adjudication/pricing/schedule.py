"""A fee schedule in memory: round prices, so that a test can be worked by hand. Every index is 1 and the factor 10 dollars."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import date
from typing import Any

from claims.adjudication.engine import adjudicate
from claims.model.claim import Line
from claims.model.decision import Decision
from claims.model.money import Money
from claims.model.plan import Plan, Pricing
from claims.model.tables import (
    Exclusion,
    GeographicIndex,
    ProcedurePair,
    RelativeValue,
    UnitLimit,
)
from tests.adjudication.builders import claim, plan

FACTOR = 100_000


def row(
    code: str, work: int = 0, expense: int = 0, facility: int | None = None, malpractice: int = 0, **facts: Any
) -> RelativeValue:
    """A row in dollars' worth: `work`, `expense` and `malpractice` are dollars at index 1 and factor 10."""
    given: dict[str, Any] = {
        "modifier": "",
        "status": "A",
        "pctc": "0",
        "global_days": "XXX",
        "multiple_procedure": "0",
        "bilateral": "0",
        "assistant": "2",
        "co_surgeon": "1",
        "team": "0",
        "endoscopic_base": "",
        "imaging_family": "99",
    } | facts
    return RelativeValue(
        code=code,
        work=work * 10,
        expense_nonfacility=expense * 10,
        expense_facility=(expense if facility is None else facility) * 10,
        malpractice=malpractice * 10,
        nonfacility_na=False,
        facility_na=False,
        conversion_factor=FACTOR,
        source="pprrvu made up",
        **given,
    )


class Schedule:
    """Tables with a fee schedule alone, in force in 2026."""

    versions = (("pprrvu", "made up"),)

    def __init__(self, *rows: RelativeValue, fees: dict[tuple[str, str], str] | None = None) -> None:
        self._rows = {(each.code, each.modifier): each for each in rows}
        self._fees = fees or {}

    def known(self, kind: str, day: date) -> bool:
        return kind in ("pprrvu", "gpci") and day.year == 2026

    def relative_value(self, code: str, modifier: str, day: date) -> RelativeValue | None:
        return self._rows.get((code, modifier))

    def geographic_index(self, carrier: str, locality: str, day: date) -> GeographicIndex | None:
        return GeographicIndex(carrier, locality, 1000, 1000, 1000, "gpci made up") if locality == "05" else None

    def procedure_pair(self, setting: str, column_one: str, column_two: str, day: date) -> ProcedurePair | None:
        return None

    def paired(self, setting: str, codes: Set[str]) -> list[tuple[str, str]]:
        return []

    def unit_limit(self, setting: str, code: str, day: date) -> UnitLimit | None:
        return None

    def exclusion(self, npi: str, day: date) -> Exclusion | None:
        return None

    def needs_remark(self, reason: str) -> bool:
        return reason in ("16", "96")

    def fee(self, schedule: str, code: str, modifier: str, day: date) -> Money | None:
        found = self._fees.get((code, modifier))
        return None if found is None or schedule != "ours" else Money.parse(found)


def rbrvs_plan(**facts: Any) -> Plan:
    fees = facts.pop("fees", {})
    pricing = Pricing(
        "rbrvs", tuple((code, Money.parse(fee)) for code, fee in fees.items()), carrier="01112", locality="05"
    )
    return replace(plan(), pricing=replace(pricing, **facts))


def decide(schedule: Schedule | None, *lines: Line, terms: Plan | None = None, **facts: Any) -> Decision:
    return adjudicate(terms or rbrvs_plan(), claim(*lines, **facts), tables=schedule)


def allowed(schedule: Schedule | None, *lines: Line, terms: Plan | None = None, **facts: Any) -> list[str]:
    """What is allowed of each line."""
    return [str(each.allowed) for each in decide(schedule, *lines, terms=terms, **facts).lines]


def price_trace(decision: Decision) -> list[str]:
    return [entry.why for entry in decision.trace if entry.edit == "price"]


def denials(decision: Decision) -> list[tuple[str, str, Sequence[str]]]:
    return [
        (adjustment.group, adjustment.reason, line.remarks)
        for line in decision.lines
        for adjustment in line.adjustments
        if not line.allowed
    ]
