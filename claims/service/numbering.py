"""The payer's control numbers: they follow from a file's bytes, so that nothing in it is ever decided twice."""

from __future__ import annotations

import base64
import hashlib

from claims.model.claim import Claim
from claims.model.submission import Submission
from claims.service.intake import received


def numbered_claims(submission: Submission) -> list[tuple[str, Claim]]:
    """Give each claim of a file the payer's control number: it follows from the file's bytes and the claim's place in it.

    The same file again gives the same numbers, so that nothing in it is ever decided twice. Claims that go no further have
    their places too: both parties give the same numbers even where one is stricter about what it turns away.
    """
    return [(number, claim) for number, claim in _numbered(submission) if claim is not None]


def place_of(submission: Submission, control_number: str) -> int | None:
    """Return the place in the file, from 0, of the claim with this control number; None where the file does not hold it."""
    return next((place for place, (number, _) in enumerate(_numbered(submission)) if number == control_number), None)


def _numbered(submission: Submission) -> list[tuple[str, Claim | None]]:
    sent = [claim for each in received(submission) for _, claim in each.in_order()]
    return [(_number(submission.sha256, place), claim) for place, claim in enumerate(sent)]


def _number(sha256: str, place: int) -> str:
    seed = hashlib.sha256(f"{sha256}/{place}".encode()).digest()
    return "P" + base64.b32encode(seed[:10]).decode("ascii")
