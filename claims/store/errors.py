"""What can go wrong with a store, one type a cause. No message quotes a row, since a row may be a patient's."""

from __future__ import annotations

from datetime import UTC, datetime

from claims.store.rows import ChainBinding


class StoreError(Exception):
    """Any failure of the store room."""


class StoreUnusable(StoreError):
    """The file is no store, cannot be made, or cannot be read."""


class StoreTooNew(StoreError):
    """The database has migrations that this version of the program does not know."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"the store is at migration {found}, this version knows {known}; use the newer version that wrote it"
        )
        self.found = found
        self.known = known


class MigrationChanged(StoreError):
    """A migration that was applied differs from the one this version carries."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"migration {number} was applied from another text than this version's; "
            "use the version that made the store, or restore a copy of it"
        )
        self.number = number


class StoreMismatch(StoreError):
    """The store belongs to another chain."""

    def __init__(self, expected: ChainBinding, found: ChainBinding) -> None:
        super().__init__(
            f"this store belongs to another chain: it was made for {found}, the profile says {expected}; "
            "choose the profile that the home was made with, or start a new home"
        )
        self.expected = expected
        self.found = found


class StoreBusy(StoreError):
    """Another process held the write lock for longer than this one waits."""


class StoreConflict(StoreError):
    """A write that contradicts what is stored: a key taken, a state that cannot follow, a row that never changes."""


class LeaseHeld(StoreError):
    """Another process sends with this key. `until` is when it is free if nothing is heard of that process (Unix seconds)."""

    def __init__(self, sender: str, label: str, until: int) -> None:
        at = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        super().__init__(
            f"{sender} is held by another process ({label}) until {at}, and longer while that one works; "
            "let it finish or stop it, then repeat the command"
        )
        self.sender = sender
        self.label = label
        self.until = until


class LeaseLost(StoreError):
    """Another process took a key over because nothing was heard of this one in time: it signs nothing more."""

    def __init__(self, sender: str) -> None:
        super().__init__(
            f"{sender} was taken over by another process after a long silence; nothing more is signed here"
        )
        self.sender = sender


class NotStored(StoreError, LookupError):
    """What was asked for by its key is not in the store."""


class NumbersExhausted(StoreError):
    """A counter reached the last number that its field can carry."""
