"""Providers and practitioners that are enrolled: who they are, where they are paid, which key they sign with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from claims.store.rows import EnrolledProvider
from claims.store.schema import providers
from claims.store.statements import one, put, reading, rows


@dataclass(frozen=True, slots=True)
class Providers:
    """Enrolled parties by NPI. Addresses are compared without regard to their capital letters."""

    connection: Connection

    def put(self, enrolled: EnrolledProvider) -> None:
        """Keep a provider or practitioner as it is now."""
        known = enrolled.provider
        values = {
            "npi": known.npi,
            "practitioner": known.practitioner,
            "address": known.address.lower(),
            "signing_key": enrolled.signing_key,
            "provider": known,
        }
        put(self.connection, providers, values)

    def find(self, npi: str) -> EnrolledProvider | None:
        """The party of this NPI, or None."""
        statement = reading(EnrolledProvider, providers).where(providers.c.npi == npi)
        return one(self.connection, EnrolledProvider, statement)

    def by_practitioner(self, practitioner: int) -> EnrolledProvider | None:
        """The clinician with this id in the registry, or None; 0 is nobody's."""
        statement = reading(EnrolledProvider, providers).where(
            providers.c.practitioner == practitioner, providers.c.practitioner != 0
        )
        return one(self.connection, EnrolledProvider, statement.order_by(providers.c.npi))

    def by_address(self, address: str) -> tuple[EnrolledProvider, ...]:
        """The parties that are paid at this address, by NPI."""
        statement = reading(EnrolledProvider, providers).where(providers.c.address == address.lower())
        return rows(self.connection, EnrolledProvider, statement.order_by(providers.c.npi))

    def all(self) -> tuple[EnrolledProvider, ...]:
        """Every enrolled party, by NPI."""
        return rows(self.connection, EnrolledProvider, reading(EnrolledProvider, providers).order_by(providers.c.npi))
