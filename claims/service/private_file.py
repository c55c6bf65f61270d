"""Files that hold patients' data: their owner alone can read them, and they are written whole or not at all."""

from __future__ import annotations

import glob
import os
import secrets
from pathlib import Path


def write_private(file: Path, data: bytes) -> None:
    """Write a file that its owner alone can read; it replaces what stood there at once, and its wider permissions too."""
    draft = file.with_name(f"{_drafts(file)}{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def remove_drafts(file: Path) -> None:
    """Remove what killed writers left of a file; for whoever is the only one that writes it now."""
    for draft in file.parent.glob(f"{glob.escape(_drafts(file))}*"):
        draft.unlink(missing_ok=True)


def _drafts(file: Path) -> str:
    return f".{file.name}."
