"""A billing provider that charges much in its first days in the network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from claims.adjudication.findings import NOT_CHECKED, PEND, Case, Finding, dollars
from claims.model.claim import Line
from claims.model.plan import RampUp

CURE = "show the practice's schedule and staff of its first days, and how many patients it has"


def look(case: Case, lines: Sequence[Line], asked: RampUp) -> list[Finding]:
    """Pend lines of a new billing provider whose charges of its first days are above what the plan takes unseen.

    The days count from the provider's `from` date, which is the first. Charges are this claim's and, of any patient, those of
    the history that were allowed, by the day on which the service began.
    """
    provider = None if case.providers is None else case.providers.get(case.claim.billing.npi)
    if provider is None or provider.begins is None:
        return [Finding(None, NOT_CHECKED, "it is not known since when the billing provider is in the network")]
    begins, through = provider.begins, provider.begins + timedelta(asked.days - 1)
    early = [line for line in lines if _within(line, begins, through)]
    if not early:
        return []
    if case.history is None:
        return [Finding(None, NOT_CHECKED, "no history was given: a new provider's charges were not added up")]
    before = case.history.practice.charges(case.claim, begins, through, case.replaced)
    charged = sum(line.charge.cents for line in early)
    if before + charged <= asked.charge.cents:
        return []
    why = (
        f"the billing provider is in its first {asked.days} days in the network and has charged {dollars(before + charged)} "
        f"for them, {dollars(charged)} of it on this claim: more than {asked.charge}"
    )
    return [Finding(line.number, PEND, why, CURE, source=case.plan.source) for line in early]


def _within(line: Line, begins: date, through: date) -> bool:
    return begins <= line.begins <= through
