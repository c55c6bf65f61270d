"""A provider or practitioner, as the payer knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class NetworkProvider:
    """A provider or practitioner as the payer knows it, by NPI.

    `status` is `in-network` or `out-of-network`; `begins`/`through` the credentialed window; `excluded_from` a date or None.
    `practitioner` is the registry id of a clinician, 0 for a billing organisation; `roster` names the billing NPIs a
    clinician signs for; `address` is the chain address of a billing provider, empty where unknown; `controller` names who
    stands behind it (a clinician and a provider under one controller need a witness).
    """

    npi: str
    name: str
    status: str = "in-network"
    begins: date | None = None
    through: date | None = None
    excluded_from: date | None = None
    practitioner: int = 0
    roster: tuple[str, ...] = ()
    address: str = ""
    controller: str = ""
