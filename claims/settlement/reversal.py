"""Taking a decision back: every amount negated, and what of it is settled later (ADJUDICATION §7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from claims.model.decision import REVERSED, Adjustment, Decision, TraceEntry, Usage
from claims.model.money import ZERO, Money, total
from claims.model.remittance import ProviderAdjustment

RECOVERY, FORWARD, ADJUSTMENT = "WO", "FB", "CS"
"""PLB03-1: an overpayment taken back, a balance carried forward, an adjustment in the provider's favour that waits."""


def reversal_of(decision: Decision) -> Decision:
    """Return a decision that takes this one back: charge, allowed, paid, patient and adjustments negated, at every level.

    Units of the services stay, since the amounts carry the sign; the quantity of an adjustment turns with its amount.
    """
    return replace(
        decision,
        status=REVERSED,
        charge=-decision.charge,
        allowed=-decision.allowed,
        paid=-decision.paid,
        patient=-decision.patient,
        other_payer=-decision.other_payer,
        adjustments=_negated(decision.adjustments),
        lines=tuple(
            replace(
                line,
                charge=-line.charge,
                allowed=-line.allowed,
                paid=-line.paid,
                adjustments=_negated(line.adjustments),
            )
            for line in decision.lines
        ),
        usage=tuple(
            Usage(used.person, used.family, used.year, -used.deductible, -used.out_of_pocket) for used in decision.usage
        ),
        trace=(TraceEntry("correction", None, "adjust", f"takes back what claim {decision.claim} was decided"),),
        matches=(),
    )


def _negated(adjustments: tuple[Adjustment, ...]) -> tuple[Adjustment, ...]:
    return tuple(
        replace(each, amount=-each.amount, quantity=None if each.quantity is None else -each.quantity)
        for each in adjustments
    )


@dataclass(frozen=True, slots=True)
class PendingOffset:
    """What a correction leaves to be settled later, by the payer's control number of the claim that was reversed.

    A positive amount is to be taken from the provider, a negative one is owed to it.
    """

    reference: str
    amount: Money

    def told(self, day: date) -> tuple[ProviderAdjustment, ...]:
        """The PLB of the 835 that tells of the correction while no money moves: negative where money will be taken."""
        return _adjustment(self.reference, -self.amount, RECOVERY if self.amount > ZERO else ADJUSTMENT, day)

    def taken(self, day: date) -> tuple[ProviderAdjustment, ...]:
        """The PLB of the later 835 whose payment settles it: positive where money is taken. Told and taken cancel."""
        return _adjustment(self.reference, self.amount, RECOVERY if self.amount > ZERO else ADJUSTMENT, day)


def carried_forward(reference: str, balance: Money, day: date) -> tuple[ProviderAdjustment, ...]:
    """Return the PLB FB that lifts a negative balance to nothing; none where the balance is not negative."""
    return _adjustment(reference, balance, FORWARD, day) if balance < ZERO else ()


def brought_forward(reference: str, balance: Money, day: date) -> tuple[ProviderAdjustment, ...]:
    """Return the PLB FB of the next 835: what the one before carried forward, with its sign turned."""
    return _adjustment(reference, -balance, FORWARD, day) if balance < ZERO else ()


def balance_of(paid: tuple[Money, ...], adjustments: tuple[ProviderAdjustment, ...]) -> Money:
    """Return Σ CLP04 − Σ PLB: what BPR02 would be."""
    return total(paid) - total(adjustment.amount for adjustment in adjustments)


def _adjustment(reference: str, amount: Money, reason: str, day: date) -> tuple[ProviderAdjustment, ...]:
    if not amount:
        return ()
    return (ProviderAdjustment(reason, reference, amount, date(day.year, 12, 31)),)
