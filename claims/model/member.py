"""A covered person, as the payer knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Coverage:
    """A period of cover, both days inclusive; `through` None is open. `policy` is the id on the chain, 0 where unknown.

    `line` is the insurance line as an 834 names it in HD03 (HLT, DEN, VIS …); empty where nothing but medical cover is meant.
    """

    begins: date
    through: date | None = None
    policy: int = 0
    line: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A covered person as the payer knows it: payer-issued person id, the family's member number, and who it is."""

    person: str
    member_number: str
    relationship: str
    last_name: str
    first_name: str
    birth_date: date | None
    coverage: tuple[Coverage, ...]
    family: str = ""


@dataclass(frozen=True, slots=True)
class Authorization:
    """A payer's word that services may be done: for a person, some codes and, where it is named, one provider (its NPI).

    Both days are inclusive, `through` None is open. `units` is what was granted (None: without a limit) and `used` what
    claims have taken of it so far. No codes: any code.
    """

    number: str
    person: str
    codes: tuple[str, ...]
    provider: str = ""
    begins: date | None = None
    through: date | None = None
    units: Decimal | None = None
    used: Decimal = Decimal(0)
