"""What a payer's store says of clinicians and billing providers, of all patients: the figures that statistics ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from claims.adjudication.office_visits import OFFICE_VISITS, month_of, months_to
from claims.adjudication.plan_terms import PlanTerms
from claims.adjudication.practice import EVERYBODY
from claims.adjudication.timed_codes import minutes_of
from claims.model.claim import Claim
from claims.model.history import PracticeFigures
from claims.model.money import Money, total
from claims.model.network import NetworkProvider

if TYPE_CHECKING:
    from claims.store.work import UnitOfWork


def practice_figures(
    work: UnitOfWork, terms: PlanTerms, claim: Claim, providers: Sequence[NetworkProvider] | None
) -> PracticeFigures:
    """Sum up what the plan's statistics will ask of this claim, and nothing else; no figure says whose visit it was."""
    return PracticeFigures(
        minutes=tuple(_minutes(work, claim)),
        visits=tuple(_visits(work, terms, claim)),
        places=tuple(_places(work, terms, claim)),
        charges=tuple(_charges(work, terms, claim, providers)),
    )


def _minutes(work: UnitOfWork, claim: Claim) -> Iterator[tuple[str, date, Decimal]]:
    days = {
        (rendering.npi, line.begins)
        for line in claim.lines
        if line.begins == line.ends
        and minutes_of(line.procedure, line.units, line.unit)
        and (rendering := claim.rendering_of(line)) is not None
        and rendering.npi
    }
    for npi, day in sorted(days):
        minutes = sum(
            (
                minutes_of(past.procedure, past.units, past.unit) or Decimal(0)
                for past in work.history.of_clinician(npi, day)
                if past.ends == day
            ),
            Decimal(0),
        )
        if minutes:
            yield npi, day, minutes


def _visits(work: UnitOfWork, terms: PlanTerms, claim: Claim) -> Iterator[tuple[str, str, int, str, int]]:
    asked = terms.plan.statistics.level_of_service
    if asked is None:
        return
    found: set[tuple[str, str, int, str, int]] = set()
    for line in claim.lines:
        rendering = claim.rendering_of(line)
        if line.procedure not in asked.codes or rendering is None or not rendering.npi:
            continue
        months = months_to(line.begins)
        begins, before = _first_day(months.start), _first_day(months.stop)
        for npi, only in ((rendering.npi, rendering.npi), (EVERYBODY, None)):
            counts = work.history.counted(OFFICE_VISITS, rendering.taxonomy, begins, before, only)
            found |= {
                (npi, rendering.taxonomy, month_of(date(year, month, 1)), code, number)
                for year, month, code, number in counts
            }
    yield from sorted(found)


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _places(work: UnitOfWork, terms: PlanTerms, claim: Claim) -> Iterator[tuple[str, date, str]]:
    if terms.plan.statistics.geography is None:
        return
    days = {
        (rendering.npi, line.begins)
        for line in claim.lines
        if (rendering := claim.rendering_of(line)) is not None and rendering.npi
    }
    for npi, day in sorted(days):
        places = {past.postal_code for past in work.history.of_clinician(npi, day) if past.ends == day}
        yield from ((npi, day, place) for place in sorted(places) if place)


def _charges(
    work: UnitOfWork, terms: PlanTerms, claim: Claim, providers: Sequence[NetworkProvider] | None
) -> Iterator[tuple[str, date, Money]]:
    asked = terms.plan.statistics.ramp_up
    npi = claim.billing.npi
    provider = next((each for each in providers or () if each.npi == npi), None)
    if asked is None or provider is None or provider.begins is None:
        return
    begins, through = provider.begins, provider.begins + timedelta(asked.days - 1)
    if not any(begins <= line.begins <= through for line in claim.lines):
        return
    lines = work.history.of_billing_provider(npi, begins, through)
    for day in sorted({past.begins for past in lines}):
        yield npi, day, total(past.charge for past in lines if past.begins == day)
