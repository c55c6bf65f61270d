"""What is wrong with a file that was to be imported, or with what is asked of the tables."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 20


class TableError(ValueError):
    """A file that is refused, whole: nothing of it was imported. The message says why and what to do."""

    exit_code = 3

    def named(self, file: object) -> TableError:
        """Return the same refusal with the file's name before it."""
        return TableError(f"{file}: {self}")


class TableFaults(TableError):
    """A file whose kind is clear and whose rows are not all possible; `faults` are (line, what is wrong), lines from 1."""

    def __init__(self, kind: str, faults: Sequence[tuple[int, str]]) -> None:
        self.kind = kind
        self.faults = tuple(faults)
        shown = [f"line {line}: {what}" for line, what in self.faults[:SHOWN]]
        more = len(self.faults) - len(shown)
        if more > 0:
            shown.append(f"and {more} more")
        super().__init__(
            f"{kind}: {len(self.faults)} faults, nothing was imported; correct the file or take the published one again\n  "
            + "\n  ".join(shown)
        )


class UnknownVersion(TableError):
    """A table version that was asked for is not among the imported ones."""

    exit_code = 2
