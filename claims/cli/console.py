"""What a command prints: data on standard output, progress and errors on standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def screen(*, errors: bool = False) -> Console:
    """Return a terminal writer; it honours NO_COLOR and never marks up what it is given."""
    from rich.console import Console

    columns = os.environ.get("COLUMNS", "")
    width = None if sys.stdout.isatty() else int(columns) if columns.isdecimal() and int(columns) else 120
    return Console(stderr=errors, highlight=False, markup=False, emoji=False, soft_wrap=True, width=width)


def print_json(document: Mapping[str, Any] | Sequence[Any]) -> None:
    """Write one JSON document to standard output."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def print_lines(lines: Iterable[str]) -> None:
    """Write plain lines to standard output."""
    for line in lines:
        sys.stdout.write(line + "\n")


def note(text: str) -> None:
    """Write progress to standard error."""
    sys.stderr.write(text + "\n")


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()) -> None:
    """Write a plain table; columns whose index is in `right` are aligned to the right.

    Those hold numbers: however narrow the terminal, they are never folded, since a folded amount is misread.
    """
    from rich.box import SIMPLE
    from rich.table import Table

    table = Table(box=SIMPLE, pad_edge=False, show_edge=False)
    to_the_right = set(right)
    body = list(rows)
    for index, heading in enumerate(headings):
        if index in to_the_right:
            widest = max(len(text) for text in (heading, *(row[index] for row in body)))
            table.add_column(heading, justify="right", min_width=widest)
        else:
            table.add_column(heading, overflow="fold")
    for row in body:
        table.add_row(*row)
    screen().print(table)
