"""What claims have taken of prior authorisations, so that their units count down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, delete, insert, select

from claims.model.decision import AuthorizationUse
from claims.store.schema import authorization_uses


@dataclass(frozen=True, slots=True)
class AuthorizationUses:
    """Uses by the control number of the claim, so that a replacement or a void gives its own back."""

    connection: Connection

    def put(self, control_number: str, uses: Iterable[AuthorizationUse]) -> None:
        """Set what a claim takes, in place of what it took."""
        self.release(control_number)
        for use in uses:
            self.connection.execute(
                insert(authorization_uses).values(
                    control_number=control_number, line=use.line, number=use.number, units=use.units
                )
            )

    def release(self, control_number: str) -> None:
        """Give back what a claim took."""
        self.connection.execute(delete(authorization_uses).where(authorization_uses.c.control_number == control_number))

    def used(self) -> dict[str, Decimal]:
        """The units that are taken, by the authorisation's number."""
        use = authorization_uses.c
        found: dict[str, Decimal] = {}
        for number, units in self.connection.execute(
            select(use.number, use.units).order_by(use.control_number, use.line)
        ):
            found[number] = found.get(number, Decimal(0)) + units
        return found
