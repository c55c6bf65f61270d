"""An 837 as it comes in: read, and what is turned away before anybody decides on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claims.formats.fhir.claims import looks_like_fhir, read_fhir_claims
from claims.formats.x12.intake import read_submission
from claims.model.claim import Claim
from claims.model.submission import IntakeError, Submission, Transaction


@dataclass(frozen=True, slots=True)
class Received:
    """One transaction set with everything that was found wrong on the way to it: its envelope's errors before its own.

    `claims` are those that go on, in order; empty where `rejected`, which is what a 999 or a TA1 tells of the whole set.
    """

    transaction: Transaction
    claims: tuple[Claim, ...]
    errors: tuple[IntakeError, ...]
    rejected: bool

    def errors_of(self, claim: str) -> tuple[IntakeError, ...]:
        """What turns away the claim of this number (CLM01): its own errors, and those of whatever holds it."""
        return tuple(error for error in self.errors if error.level != "claim" or error.claim == claim)

    def in_order(self) -> Iterator[tuple[str, Claim | None]]:
        """Give every claim that was sent, by its number and in its place; None stands for one that goes no further."""
        waiting = list(self.claims)
        for number in self.transaction.claim_numbers:
            if waiting and waiting[0].number == number:
                yield number, waiting.pop(0)
            else:
                yield number, None
        for claim in waiting:
            yield claim.number, claim


def read_file(
    path: Path,
    *,
    strict_npi: bool = False,
    payer: str = "",
    seen_interchanges: Callable[[str], bool] | None = None,
    validated: bool = False,
) -> Submission:
    """Read an 837 file; what is wrong with it is in the result. Raises OSError where there is no file to read."""
    return read_claims(
        path.read_bytes(),
        strict_npi=strict_npi,
        payer=payer,
        seen_interchanges=seen_interchanges,
        validated=validated,
    )


def read_claims(
    data: bytes,
    *,
    strict_npi: bool = False,
    payer: str = "",
    seen_interchanges: Callable[[str], bool] | None = None,
    validated: bool = False,
) -> Submission:
    """Read an 837P or 837I as `read_submission` does, or FHIR R4 Claims: the one place where a file comes in.

    A FHIR file has no interchange, so that `seen_interchanges` is not asked, and is always checked whole.
    """
    if looks_like_fhir(data):
        return read_fhir_claims(data, strict_npi=strict_npi, payer=payer)
    return read_submission(
        data, strict_npi=strict_npi, payer=payer, seen_interchanges=seen_interchanges, validated=validated
    )


def received(submission: Submission) -> Iterator[Received]:
    """Give the transaction sets of a file in order, each with the errors of the group and interchange that hold it."""
    for interchange in submission.interchanges:
        for group in interchange.groups:
            around = (*interchange.errors, *group.errors)
            for transaction in group.transactions:
                rejected = bool(around) or not transaction.accepted
                claims = () if rejected else transaction.claims
                yield Received(transaction, claims, (*around, *transaction.errors), rejected)


def loose_errors(submission: Submission) -> tuple[IntakeError, ...]:
    """What is wrong with a file and belongs to no claim: text that is no interchange, envelopes that hold none."""
    errors = list(submission.unread)
    for interchange in submission.interchanges:
        if not interchange.groups:
            errors += interchange.errors
        for group in interchange.groups:
            if not group.transactions:
                errors += (*interchange.errors, *group.errors)
    for each in received(submission):
        if not each.transaction.claim_numbers:
            errors += each.errors
    return tuple(dict.fromkeys(errors))


def goes_on(submission: Submission) -> bool:
    """Whether anything of a file is left to decide or to record; where not, the file is rejected altogether."""
    return any(each.claims for each in received(submission))


def first_cause(submission: Submission) -> str:
    """Say in one sentence why a file is rejected: the first error, and how many there are."""
    errors = submission.errors
    if not errors:
        return "it holds no claim"
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{placed(errors[0])}{more}"


def placed(error: IntakeError) -> str:
    """Tell an error with its place, in one line."""
    where = f"transaction set {error.transaction}, " if error.transaction else ""
    where += f"segment {error.position} " if error.position else ""
    where += error.segment
    where = where.strip().rstrip(",")
    return f"{where}: {error.message}" if where else error.message


def error_document(error: IntakeError) -> dict[str, Any]:
    """Return an error as plain data; it names places and codes, and no patient."""
    return {
        "level": error.level,
        "code": error.code,
        "message": error.message,
        "segment": error.segment,
        "position": error.position,
        "element": error.element,
        "component": error.component,
        "loop": error.loop,
        "snip": error.snip,
        "claim": error.claim,
        "transaction": error.transaction,
        "status": error.status,
    }
