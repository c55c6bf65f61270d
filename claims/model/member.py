"""A covered person, as the payer knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Coverage:
    """A period of cover, both days inclusive; `through` None is open. `policy` is the id on the chain, 0 where unknown."""

    begins: date
    through: date | None = None
    policy: int = 0


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
