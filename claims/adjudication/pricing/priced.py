"""What a pricing method answers for a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from claims.adjudication.findings import Case, Finding
from claims.model.claim import Line


class Priced(NamedTuple):
    """A line's allowed amount in cents and how it came about; where the finding denies or pends, nothing is allowed."""

    allowed: int
    finding: Finding


class Method(NamedTuple):
    """A pricing method: a claim's open lines in, one answer for each in the same order out.

    The lines come together because a price may depend on its neighbours (ADJUDICATION §3, multiple procedures). `version`
    rises whenever the same input may get another price.
    """

    version: int
    price: Callable[[Case, Sequence[Line]], Sequence[Priced]]


def line_by_line(price: Callable[[Case, Line], Priced]) -> Callable[[Case, Sequence[Line]], list[Priced]]:
    """Make a method of a price that no other line has a say in."""
    return lambda case, lines: [price(case, line) for line in lines]
