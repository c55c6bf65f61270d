"""The people a payer covers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from claims.model.member import Member
from claims.store.schema import members
from claims.store.statements import put


@dataclass(frozen=True, slots=True)
class Members:
    """Members by the payer's person id."""

    connection: Connection

    def put(self, member: Member) -> None:
        """Keep a member as it is now."""
        put(
            self.connection,
            members,
            {"person": member.person, "member_number": member.member_number, "member": member},
        )

    def find(self, person: str) -> Member | None:
        """The member with this person id, or None."""
        return self.connection.execute(select(members.c.member).where(members.c.person == person)).scalar()

    def by_number(self, member_number: str) -> tuple[Member, ...]:
        """The people under one member number: subscriber and dependents."""
        statement = select(members.c.member).where(members.c.member_number == member_number)
        return tuple(self.connection.execute(statement.order_by(members.c.person)).scalars())

    def all(self) -> tuple[Member, ...]:
        """Every member, by person id."""
        return tuple(self.connection.execute(select(members.c.member).order_by(members.c.person)).scalars())
