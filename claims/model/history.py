"""What was adjudicated before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.model.money import ZERO, Money
from claims.model.quick import maker


@dataclass(frozen=True, slots=True)
class PastLine:
    """A line that was adjudicated before and allowed: enough to find duplicates, pairs and limits (ADJUDICATION §2.4 to §2.8).

    `units` are counted in `unit` (`UN` units, `MJ` minutes); `paid` is what this plan paid of it.
    `person` is the payer-issued person id; where it is empty the person is known by `member_number`, `relationship` and
    `birth_date`, as far as they are given. `taxonomy` is the rendering provider's specialty and `postal_code` that of the place,
    as the claim gave them.
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
    taxonomy: str = ""
    postal_code: str = ""


make_past_line = maker(PastLine)


@dataclass(frozen=True, slots=True)
class PracticeFigures:
    """What clinicians and billing providers did before, of all patients, summed up so that it names none.

    `minutes` are timed minutes by (clinician's NPI, day). `visits` are numbers of office visits by (NPI, taxonomy, month,
    code), under an empty NPI those of all clinicians of the taxonomy; a month is year × 12 + month − 1. `places` are postal
    codes by (NPI, day), `charges` sums by (billing NPI, day).
    """

    minutes: tuple[tuple[str, date, Decimal], ...] = ()
    visits: tuple[tuple[str, str, int, str, int], ...] = ()
    places: tuple[tuple[str, date, str], ...] = ()
    charges: tuple[tuple[str, date, Money], ...] = ()
