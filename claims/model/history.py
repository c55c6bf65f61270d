"""What was adjudicated before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.model.money import Money


@dataclass(frozen=True, slots=True)
class PastLine:
    """A line that was adjudicated before: enough to find duplicates (ADJUDICATION §2.4)."""

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
