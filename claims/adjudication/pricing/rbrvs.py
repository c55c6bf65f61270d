"""Pricing by relative values: work, practice expense and malpractice, each by its geographic index (ADJUDICATION §3)."""

from __future__ import annotations

from collections.abc import Sequence

from claims.adjudication.findings import Case, dollars
from claims.adjudication.pricing import fee_list
from claims.adjudication.pricing.answers import beforehand, denied, limited, waits
from claims.adjudication.pricing.multiple import reduce
from claims.adjudication.pricing.priced import Method, Priced
from claims.adjudication.pricing.quote import DENIED, ELSEWHERE, PRICE, WAITS, Locality, Quote, quote
from claims.adjudication.pricing.relative_price import cents
from claims.model.claim import Line
from claims.model.plan import Pricing


def locality_of(pricing: Pricing) -> Locality:
    """Return where and at what factor a plan applies the schedule."""
    numerator, denominator = pricing.percent.as_integer_ratio()
    factor = None if pricing.conversion_factor is None else int(pricing.conversion_factor.scaleb(4))
    return Locality(pricing.carrier, pricing.locality, numerator, denominator, factor)


def price(case: Case, lines: Sequence[Line]) -> list[Priced]:
    """Allow min(charge, schedule), with the reductions that lines of one day and provider take from one another.

    What the schedule does not price is priced by the plan's fees, its imported list or its share of the charge, and else
    waits: nothing is ever allowed at 0.00.
    """
    tables, locality = case.tables, locality_of(case.plan.plan.pricing)
    answers: dict[int, Priced] = {}
    quotes: list[Quote] = []
    for line in lines:
        early = beforehand(case, line)
        if early is not None:
            answers[line.number] = early
        elif line.unit == "MJ":
            answers[line.number] = elsewhere(case, line, "the line bills minutes and the schedule prices units")
        elif tables is None:
            why, cure = (
                "no tables were given, so there is no fee schedule",
                "import PPRRVU and GPCI: claims tables import",
            )
            answers[line.number] = waits(case, line, why, cure)
        else:
            quotes.append(quote(tables, locality, line))
    if tables is not None and len(quotes) > 0:
        reduce(tables, locality, quotes, lambda found: _provider(case, found.line))
    for found in quotes:
        answers[found.line.number] = _answer(case, found, locality)
    return [answers[line.number] for line in lines]


def _provider(case: Case, line: Line) -> str:
    rendering = case.claim.rendering_of(line)
    return case.claim.billing.npi if rendering is None or not rendering.npi else rendering.npi


def _answer(case: Case, found: Quote, locality: Locality) -> Priced:
    line = found.line
    source = case.plan.source if found.row is None else found.row.source
    if found.outcome == ELSEWHERE:
        return elsewhere(case, line, found.why)
    if found.outcome == WAITS:
        return waits(case, line, found.why, found.cure, source)
    if found.outcome == DENIED:
        return denied(case, line, found.why, found.cure or "none under this plan", found.reason, found.remarks, source)
    assert found.outcome == PRICE
    fee = found.fee(locality)
    if not fee and found.said:
        why = f"{'; '.join(found.said)}: nothing is left, so the service is part of the other one"
        return denied(case, line, why, "none: it is paid within the other service", "97", ("M15",), source)
    return limited(case, line, fee, described(found, locality, fee), source)


def described(found: Quote, locality: Locality, fee: int) -> str:
    """Tell how a fee came about, in one line."""
    place = "facility" if found.facility else "non-facility"
    parts = [f"schedule {place} {dollars(cents(found.unit.total))}"]
    if found.line.units != 1:
        parts.append(f"{found.line.units.normalize():f} units")
    parts.extend(found.said)
    if locality.numerator != locality.denominator:
        parts.append(f"plan pays {locality.numerator}/{locality.denominator}")
    said = ", ".join(parts)
    return said if len(parts) == 1 else f"{said} = {dollars(fee)}"


def elsewhere(case: Case, line: Line, why: str) -> Priced:
    """Price a line that the schedule does not by the plan's own fees, or let it wait."""
    answer = fee_list.listed_or_share(case, line, why)
    if answer is not None:
        return answer
    return waits(
        case, line, f"{why}, and the plan has no other fee for it", "give the plan a fee for it, or price it by hand"
    )


METHOD = Method(1, price)
