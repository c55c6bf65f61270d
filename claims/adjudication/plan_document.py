"""A plan as TOML (docs/plans.md)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from claims.adjudication.strict import Table, parse_toml
from claims.model.money import Money
from claims.model.plan import (
    BenefitLimit,
    Benefits,
    Capitation,
    CostShare,
    CostShareOverride,
    EditSettings,
    NotCovered,
    OutOfNetworkShare,
    Plan,
    Pricing,
)

_REQUIRED = ("copay", "deductible", "coinsurance")
TERMS = (*_REQUIRED, "out_of_pocket", "family_deductible", "family_out_of_pocket")
METHODS = ("fee-list",)


def read_plan(text: str) -> Plan:
    """Read a plan; raises DocumentError naming the key path of whatever is unknown, missing or impossible."""
    root = Table(
        parse_toml(text, "plan"),
        ("name", "year", "coverage", "pricing", "cost_share", "filing", "evidence", "authorization", "edits"),
        document="plan",
    )
    coverage = root.table("coverage", ("from", "through", "not_covered", "limit", "capitated"))
    begins, through = coverage.day_or_none("from"), coverage.day_or_none("through")
    if begins is not None and through is not None and through < begins:
        raise coverage.fault("through", "is before coverage.from")
    filing = root.table("filing", ("years", "days"))
    if filing.has("years") and filing.has("days"):
        raise filing.fault("days", "and filing.years are both given; a plan counts in one of them")
    root.value("pricing")
    return Plan(
        name=root.text("name"),
        year=root.whole("year", least=1),
        pricing=_pricing(root.table("pricing", ("method", "percent_of_charge", "fees"))),
        cost_share=_cost_share(root.table("cost_share", (*TERMS, "override", "family", "out_of_network"))),
        covers_from=begins,
        covers_through=through,
        timely_filing_years=filing.whole("years", 1, least=1),
        timely_filing_days=filing.whole("days", least=1) if filing.has("days") else None,
        evidence_days=root.table("evidence", ("days",)).whole("days", 45),
        benefits=_benefits(coverage, root.table("authorization", ("codes",))),
        edits=_edits(root.table("edits", ("bundled_reason", "units_reason", "clinician_minutes"))),
    )


def _codes(table: Table, seen: set[str]) -> tuple[str, ...]:
    """Read a list of procedure codes, at least one, none of them seen before under the same heading."""
    codes = tuple(_code(code) for code in table.texts("codes"))
    if not codes:
        raise table.fault("codes", "must name at least one procedure code")
    for code in codes:
        if code in seen:
            raise table.fault("codes", f"names {code}, which stands there already")
        seen.add(code)
    return codes


def _benefits(coverage: Table, authorization: Table) -> Benefits:
    excluded: set[str] = set()
    not_covered = tuple(
        NotCovered(
            _codes(item, excluded),
            item.choice("reason", ("204", "96"), "204"),
            item.choice("group", ("PR", "CO"), "PR"),
        )
        for item in coverage.tables("not_covered", ("codes", "reason", "group"))
    )
    limited: set[str] = set()
    names: set[str] = set()
    limits = []
    for item in coverage.tables("limit", ("name", "codes", "units", "amount")):
        name = item.text("name")
        if name in names:
            raise item.fault("name", "stands there already")
        names.add(name)
        if not item.has("units") and not item.has("amount"):
            raise item.fault("units", "is missing: give units, amount or both")
        limits.append(
            BenefitLimit(
                name,
                _codes(item, limited),
                item.number("units") if item.has("units") else None,
                item.amount("amount") if item.has("amount") else None,
            )
        )
    paid_by_head: set[str] = set()
    capitated = tuple(
        Capitation(_codes(item, paid_by_head), item.texts("providers"))
        for item in coverage.tables("capitated", ("codes", "providers"))
    )
    authorized = _codes(authorization, set()) if authorization.has("codes") else ()
    return Benefits(not_covered, tuple(limits), capitated, authorized)


def _edits(table: Table) -> EditSettings:
    default = EditSettings()
    return EditSettings(
        bundled_reason=table.choice("bundled_reason", ("236", "97"), default.bundled_reason),
        units_reason=table.choice("units_reason", ("151", "222", "273"), default.units_reason),
        clinician_minutes=table.whole("clinician_minutes", default.clinician_minutes, least=1),
    )


def _code(text: str) -> str:
    return text.strip().upper()


def _pricing(table: Table) -> Pricing:
    fees: dict[str, Money] = {}
    if table.has("fees"):
        values = table.value("fees")
        listed = table.table("fees", tuple(values) if isinstance(values, dict) else ())
        for key in values if isinstance(values, dict) else ():
            code = _code(key)
            if not code.isalnum():
                raise listed.fault(key, "is not a procedure code")
            if code in fees:
                raise listed.fault(key, "names a code that has a fee already")
            fees[code] = listed.amount(key)
    return Pricing(
        method=table.choice("method", METHODS),
        fees=tuple(sorted(fees.items())),
        percent_of_charge=table.fraction("percent_of_charge") if table.has("percent_of_charge") else None,
    )


def _cost_share(table: Table) -> CostShare:
    overrides: list[CostShareOverride] = []
    seen: set[str] = set()
    for item in table.tables("override", ("codes", "copay", "coinsurance", "deductible_applies")):
        codes = tuple(_code(code) for code in item.texts("codes"))
        if not codes:
            raise item.fault("codes", "must name at least one procedure code")
        for code in codes:
            if code in seen:
                raise item.fault("codes", f"names {code}, which is overridden already")
            seen.add(code)
        if not any(item.has(key) for key in ("copay", "coinsurance", "deductible_applies")):
            raise item.fault("codes", "stands alone: give copay, coinsurance or deductible_applies with it")
        overrides.append(
            CostShareOverride(
                codes=codes,
                copay=item.amount("copay") if item.has("copay") else None,
                coinsurance=item.fraction("coinsurance") if item.has("coinsurance") else None,
                deductible_applies=item.flag("deductible_applies") if item.has("deductible_applies") else None,
            )
        )
    default = CostShare()
    outside = table.table("out_of_network", TERMS) if table.has("out_of_network") else None
    return CostShare(
        **_terms(table),
        overrides=tuple(overrides),
        family=table.choice("family", ("embedded", "aggregate"), default.family),
        out_of_network=None if outside is None else OutOfNetworkShare(**_terms(outside)),
    )


def _terms(table: Table) -> dict[str, Any]:
    """Read what in-network and out-of-network cost share have in common."""
    zero = Money(0)
    amounts = {key: table.amount(key) if table.has(key) else None for key in TERMS if key not in _REQUIRED}
    for key in ("deductible", "out_of_pocket"):
        person = table.amount(key) if table.has(key) else None
        family = amounts[f"family_{key}"]
        if person is not None and family is not None and family < person:
            raise table.fault(f"family_{key}", f"is below {key}, which is one member's")
    return {
        "copay": table.amount("copay", zero),
        "deductible": table.amount("deductible", zero),
        "coinsurance": table.fraction("coinsurance") if table.has("coinsurance") else Decimal(0),
        **amounts,
    }
