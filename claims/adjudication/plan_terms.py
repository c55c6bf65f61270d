"""A plan made ready for many claims: terms by procedure code, in whole cents and exact ratios."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from claims.model.money import Money
from claims.model.plan import BenefitLimit, Capitation, CostShare, NotCovered, OutOfNetworkShare, Plan, Statistics


class Terms(NamedTuple):
    """What the member pays of one line: copay in cents, coinsurance as a ratio and as the plan writes it, if the deductible applies."""

    copay: int
    numerator: int
    denominator: int
    coinsurance: str
    deductible_applies: bool


class Limits(NamedTuple):
    """Deductible and out-of-pocket maximum of one network, in cents, of a person and of the family; None: there is none."""

    deductible: int
    out_of_pocket: int | None
    family_deductible: int | None
    family_out_of_pocket: int | None
    aggregate: bool


class PlanTerms:
    """A plan with its look-ups and the hash of its rule pack. Built once, read for many claims."""

    __slots__ = (
        "_by_code",
        "_default",
        "_inside",
        "_outside",
        "_outside_terms",
        "apart",
        "authorized",
        "capitated",
        "fees",
        "limits",
        "not_covered",
        "percent",
        "plan",
        "rule_pack",
        "source",
        "statistics",
    )

    def __init__(self, plan: Plan, rule_pack: bytes) -> None:
        share = plan.cost_share
        self.plan = plan
        self.rule_pack = rule_pack
        self.source = f"plan {plan.name} {plan.year}"
        self.fees = {code: fee.cents for code, fee in plan.pricing.fees}
        percent = plan.pricing.percent_of_charge
        self.percent = None if percent is None else percent.as_integer_ratio()
        outside = share.out_of_network
        self.apart = outside is not None
        self._inside = _limits(share, share.family == "aggregate")
        self._outside = self._inside if outside is None else _limits(outside, share.family == "aggregate")
        self._outside_terms = None if outside is None else _terms(outside.copay.cents, outside.coinsurance, True)
        benefits = plan.benefits
        self.not_covered: dict[str, NotCovered] = {code: each for each in benefits.not_covered for code in each.codes}
        self.limits: dict[str, BenefitLimit] = {code: each for each in benefits.limits for code in each.codes}
        self.capitated: dict[str, Capitation] = {code: each for each in benefits.capitated for code in each.codes}
        self.authorized = frozenset(benefits.authorized)
        self.statistics = None if plan.statistics == Statistics() else plan.statistics
        self._default = _terms(share.copay.cents, share.coinsurance, True)
        self._by_code = {
            code: _terms(
                (share.copay if override.copay is None else override.copay).cents,
                share.coinsurance if override.coinsurance is None else override.coinsurance,
                override.deductible_applies is not False,
            )
            for override in share.overrides
            for code in override.codes
        }

    def limits_of(self, in_network: bool) -> Limits:
        """Return deductible and maximum in the network, or outside it."""
        return self._inside if in_network else self._outside

    def terms(self, code: str, in_network: bool = True) -> Terms:
        """Return the member's terms for a procedure code; overrides are for the network where outside has terms of its own."""
        if not in_network and self._outside_terms is not None:
            return self._outside_terms
        return self._by_code.get(code, self._default)

    def year_of(self, day: date) -> int:
        """Return the plan year of a date of service, named by the calendar year in which it begins.

        A plan year is the calendar year, or begins on the anniversary of the plan's first day of coverage where one is given.
        """
        begins = self.plan.covers_from
        if begins is not None and (day.month, day.day) < (begins.month, begins.day):
            return day.year - 1
        return day.year


def _limits(share: CostShare | OutOfNetworkShare, aggregate: bool) -> Limits:
    return Limits(
        share.deductible.cents,
        _cents(share.out_of_pocket),
        _cents(share.family_deductible),
        _cents(share.family_out_of_pocket),
        aggregate,
    )


def _cents(amount: Money | None) -> int | None:
    return None if amount is None else amount.cents


def _terms(copay: int, coinsurance: Decimal, deductible_applies: bool) -> Terms:
    numerator, denominator = coinsurance.as_integer_ratio()
    return Terms(copay, numerator, denominator, str(coinsurance), deductible_applies)


def half_up(amount: int, numerator: int, denominator: int) -> int:
    """Return amount × numerator / denominator, rounded half up to a whole cent once; nothing here is negative."""
    return (2 * amount * numerator + denominator) // (2 * denominator)
