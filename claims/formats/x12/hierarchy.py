"""An 837's segments sorted into claims, each with the parties of the levels it hangs under.

Which loop a segment stands in follows from the segments that open loops (HL, CLM, SBR, LX, SVD and the qualifier of NM1), so
no map of the guide is needed to read a file that is known to keep it. A test holds these loops against the map's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from claims.formats.x12.syntax import Segment


@dataclass(slots=True)
class Level:
    """The segments of one hierarchical level: billing provider 2000A, subscriber 2000B, patient 2000C, and what is below.

    `held` has them by loop and identifier, in order, so that no look-up scans.
    """

    held: dict[tuple[str, str], list[Segment]] = field(default_factory=dict)

    def find(self, loop: str, identifier: str, qualifier: str = "") -> Segment | None:
        """Return the first such segment of a loop; `qualifier` is its first element, where one is asked for."""
        found = self.held.get((loop, identifier))
        if found is None:
            return None
        if not qualifier:
            return found[0]
        for segment in found:
            if segment.get(1) == qualifier:
                return segment
        return None

    def all(self, loop: str, identifier: str) -> Sequence[Segment]:
        """Return every such segment of a loop, in order."""
        return self.held.get((loop, identifier), ())

    def first(self, loop: str, identifier: str) -> Segment:
        """Return the segment that opened the loop. Raises KeyError where the level has no such loop."""
        return self.held[loop, identifier][0]


@dataclass(slots=True)
class LineLevel(Level):
    """One service line (loop 2400) with what earlier payers decided of it (loop 2430, one level each)."""

    adjudications: list[Level] = field(default_factory=list)


@dataclass(slots=True)
class ClaimLevel(Level):
    """One claim: its own segments, its other payers, its lines, and the levels above it.

    `others` holds each loop 2320 with its 2330 loops. `patient` is None where the subscriber is the patient.
    """

    billing: Level = field(default_factory=Level)
    subscriber: Level = field(default_factory=Level)
    patient: Level | None = None
    others: list[Level] = field(default_factory=list)
    lines: list[LineLevel] = field(default_factory=list)

    @property
    def header(self) -> Segment:
        """The CLM segment."""
        return self.first("2300", "CLM")

    def levels(self) -> Iterable[Level]:
        """Return every level that the claim hangs under or holds, from the billing provider down."""
        above = (
            [self.billing, self.subscriber] if self.patient is None else [self.billing, self.subscriber, self.patient]
        )
        return [*above, self, *self.others, *(part for line in self.lines for part in (line, *line.adjudications))]


@dataclass(frozen=True, slots=True)
class Names:
    """Which loop an NM1 opens, by its qualifier (NM101), within a claim, an other payer, and a line."""

    claim: Mapping[str, str]
    other: Mapping[str, str]
    line: Mapping[str, str]


PROFESSIONAL_NAMES = Names(
    claim={"DN": "2310A", "P3": "2310A", "82": "2310B", "77": "2310C", "DQ": "2310D", "PW": "2310E", "45": "2310F"},
    other={
        "IL": "2330A",
        "PR": "2330B",
        "DN": "2330C",
        "P3": "2330C",
        "82": "2330D",
        "77": "2330E",
        "DQ": "2330F",
        "85": "2330G",
    },
    line={
        "82": "2420A",
        "QB": "2420B",
        "77": "2420C",
        "DQ": "2420D",
        "DK": "2420E",
        "DN": "2420F",
        "P3": "2420F",
        "PW": "2420G",
        "45": "2420H",
    },
)
INSTITUTIONAL_NAMES = Names(
    claim={"71": "2310A", "72": "2310B", "ZZ": "2310C", "82": "2310D", "77": "2310E", "DN": "2310F"},
    other={
        "IL": "2330A",
        "PR": "2330B",
        "71": "2330C",
        "72": "2330D",
        "ZZ": "2330E",
        "77": "2330F",
        "82": "2330G",
        "DN": "2330H",
        "85": "2330I",
    },
    line={"72": "2420A", "ZZ": "2420B", "82": "2420C", "DN": "2420D"},
)
_HEADER = {"41": "1000A", "40": "1000B"}
_PARTIES = {
    "20": ("2000A", {"85": "2010AA", "87": "2010AB", "PE": "2010AC"}),
    "22": ("2000B", {"IL": "2010BA", "PR": "2010BB"}),
    "23": ("2000C", {"QC": "2010CA"}),
}
_OPENERS = frozenset({"HL", "NM1", "CLM", "SBR", "LX", "LIN", "SVD", "LQ", "SE"})


@dataclass(frozen=True, slots=True)
class Levels:
    """A transaction set, sorted: the level above every HL (submitter and receiver), and its claims in order."""

    top: Level
    claims: list[ClaimLevel]


def read_levels(segments: Sequence[Segment], names: Names) -> Levels:
    """Sort a transaction set into its claims. Never fails: what stands where no guide puts it stays in the loop before it."""
    top = Level()
    claims: list[ClaimLevel] = []
    billing, subscriber, patient = Level(), Level(), None
    current, loop = top, ""
    opened: Mapping[str, str] = _HEADER
    claim: ClaimLevel | None = None
    line: LineLevel | None = None
    for segment in segments:
        identifier = segment.elements[0]
        if identifier in _OPENERS:
            match identifier:
                case "NM1":
                    loop = opened.get(segment.get(1), loop)
                case "HL":
                    loop, opened = _PARTIES.get(segment.get(3), ("", _HEADER))
                    claim = line = None
                    current = Level()
                    if loop == "2000A":
                        billing = current
                    elif loop == "2000B":
                        subscriber, patient = current, None
                    elif loop == "2000C":
                        patient = current
                case "CLM":
                    current = claim = ClaimLevel(billing=billing, subscriber=subscriber, patient=patient)
                    claims.append(claim)
                    line, loop, opened = None, "2300", names.claim
                case "SBR" if claim is not None and line is None:
                    current, loop, opened = Level(), "2320", names.other
                    claim.others.append(current)
                case "LX" if claim is not None:
                    current = line = LineLevel()
                    claim.lines.append(line)
                    loop, opened = "2400", names.line
                case "SVD" if line is not None:
                    current, loop, opened = Level(), "2430", {}
                    line.adjudications.append(current)
                case "LIN" if line is not None:
                    loop = "2410"
                case "LQ" if line is not None:
                    loop = "2440"
                case "SE":
                    current, loop = top, ""
        key = (loop, identifier)
        if key in current.held:
            current.held[key].append(segment)
        else:
            current.held[key] = [segment]
    return Levels(top, claims)
