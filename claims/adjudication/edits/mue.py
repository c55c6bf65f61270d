"""Edit 8, medically unlikely edits: the most units of a code (ADJUDICATION §2.8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from claims.adjudication.codes import UNITS_EXCEED
from claims.adjudication.findings import DENY, NO_TABLES, NOT_CHECKED, PASS, Case, Edit, Finding, once
from claims.adjudication.table_kinds import UNIT_LIMITS, setting_of
from claims.model.claim import Line
from claims.model.history import PastLine
from claims.model.tables import UnitLimit

AFTER_SURGERY_ONLY = "55"
"""A modifier whose lines CMS leaves out of the sum: postoperative care only."""

CURES = {
    "1": "correct the units, or bill what was medically necessary on lines of their own with a modifier that says why",
    "2": "correct the units: the limit of a day is absolute and cannot be appealed",
    "3": "correct the units, or appeal with the record that shows the need",
}

WITHIN = once(PASS, "all units are within their limits")
NOTHING = Decimal(0)


def check(case: Case, lines: Sequence[Line]) -> Sequence[Finding]:
    """Deny all units of a code that are above its limit: of a line (indicator 1), or of a day with the history (2 and 3).

    The units of a line of several days are shared among them, half up to whole units, as CMS does.
    """
    tables, setting = case.tables, setting_of(case.claim)
    if tables is None:
        return [Finding(None, NOT_CHECKED, NO_TABLES)]
    if not setting:
        return [Finding(None, PASS, "MUE are not for inpatient stays")]
    findings: list[Finding] = []
    unlimited: set[date] = set()
    together: dict[tuple[str, date, str], tuple[UnitLimit, list[Line]]] = {}
    for line in lines:
        for day in (line.begins,) if line.begins == line.ends else _days(line.begins, line.ends):
            limit = tables.unit_limit(setting, line.procedure, day)
            if limit is None:
                unlimited.add(day)
            else:
                rendering = case.claim.rendering_of(line)
                key = line.procedure, day, "" if rendering is None else rendering.npi
                together.setdefault(key, (limit, []))[1].append(line)
    denied: set[int] = set()
    earlier: dict[date, Sequence[PastLine]] = {}
    for (_, day, npi), (limit, billed) in together.items():
        if day not in earlier:
            earlier[day] = _past_lines(case, day)
        for finding in _above(case, limit, npi, billed, earlier[day]):
            if finding.line not in denied:
                denied.add(finding.line or 0)
                findings.append(finding)
    if unlimited and not all(tables.known(UNIT_LIMITS[setting], day) for day in unlimited):
        findings.append(Finding(None, NOT_CHECKED, "no MUE table is in force on a date of service"))
    if case.history is None:
        findings.append(Finding(None, NOT_CHECKED, "no history was given: only this claim's units were counted"))
    return findings or WITHIN


def _past_lines(case: Case, day: date) -> Sequence[PastLine]:
    return () if case.history is None else case.history.on_day(case.claim, case.person, day, case.replaced)


def _above(
    case: Case, limit: UnitLimit, npi: str, billed: Sequence[Line], past_lines: Sequence[PastLine]
) -> Iterator[Finding]:
    if limit.adjudication == "1":
        for line in billed:
            units = _of_day(line.units, line.begins, line.ends)
            if units > limit.limit:
                yield _denied(case, line, limit, f"{units.normalize():f} units on one line")
        return
    counted = [line for line in billed if AFTER_SURGERY_ONLY not in line.modifiers]
    units = sum([_of_day(line.units, line.begins, line.ends) for line in counted], NOTHING)
    before = _before(case, limit.code, npi, past_lines) if past_lines else NOTHING
    if units and units + before > limit.limit:
        what = f"{units.normalize():f} units of one day"
        if before:
            what += f" beside {before.normalize():f} on earlier claims"
        for line in counted:
            yield _denied(case, line, limit, what)


def _before(case: Case, code: str, rendering: str, past_lines: Sequence[PastLine]) -> Decimal:
    """Return the units of a code that earlier claims of this patient and provider were allowed on a day."""
    claim = case.claim
    return sum(
        (
            _of_day(past.units, past.begins, past.ends)
            for past in past_lines
            if past.procedure == code
            and past.billing_npi == claim.billing.npi
            and AFTER_SURGERY_ONLY not in past.modifiers
            and (not rendering or not past.rendering_npi or rendering == past.rendering_npi)
        ),
        Decimal(0),
    )


def _days(begins: date, ends: date) -> Iterator[date]:
    day = begins
    while day <= ends:
        yield day
        day += timedelta(days=1)


def _of_day(units: Decimal, begins: date, ends: date) -> Decimal:
    if begins >= ends:
        return units
    return (units / ((ends - begins).days + 1)).quantize(Decimal(1), ROUND_HALF_UP)


def _denied(case: Case, line: Line, limit: UnitLimit, what: str) -> Finding:
    why = f"{what} are above the limit of {limit.limit}, so all of them are denied"
    cure = CURES.get(limit.adjudication, CURES["2"])
    reason = case.plan.plan.edits.units_reason
    return Finding(line.number, DENY, why, cure, "CO", reason, (UNITS_EXCEED,), limit.source)


EDIT = Edit("mue", 1, check)
