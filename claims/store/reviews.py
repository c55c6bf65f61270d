"""What persons decided of claims that waited, with their signatures; nothing here is ever changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert

from claims.store.rows import SignedReview
from claims.store.schema import reviews
from claims.store.statements import columns, one, reading, rows


@dataclass(frozen=True, slots=True)
class Reviews:
    """Reviews by the version of the decision that they made."""

    connection: Connection

    def add(self, review: SignedReview) -> None:
        """Keep a review beside its decision's version, which must be stored; a version has one at most."""
        self.connection.execute(insert(reviews).values(**columns(review, reviews)))

    def of_version(self, control_number: str, revision: int) -> SignedReview | None:
        """The review that made a version, or None where no person did."""
        column = reviews.c
        statement = reading(SignedReview, reviews).where(
            column.control_number == control_number, column.revision == revision
        )
        return one(self.connection, SignedReview, statement)

    def of_claim(self, control_number: str) -> tuple[SignedReview, ...]:
        """A claim's reviews, oldest first."""
        statement = reading(SignedReview, reviews).where(reviews.c.control_number == control_number)
        return rows(self.connection, SignedReview, statement.order_by(reviews.c.revision))
