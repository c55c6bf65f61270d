"""Files that hold patients' data: their owner alone can read them, and they are written whole or not at all."""

from __future__ import annotations

import fcntl
import glob
import os
import secrets
from contextlib import suppress
from pathlib import Path

DRAFT_BYTES = 8
"""How many random bytes end the name of a draft, in hexadecimal: an editor's file beside it is none."""


def write_private(file: Path, data: bytes) -> None:
    """Write a file that its owner alone can read; it replaces what stood there at once, and its wider permissions too.

    Whoever is killed meanwhile leaves a hidden draft beside it, which the next one that writes the file removes.
    """
    _remove_drafts_of_the_dead(file)
    draft, descriptor = _locked_draft(file)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
            draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _locked_draft(file: Path) -> tuple[Path, int]:
    """A new draft and its descriptor, locked until it is closed: a draft that nobody locks is a dead writer's."""
    while True:
        draft = file.with_name(f"{_beginning(file)}{secrets.token_hex(DRAFT_BYTES)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return draft, descriptor
        os.close(descriptor)  # Another writer of the file was quicker than the lock, and removed it.


def _remove_drafts_of_the_dead(file: Path) -> None:
    """Remove the drafts of a file that nobody holds: their writers are gone."""
    for draft in file.parent.glob(glob.escape(_beginning(file)) + "[0-9a-f]" * 2 * DRAFT_BYTES):
        with suppress(OSError), draft.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.unlink()


def _beginning(file: Path) -> str:
    return f".{file.name}."
