"""A decision's amounts in FHIR's and CARIN's categories, so that they add up.

Of every line, and of the claim: submitted = paidtoprovider + paidtopatient + copay + deductible + coinsurance + discount
+ priorpayerpaid + noncovered, and also submitted − Σ adjustmentreason = paidtoprovider.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from claims.formats.fhir.answer_parties import Resource, concept
from claims.formats.fhir.claim_systems import (
    ADJUDICATION,
    ADJUSTMENT_GROUP,
    ADJUSTMENT_REASON,
    CARIN_ADJUDICATION,
    DISCRIMINATOR,
    REASON,
    REMARK,
)
from claims.model.decision import PENDED, Adjustment, Decision, LineDecision
from claims.model.money import ZERO, Money, total

_HL7_CATEGORIES = frozenset({"submitted", "eligible", "copay", "deductible"})
_SHARES = {("PR", "3"): "copay", ("PR", "1"): "deductible", ("PR", "2"): "coinsurance", ("CO", "45"): "discount"}
_EARLIER_PAYERS = "23"
PARTS = (
    "paidtoprovider",
    "paidtopatient",
    "copay",
    "deductible",
    "coinsurance",
    "discount",
    "priorpayerpaid",
    "noncovered",
)
"""The categories that add up to what was submitted."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts by category, in the order in which they are written."""

    by_category: tuple[tuple[str, Money], ...]

    def adjudications(self) -> list[Resource]:
        """Write them as adjudications of a line."""
        return [{"category": _category(name), "amount": money(amount)} for name, amount in self.by_category]

    def totals(self) -> list[Resource]:
        """Write them as totals of a claim; a total has the same two elements."""
        return self.adjudications()


def amounts_of(part: Decision | LineDecision, adjustments: Iterable[Adjustment], *, decided: bool) -> Amounts:
    """Sort what was billed into categories; of a claim that is not decided yet there is nothing but what was billed."""
    if not decided:
        return Amounts((("submitted", part.charge),))
    parts = dict.fromkeys(PARTS, ZERO)
    parts["paidtoprovider"] = part.paid
    every = tuple(adjustments)
    for adjustment in every:
        name = _SHARES.get((adjustment.group, adjustment.reason), "noncovered")
        if adjustment.reason == _EARLIER_PAYERS:
            name = "priorpayerpaid"
        parts[name] = parts[name] + adjustment.amount
    liability = total(adjustment.amount for adjustment in every if adjustment.group == "PR")
    whole = {"submitted": part.charge, "eligible": part.allowed, **parts, "memberliability": liability}
    return Amounts(tuple(whole.items()))


def decision_amounts(decision: Decision) -> Amounts:
    """The amounts of the whole claim, from its own adjustments and those of its lines."""
    every = [*decision.adjustments, *(each for line in decision.lines for each in line.adjustments)]
    return amounts_of(decision, every, decided=decision.status != PENDED)


def reasons(adjustments: Iterable[Adjustment], remarks: Iterable[str] = ()) -> list[Resource]:
    """Write why a part is not paid: an adjudication for each adjustment, with its CARC and group, and one for each RARC."""
    category = concept(DISCRIMINATOR, ADJUSTMENT_REASON)
    found: list[Resource] = []
    for each in adjustments:
        coding = [{"system": REASON, "code": each.reason}, {"system": ADJUSTMENT_GROUP, "code": each.group}]
        written: Resource = {"category": category, "reason": {"coding": coding}, "amount": money(each.amount)}
        if each.quantity is not None:
            written["value"] = each.quantity
        found.append(written)
    return found + [{"category": category, "reason": concept(REMARK, remark)} for remark in remarks]


def allowed_units(line: LineDecision) -> Resource:
    """Write how many units were allowed: none of a line that is denied."""
    units = line.units if line.allowed else Decimal(0)
    return {"category": concept(DISCRIMINATOR, "allowedunits"), "value": units}


def money(amount: Money) -> Resource:
    """Write an amount to the cent."""
    return {"value": Decimal(str(amount)), "currency": amount.currency}


def _category(name: str) -> Resource:
    return concept(ADJUDICATION if name in _HL7_CATEGORIES else CARIN_ADJUDICATION, name)
