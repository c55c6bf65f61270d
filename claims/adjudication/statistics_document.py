"""A plan's `[statistics]`: what makes a claim wait for a person to look (docs/plans.md)."""

from __future__ import annotations

from claims.adjudication.office_visits import OFFICE_VISITS
from claims.adjudication.strict import Table
from claims.model.plan import Geography, LevelOfService, RampUp, Statistics

STATISTICS = ("level_of_service", "geography", "ramp_up", "signing_days")
"""The keys of the table; each that is left out is not looked at."""


def read_statistics(table: Table) -> Statistics:
    """Read the settings; raises DocumentError where one is impossible or lacks what it needs."""
    return Statistics(
        level_of_service=_level_of_service(table.table("level_of_service", ("above_peers", "visits", "codes")))
        if table.has("level_of_service")
        else None,
        geography=_geography(table.table("geography", ("digits", "near"))) if table.has("geography") else None,
        ramp_up=_ramp_up(table.table("ramp_up", ("days", "charge"))) if table.has("ramp_up") else None,
        signing_days=table.whole("signing_days") if table.has("signing_days") else None,
    )


def _level_of_service(table: Table) -> LevelOfService:
    above = table.fraction("above_peers")
    default = LevelOfService(above)
    codes = table.texts("codes") if table.has("codes") else default.codes
    if not codes:
        raise table.fault("codes", "must name at least one office visit")
    for code in codes:
        if code not in OFFICE_VISITS:
            raise table.fault("codes", f"names what is not an office visit; those are {', '.join(OFFICE_VISITS)}")
    if len(set(codes)) < len(codes):
        raise table.fault("codes", "names an office visit twice")
    return LevelOfService(above, table.whole("visits", default.visits, least=1), codes)


def _geography(table: Table) -> Geography:
    digits = table.whole("digits", least=1)
    if digits > 5:
        raise table.fault("digits", f"is {digits}; a ZIP code has five")
    near: list[tuple[str, ...]] = []
    seen: set[str] = set()
    groups = table.value("near") if table.has("near") else []
    if not isinstance(groups, list):
        raise table.fault("near", 'must be a list of lists such as [["100", "112"]]')
    for group in groups:
        if not isinstance(group, list) or len(group) < 2:
            raise table.fault("near", "has a group that is not a list of at least two")
        for prefix in group:
            if not (isinstance(prefix, str) and prefix.isascii() and prefix.isdecimal() and len(prefix) == digits):
                raise table.fault("near", f"names what is not {digits} digits in quotes, the beginning of a ZIP code")
            if prefix in seen:
                raise table.fault("near", f"names {prefix} twice")
            seen.add(prefix)
        near.append(tuple(group))
    return Geography(digits, tuple(near))


def _ramp_up(table: Table) -> RampUp:
    return RampUp(table.whole("days", least=1), table.amount("charge"))
