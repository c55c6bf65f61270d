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
    numbered: list[tuple[str, Claim]] = []
    sent = [claim for each in received(submission) for _, claim in each.in_order()]
    for place, claim in enumerate(sent):
        if claim is None:
            continue
        seed = hashlib.sha256(f"{submission.sha256}/{place}".encode()).digest()
        numbered.append(("P" + base64.b32encode(seed[:10]).decode("ascii"), claim))
    return numbered
