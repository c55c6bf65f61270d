"""Days that cannot have been: they wait for a person to look, with their figures, and are never denied (ADJUDICATION §2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from claims.adjudication.edits.statistics_asked import asked
from claims.adjudication.findings import NOT_CHECKED, PASS, PEND, Case, Edit, Finding, once
from claims.adjudication.timed_codes import minutes_of
from claims.model.claim import Line
from claims.model.history import PastLine

INPATIENT_PLACES = frozenset({"21", "51", "61"})
AMBULATORY_PLACES = frozenset({"10", "11", "12", "13", "20", "49", "50", "71", "72"})
NO_IMPOSSIBLE_DAY = once(PASS, "no impossible day")
NO_MINUTES = Decimal(0)


def check(case: Case, lines: Sequence[Line]) -> Sequence[Finding]:
    """Pend a clinician's day with more timed minutes than the plan believes, and a visit elsewhere in the midst of a stay.

    Minutes are those of this claim and of the history, of any patient: of lines billed in minutes and of codes whose unit has a
    stated time. The stay's first and last day are left out: patients come and go on them. What else is looked at, the plan
    says in its `[statistics]`.
    """
    findings = [*_long_days(case, lines), *_overlaps(case, lines)]
    if case.history is None:
        findings.append(Finding(None, NOT_CHECKED, "no history was given: only this claim's minutes were counted"))
    if case.plan.statistics is not None:
        findings += asked(case, lines, case.plan.statistics)
    return findings or NO_IMPOSSIBLE_DAY


def _long_days(case: Case, lines: Sequence[Line]) -> list[Finding]:
    days: dict[tuple[str, date], list[tuple[Line, Decimal]]] = {}
    for line in lines:
        minutes = minutes_of(line.procedure, line.units, line.unit) if line.begins == line.ends else None
        if not minutes:
            continue
        rendering = case.claim.rendering_of(line)
        if rendering is not None and rendering.npi:
            days.setdefault((rendering.npi, line.begins), []).append((line, minutes))
    findings = []
    most = case.plan.plan.edits.clinician_minutes
    for (npi, day), timed in days.items():
        minutes = sum([each for _, each in timed], NO_MINUTES)
        before = NO_MINUTES
        if case.history is not None:
            before = case.history.minutes(case.claim, npi, day, case.replaced)
        if minutes + before > most:
            why = (
                f"the clinician's day has {_plain(minutes + before)} timed minutes, {_plain(minutes)} of them on this claim; "
                f"more than {most} cannot be believed unseen"
            )
            cure = "show the clinician's schedule of the day, or correct units or rendering provider"
            findings += [Finding(line.number, PEND, why, cure, source=case.plan.source) for line, _ in timed]
    return findings


def _overlaps(case: Case, lines: Sequence[Line]) -> list[Finding]:
    if case.history is None:
        return []
    stays = [
        past for past in case.history.stays(case.claim, case.person, case.replaced) if past.place in INPATIENT_PLACES
    ]
    findings: list[Finding] = []
    if not stays:
        return findings
    for line in lines:
        if line.place not in AMBULATORY_PLACES:
            continue
        for past in stays:
            if _amid(past, line):
                why = f"billed in the midst of an inpatient stay that claim {past.claim} was paid for"
                cure = "show that the patient left the hospital on that day, or correct date or place of service"
                findings.append(Finding(line.number, PEND, why, cure, source="history"))
                break
    return findings


def _amid(past: PastLine, line: Line) -> bool:
    return past.begins < line.begins and line.ends < past.ends


def _plain(minutes: Decimal) -> str:
    return f"{minutes.normalize():f}"


EDIT = Edit("statistics", 2, check)
