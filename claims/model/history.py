"""What was adjudicated before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.model.money import ZERO, Money
from claims.model.quick import quick


@quick
@dataclass(frozen=True, slots=True)
class PastLine:
    """A line that was adjudicated before and allowed: enough to find duplicates, pairs and limits (ADJUDICATION §2.4 to §2.8).

    `units` are counted in `unit` (`UN` units, `MJ` minutes); `paid` is what this plan paid of it.
    `person` is the payer-issued person id; where it is empty the person is known by `member_number`, `relationship` and
    `birth_date`, as far as they are given.
    """

    claim: str
    person: str
    billing_npi: str
    procedure: str
    modifiers: tuple[str, ...]
    begins: date
    ends: date
    place: str
    charge: Money
    rendering_npi: str = ""
    units: Decimal = Decimal(1)
    payer_control_number: str = ""
    member_number: str = ""
    relationship: str = ""
    birth_date: date | None = None
    unit: str = "UN"
    paid: Money = ZERO
