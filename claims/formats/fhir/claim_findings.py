"""What is wrong with one FHIR claim, gathered with its place, as an 837's findings are (ADJUDICATION §1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from claims.formats.fhir.errors import ExportError
from claims.model.submission import IntakeError

Found = TypeVar("Found")


class ClaimProblem(ValueError):
    """One thing in a claim that turns it away.

    `place` is the element's path. `status` is what a 277CA would say of it (category and status code), `code` FHIR's type of
    issue (required, value, invariant, code-invalid, not-supported …), `snip` the SNIP type. The message quotes no value of
    the patient's.
    """

    def __init__(self, place: str, message: str, *, status: str, code: str = "value", snip: int = 2) -> None:
        super().__init__(message)
        self.place = place
        self.status = status
        self.code = code
        self.snip = snip


@dataclass(slots=True)
class Findings:
    """The problems of one claim; `number` is the provider's own as soon as it is known."""

    number: str = ""
    problems: list[ClaimProblem] = field(default_factory=list)

    def add(self, problem: ClaimProblem) -> None:
        """Add a problem."""
        self.problems.append(problem)

    def attempt(self, read: Callable[[], Found]) -> Found | None:
        """Return what `read` gives, or None after adding the problem that it raised."""
        try:
            return read()
        except ClaimProblem as problem:
            self.problems.append(problem)
        except ExportError as wrong:
            self.problems.append(ClaimProblem("Claim", str(wrong), status="A3:684", code="structure", snip=1))
        return None

    @property
    def errors(self) -> tuple[IntakeError, ...]:
        """The problems as intake tells them."""
        return tuple(
            IntakeError(
                level="claim",
                code=problem.code,
                message=str(problem),
                segment=problem.place,
                snip=problem.snip,
                claim=self.number,
                status=problem.status,
            )
            for problem in self.problems
        )
