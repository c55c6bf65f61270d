"""Where the two guides of the 837 differ: loops, the line's segment, the frequencies that a claim may bear."""

from __future__ import annotations

from dataclasses import dataclass

from claims.formats.x12.hierarchy import INSTITUTIONAL_NAMES, PROFESSIONAL_NAMES, Names


@dataclass(frozen=True, slots=True)
class Shape:
    """Which loop renders, refers and attends, what the line segment is, and which frequencies (CLM05-3) are known."""

    kind: str
    service: str
    rendering: str
    referring: str
    attending: str
    line_rendering: str
    names: Names
    frequencies: frozenset[str]

    @property
    def professional(self) -> bool:
        """Whether this is the professional guide."""
        return self.kind == "professional"


PROFESSIONAL = Shape("professional", "SV1", "2310B", "2310A", "", "2420A", PROFESSIONAL_NAMES, frozenset("178"))
INSTITUTIONAL = Shape(
    "institutional", "SV2", "2310D", "2310F", "2310A", "2420C", INSTITUTIONAL_NAMES, frozenset("0123456789")
)
