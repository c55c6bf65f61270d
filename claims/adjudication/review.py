"""What a person's review changes in a decision: pends that are passed, a price for what had none, or a denial."""

from __future__ import annotations

from claims.adjudication.findings import ADJUST, DENY, PASS, PEND, Finding
from claims.adjudication.pricing.priced import Priced
from claims.model.claim import Line
from claims.model.decision import TraceEntry
from claims.model.review import DENY as DENIES
from claims.model.review import RELEASABLE, RELEASE, Review

EDIT = "review"
"""What the trace calls a person's decision."""

PRICE = "price"
ALLOWED = "allowed after review"
"""How the price of a line ends that a person named."""

CURE = "send what the reason asks for and bill again, or appeal"


def passed(edit: str, finding: Finding, review: Review) -> Finding:
    """Return a pend that the review releases as passed, and any other finding as it is. Evidence is never released."""
    if review.act != RELEASE or finding.outcome != PEND or edit not in RELEASABLE.intersection(review.edits):
        return finding
    return finding._replace(outcome=PASS, why=f"{finding.why}; passed after review", cure="")


def priced(line: Line, result: Priced, review: Review) -> Priced:
    """Return what the review allows for a line that had no price, and any other price as it is."""
    allowed = dict(review.prices).get(line.number)
    if review.act != RELEASE or result.finding.outcome != PEND or PRICE not in review.edits or allowed is None:
        return result
    why = f"{result.finding.why}; {allowed} is {ALLOWED}"
    return Priced(allowed.cents, result.finding._replace(outcome=ADJUST, why=why, cure=""))


def denial(review: Review) -> Finding | None:
    """Return the finding by which the review denies every line of a claim; None where it denies nothing."""
    if review.act != DENIES:
        return None
    remarks = (review.remark,) if review.remark else ()
    return Finding(None, DENY, review.reason, CURE, group="CO", reason=review.carc, remarks=remarks)


def entry(review: Review) -> TraceEntry:
    """Tell the review in the trace; who signed it stands in the payer's own store."""
    if review.act == DENIES:
        return TraceEntry(EDIT, None, DENY, f"denied after review: {review.reason}", cure=CURE)
    return TraceEntry(EDIT, None, PASS, f"released after review ({', '.join(review.edits)}): {review.reason}")
