"""Hand-written 834s, 270s and 276s: a body goes in, an interchange comes out; and answers taken apart."""

from __future__ import annotations

from collections.abc import Sequence

FUNCTIONAL = {
    "834": ("BE", "005010X220A1"),
    "270": ("HS", "005010X279A1"),
    "276": ("HR", "005010X212"),
}
"""GS01 and GS08 by ST01."""


def wrapped(kind: str, body: str, *, control: int = 71, sender: str = "ELM4471") -> bytes:
    """An interchange of one transaction set; `body` has one segment a line, from after ST to before SE."""
    functional, version = FUNCTIONAL[kind]
    segments = [line.strip() for line in body.strip().splitlines() if line.strip()]
    lines = [
        f"ISA*00*          *00*          *ZZ*{sender:<15}*ZZ*{'NORTH9':<15}*260402*0915*^*00501*{control:09d}*0*T*:",
        f"GS*{functional}*{sender}*NORTH9*20260402*0915*{control}*X*{version}",
        f"ST*{kind}*0001*{version}",
        *segments,
        f"SE*{len(segments) + 2}*0001",
        f"GE*1*{control}",
        f"IEA*1*{control:09d}",
    ]
    return "".join(f"{line}~\n" for line in lines).encode()


def segments_of(data: bytes) -> list[list[str]]:
    """The segments of a file that separates by * and ~, from the first ST to its SE."""
    parts = [part.strip().split("*") for part in data.decode().split("~") if part.strip()]
    ends = [index for index, part in enumerate(parts) if part[0] == "SE"]
    start = next(index for index, part in enumerate(parts) if part[0] == "ST")
    return parts[start : ends[0] + 1]


def outline(data: bytes, *, without: Sequence[str] = ()) -> list[tuple[str, ...]]:
    """What two answers have in common however they are filled: the order of the segments, levels whole, others by qualifier."""
    kept: list[tuple[str, ...]] = []
    for segment in segments_of(data):
        if segment[0] in ("ST", "SE", "BHT") or segment[0] in without:
            continue
        if segment[0] == "HL":
            kept.append(tuple(segment))
        elif segment[0] in ("NM1", "REF", "DTP", "TRN"):
            kept.append(tuple(segment[:2]))
        else:
            kept.append((segment[0],))
    return kept
