"""What the engine answers for one claim."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from claims.model.money import ZERO, Money, total
from claims.model.quick import maker

PAID, DENIED, PENDED, REJECTED = "paid", "denied", "pended", "rejected"
REVERSED = "reversed"
"""What a void decides: the decision of the claim that it takes back, with every amount negated."""

GROUPS = ("CO", "PR", "OA", "PI")


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Why a part of the charge is not paid: group (CO, PR, OA, PI), CARC, amount in cents, and units where they changed."""

    group: str
    reason: str
    amount: Money
    quantity: Decimal | None = None


make_adjustment = maker(Adjustment)


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One step of the engine: the edit, the line (None: the whole claim), what it did, and why, in words with figures.

    `outcome` is `pass`, `deny`, `adjust`, `pend` or `not checked`. `source` names the table and version that spoke, `cure`
    what would cure a denial or a pend; both may be empty.
    """

    edit: str
    line: int | None
    outcome: str
    why: str
    source: str = ""
    cure: str = ""


make_trace_entry = maker(TraceEntry)


@dataclass(frozen=True, slots=True)
class LineDecision:
    """One line's result; charge − Σ adjustments = paid (835 guide, service level).

    Of a covered line, allowed = paid + PR-1 + PR-2 + PR-3 + other_payer, which is what earlier payers paid (ADJUDICATION §4, §5).
    """

    line: int
    code: str
    modifiers: tuple[str, ...]
    charge: Money
    allowed: Money
    paid: Money
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...] = ()
    units: Decimal = Decimal(1)
    other_payer: Money = ZERO

    @property
    def patient(self) -> Money:
        """Σ PR of the line."""
        return total(a.amount for a in self.adjustments if a.group == "PR")

    @property
    def denied(self) -> bool:
        """Whether nothing of the line was allowed."""
        return not self.allowed


make_line_decision = maker(LineDecision)


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a member's and family's accumulators this decision used: counters of the plan year of the date of service."""

    person: str
    family: str
    year: int
    deductible: Money = ZERO
    out_of_pocket: Money = ZERO
    out_of_network_deductible: Money = ZERO
    out_of_network_out_of_pocket: Money = ZERO


make_usage = maker(Usage)


@dataclass(frozen=True, slots=True)
class AuthorizationUse:
    """How many units of an authorisation a line of this decision took."""

    number: str
    line: int
    units: Decimal


@dataclass(frozen=True, slots=True)
class Decision:
    """One claim's result: status, amounts, lines, trace, and what it was decided from.

    charge − Σ adjustments (claim and lines) = paid; patient = Σ PR; paid ≤ allowed ≤ charge. A pended claim has no amounts
    decided: allowed, paid and patient are zero and its lines carry no adjustments. `rule_pack` is the SHA-256 of plan and
    tables. `matches` maps each line, in order, to (record identifier, index of the attested service), for the evidence.
    `usage` is what the accumulators move by, per plan year; `authorization_uses` what is taken of authorisations.
    """

    claim: str
    status: str
    charge: Money
    allowed: Money
    paid: Money
    patient: Money
    lines: tuple[LineDecision, ...]
    trace: tuple[TraceEntry, ...]
    rule_pack: bytes
    adjustments: tuple[Adjustment, ...] = ()
    other_payer: Money = ZERO
    matches: tuple[tuple[int, str, int], ...] = ()
    usage: tuple[Usage, ...] = ()
    person: str = ""
    authorization_uses: tuple[AuthorizationUse, ...] = ()


make_decision = maker(Decision)
