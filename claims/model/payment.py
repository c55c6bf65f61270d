"""Money that moved on the chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from claims.model.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class PaidClaim:
    """One claim's part of a payment: by the claim's id (32 bytes), or by its batch and its position there from 0.

    `paid` is what the claim is paid in all, `paid_before` what an earlier payment paid of it: this payment bears the difference.
    A batch names its claims by position alone; `claim` is then known to whoever has the batch.
    """

    paid: Money
    paid_before: Money = ZERO
    claim: bytes | None = None
    batch: bytes | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment on the chain: its id (32 bytes), payee address, what arrived and what was credited, when, and by which transaction.

    `netted` was kept back for the payee's debts. `parts` are its claims in the order of the chain's events, empty where they
    were not read; `claims` are the ids of those that are known by id.
    """

    identifier: bytes
    payee: str
    paid: Money
    credited: Money
    transaction_hash: bytes
    block: int
    day: date
    claims: tuple[bytes, ...]
    netted: Money = ZERO
    parts: tuple[PaidClaim, ...] = ()

    @property
    def told(self) -> Money:
        """What its 835 says in BPR02: what arrived, and what was credited."""
        return self.paid + self.credited

    @property
    def gross(self) -> Money:
        """What its claims are paid by it, before debts were netted."""
        return self.told + self.netted
