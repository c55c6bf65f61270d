"""Lines that were adjudicated before, for the edits that look back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select

from claims.model.history import PastLine
from claims.store.schema import past_lines


@dataclass(frozen=True, slots=True)
class History:
    """Past lines by the control number of their claim, so that a replacement or a void takes its own away."""

    connection: Connection

    def put(self, control_number: str, lines: Sequence[PastLine]) -> None:
        """Set the past lines of a claim, in place of those it had."""
        self.remove(control_number)
        for position, line in enumerate(lines):
            self.connection.execute(
                insert(past_lines).values(
                    control_number=control_number,
                    position=position,
                    person=line.person,
                    billing_npi=line.billing_npi,
                    procedure_code=line.procedure,
                    begins=line.begins,
                    ends=line.ends,
                    line=line,
                )
            )

    def remove(self, control_number: str) -> None:
        """Forget the lines of a claim that was voided."""
        self.connection.execute(delete(past_lines).where(past_lines.c.control_number == control_number))

    def of_service(self, person: str, procedure: str, begins: date, ends: date) -> tuple[PastLine, ...]:
        """Lines of one person and procedure whose dates meet these, both inclusive."""
        line = past_lines.c
        return self._lines(
            _select().where(
                line.person == person, line.procedure_code == procedure, line.begins <= ends, line.ends >= begins
            )
        )

    def of_provider(self, person: str, billing_npi: str) -> tuple[PastLine, ...]:
        """Lines of one person that one provider billed."""
        line = past_lines.c
        return self._lines(_select().where(line.person == person, line.billing_npi == billing_npi))

    def of_person(self, person: str) -> tuple[PastLine, ...]:
        """All lines of one person."""
        return self._lines(_select().where(past_lines.c.person == person))

    def _lines(self, statement: Select[Any]) -> tuple[PastLine, ...]:
        return tuple(self.connection.execute(statement).scalars())


def _select() -> Select[Any]:
    """Oldest service first; the same order every time, since a replay reads it too."""
    line = past_lines.c
    return select(line.line).order_by(line.begins, line.control_number, line.position)
