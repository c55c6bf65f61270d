"""Edit 2, second half: nobody on the exclusion list is paid or referred by (ADJUDICATION §2.2; 42 CFR 1001.1901)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claims.adjudication.codes import PROVIDER_NOT_ELIGIBLE, REFERRING_NOT_ELIGIBLE
from claims.adjudication.findings import DENY, NO_TABLES, NOT_CHECKED, PASS, Case, Edit, Finding, once
from claims.adjudication.table_kinds import EXCLUSIONS
from claims.model.claim import Claim, Line
from claims.model.tables import Tables

CURE = "none while the exclusion stands; from the day of reinstatement, bill again what was done after it"
NOBODY = once(PASS, "nobody of the claim is excluded on a date of service")
NO_LIST = once(NOT_CHECKED, "no exclusion list is in force on a date of service")


def check(case: Case, lines: Sequence[Line]) -> Sequence[Finding]:
    """Deny CO-B7 where billing or rendering provider is excluded on a day of the line, CO-183 where the referring one is."""
    tables = case.tables
    if tables is None:
        return [Finding(None, NOT_CHECKED, NO_TABLES)]
    first, second = EXCLUSIONS
    for day in {line.begins for line in lines}:
        if not tables.known(first, day) and not tables.known(second, day):
            return NO_LIST
    if not _anybody(case.claim, lines, tables):
        return NOBODY
    return [finding for line in lines if (finding := _fault(case.claim, line, tables)) is not None] or NOBODY


def _anybody(claim: Claim, lines: Sequence[Line], tables: Tables) -> bool:
    """Whether anybody is excluded on a day: most claims name few providers and days, and nobody is."""
    asked = set()
    for line in lines:
        for _, npi, _ in _named(claim, line):
            asked.add((npi, line.begins))
            asked.add((npi, line.ends))
    return any(tables.exclusion(npi, day) is not None for npi, day in asked)


def _fault(claim: Claim, line: Line, tables: Tables) -> Finding | None:
    for role, npi, reason in _named(claim, line):
        found = tables.exclusion(npi, line.begins)
        if found is None and line.ends != line.begins:
            found = tables.exclusion(npi, line.ends)
        if found is not None:
            why = f"the {role} provider is excluded on the date of service"
            return Finding(line.number, DENY, why, CURE, group="CO", reason=reason, source=found.source)
    return None


def _named(claim: Claim, line: Line) -> Iterator[tuple[str, str, str]]:
    yield "billing", claim.billing.npi, PROVIDER_NOT_ELIGIBLE
    rendering = claim.rendering_of(line)
    if rendering is not None and rendering.npi and rendering.npi != claim.billing.npi:
        yield "rendering", rendering.npi, PROVIDER_NOT_ELIGIBLE
    if claim.referring is not None and claim.referring.npi:
        yield "referring", claim.referring.npi, REFERRING_NOT_ELIGIBLE


EDIT = Edit("exclusion", 1, check)
