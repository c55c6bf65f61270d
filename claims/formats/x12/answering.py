"""The envelope of an answer: the interchange that came, with sender and receiver turned round."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from claims.formats.x12.writing import Row, free_text, interchange
from claims.model.submission import Interchange

_QUALIFIERS = frozenset(["01", "14", "20", "27", "28", "29", "30", "33", "ZZ"])


def answer_interchange(
    received: Interchange, created: datetime, control_number: int, rows: Sequence[Row], groups: int
) -> bytes:
    """Write `rows`, which hold `groups` functional groups, as an interchange from the receiver back to the sender."""
    ours = (_qualifier(received.receiver_qualifier), application_party(received.receiver))
    theirs = (_qualifier(received.sender_qualifier), application_party(received.sender))
    usage = received.usage if received.usage in ("P", "T") else "P"
    return interchange(ours, theirs, created, control_number, usage, rows, groups)


def application_party(text: str) -> str:
    """Make a party's code safe for GS02, GS03, ISA06 and ISA08; one that says nothing is `UNKNOWN`."""
    name = free_text(text, 15)
    return name if len(name) > 1 else "UNKNOWN"


def _qualifier(text: str) -> str:
    return text if text in _QUALIFIERS else "ZZ"
