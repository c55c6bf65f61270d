"""Reference numbers of an 837: REF by qualifier, authorisations, and the encounter records that PWK names."""

from __future__ import annotations

from claims.formats.x12.hierarchy import Level

_EVIDENCE = ("OZ", "EL", "AC")


def read_reference(level: Level, loop: str, qualifier: str) -> str:
    """Read REF02 of the first REF with this qualifier; empty where there is none."""
    found = level.find(loop, "REF", qualifier)
    return found.get(2) if found else ""


def read_authorization(level: Level, loop: str) -> str:
    """Read the prior authorisation (REF*G1), or the referral number (REF*9F) where there is no other."""
    return read_reference(level, loop, "G1") or read_reference(level, loop, "9F")


def read_evidence(level: Level, loop: str) -> tuple[str, ...]:
    """Read encounter record ids: PWK01 OZ (support data for the claim), sent electronically, with a control number of its own."""
    return tuple(
        segment.get(6)
        for segment in level.all(loop, "PWK")
        if (segment.get(1), segment.get(2), segment.get(5)) == _EVIDENCE and segment.get(6)
    )
