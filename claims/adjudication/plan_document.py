"""A plan as TOML (docs/plans.md)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from claims.adjudication.statistics_document import STATISTICS, read_statistics
from claims.adjudication.strict import Table, parse_toml
from claims.model.money import Money
from claims.model.plan import (
    BenefitLimit,
    Benefits,
    Capitation,
    CostShare,
    CostShareOverride,
    DrgPricing,
    EditSettings,
    NotCovered,
    OutOfNetworkShare,
    Plan,
    Pricing,
)

_REQUIRED = ("copay", "deductible", "coinsurance")
TERMS = (*_REQUIRED, "out_of_pocket", "family_deductible", "family_out_of_pocket")
METHODS = ("fee-list", "rbrvs", "percent-of-charge", "per-diem", "drg", "outpatient-fee-list")
_PRICING = (
    "method",
    "fees",
    "percent_of_charge",
    "schedule",
    "carrier",
    "locality",
    "percent",
    "conversion_factor",
    "per_diem",
    "drg",
    "inpatient",
    "outpatient",
)


def read_plan(text: str) -> Plan:
    """Read a plan; raises DocumentError naming the key path of whatever is unknown, missing or impossible."""
    root = Table(
        parse_toml(text, "plan"),
        (
            *("name", "year", "coverage", "pricing", "cost_share", "filing", "evidence", "authorization", "edits"),
            "statistics",
        ),
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
        pricing=_pricing(root.table("pricing", _PRICING)),
        cost_share=_cost_share(root.table("cost_share", (*TERMS, "override", "family", "out_of_network"))),
        covers_from=begins,
        covers_through=through,
        timely_filing_years=filing.whole("years", 1, least=1),
        timely_filing_days=filing.whole("days", least=1) if filing.has("days") else None,
        evidence_days=root.table("evidence", ("days",)).whole("days", 45),
        benefits=_benefits(coverage, root.table("authorization", ("codes",))),
        edits=_edits(root.table("edits", ("bundled_reason", "units_reason", "clinician_minutes"))),
        statistics=read_statistics(root.table("statistics", STATISTICS)),
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
    """Read the prices; a method that needs a setting is refused without it."""
    drg = table.table("drg", ("rate", "weights", "outlier_threshold", "outlier_share", "grouper"))
    pricing = Pricing(
        method=table.choice("method", METHODS),
        fees=_amounts(table, "fees", 0, "procedure code"),
        percent_of_charge=table.fraction("percent_of_charge") if table.has("percent_of_charge") else None,
        schedule=table.text("schedule", ""),
        carrier=_padded(table, "carrier", 5),
        locality=_padded(table, "locality", 2),
        percent=table.number("percent", Decimal(1)),
        conversion_factor=table.number("conversion_factor") if table.has("conversion_factor") else None,
        per_diem=_amounts(table, "per_diem", 4, "revenue code"),
        drg=_drg(drg) if table.has("drg") else None,
        inpatient=table.choice("inpatient", METHODS) if table.has("inpatient") else "",
        outpatient=table.choice("outpatient", METHODS) if table.has("outpatient") else "",
    )
    factor = pricing.conversion_factor
    if factor is not None and factor.scaleb(4) != factor.scaleb(4).to_integral_value():
        raise table.fault("conversion_factor", "has more than four decimals")
    needed = {
        "rbrvs": ("carrier", "locality"),
        "percent-of-charge": ("percent_of_charge",),
        "per-diem": ("per_diem",),
        "drg": ("drg",),
    }
    for method in (pricing.method, pricing.inpatient, pricing.outpatient):
        for key in needed.get(method, ()):
            if not table.has(key):
                raise table.fault(key, f"is missing: the method {method} needs it")
    return pricing


def _keys(table: Table, name: str) -> tuple[tuple[str, ...], Table]:
    values = table.value(name) if table.has(name) else {}
    keys = tuple(values) if isinstance(values, dict) else ()
    return keys, table.table(name, keys)


def _amounts(table: Table, name: str, width: int, what: str) -> tuple[tuple[str, Money], ...]:
    """Read amounts by code; codes of digits get the leading zeros back that `width` asks for."""
    amounts: dict[str, Money] = {}
    keys, listed = _keys(table, name)
    for key in keys:
        code = _code(key).zfill(width)
        if not code.isalnum():
            raise listed.fault(key, f"is not a {what}")
        if code in amounts:
            raise listed.fault(
                key, "names a code that has a fee already" if name == "fees" else f"names a {what} twice"
            )
        amounts[code] = listed.amount(key)
    return tuple(sorted(amounts.items()))


def _padded(table: Table, name: str, width: int) -> str:
    text = table.text(name, "")
    if text and not (text.isascii() and text.isdecimal() and len(text) <= width):
        raise table.fault(name, f"is not a number of at most {width} digits, in quotes")
    return text and text.zfill(width)


def _drg(table: Table) -> DrgPricing:
    keys, listed = _keys(table, "weights")
    weights: dict[str, Decimal] = {}
    for key in keys:
        if not (key.isascii() and key.isdecimal() and len(key) <= 3):
            raise listed.fault(key, "is not a DRG of at most three digits")
        if key.zfill(3) in weights:
            raise listed.fault(key, "names a DRG twice")
        weights[key.zfill(3)] = listed.number(key)
    if table.has("outlier_threshold") != table.has("outlier_share"):
        raise table.fault("outlier_threshold", "and outlier_share come together")
    return DrgPricing(
        rate=table.amount("rate"),
        weights=tuple(sorted(weights.items())),
        outlier_threshold=table.amount("outlier_threshold") if table.has("outlier_threshold") else None,
        outlier_share=table.fraction("outlier_share") if table.has("outlier_share") else Decimal(0),
        grouper=table.flag("grouper") if table.has("grouper") else False,
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
