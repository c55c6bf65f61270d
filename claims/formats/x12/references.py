"""Reference numbers of an 837: REF by qualifier, authorisations, and the encounter records that PWK names."""

from __future__ import annotations

from collections.abc import Mapping

from claims.formats.x12.hierarchy import Level

_EVIDENCE = ("OZ", "EL", "AC")


def read_references(level: Level, loop: str) -> dict[str, str]:
    """Read REF02 of a loop by qualifier; the first of each counts."""
    found: dict[str, str] = {}
    for segment in level.all(loop, "REF"):
        found.setdefault(segment.get(1), segment.get(2))
    return found


def authorization(references: Mapping[str, str]) -> str:
    """Pick the prior authorisation (REF*G1), or the referral number (REF*9F) where there is no other."""
    return references.get("G1") or references.get("9F", "")


def read_evidence(level: Level, loop: str) -> tuple[str, ...]:
    """Read encounter record ids: PWK01 OZ (support data for the claim), sent electronically, with a control number of its own."""
    return tuple(
        segment.get(6)
        for segment in level.all(loop, "PWK")
        if (segment.get(1), segment.get(2), segment.get(5)) == _EVIDENCE and segment.get(6)
    )
