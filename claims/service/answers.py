"""The answers that a payer's intake gives to an 837 at once: TA1 and 999 for the file, 277CA for its claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from claims.formats.fhir.claims import is_fhir
from claims.formats.x12.acknowledgement import acknowledge
from claims.formats.x12.claim_acknowledgement import write_277ca
from claims.model.submission import Submission
from claims.service.errors import UsageError
from claims.service.private_file import write_private

MOST_INTERCHANGES = 3
"""An interchange that came is answered by at most three: a TA1, a 999 and a 277CA."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The TA1s and 999s in one file, the 277CAs in another; either is empty where nobody is to be answered."""

    acknowledgement: bytes
    claim_acknowledgement: bytes


def answer_file(
    submission: Submission, *, created: datetime, control_number: int, payer_numbers: Sequence[str] = ()
) -> Answers:
    """Answer a file; one of FHIR claims has no interchange to answer.

    The interchanges are numbered from `control_number`, at most `MOST_INTERCHANGES` for each that came.
    `payer_numbers` are the payer's control numbers of `submission.claims`, in their order.
    """
    if is_fhir(submission):
        return Answers(b"", b"")
    following = control_number + (MOST_INTERCHANGES - 1) * len(submission.interchanges)
    return Answers(
        acknowledge(submission, created=created, control_number=control_number),
        write_277ca(submission, created=created, control_number=following, payer_numbers=payer_numbers),
    )


def write_answers(file: Path, answers: Answers) -> dict[str, str]:
    """Write the answers beside an 837 as `<name>.checked.999` and `<name>.checked.277`; an older answer goes.

    The 277CA names patients, as its guide asks: the owner alone can read both. Raises UsageError where the 837 itself would
    be written over or the folder cannot be written to.
    """
    written = {}
    parts = (
        ("acknowledgement", ".checked.999", answers.acknowledgement),
        ("claim_acknowledgement", ".checked.277", answers.claim_acknowledgement),
    )
    try:
        for name, ending, data in parts:
            target = file.with_name(f"{file.stem}{ending}")
            if target == file:
                raise UsageError(f"{file} is where the answer would be written: give the 837")
            if data:
                write_private(target, data)
                written[name] = str(target)
            else:
                target.unlink(missing_ok=True)
    except PermissionError:
        raise UsageError(
            f"the answers cannot be written beside {file}: its folder is read-only; copy it first"
        ) from None
    return written
