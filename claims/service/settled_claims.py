"""Which of a home's claims a payment paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from claims.model.decision import PAID
from claims.model.payment import PaidClaim, Payment

if TYPE_CHECKING:
    from claims.store.rows import StoredClaim
    from claims.store.work import UnitOfWork


def settled_by(work: UnitOfWork, payment: Payment) -> list[StoredClaim]:
    """The claims that a payment paid, in its order; claims of another home's decisions are left out.

    One that was denied or waits may bear the same id, where it was sent twice. A replacement of a claim that was never paid
    may make the same invoice: the amount then says which of the two was settled, and of two alike the later stands.
    """
    parts = payment.parts or tuple(PaidClaim(payment.gross, claim=claim) for claim in payment.claims)
    found = (_settled(work, part) for part in parts)
    return [stored for stored in found if stored is not None]


def _settled(work: UnitOfWork, part: PaidClaim) -> StoredClaim | None:
    if part.batch is not None and part.position is not None:
        entry = work.decisions.entry(part.batch, part.position)
        if entry is not None:
            return work.claims.find(entry[0])
    if part.claim is None:
        return None
    candidates = []
    for stored in work.claims.by_claim_id(part.claim):
        latest = work.decisions.latest(stored.control_number)
        if latest is not None and latest.decision.status == PAID:
            candidates.append((latest.decision.paid == part.paid, stored))
    if len(candidates) > 1:
        # Where no amount fits, the books differ, and that is told of the claim that came first: a correction bears its id too.
        candidates = [each for each in candidates if each[0]] or candidates[:1]
    return candidates[-1][1] if candidates else None
