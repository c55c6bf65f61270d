"""An 837 made a replacement or a void: the same segments, but for the frequency, the reference and the numbers around them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from claims.formats.x12.envelope import RawTransaction, read_envelope
from claims.formats.x12.syntax import Segment
from claims.formats.x12.writing import WriteProblem, exact

REPLACEMENT, VOID = "7", "8"
_CLAIM_ENDS = frozenset({"HL", "CLM", "SE"})
_BEFORE_REFERENCE = frozenset({"CLM", "DTP", "CL1", "PWK", "CN1", "AMT"})
"""Segments of loop 2300 that stand before its REF segments in both guides."""

_ORIGINAL_REFERENCE = "F8"


def correct_837(
    data: bytes,
    place: int,
    *,
    frequency: str,
    payer_control_number: str,
    created: datetime,
    control_number: int,
) -> bytes:
    """Return an 837 that holds the claim at `place` of a file alone, as a replacement (7) or void (8) of a payer's claim.

    `place` counts the file's claims from 0. CLM05-3 is set, REF*F8 names the payer's control number, the hierarchy keeps what
    the claim needs, SE01 counts anew, and interchange, group and BHT get `control_number` (1 to 999999999) and the time
    `created`, since it is another file. Raises WriteProblem where the file holds no such claim.
    """
    reference = exact(payer_control_number, "the payer's claim control number in REF*F8", 50)
    before = 0
    for interchange in read_envelope(data)[0]:
        for group in interchange.groups:
            for transaction in group.transactions:
                claims = sum(segment.identifier == "CLM" for segment in transaction.segments)
                if place >= before + claims:
                    before += claims
                    continue
                body = _corrected(transaction, place - before, frequency, reference, created, control_number)
                header = list(interchange.header.elements)
                header[9:11] = created.strftime("%y%m%d"), created.strftime("%H%M")
                header[13] = f"{control_number:09d}"
                opening = list(group.header.elements)
                opening[4:7] = created.strftime("%Y%m%d"), created.strftime("%H%M"), str(control_number)
                rows = [header, opening, *body, ["GE", "1", str(control_number)], ["IEA", "1", header[13]]]
                marks = interchange.delimiters
                return "".join(f"{marks.element.join(row)}{marks.segment}\n" for row in rows).encode("utf-8")
    raise WriteProblem(f"the file holds {before} claims and no claim at place {place}")


def _corrected(
    transaction: RawTransaction, place: int, frequency: str, reference: str, created: datetime, control_number: int
) -> list[list[str]]:
    segments = transaction.segments
    starts = [position for position, segment in enumerate(segments) if segment.identifier == "CLM"]
    start = starts[place]
    end = next(p for p in range(start + 1, len(segments) + 1) if p == len(segments) or _ends(segments[p]))
    kept = [*_head(segments, start), *_claim(segments[start:end], frequency, reference)]
    for row in kept:
        if row[0] == "BHT":
            row[3:6] = f"{row[3][:40]}-{control_number}", created.strftime("%Y%m%d"), created.strftime("%H%M")
    trailer = ["SE", str(len(kept) + 1), segments[0].get(2)]
    return [*kept, trailer]


def _ends(segment: Segment) -> bool:
    return segment.identifier in _CLAIM_ENDS


def _head(segments: Sequence[Segment], claim: int) -> list[list[str]]:
    """What stands before the claim: the header, and the levels of the hierarchy that hold it, without other claims."""
    levels: dict[str, list[Segment]] = {}
    parents: dict[str, str] = {}
    header: list[Segment] = []
    current = ""
    inside_claim = False
    for segment in segments[:claim]:
        if segment.identifier == "HL":
            current, inside_claim = segment.get(1), False
            parents[current], levels[current] = segment.get(2), []
        elif segment.identifier == "CLM":
            inside_claim = True
        if inside_claim:
            continue
        (levels[current] if current else header).append(segment)
    chain = []
    while current:
        if current in chain:
            raise WriteProblem("the levels of the hierarchy (HL) form a circle")
        chain.append(current)
        current = parents.get(current, "")
    numbers = {old: str(new) for new, old in enumerate(reversed(chain), 1)}
    rows = [list(segment.elements) for segment in header]
    for old in reversed(chain):
        for segment in levels[old]:
            row = list(segment.elements)
            if segment.identifier == "HL":
                row[1:3] = numbers[old], numbers.get(parents[old], "")
                if len(row) > 4:
                    row[4] = "0" if old == chain[0] else "1"
            rows.append(row)
    return rows


def _claim(segments: Sequence[Segment], frequency: str, reference: str) -> list[list[str]]:
    """The claim with its frequency set and REF*F8 in the place where the guides have it; an earlier one goes."""
    component = segments[0].delimiters.component
    rows = [list(segment.elements) for segment in segments]
    clm = rows[0]
    if len(clm) <= 5:
        raise WriteProblem("the claim has no CLM05, so its frequency cannot be set")
    place = clm[5].split(component)
    clm[5] = component.join([*place[:2], *[""] * (2 - len(place[:2])), frequency])
    loop_end = next((p for p, row in enumerate(rows) if row[0] in ("NM1", "LX", "SBR", "HI")), len(rows))
    rows = [row for p, row in enumerate(rows) if not (p < loop_end and row[:2] == ["REF", _ORIGINAL_REFERENCE])]
    insert = next((p for p, row in enumerate(rows) if row[0] not in _BEFORE_REFERENCE), len(rows))
    rows.insert(insert, ["REF", _ORIGINAL_REFERENCE, reference])
    return rows
