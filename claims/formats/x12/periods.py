"""The dates and periods of a loop (DTP), by qualifier."""

from __future__ import annotations

from datetime import date

from claims.formats.x12.findings import Findings
from claims.formats.x12.hierarchy import Level
from claims.formats.x12.syntax import Segment
from claims.formats.x12.values import ValueProblem, read_period

Period = tuple[date, date]
_FORMATS = frozenset({"D8", "RD8"})


def read_periods(level: Level, loop: str, findings: Findings) -> dict[str, tuple[Segment, Period | None]]:
    """Read every day and period of a loop, as first and last day with the segment; the first of a qualifier counts.

    One that is no day, or ends before it begins, is reported and None. Other formats (times of day) are left out.
    """
    found: dict[str, tuple[Segment, Period | None]] = {}
    for segment in level.all(loop, "DTP"):
        form = segment.get(2)
        if form not in _FORMATS:
            continue
        period = None
        try:
            period = read_period(form, segment.get(3))
        except ValueProblem as problem:
            message = f"the date or period in DTP03 {problem}"
            findings.add("A7:187", message, segment, 3, code=problem.code, loop=loop, snip=2)
        found.setdefault(segment.get(1), (segment, period))
    return found
