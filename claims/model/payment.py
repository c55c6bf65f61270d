"""Money that moved on the chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from claims.model.money import Money


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment on the chain: its id (32 bytes), payee address, what arrived and what was credited, when, and by which transaction."""

    identifier: bytes
    payee: str
    paid: Money
    credited: Money
    transaction_hash: bytes
    block: int
    day: date
    claims: tuple[bytes, ...]
