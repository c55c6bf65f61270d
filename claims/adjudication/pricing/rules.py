"""What of the pricing a decision depends on, as plain data for the rule pack."""

from __future__ import annotations

from decimal import Decimal

from claims.adjudication.pricing import METHODS, grouper, methods_of
from claims.model.plan import Pricing


def pricing_rules(pricing: Pricing) -> dict[str, object]:
    """Return methods with their versions, and every setting; the grouper's version where the plan asks for one."""
    drg = pricing.drg
    return {
        "methods": [[name, METHODS[name].version] for name in methods_of(pricing)],
        "fees": {code: fee.cents for code, fee in pricing.fees},
        "percent_of_charge": None if pricing.percent_of_charge is None else _plain(pricing.percent_of_charge),
        "schedule": pricing.schedule,
        "place": [pricing.carrier, pricing.locality],
        "percent": _plain(pricing.percent),
        "conversion_factor": None if pricing.conversion_factor is None else _plain(pricing.conversion_factor),
        "per_diem": {code: rate.cents for code, rate in pricing.per_diem},
        "drg": None
        if drg is None
        else {
            "rate": drg.rate.cents,
            "weights": {code: _plain(weight) for code, weight in drg.weights},
            "outlier": [
                None if drg.outlier_threshold is None else drg.outlier_threshold.cents,
                _plain(drg.outlier_share),
            ],
            "grouper": _grouper() if drg.grouper else None,
        },
    }


def _grouper() -> str:
    tool = grouper.installed()
    return "billed" if tool is None else tool.name


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
