"""An 837's segments sorted into claims, each with the parties of the levels it hangs under."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from claims.formats.x12.syntax import Segment


@dataclass(slots=True)
class Level:
    """The segments of one hierarchical level by loop: billing provider 2000A, subscriber 2000B, patient 2000C."""

    loops: dict[str, list[Segment]] = field(default_factory=dict)

    def add(self, loop: str, segment: Segment) -> None:
        """Put a segment into its loop."""
        self.loops.setdefault(loop, []).append(segment)

    def find(self, loop: str, identifier: str, qualifier: str = "") -> Segment | None:
        """Return the first such segment of a loop; `qualifier` is its first element, where one is asked for."""
        for segment in self.loops.get(loop, ()):
            if segment.identifier == identifier and (not qualifier or segment.get(1) == qualifier):
                return segment
        return None

    def all(self, loop: str, identifier: str) -> Iterable[Segment]:
        """Return every such segment of a loop, in order."""
        return (segment for segment in self.loops.get(loop, ()) if segment.identifier == identifier)

    def every(self) -> Iterable[Segment]:
        """Return all segments of the level."""
        return (segment for loop in self.loops.values() for segment in loop)


@dataclass(slots=True)
class ClaimLevel(Level):
    """One claim: its own segments, its lines' segments, and the levels above it (`patient` None: the subscriber is it)."""

    billing: Level = field(default_factory=Level)
    subscriber: Level = field(default_factory=Level)
    patient: Level | None = None
    lines: list[Level] = field(default_factory=list)

    @property
    def header(self) -> Segment:
        """The CLM segment."""
        return self.loops["2300"][0]


def read_levels(segments: Sequence[Segment], loops: Sequence[str]) -> list[ClaimLevel]:
    """Sort a transaction set into its claims; `loops` names each segment's loop, as the guide's map found it."""
    claims: list[ClaimLevel] = []
    billing, subscriber, patient = Level(), Level(), None
    current: Level = Level()
    for segment, loop in zip(segments, loops, strict=True):
        match segment.identifier:
            case "HL":
                if loop == "2000A":
                    current = billing = Level()
                elif loop == "2000B":
                    current, patient = Level(), None
                    subscriber = current
                elif loop == "2000C":
                    current = patient = Level()
            case "CLM":
                current = ClaimLevel(billing=billing, subscriber=subscriber, patient=patient)
                claims.append(current)
            case "LX" if claims:
                current = Level()
                claims[-1].lines.append(current)
        current.add(loop, segment)
    return claims
