"""What members use of a plan year, counted line by line (ADJUDICATION §4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from claims.adjudication.cost_share import Share
from claims.adjudication.plan_terms import PlanTerms
from claims.model.claim import Claim, Line
from claims.model.decision import Usage
from claims.model.money import Money
from claims.model.plan import Accumulators


class Counter:
    """One plan year's running totals while a claim is decided, in cents."""

    __slots__ = ("_deductible", "_maximum", "deductible", "deductible_used", "out_of_pocket", "out_of_pocket_used")

    def __init__(self, plan: PlanTerms, used: Accumulators) -> None:
        self._deductible = plan.deductible
        self._maximum = plan.out_of_pocket
        self.deductible_used = used.deductible.cents
        self.out_of_pocket_used = used.out_of_pocket.cents
        self.deductible = 0
        self.out_of_pocket = 0

    @property
    def deductible_left(self) -> int:
        """What is left of the deductible; nothing where more was used than this plan asks."""
        return max(0, self._deductible - self.deductible_used - self.deductible)

    @property
    def room(self) -> int | None:
        """What is left of the out-of-pocket maximum; None where the plan has none."""
        if self._maximum is None:
            return None
        return max(0, self._maximum - self.out_of_pocket_used - self.out_of_pocket)

    def use(self, part: Share) -> None:
        """Count a line's share: the deductible towards the deductible, all of it towards the out-of-pocket maximum."""
        self.deductible += part.deductible
        self.out_of_pocket += part.total


class Counters:
    """The counters of a claim, one for each plan year that its lines begin in.

    Accumulators without a year are those of the plan year of the claim's earliest service; any other year begins at zero.
    """

    __slots__ = ("_counters", "_given", "_plan")

    def __init__(self, plan: PlanTerms, claim: Claim, given: Accumulators | Mapping[int, Accumulators] | None) -> None:
        self._plan = plan
        self._counters: dict[int, Counter] = {}
        if given is None:
            given = {}
        elif isinstance(given, Accumulators):
            year = given.year
            given = {first_year(plan, claim) if year is None else year: given}
        self._given = given

    def of(self, line: Line) -> Counter:
        """Return the counter of the plan year in which a line begins."""
        year = self._plan.year_of(line.begins)
        counter = self._counters.get(year)
        if counter is None:
            counter = self._counters[year] = Counter(self._plan, self._given.get(year) or Accumulators())
        return counter

    def usage(self, person: str, family: str) -> tuple[Usage, ...]:
        """Return what the claim used, by plan year; years that it used nothing of are left out."""
        return tuple(
            Usage(person, family, year, Money(counter.deductible), Money(counter.out_of_pocket))
            for year, counter in sorted(self._counters.items())
            if counter.out_of_pocket
        )


def first_year(plan: PlanTerms, claim: Claim) -> int:
    """Return the plan year of a claim's earliest service."""
    return plan.year_of(min(line.begins for line in claim.lines))


def carry(used: Mapping[int, Accumulators], usage: Iterable[Usage]) -> dict[int, Accumulators]:
    """Return accumulators by plan year after a decision's usage."""
    after = dict(used)
    for entry in usage:
        before = after.get(entry.year) or Accumulators()
        after[entry.year] = Accumulators(
            before.deductible + entry.deductible, before.out_of_pocket + entry.out_of_pocket, entry.year
        )
    return after
