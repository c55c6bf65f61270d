"""The errors of the use cases, each with what to do about it."""

from __future__ import annotations


class UsageError(Exception):
    """A command was given something it cannot use; the message says what and what to give instead."""


class FileRejected(Exception):
    """A file was rejected at intake: nothing of it was recorded; the message names the first cause."""


class ClaimPending(Exception):
    """What was asked for has to wait; the message says for what."""


class BooksDiffer(Exception):
    """What the chain paid is not what was decided: nothing was written; the message names the payment and both amounts."""
