"""The passphrase of a home's keys, and the keys themselves."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from claims.service.errors import UsageError


def passphrase(file: Path | None, *, fresh: bool = False) -> str:
    """Return the passphrase: from a file, from the descriptor that CLAIMS_PASSPHRASE_FD names, or from a prompt on a terminal.

    `fresh` is for keys that are made now: what is typed is asked for twice, since nothing else could find it mistyped.
    Raises MissingPassphrase where there is none of the three, UsageError where the two differ.
    """
    from claims.chain.errors import MissingPassphrase
    from claims.chain.keystore import passphrase_from_descriptor, passphrase_from_file

    if file is not None:
        return passphrase_from_file(file)
    descriptor = os.environ.get("CLAIMS_PASSPHRASE_FD")
    if descriptor is not None:
        if not descriptor.isdecimal():
            raise UsageError("CLAIMS_PASSPHRASE_FD must be the number of an open file descriptor")
        return passphrase_from_descriptor(int(descriptor))
    if not sys.stdin.isatty():
        raise MissingPassphrase(
            "the keys need their passphrase: give --passphrase-file FILE, set CLAIMS_PASSPHRASE_FILE, or use a terminal"
        )
    typed = getpass.getpass("Passphrase of the home's keys: ")
    if fresh and getpass.getpass("The same once more: ") != typed:
        raise UsageError("the two passphrases differ; nothing was made: repeat the command")
    return typed
