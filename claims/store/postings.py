"""835s that a provider posted: each once, with the claims that it tells of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from claims.store.errors import StoreConflict
from claims.store.rows import Posting
from claims.store.schema import posting_claims, postings
from claims.store.statements import columns, insert_once


@dataclass(frozen=True, slots=True)
class Postings:
    """Postings by their trace (TRN02)."""

    connection: Connection

    def add(self, posting: Posting) -> bool:
        """Keep a posting; False where it was posted before. Raises StoreConflict where its trace has other contents."""
        if not insert_once(self.connection, postings, columns(posting, postings)):
            known = self.find(posting.trace)
            if known is None or known.sha256 != posting.sha256:
                raise StoreConflict(
                    f"remittance {posting.trace} was posted with other contents; ask the payer which holds"
                )
            return False
        for position, control_number in enumerate(posting.claims):
            self.connection.execute(
                insert(posting_claims).values(trace=posting.trace, position=position, control_number=control_number)
            )
        return True

    def find(self, trace: str) -> Posting | None:
        """The posting of this trace, or None."""
        return next(iter(self._postings(_select().where(postings.c.trace == trace))), None)

    def of_payment(self, payment: bytes) -> Posting | None:
        """The posting of a payment on the chain, or None."""
        return next(iter(self._postings(_select().where(postings.c.payment == payment))), None)

    def of_claim(self, control_number: str) -> tuple[Posting, ...]:
        """Postings that tell of a claim, oldest first."""
        tells = select(posting_claims.c.trace).where(posting_claims.c.control_number == control_number)
        return self._postings(_select().where(postings.c.trace.in_(tells)))

    def all(self) -> tuple[Posting, ...]:
        """Every posting, oldest first."""
        return self._postings(_select())

    def _postings(self, statement: Select[Any]) -> tuple[Posting, ...]:
        return tuple(self._posting(row) for row in self.connection.execute(statement).all())

    def _posting(self, row: Row[Any]) -> Posting:
        claim = posting_claims.c
        claims = self.connection.execute(
            select(claim.control_number).where(claim.trace == row.trace).order_by(claim.position)
        ).scalars()
        return Posting(**row._mapping, claims=tuple(claims))


def _select() -> Select[Any]:
    return select(postings).order_by(postings.c.posted_at, postings.c.trace)
