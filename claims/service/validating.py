"""Checking an 837 before it is sent, as the payer will: what is accepted, what is not, and where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from claims.model.submission import IntakeError
from claims.service.answers import answer_file, write_answers
from claims.service.intake import error_document, loose_errors, read_file, received

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
    where none does. `errors` belong to no transaction set with a claim; `acknowledgement` is the file of the TA1 and 999,
    `claim_acknowledgement` that of the 277CA, each None where it was not written.
    """

    verdict: str
    transactions: tuple[CheckedTransaction, ...]
    errors: tuple[IntakeError, ...]
    acknowledgement: Path | None = None
    claim_acknowledgement: Path | None = None


def validate_file(file: Path, *, strict_npi: bool = False, payer: str = "", write: bool = False) -> CheckedFile:
    """Check an 837; with `write`, write what a payer would answer beside it: `<name>.checked.999`, `<name>.checked.277`.

    `payer` rejects claims that are sent to another payer identifier. Nothing is written for a file without an ISA: there is
    nobody to answer. Raises OSError where the file cannot be read, UsageError where the answers cannot be written.
    """
    submission = read_file(file, strict_npi=strict_npi, payer=payer)
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
    written: dict[str, str] = {}
    if write:
        written = write_answers(file, answer_file(submission, created=datetime.now(UTC), control_number=1))
    # What a set without claims has wrong stands with the set already.
    shown = {error for transaction in transactions for error in transaction.errors}
    loose = tuple(error for error in loose_errors(submission) if error not in shown)
    paths = {name: Path(path) for name, path in written.items()}
    return CheckedFile(verdict, transactions, loose, paths.get("acknowledgement"), paths.get("claim_acknowledgement"))


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
        "claim_acknowledgement": None if checked.claim_acknowledgement is None else str(checked.claim_acknowledgement),
    }
