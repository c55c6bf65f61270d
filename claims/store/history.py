"""Lines that were adjudicated before, for the edits that look back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, Text, cast, delete, func, insert, select

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
                    rendering_npi=line.rendering_npi,
                    taxonomy=line.taxonomy,
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

    def of_clinician(self, npi: str, day: date) -> tuple[PastLine, ...]:
        """Lines of any person that a clinician rendered, begun on a day."""
        line = past_lines.c
        return self._lines(_select().where(line.rendering_npi == npi, line.begins == day))

    def of_billing_provider(self, npi: str, begins: date, through: date) -> tuple[PastLine, ...]:
        """Lines of any person that a provider billed, begun on one of these days."""
        line = past_lines.c
        return self._lines(_select().where(line.billing_npi == npi, line.begins >= begins, line.begins <= through))

    def counted(
        self, codes: Sequence[str], taxonomy: str, begins: date, before: date, npi: str | None = None
    ) -> tuple[tuple[int, int, str, int], ...]:
        """How many lines of these codes there are: (year, month, code, number), of one clinician or of all who are named.

        Counted are lines of clinicians of one taxonomy, begun from `begins` on and before `before`.
        """
        line = past_lines.c
        month = func.substr(cast(line.begins, Text), 1, 7)
        rendered = line.rendering_npi != "" if npi is None else line.rendering_npi == npi
        found = self.connection.execute(
            select(month, line.procedure_code, func.count())
            .where(
                line.procedure_code.in_(codes),
                line.begins >= begins,
                line.begins < before,
                line.taxonomy == taxonomy,
                rendered,
            )
            .group_by(month, line.procedure_code)
            .order_by(month, line.procedure_code)
        )
        return tuple((int(when[:4]), int(when[5:7]), code, int(number)) for when, code, number in found)

    def _lines(self, statement: Select[Any]) -> tuple[PastLine, ...]:
        return tuple(self.connection.execute(statement).scalars())


def _select() -> Select[Any]:
    """Oldest service first; the same order every time, since a replay reads it too."""
    line = past_lines.c
    return select(line.line).order_by(line.begins, line.control_number, line.position)
