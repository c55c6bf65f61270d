"""Checking an 837 before it is sent, as the payer will: what is accepted, what is not, and where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from claims.formats.x12.acknowledgement import acknowledge
from claims.model.submission import IntakeError
from claims.service.errors import UsageError
from claims.service.intake import error_document, loose_errors, read_file, received
from claims.service.private_file import write_private

ACCEPTED, WITH_ERRORS, REJECTED = "accepted", "accepted with errors", "rejected"


@dataclass(frozen=True, slots=True)
class CheckedTransaction:
    """One transaction set: ST02, its verdict, CLM01 of the claims that go on and of those that do not, and what is wrong."""

    control_number: str
    verdict: str
    accepted_claims: tuple[str, ...]
    rejected_claims: tuple[str, ...]
    errors: tuple[IntakeError, ...]


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file's verdict: `accepted` where nothing is wrong, `accepted with errors` where some of its claims go on, `rejected`
    where none does. `errors` belong to no transaction set with a claim; `acknowledgement` is the 999, where it was written.
    """

    verdict: str
    transactions: tuple[CheckedTransaction, ...]
    errors: tuple[IntakeError, ...]
    acknowledgement: Path | None = None


def validate_file(file: Path, *, strict_npi: bool = False, write: bool = False) -> CheckedFile:
    """Check an 837; with `write`, write the TA1 and 999 that a payer would answer beside it, as `<name>.checked.999`.

    Nothing is written for a file without an ISA: there is nobody to answer. Raises OSError where the file cannot be read.
    """
    submission = read_file(file, strict_npi=strict_npi)
    transactions = tuple(
        CheckedTransaction(
            control_number=each.transaction.control_number,
            verdict=REJECTED if each.rejected else WITH_ERRORS if each.errors else ACCEPTED,
            accepted_claims=tuple(number for number, claim in each.in_order() if claim is not None),
            rejected_claims=tuple(number for number, claim in each.in_order() if claim is None),
            errors=each.errors,
        )
        for each in received(submission)
    )
    if not any(transaction.accepted_claims for transaction in transactions):
        verdict = REJECTED
    else:
        verdict = WITH_ERRORS if submission.errors else ACCEPTED
    answer = b""
    if write:
        answer = acknowledge(submission, created=datetime.now(UTC), control_number=1)
    # What a set without claims has wrong stands with the set already.
    shown = {error for transaction in transactions for error in transaction.errors}
    loose = tuple(error for error in loose_errors(submission) if error not in shown)
    return CheckedFile(verdict, transactions, loose, _written(file, answer) if answer else None)


def document_of_check(checked: CheckedFile) -> dict[str, Any]:
    """Return what `claims claim validate --json` prints."""
    return {
        "verdict": checked.verdict,
        "transactions": [
            {
                "transaction": transaction.control_number,
                "verdict": transaction.verdict,
                "accepted_claims": list(transaction.accepted_claims),
                "rejected_claims": list(transaction.rejected_claims),
                "errors": [error_document(error) for error in transaction.errors],
            }
            for transaction in checked.transactions
        ],
        "errors": [error_document(error) for error in checked.errors],
        "acknowledgement": None if checked.acknowledgement is None else str(checked.acknowledgement),
    }


def _written(file: Path, answer: bytes) -> Path:
    target = file.with_name(f"{file.stem}.checked.999")
    if target == file:
        raise UsageError(f"{file} is where the answer would be written: give the 837")
    write_private(target, answer)
    return target
