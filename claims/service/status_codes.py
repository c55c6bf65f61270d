"""What a 277 says of a claim's decision: categories (code source 507) and statuses (508), from what the payer decided."""

from __future__ import annotations

from collections.abc import Iterable

from claims.model.decision import DENIED, PAID, REVERSED, Adjustment, Decision, LineDecision
from claims.model.status import StatusCode

NOT_FOUND = StatusCode("A4", "35")
RECORDED = StatusCode("F4", "104")
"""An encounter report: processed, and never paid."""
IN_PROCESS = StatusCode("P1", "45")
UNDER_REVIEW = StatusCode("P2", "46")
DOCUMENTS_REQUESTED = StatusCode("P3", "294")
AWAITING_PAYMENT = StatusCode("F0", "3")
NOTHING_TO_PAY = StatusCode("F0", "104")
PAID_OUT = StatusCode("F1", "65")
REVISED = StatusCode("F3", "1")
VOID = StatusCode("F3", "101")
UNKNOWN_PROVIDER = StatusCode("E0", "26", "1P")
CANNOT_ANSWER = StatusCode("E0", "0")

_NOT_COVERED = StatusCode("F2", "585")
_DENIED = {
    "18": StatusCode("F2", "54"),
    "22": StatusCode("F2", "286"),
    "26": StatusCode("F2", "88", "QC"),
    "27": StatusCode("F2", "88", "QC"),
    "29": StatusCode("F2", "718"),
    "31": StatusCode("F2", "33"),
    "119": StatusCode("F2", "483"),
    "197": StatusCode("F2", "84"),
    "198": StatusCode("F2", "84"),
    "252": StatusCode("F2", "294"),
    "16": StatusCode("F2", "294"),
    "B7": StatusCode("F2", "91", "85"),
}
"""Denials by their claim adjustment reason; what stands not here is told as a charge that is denied or not covered."""

_EVIDENCE = "evidence"


def of_claim(decision: Decision, *, paid_on_chain: bool, superseded: bool = False) -> StatusCode:
    """Return a decided claim's status. `superseded` says that a later claim replaced or voided it."""
    if superseded:
        return REVISED
    match decision.status:
        case "reversed":
            return VOID
        case "pended":
            waits = {entry.edit for entry in decision.trace if entry.outcome == "pend"}
            return DOCUMENTS_REQUESTED if waits == {_EVIDENCE} else UNDER_REVIEW
        case "denied":
            return _denial([*decision.adjustments, *(a for line in decision.lines for a in line.adjustments)])
        case "paid" if not decision.paid:
            return NOTHING_TO_PAY
        case "paid":
            return PAID_OUT if paid_on_chain else AWAITING_PAYMENT
        case _:
            return IN_PROCESS


def of_line(line: LineDecision, decision: Decision, claim: StatusCode) -> StatusCode:
    """Return a line's status: its own denial where it has one, else what holds for the claim."""
    if decision.status == PAID and line.denied:
        return _denial(line.adjustments)
    if decision.status == DENIED:
        return _denial([*line.adjustments, *decision.adjustments])
    if decision.status == PAID and not line.paid and claim.category == PAID_OUT.category:
        return NOTHING_TO_PAY
    return claim


def is_final(decision: Decision) -> bool:
    """Whether a decision is more than a wait."""
    return decision.status in (PAID, DENIED, REVERSED)


def _denial(adjustments: Iterable[Adjustment]) -> StatusCode:
    return next((_DENIED[a.reason] for a in adjustments if a.reason in _DENIED), _NOT_COVERED)
