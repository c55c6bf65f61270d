"""What a clinician did, as the record system tells it, before anything is signed or billed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Service:
    """One service that was performed.

    `modifiers` are those that change what was done (a coder's payment modifiers, PAYMENT_MODIFIERS, are left out);
    `units` a positive number; `begins` and `ends` dates of service, both inclusive; `place` the place of service (code
    source 237).
    """

    code: str
    units: Decimal
    begins: date
    ends: date
    place: str
    modifiers: tuple[str, ...] = ()


PAYMENT_MODIFIERS = frozenset(
    {"24", "25", "26", "57", "58", "59", "78", "79", "XE", "XP", "XS", "XU", "TC", "GA", "GX", "GY", "GZ", "KX"}
)
"""Modifiers that a coder adds for payment after the visit: they stand outside the attested leaf (DESIGN §4)."""


@dataclass(frozen=True, slots=True)
class Encounter:
    """One clinician's services of one encounter for one billing provider, as exported at sign-off.

    `identifier` is the record system's own and becomes the encounter record's id. `person` is the payer-issued person id of
    the patient. `practitioner_npi` names the clinician who signs, `provider_npi` the organisation that may bill.
    `begins`/`ends` are ISO 8601 instants as text, empty where unknown. `context` holds further facts by path
    (for example `diagnosis/1`), disclosed one by one or never.
    """

    identifier: str
    person: str
    practitioner_npi: str
    provider_npi: str
    services: tuple[Service, ...]
    begins: str = ""
    ends: str = ""
    diagnoses: tuple[str, ...] = ()
    context: tuple[tuple[str, str], ...] = ()
