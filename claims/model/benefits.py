"""What a member is told of a claim: an explanation of benefits as a plain value, for any renderer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from claims.model.decision import Adjustment
from claims.model.money import Money, total
from claims.model.party import Address, Person


@dataclass(frozen=True, slots=True)
class BenefitLine:
    """One service as the member sees it; charge = paid + what others bear + what the member owes.

    `procedure` is the billed code, `adjustments` are the decision's (CARC groups CO, PR, OA, PI), `remarks` its remark codes.
    """

    number: int
    procedure: str
    begins: date
    ends: date
    charge: Money
    allowed: Money
    paid: Money
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...] = ()

    @property
    def owed(self) -> Money:
        """Σ PR: what the member owes of this line."""
        return total(a.amount for a in self.adjustments if a.group == "PR")

    @property
    def not_owed(self) -> Money:
        """What neither the plan pays nor the member owes: write-offs and other payers' parts."""
        return total(a.amount for a in self.adjustments if a.group != "PR")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a member is with a yearly amount of the plan: what it is, and what was used of it, this claim included."""

    name: str
    year: int
    limit: Money
    used: Money

    @property
    def remaining(self) -> Money:
        """What is left of it; never negative."""
        return max(self.limit - self.used, Money(0, self.limit.currency))


@dataclass(frozen=True, slots=True)
class ExplanationOfBenefits:
    """One claim for the member: who billed, what was charged, allowed, paid and is owed, line by line, and what is left to use.

    `number` is the provider's claim number, `control_number` the payer's. `standing` is `stands`, `replaced` or `void`;
    `successor` is the control number of the claim that took its place, empty where it stands. `days_to_appeal` counts from
    `day`, the day of the decision.
    """

    payer: str
    payer_address: Address
    patient: Person
    member_number: str
    provider: str
    number: str
    control_number: str
    plan: str
    received: date
    day: date
    lines: tuple[BenefitLine, ...]
    adjustments: tuple[Adjustment, ...] = ()
    progress: tuple[Progress, ...] = ()
    standing: str = "stands"
    successor: str = ""
    days_to_appeal: int = 180

    @property
    def charge(self) -> Money:
        """Σ charges."""
        return total(line.charge for line in self.lines)

    @property
    def allowed(self) -> Money:
        """Σ allowed."""
        return total(line.allowed for line in self.lines)

    @property
    def paid(self) -> Money:
        """What the plan pays: Σ lines less what was adjusted at the claim."""
        return total(line.paid for line in self.lines) - total(a.amount for a in self.adjustments)

    @property
    def owed(self) -> Money:
        """Σ PR of lines and claim."""
        return total(line.owed for line in self.lines) + total(a.amount for a in self.adjustments if a.group == "PR")

    @property
    def not_owed(self) -> Money:
        """What nobody asks of the member, and the plan does not pay."""
        return self.charge - self.paid - self.owed
