"""A plan: what is covered when, at which price, and what the member pays of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.model.money import Money


@dataclass(frozen=True, slots=True)
class Pricing:
    """How a line's fee is found: `fee-list` by procedure, and a fraction of the charge for a code without a fee.

    `percent_of_charge` is a fraction (1.00 allows the charge) or None: then a code without a fee is not priced and pends.
    """

    method: str
    fees: tuple[tuple[str, Money], ...] = ()
    percent_of_charge: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CostShareOverride:
    """Cost share by procedure code: each of copay, coinsurance and deductible_applies is None where the plan's own holds."""

    codes: tuple[str, ...]
    copay: Money | None = None
    coinsurance: Decimal | None = None
    deductible_applies: bool | None = None


@dataclass(frozen=True, slots=True)
class CostShare:
    """What the member pays of each line's allowed amount (ADJUDICATION §4); out_of_pocket None means without a maximum."""

    copay: Money = Money(0)
    deductible: Money = Money(0)
    coinsurance: Decimal = Decimal(0)
    out_of_pocket: Money | None = None
    overrides: tuple[CostShareOverride, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan as its TOML says it. `year` is a label; `covers_from`/`covers_through` limit coverage where given.

    A claim is filed in time within `timely_filing_years` calendar years of its service (Medicare's one is the default), or
    within `timely_filing_days` days of it where those are given. `evidence_days` is how many days after its receipt a claim
    waits for missing evidence before it is denied.
    """

    name: str
    year: int
    pricing: Pricing
    cost_share: CostShare
    covers_from: date | None = None
    covers_through: date | None = None
    timely_filing_years: int = 1
    timely_filing_days: int | None = None
    evidence_days: int = 45


@dataclass(frozen=True, slots=True)
class Accumulators:
    """What a member has used so far in a plan year: deductible and out-of-pocket money.

    `year` is that plan year; None stands for the plan year of the first claim they are used for.
    """

    deductible: Money = Money(0)
    out_of_pocket: Money = Money(0)
    year: int | None = None
