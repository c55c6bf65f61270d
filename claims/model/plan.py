"""A plan: what is covered when, at which price, and what the member pays of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.model.money import Money
from claims.model.quick import maker


@dataclass(frozen=True, slots=True)
class DrgPricing:
    """Inpatient stays by DRG: weight × `rate`, and beyond a threshold of the charge a share of the rest.

    `weights` by DRG number of three digits. `grouper` groups the stay again where a grouper is installed; else the billed DRG holds.
    """

    rate: Money
    weights: tuple[tuple[str, Decimal], ...]
    outlier_threshold: Money | None = None
    outlier_share: Decimal = Decimal(0)
    grouper: bool = False


@dataclass(frozen=True, slots=True)
class Pricing:
    """How a line's fee is found, by method (ADJUDICATION §3).

    `fees` are the plan's own by procedure; `schedule` names an imported fee list that is asked after them;
    `percent_of_charge` is a fraction (1.00 allows the charge) or None: then a code without a fee is not priced and pends.
    For `rbrvs`, `carrier` and `locality` name the geographic indices, `percent` is the share of the schedule that is paid,
    and `conversion_factor`, in dollars, replaces the file's. `per_diem` is a day's rate by revenue code. `inpatient` and
    `outpatient` are the methods of institutional claims, `method` where they are empty.
    """

    method: str
    fees: tuple[tuple[str, Money], ...] = ()
    percent_of_charge: Decimal | None = None
    schedule: str = ""
    carrier: str = ""
    locality: str = ""
    percent: Decimal = Decimal(1)
    conversion_factor: Decimal | None = None
    per_diem: tuple[tuple[str, Money], ...] = ()
    drg: DrgPricing | None = None
    inpatient: str = ""
    outpatient: str = ""


@dataclass(frozen=True, slots=True)
class CostShareOverride:
    """Cost share by procedure code: each of copay, coinsurance and deductible_applies is None where the plan's own holds."""

    codes: tuple[str, ...]
    copay: Money | None = None
    coinsurance: Decimal | None = None
    deductible_applies: bool | None = None


@dataclass(frozen=True, slots=True)
class OutOfNetworkShare:
    """What the member pays outside the network: terms, deductible and maximum of their own, counted apart."""

    copay: Money = Money(0)
    deductible: Money = Money(0)
    coinsurance: Decimal = Decimal(0)
    out_of_pocket: Money | None = None
    family_deductible: Money | None = None
    family_out_of_pocket: Money | None = None


@dataclass(frozen=True, slots=True)
class CostShare:
    """What the member pays of each line's allowed amount (ADJUDICATION §4); out_of_pocket None means without a maximum.

    `family` is `embedded` (a member is done with the deductible at its own or the family's total) or `aggregate` (at the
    family's alone); either way no person pays above `out_of_pocket`. The family's amounts are None where the plan counts none.
    `out_of_network` is None where one cost share holds for all providers.
    """

    copay: Money = Money(0)
    deductible: Money = Money(0)
    coinsurance: Decimal = Decimal(0)
    out_of_pocket: Money | None = None
    overrides: tuple[CostShareOverride, ...] = ()
    family: str = "embedded"
    family_deductible: Money | None = None
    family_out_of_pocket: Money | None = None
    out_of_network: OutOfNetworkShare | None = None


@dataclass(frozen=True, slots=True)
class NotCovered:
    """Procedure codes that the plan does not cover: `reason` 204 or 96, `group` who bears the charge (PR or CO)."""

    codes: tuple[str, ...]
    reason: str = "204"
    group: str = "PR"


@dataclass(frozen=True, slots=True)
class BenefitLimit:
    """The most of these codes, together, that the plan grants a person in a plan year: in units, in money paid, or both."""

    name: str
    codes: tuple[str, ...]
    units: Decimal | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Capitation:
    """Procedure codes that are paid by the head: by these billing providers, or by any where none is named."""

    codes: tuple[str, ...]
    providers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Benefits:
    """What the plan grants and what it asks first; `authorized` are codes that need an authorisation (ADJUDICATION §2.6)."""

    not_covered: tuple[NotCovered, ...] = ()
    limits: tuple[BenefitLimit, ...] = ()
    capitated: tuple[Capitation, ...] = ()
    authorized: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EditSettings:
    """What the trade does in more than one way: reasons for a bundled code and for units above an MUE, and when a day is too long.

    `clinician_minutes` is the most timed minutes that one clinician may have on one day before a claim waits.
    """

    bundled_reason: str = "236"
    units_reason: str = "151"
    clinician_minutes: int = 960


@dataclass(frozen=True, slots=True)
class LevelOfService:
    """When a clinician's share of the highest office visits is too far above the peers'.

    `above_peers` is the difference of the two shares from which on visits wait; nothing is compared below `visits` visits on
    either side. `codes` are the procedure codes that count as the highest.
    """

    above_peers: Decimal
    visits: int = 30
    codes: tuple[str, ...] = ("99205", "99215")


@dataclass(frozen=True, slots=True)
class Geography:
    """When two ZIP codes are far apart: where their first `digits` differ, and no group of `near` holds both beginnings."""

    digits: int
    near: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class RampUp:
    """The most that a billing provider may charge for services of its first `days` in the network before its claims wait."""

    days: int
    charge: Money


@dataclass(frozen=True, slots=True)
class Statistics:
    """What else makes a claim wait for a person to look (ADJUDICATION §2); None: the plan does not ask.

    `signing_days` is how many days after the service its attestation may be signed.
    """

    level_of_service: LevelOfService | None = None
    geography: Geography | None = None
    ramp_up: RampUp | None = None
    signing_days: int | None = None


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
    benefits: Benefits = Benefits()
    edits: EditSettings = EditSettings()
    statistics: Statistics = Statistics()


@dataclass(frozen=True, slots=True)
class Accumulators:
    """What a member has used so far in a plan year: deductible and out-of-pocket money.

    `year` is that plan year; None stands for the plan year of the first claim they are used for. What was used outside the
    network is counted apart where the plan has a cost share of its own for it.
    """

    deductible: Money = Money(0)
    out_of_pocket: Money = Money(0)
    year: int | None = None
    out_of_network_deductible: Money = Money(0)
    out_of_network_out_of_pocket: Money = Money(0)


make_accumulators = maker(Accumulators)


@dataclass(frozen=True, slots=True)
class FamilyAccumulators(Accumulators):
    """What all members of a family have used together so far in a plan year."""
