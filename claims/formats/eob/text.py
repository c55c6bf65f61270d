"""An explanation of benefits as plain text, 80 columns wide, readable aloud from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from claims.formats.eob.words import (
    NOT_A_BILL,
    WHAT_IT_IS,
    adjustment_words,
    appeal_words,
    bearer_words,
    headline,
    line_heading,
    person_name,
    progress_words,
)
from claims.model.benefits import BenefitLine, ExplanationOfBenefits
from claims.model.decision import Adjustment
from claims.model.money import Money

WIDTH = 80


def write_text(value: ExplanationOfBenefits) -> str:
    """Return the explanation as text; it names the patient, and is for the member alone."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: ExplanationOfBenefits) -> Iterator[str]:
    yield value.payer
    yield "EXPLANATION OF BENEFITS"
    yield from ("", NOT_A_BILL, *wrap(WHAT_IT_IS, WIDTH), "")
    for name, given in (
        ("Patient", person_name(value.patient)),
        ("Member number", value.member_number),
        ("Plan", value.plan),
        ("Provider", value.provider),
        ("Claim", f"{value.number} (our number {value.control_number})"),
        ("Received", str(value.received)),
        ("Decided", str(value.day)),
    ):
        yield f"{name + ':':<16}{given}"
    yield from ("", *wrap(headline(value), WIDTH), "")
    for line in value.lines:
        yield from _service(line)
    for adjustment in value.adjustments:
        yield from _reason(adjustment, "")
    yield "Total"
    yield from _amounts(value.charge, value.allowed, value.paid, value.not_owed, value.owed)
    if value.progress:
        yield from ("", "Your plan year")
        yield from (f"  {progress_words(progress)}" for progress in value.progress)
    yield ""
    yield from wrap(appeal_words(value), WIDTH)


def _service(line: BenefitLine) -> Iterator[str]:
    yield line_heading(line)
    yield from _amounts(line.charge, line.allowed, line.paid, line.not_owed, line.owed)
    for adjustment in line.adjustments:
        yield from _reason(adjustment, "  ")
    if line.remarks:
        yield f"  Remark codes: {', '.join(line.remarks)}"
    yield ""


def _amounts(charge: Money, allowed: Money, paid: Money, not_owed: Money, owed: Money) -> Iterator[str]:
    for name, amount in (
        ("Charged", charge),
        ("Allowed by the plan", allowed),
        ("Paid by the plan", paid),
        ("Not paid, and not yours to pay", not_owed),
        ("You owe", owed),
    ):
        yield f"  {name:<34}{amount!s:>12}"


def _reason(adjustment: Adjustment, indent: str) -> Iterator[str]:
    said = f"{adjustment.amount} {bearer_words(adjustment)}: {adjustment_words(adjustment)}"
    yield from wrap(said, WIDTH, initial_indent=f"{indent}- ", subsequent_indent=f"{indent}  ")
