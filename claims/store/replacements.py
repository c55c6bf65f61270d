"""Which claim took the place of which: a claim has one successor at most, and all that came of one claim are its lineage."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from claims.store.errors import StoreConflict
from claims.store.rows import Replacement
from claims.store.schema import replacements
from claims.store.statements import columns, one, reading, rows


@dataclass(frozen=True, slots=True)
class Replacements:
    """Replacements and voids (frequencies 7 and 8) that took effect, by the control number of the later claim."""

    connection: Connection

    def add(self, control_number: str, replaces: str, at: int) -> Replacement:
        """Keep that a claim took another's place. Raises StoreConflict where that one has a successor already."""
        known = self.successor(replaces)
        if known is not None:
            raise StoreConflict(f"claim {replaces} was replaced or voided by {known} already; name that one instead")
        added = Replacement(control_number, replaces, self.root(replaces), at)
        self.connection.execute(insert(replacements).values(**columns(added, replacements)))
        return added

    def of(self, control_number: str) -> Replacement | None:
        """What this claim took the place of, or None where it is nobody's successor."""
        statement = reading(Replacement, replacements).where(replacements.c.control_number == control_number)
        return one(self.connection, Replacement, statement)

    def successor(self, control_number: str) -> str | None:
        """The control number of the claim that replaced or voided this one, or None."""
        statement = select(replacements.c.control_number).where(replacements.c.replaces == control_number)
        return self.connection.execute(statement).scalar()

    def root(self, control_number: str) -> str:
        """The first claim of the lineage: the claim itself where it replaced none."""
        found = self.of(control_number)
        return control_number if found is None else found.lineage

    def lineage(self, control_number: str) -> frozenset[str]:
        """All claims of one lineage, the first among them."""
        root = self.root(control_number)
        statement = select(replacements.c.control_number).where(replacements.c.lineage == root)
        return frozenset([root, *self.connection.execute(statement).scalars()])

    def all(self) -> tuple[Replacement, ...]:
        """Every replacement and void, each after the one whose place it took; else oldest first."""
        column = replacements.c
        statement = reading(Replacement, replacements).order_by(column.at, column.control_number)
        found = rows(self.connection, Replacement, statement)
        before = {row.control_number: row.replaces for row in found}

        def depth(row: Replacement) -> int:
            steps, step = 0, row.replaces
            while step in before:
                steps, step = steps + 1, before[step]
            return steps

        return tuple(sorted(found, key=depth))
