"""What a reader makes of a file, ready to be kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Given:
    """What the person who imports says where the file itself does not: setting of an NCCI file, first day, a list's name.

    `work_floor` is `with` or `without`, for a GPCI file that publishes the work index both ways.
    """

    setting: str = ""
    effective: date | None = None
    name: str = ""
    work_floor: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """One table of a file: `release` labels it, `rank` orders releases that begin on one day, `rows` fit the kind's columns.

    `notes` say what of the file was left out on purpose.
    """

    kind: str
    release: str
    begins: date
    through: date | None
    rows: list[tuple[object, ...]]
    rank: int = 0
    notes: tuple[str, ...] = field(default=())


def precedence(day: date, within: int = 0) -> int:
    """Return a rank by day, and within a day by a number below 10^10: of two tables for one day the higher speaks."""
    return day.toordinal() * 10**10 + within
