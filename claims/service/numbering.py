"""The payer's control numbers: they follow from a file's bytes, so that nothing in it is ever decided twice."""

from __future__ import annotations

import base64
import hashlib

from claims.model.claim import Claim
from claims.model.submission import Submission


def numbered_claims(submission: Submission) -> list[tuple[str, Claim]]:
    """Give each claim of a file the payer's control number: it follows from the file's bytes and the claim's place in it.

    The same file again gives the same numbers, so that nothing in it is ever decided twice.
    """
    numbered: list[tuple[str, Claim]] = []
    for place, claim in enumerate(submission.claims):
        seed = hashlib.sha256(f"{submission.sha256}/{place}".encode()).digest()
        numbered.append(("P" + base64.b32encode(seed[:10]).decode("ascii"), claim))
    return numbered
