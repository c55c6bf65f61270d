"""The parties that a claim names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from claims.model.quick import quick


@quick
@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as N3 and N4 carry it; every part may be empty."""

    line: str = ""
    second_line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Provider:
    """A billing organisation, a rendering, referring, supervising or service-facility provider, as a claim names it.

    `npi` is empty where the file gives none. `is_person` is NM102 = 1: a solo practitioner bills as a person.
    """

    npi: str
    name: str
    first_name: str = ""
    is_person: bool = False
    tax_id: str = ""
    taxonomy: str = ""
    address: Address = Address()


@quick
@dataclass(frozen=True, slots=True)
class Person:
    """A patient or subscriber as the claim names them; `birth_date` is None where the file gives none."""

    last_name: str
    first_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    birth_date: date | None = None
    gender: str = ""
    address: Address = Address()


@dataclass(frozen=True, slots=True)
class Payer:
    """The payer a claim is sent to: name and identifier (NM109 of loop 2010BB)."""

    name: str
    identifier: str
