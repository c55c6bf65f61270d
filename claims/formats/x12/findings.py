"""What our own checks find in one claim, gathered with its place (ADJUDICATION §1, SNIP types 3 to 7)."""

from __future__ import annotations

from dataclasses import dataclass, field

from claims.formats.x12.syntax import Segment
from claims.model.submission import IntakeError


@dataclass(slots=True)
class Findings:
    """The errors of one claim, by its number (CLM01) and its transaction set (ST02)."""

    claim: str
    transaction: str
    errors: list[IntakeError] = field(default_factory=list)

    def add(
        self,
        status: str,
        message: str,
        segment: Segment,
        element: int = 0,
        component: int = 0,
        *,
        code: str,
        loop: str = "2300",
        snip: int,
    ) -> None:
        """Add an error at a place: `status` is the 277CA's category and code, `code` the 999's, `message` names no value."""
        self.errors.append(
            IntakeError(
                level="claim",
                code=code,
                message=message,
                segment=segment.elements[0],
                position=segment.position,
                element=element,
                component=component,
                loop=loop,
                snip=snip,
                claim=self.claim,
                transaction=self.transaction,
                status=status,
            )
        )
