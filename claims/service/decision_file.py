"""The file that a payer hands back: each claim's decision in full, and signed where the contract is to take it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from claims.model.coding import decode, encode
from claims.model.decision import Decision
from claims.model.nesting import nests_too_deep
from claims.service.errors import UsageError
from claims.service.private_file import write_private
from claims.settlement.signed_decision import SignedDecision

FORMAT = "claims decisions"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a payer says of one claim: its own control number, the decision, its story, and the signed terms if there are any.

    `story` tells each line in plain words with the arithmetic: the provider has no plan to work it out from. `deadline` is
    the last day on which what a pended claim waits for may come; None for every other claim.
    """

    control_number: str
    billing_npi: str
    decision: Decision
    signed: SignedDecision | None
    story: tuple[str, ...] = ()
    deadline: date | None = None


def write_decisions(path: Path, payer: str, answers: Iterable[Answer]) -> None:
    """Write the answers to a file that only its owner may read: it names persons by the payer's own ids."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "payer": payer,
        "decisions": [json.loads(encode(answer)) for answer in answers],
    }
    write_private(path, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode("utf-8"))


def read_decisions(path: Path) -> tuple[str, tuple[Answer, ...]]:
    """Read a decision file: the payer's identifier and its answers; raises UsageError where it is none."""
    try:
        text = path.read_text(encoding="utf-8")
        if nests_too_deep(text):
            raise ValueError
        document: Any = json.loads(text)
        if document["format"] != FORMAT or document["version"] != VERSION:
            raise KeyError
        answers = tuple(decode(Answer, json.dumps(entry)) for entry in document["decisions"])
        return str(document["payer"]), answers
    except (ValueError, KeyError, TypeError):
        raise UsageError(
            f"{path.name} is not a decision file of version {VERSION}: give the .decisions.json that the payer returned"
        ) from None
