"""Edit 4, duplicates across the claim and the history (ADJUDICATION §2.4)."""

from __future__ import annotations

from collections.abc import Sequence

from claims.adjudication.codes import DUPLICATE
from claims.adjudication.findings import DENY, NOT_CHECKED, PASS, PEND, Case, Edit, Finding, once
from claims.model.claim import Line
from claims.model.history import PastLine

REPEATING = frozenset({"76", "77", "91", "59", "XE", "XP", "XS", "XU"})
"""Modifiers that say of a service that it was done again or apart: two such lines of one claim are two services.

RT and LT make a line distinct from one without them, or from each other, by being another modifier; two right knees are one.
"""

NONE_BEFORE = once(PASS, "no line was billed before")


def check(case: Case, lines: Sequence[Line]) -> Sequence[Finding]:
    """Deny OA-18 what agrees with an earlier line in everything; pend what differs from a line of another claim in its charge alone.

    Everything is: person, billing provider (and rendering, where both lines name one), dates, procedure, modifiers, place
    and charge. Lines of one claim are compared even where no history is given, and are never near matches.
    """
    findings = _within(case, lines) if len({line.procedure for line in lines}) < len(lines) else []
    denied = {finding.line for finding in findings}
    if case.history is None:
        return [
            *findings,
            Finding(None, NOT_CHECKED, "no history was given: only the lines of this claim were compared"),
        ]
    person, replaced = case.person, case.replaced
    for line in lines:
        if line.number not in denied:
            past_lines = case.history.alike(case.claim, line, person, replaced)
            finding = _against(line, past_lines) if past_lines else None
            if finding is not None:
                findings.append(finding)
    return findings or NONE_BEFORE


def _within(case: Case, lines: Sequence[Line]) -> list[Finding]:
    first: dict[object, int] = {}
    findings = []
    for line in lines:
        rendering = case.claim.rendering_of(line)
        key = (
            line.procedure,
            line.modifiers if len(line.modifiers) < 2 else tuple(sorted(line.modifiers)),
            line.begins,
            line.ends,
            line.place,
            line.charge.cents,
            "" if rendering is None else rendering.npi,
        )
        earlier = first.setdefault(key, line.number)
        if earlier != line.number and REPEATING.isdisjoint(line.modifiers):
            cure = "bill one line with all units, or a modifier that says why it is a service of its own"
            why = f"the same as line {earlier} of this claim"
            findings.append(Finding(line.number, DENY, why, cure=cure, group="OA", reason=DUPLICATE))
    return findings


def _against(line: Line, past_lines: Sequence[PastLine]) -> Finding | None:
    near = None
    for past in past_lines:
        if (past.place and past.place != line.place) or sorted(past.modifiers) != sorted(line.modifiers):
            continue
        if past.charge == line.charge:
            why = f"billed twice: the same as a line of claim {past.claim}, which was decided before"
            cure = "nothing is owed; a second service of the day needs a modifier that says so"
            return Finding(line.number, DENY, why, cure=cure, group="OA", reason=DUPLICATE, source="history")
        near = past
    if near is None:
        return None
    why = f"the same as a line of claim {near.claim} but for the charge: {line.charge} here, {near.charge} there"
    cure = "say which charge holds: replace the earlier claim, or add a modifier that makes the service distinct"
    return Finding(line.number, PEND, why, cure=cure, source="history")


EDIT = Edit("duplicate", 1, check)
