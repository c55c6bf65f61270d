"""A clinician whose visits are of the highest level far more often than those of peers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from claims.adjudication.findings import NOT_CHECKED, PEND, Case, Finding
from claims.adjudication.history import History
from claims.adjudication.office_visits import OFFICE_VISITS, month_of, months_to
from claims.adjudication.practice import Visits
from claims.model.claim import Line
from claims.model.party import Provider
from claims.model.plan import LevelOfService

CURE = "send the visit's documentation for review of its level, or correct the procedure code"


def look(case: Case, lines: Sequence[Line], asked: LevelOfService) -> list[Finding]:
    """Pend visits of the highest level where the clinician's share of them is above the peers' by more than the plan takes.

    Compared are the office visits of the twelve months that end with the visit's, this claim's among them. Peers are the
    other clinicians of whom claims name the same taxonomy.
    """
    highest = frozenset(asked.codes)
    suspect = [line for line in lines if line.procedure in highest]
    if not suspect:
        return []
    if case.history is None:
        return [Finding(None, NOT_CHECKED, "no history was given: levels of service were not compared with peers'")]
    answers: dict[tuple[str, str, int], tuple[str, str]] = {}
    findings = []
    for line in suspect:
        rendering = case.claim.rendering_of(line)
        if rendering is None or not rendering.npi:
            findings.append(Finding(line.number, NOT_CHECKED, "no clinician is named to compare with peers"))
            continue
        key = rendering.npi, rendering.taxonomy, month_of(line.begins)
        if key not in answers:
            answers[key] = _compared(case, case.history, rendering, line.begins, highest, asked)
        outcome, why = answers[key]
        if outcome == PEND:
            findings.append(Finding(line.number, PEND, why, CURE, source=case.plan.source))
        elif outcome:
            findings.append(Finding(line.number, NOT_CHECKED, why))
    return findings


def _compared(
    case: Case, history: History, clinician: Provider, day: date, highest: frozenset[str], asked: LevelOfService
) -> tuple[str, str]:
    own, peers = history.practice.visits(case.claim, clinician.npi, clinician.taxonomy, day, highest, case.replaced)
    own = own.and_more(_billed(case, clinician, day, highest))
    if not _enough(own, peers, asked.visits):
        why = (
            f"levels of service are compared from {asked.visits} visits on: "
            f"the clinician has {own.all} in twelve months, peers {peers.all}"
        )
        return NOT_CHECKED, why
    # own/own.all − peers/peers.all > above, without a division
    difference = own.highest * peers.all - peers.highest * own.all
    if difference <= asked.above_peers * own.all * peers.all:
        return "", ""
    why = (
        f"{own.highest} of the clinician's {own.all} office visits in twelve months were of the highest level "
        f"({_percent(own)} %), and {peers.highest} of peers' {peers.all} ({_percent(peers)} %): more than "
        f"{_plain(asked.above_peers * 100)} points above"
    )
    return PEND, why


def _billed(case: Case, clinician: Provider, day: date, highest: frozenset[str]) -> Visits:
    """Count the visits of this claim itself, whatever became of its lines."""
    months = months_to(day)
    billed = [
        line
        for line in case.claim.lines
        if line.procedure in OFFICE_VISITS
        and month_of(line.begins) in months
        and (rendering := case.claim.rendering_of(line)) is not None
        and rendering.npi == clinician.npi
    ]
    return Visits(len(billed), sum(line.procedure in highest for line in billed))


def _enough(own: Visits, peers: Visits, least: int) -> bool:
    return own.all >= least and peers.all >= least


def _percent(visits: Visits) -> str:
    return f"{Decimal(100 * visits.highest) / visits.all:.1f}"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
