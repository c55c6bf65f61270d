"""What a pricing method answers for a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from claims.adjudication.findings import Case, Finding
from claims.model.claim import Line


class Priced(NamedTuple):
    """A line's allowed amount in cents and how it came about; where the finding denies or pends, nothing is allowed."""

    allowed: int
    finding: Finding


class Method(NamedTuple):
    """A pricing method; `version` rises whenever the same input may get another price."""

    version: int
    price: Callable[[Case, Line], Priced]
