"""Edit 7, NCCI procedure-to-procedure pairs across the claim and the history (ADJUDICATION §2.7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from claims.adjudication.codes import NOT_WITH_EARLIER
from claims.adjudication.findings import DENY, NO_TABLES, NOT_CHECKED, PASS, Case, Edit, Finding, once
from claims.adjudication.table_kinds import PAIRS, setting_of
from claims.model.claim import Line
from claims.model.history import PastLine
from claims.model.tables import ProcedurePair, Tables

MODIFIERS = frozenset(
    {
        "24",
        "25",
        "27",
        "57",
        "58",
        "59",
        "78",
        "79",
        "91",
        "XE",
        "XS",
        "XP",
        "XU",
        "LT",
        "RT",
        "LC",
        "LD",
        "RC",
        "LM",
        "RI",
    }
    | {"E1", "E2", "E3", "E4", "FA", "TA"}
    | {f"{limb}{digit}" for limb in "FT" for digit in range(1, 10)}
)
"""The NCCI modifiers: on either code of a pair with indicator 1 they let both be paid."""

ALONE = "bill the comprehensive code alone"
DISTINCT = "or, where the services were distinct, add the NCCI modifier that says so"
NO_PAIR = once(PASS, "no NCCI pair stands in the way")


def check(case: Case, lines: Sequence[Line]) -> Sequence[Finding]:
    """Deny the second code of a pair beside the first, on one member, provider and first day.

    A code that is denied here denies no other. Where an earlier claim was paid for the first code, the second is denied; where it was
    paid for the second, the first is denied until that claim is taken back, since both are never paid.
    """
    tables, setting = case.tables, setting_of(case.claim)
    if tables is None:
        return [Finding(None, NOT_CHECKED, NO_TABLES)]
    if not setting:
        return [Finding(None, PASS, "NCCI pairs are not for inpatient stays")]
    findings: list[Finding] = []
    days: dict[date, list[Line]] = {}
    for line in lines:
        days.setdefault(line.begins, []).append(line)
    for day, together in days.items():
        if tables.known(PAIRS[setting], day):
            findings += _of_day(case, tables, setting, day, together)
        else:
            findings.append(Finding(None, NOT_CHECKED, "no NCCI table is in force on a date of service"))
    if case.history is None:
        findings.append(Finding(None, NOT_CHECKED, "no history was given: only this claim's lines were paired"))
    return findings or NO_PAIR


def _of_day(case: Case, tables: Tables, setting: str, day: date, lines: list[Line]) -> list[Finding]:
    findings: list[Finding] = []
    open_lines = lines
    if case.history is not None:
        past_lines = case.history.on_day(case.claim, case.person, day, case.replaced)
        if past_lines:
            findings = [
                found for line in lines if (found := _against(case, tables, setting, day, line, past_lines)) is not None
            ]
            denied = {finding.line for finding in findings}
            open_lines = [line for line in lines if line.number not in denied]
    if len(open_lines) > 1:
        findings += _within(case, tables, setting, day, open_lines)
    return findings


def _within(case: Case, tables: Tables, setting: str, day: date, lines: list[Line]) -> list[Finding]:
    """Deny each second code whose first code stands: the ones that nothing denies first, then what they leave open."""
    codes = {line.procedure for line in lines}
    pairs = {
        (one, two): pair
        for one, two in tables.paired(setting, codes)
        if (pair := tables.procedure_pair(setting, one, two, day)) is not None
    }
    if not pairs:
        return []
    above: dict[int, list[tuple[Line, ProcedurePair]]] = {}
    for one in lines:
        for two in lines:
            pair = pairs.get((one.procedure, two.procedure))
            if (
                pair is not None
                and _holds(pair, one.modifiers, two.modifiers)
                and _same_provider(_rendering(case, one), _rendering(case, two))
            ):
                above.setdefault(two.number, []).append((one, pair))
    if not above:
        return []
    stands = {line.number for line in lines if line.number not in above}
    waiting = [line for line in lines if line.number in above]
    findings: list[Finding] = []
    while waiting:
        ready = [
            line
            for line in waiting
            if any(one.number in stands for one, _ in above[line.number])
            or all(one.number not in {other.number for other in waiting} for one, _ in above[line.number])
        ] or waiting[:1]
        for line in ready:
            first = next(((one, pair) for one, pair in above[line.number] if one.number in stands), None)
            if first is None:
                stands.add(line.number)
            else:
                why = f"part of the service of line {first[0].number} on the same day, with which it makes an NCCI pair"
                findings.append(_denied(case, line, why, _cure(first[1]), first[1]))
        waiting = [line for line in waiting if line not in ready]
    return findings


def _against(
    case: Case, tables: Tables, setting: str, day: date, line: Line, past_lines: Sequence[PastLine]
) -> Finding | None:
    for past in past_lines:
        if (
            past.begins != day
            or past.procedure == line.procedure
            or past.billing_npi != case.claim.billing.npi
            or not _same_provider(_rendering(case, line), past.rendering_npi)
        ):
            continue
        pair = tables.procedure_pair(setting, past.procedure, line.procedure, day)
        if pair is not None and _holds(pair, past.modifiers, line.modifiers):
            why = f"part of a service that claim {past.claim} was paid for on the same day, with which it makes an NCCI pair"
            return _denied(case, line, why, _cure(pair), pair, (NOT_WITH_EARLIER,))
        pair = tables.procedure_pair(setting, line.procedure, past.procedure, day)
        if pair is not None and _holds(pair, line.modifiers, past.modifiers):
            why = f"claim {past.claim} was paid on the same day for a part of this service, with which it makes an NCCI pair"
            cure = f"replace claim {past.claim} by one that bills the comprehensive code"
            if pair.indicator == "1":
                cure = f"{cure}, {DISTINCT}"
            return _denied(case, line, why, cure, pair, (NOT_WITH_EARLIER,))
    return None


def _holds(pair: ProcedurePair, one: Sequence[str], two: Sequence[str]) -> bool:
    if pair.indicator == "9":
        return False
    return pair.indicator != "1" or (MODIFIERS.isdisjoint(one) and MODIFIERS.isdisjoint(two))


def _same_provider(one: str, two: str) -> bool:
    return not one or not two or one == two


def _rendering(case: Case, line: Line) -> str:
    rendering = case.claim.rendering_of(line)
    return "" if rendering is None else rendering.npi


def _cure(pair: ProcedurePair) -> str:
    return f"{ALONE}, {DISTINCT}" if pair.indicator == "1" else f"{ALONE}; no modifier opens this pair"


def _denied(case: Case, line: Line, why: str, cure: str, pair: ProcedurePair, remarks: tuple[str, ...] = ()) -> Finding:
    reason = case.plan.plan.edits.bundled_reason
    return Finding(line.number, DENY, why, cure, "CO", reason, remarks, pair.source)


EDIT = Edit("ncci", 1, check)
