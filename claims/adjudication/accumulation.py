"""What members and families use of a plan year, counted line by line (ADJUDICATION §4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from claims.adjudication.cost_share import Share
from claims.adjudication.plan_terms import Limits, PlanTerms
from claims.model.claim import Claim, Line
from claims.model.decision import AuthorizationUse, Decision, Usage, make_usage
from claims.model.money import ZERO, Money, amount
from claims.model.plan import Accumulators, make_accumulators


class Counter:
    """One plan year's running totals of one network while a claim is decided, in cents: of the person and of the family.

    `deductible_left` is what is left of the deductible, nothing where more was used than this plan asks; `room` what is left
    of the out-of-pocket maximum, None where the plan has none.
    """

    __slots__ = ("deductible", "deductible_left", "out_of_pocket", "room")

    def __init__(self, limits: Limits, person: tuple[int, int], family: tuple[int, int]) -> None:
        """Begin from what person and family used before: (deductible, out-of-pocket) each."""
        # A family has used at least what its member has, also where nobody counted it.
        used_deductible, used_maximum = person
        family_deductible, family_maximum = family
        if family_deductible < used_deductible:
            family_deductible = used_deductible
        if family_maximum < used_maximum:
            family_maximum = used_maximum
        if limits.family_deductible is None:
            left = limits.deductible - used_deductible
        elif limits.aggregate:
            left = limits.family_deductible - family_deductible
        else:
            left = min(limits.deductible - used_deductible, limits.family_deductible - family_deductible)
        self.deductible_left = left if left > 0 else 0
        room = None if limits.out_of_pocket is None else limits.out_of_pocket - used_maximum
        if limits.family_out_of_pocket is not None:
            shared = limits.family_out_of_pocket - family_maximum
            room = shared if room is None or shared < room else room
        self.room = 0 if room is not None and room < 0 else room
        self.deductible = 0
        self.out_of_pocket = 0

    def use(self, part: Share) -> None:
        """Count a line's share: the deductible towards the deductible, all of it towards the out-of-pocket maximum."""
        copay, deductible, coinsurance, _ = part
        total = copay + deductible + coinsurance
        self.out_of_pocket += total
        if deductible:
            self.deductible += deductible
            left = self.deductible_left - deductible
            self.deductible_left = left if left > 0 else 0
        if self.room is not None:
            room = self.room - total
            self.room = room if room > 0 else 0


Given = Accumulators | Mapping[int, Accumulators] | None


class Counters:
    """The counters of a claim, one for each plan year that its lines begin in.

    Accumulators without a year are those of the plan year of the claim's earliest service; any other year begins at zero.
    """

    __slots__ = ("_counters", "_family", "_given", "_last", "_limits", "_outside", "_plan")

    def __init__(self, plan: PlanTerms, claim: Claim, given: Given, family: Given, in_network: bool) -> None:
        self._plan = plan
        self._outside = not in_network and plan.apart
        self._limits = plan.limits_of(in_network)
        self._counters: dict[int, Counter] = {}
        self._last: tuple[date, Counter] | None = None
        self._given = _by_year(plan, claim, given)
        self._family = _by_year(plan, claim, family)

    def of(self, line: Line) -> Counter:
        """Return the counter of the plan year in which a line begins."""
        if self._last is not None and line.begins == self._last[0]:
            return self._last[1]
        year = self._plan.year_of(line.begins)
        counter = self._counters.get(year)
        if counter is None:
            person, family = self._used(self._given.get(year)), self._used(self._family.get(year))
            counter = self._counters[year] = Counter(self._limits, person, family)
        self._last = line.begins, counter
        return counter

    def _used(self, used: Accumulators | None) -> tuple[int, int]:
        if used is None:
            return 0, 0
        if self._outside:
            return used.out_of_network_deductible.cents, used.out_of_network_out_of_pocket.cents
        return used.deductible.cents, used.out_of_pocket.cents

    def usage(self, person: str, family: str) -> tuple[Usage, ...]:
        """Return what the claim used, by plan year; years that it used nothing of are left out."""
        return tuple(
            [
                self._usage(person, family, year, amount(counter.deductible), amount(counter.out_of_pocket))
                for year, counter in sorted(self._counters.items())
                if counter.out_of_pocket
            ]
        )

    def _usage(self, person: str, family: str, year: int, deductible: Money, out_of_pocket: Money) -> Usage:
        if self._outside:
            return make_usage(person, family, year, ZERO, ZERO, deductible, out_of_pocket)
        return make_usage(person, family, year, deductible, out_of_pocket)


def _by_year(plan: PlanTerms, claim: Claim, given: Given) -> Mapping[int, Accumulators]:
    if given is None:
        return {}
    if isinstance(given, Accumulators):
        return {first_year(plan, claim) if given.year is None else given.year: given}
    return given


def first_year(plan: PlanTerms, claim: Claim) -> int:
    """Return the plan year of a claim's earliest service."""
    return plan.year_of(min(line.begins for line in claim.lines))


def carry(used: Mapping[int, Accumulators], usage: Iterable[Usage]) -> dict[int, Accumulators]:
    """Return accumulators by plan year after a decision's usage."""
    after = dict(used)
    for entry in usage:
        before = after.get(entry.year) or Accumulators()
        after[entry.year] = make_accumulators(
            _sum(before.deductible, entry.deductible),
            _sum(before.out_of_pocket, entry.out_of_pocket),
            entry.year,
            _sum(before.out_of_network_deductible, entry.out_of_network_deductible),
            _sum(before.out_of_network_out_of_pocket, entry.out_of_network_out_of_pocket),
        )
    return after


def _sum(used: Money, more: Money) -> Money:
    return used + more if more else used


def reverse(decision: Decision) -> tuple[Usage, ...]:
    """Return what a void or a replacement takes out of the accumulators again: a decision's usage, negated."""
    return tuple(
        replace(
            used,
            deductible=-used.deductible,
            out_of_pocket=-used.out_of_pocket,
            out_of_network_deductible=-used.out_of_network_deductible,
            out_of_network_out_of_pocket=-used.out_of_network_out_of_pocket,
        )
        for used in decision.usage
    )


def reverse_authorizations(decision: Decision) -> tuple[AuthorizationUse, ...]:
    """Return what a void or a replacement gives back to authorisations: the units that a decision took, negated."""
    return tuple(replace(use, units=-use.units) for use in decision.authorization_uses)
