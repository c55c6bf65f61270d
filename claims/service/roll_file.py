"""The file that a provider hands over beside its claims: the rolls of invoices that it anchored for them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from claims.model.coding import decode, encode
from claims.model.nesting import nests_too_deep
from claims.service.errors import UsageError
from claims.service.private_file import write_private
from claims.settlement.invoice_roll import AnchoredRoll

FORMAT = "claims invoice rolls"
VERSION = 1
SUFFIX = ".roll.json"


def write_rolls(path: Path, rolls: Iterable[AnchoredRoll]) -> None:
    """Write rolls to a file that only its owner may read: it links claims to what stands on the chain.

    Each stands with the hash under which the contract has it, for whoever reads the file; a reader computes it anew.
    """
    document = {
        "format": FORMAT,
        "version": VERSION,
        "rolls": [json.loads(encode(roll)) | {"hash": "0x" + roll.hash.hex()} for roll in rolls],
    }
    write_private(path, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode("utf-8"))


def read_rolls(path: Path) -> tuple[AnchoredRoll, ...]:
    """Read a roll file; raises UsageError where it is none."""
    try:
        text = path.read_text(encoding="utf-8")
        if nests_too_deep(text):
            raise ValueError
        document: Any = json.loads(text)
        if document["format"] != FORMAT or document["version"] != VERSION:
            raise KeyError
        entries = [{key: value for key, value in entry.items() if key != "hash"} for entry in document["rolls"]]
        return tuple(decode(AnchoredRoll, json.dumps(entry)) for entry in entries)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(
            f"{path.name} is not a roll file of version {VERSION}: give the {SUFFIX} that the provider handed over"
        ) from None
