"""The statistics that a plan asks for; one that it does not ask for costs nothing."""

from __future__ import annotations

from collections.abc import Sequence

from claims.adjudication.edits import (
    statistics_geography,
    statistics_level_of_service,
    statistics_ramp_up,
    statistics_signing,
)
from claims.adjudication.findings import Case, Finding
from claims.model.claim import Line
from claims.model.plan import Statistics


def asked(case: Case, lines: Sequence[Line], settings: Statistics) -> list[Finding]:
    """Look at what the plan asks for; whatever is found waits with its figures, and nothing is denied."""
    findings: list[Finding] = []
    if settings.level_of_service is not None:
        findings += statistics_level_of_service.look(case, lines, settings.level_of_service)
    if settings.geography is not None:
        findings += statistics_geography.look(case, lines, settings.geography)
    if settings.ramp_up is not None:
        findings += statistics_ramp_up.look(case, lines, settings.ramp_up)
    if settings.signing_days is not None:
        findings += statistics_signing.look(case, lines, settings.signing_days)
    return findings
