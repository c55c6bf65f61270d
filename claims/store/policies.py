"""Policies on the chain and the people they are for; the chain knows only the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select

from claims.store.errors import StoreConflict
from claims.store.rows import Policy
from claims.store.schema import policies
from claims.store.statements import columns, insert_once, one, reading, rows


@dataclass(frozen=True, slots=True)
class Policies:
    """Policies by their number on the chain."""

    connection: Connection

    def add(self, policy: Policy) -> None:
        """Keep an issued policy; the same again changes nothing. Raises StoreConflict where the number means another."""
        if not insert_once(self.connection, policies, columns(policy, policies)) and self.find(policy.policy) != policy:
            raise StoreConflict(
                f"policy {policy.policy} is stored with other terms; a policy's number is never used again"
            )

    def find(self, policy: int) -> Policy | None:
        """The policy of this number, or None."""
        return one(self.connection, Policy, _select().where(policies.c.policy == policy))

    def of_person(self, person: str, year: int | None = None) -> tuple[Policy, ...]:
        """A person's policies, of one plan year or of all, oldest first."""
        statement = _select().where(policies.c.person == person)
        return rows(self.connection, Policy, statement if year is None else statement.where(policies.c.year == year))

    def all(self) -> tuple[Policy, ...]:
        """Every policy, oldest first."""
        return rows(self.connection, Policy, _select())


def _select() -> Select[Any]:
    return reading(Policy, policies).order_by(policies.c.issued_at, policies.c.policy)
