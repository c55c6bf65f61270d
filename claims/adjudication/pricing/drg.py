"""Pricing an inpatient stay by its DRG: weight × rate + outlier, shared among the lines by charge (ADJUDICATION §3)."""

from __future__ import annotations

from collections.abc import Sequence

from claims.adjudication.findings import ADJUST, PASS, Case, Finding, dollars
from claims.adjudication.plan_terms import half_up
from claims.adjudication.pricing import grouper
from claims.adjudication.pricing.answers import beforehand, denied, waits
from claims.adjudication.pricing.priced import Method, Priced
from claims.model.claim import Line
from claims.model.plan import DrgPricing


def price(case: Case, lines: Sequence[Line]) -> list[Priced]:
    """Allow the stay min(its open lines' charge, weight × rate + outlier), each line its part by charge.

    The outlier is the plan's share of what the claim's charge is above the threshold. A claim without a DRG, or whose DRG has
    no weight in the plan, waits.
    """
    early = {line.number: answer for line in lines if (answer := beforehand(case, line)) is not None}
    open_lines = [line for line in lines if line.number not in early]
    return _in_order(lines, early | _stay(case, open_lines))


def _in_order(lines: Sequence[Line], answers: dict[int, Priced]) -> list[Priced]:
    return [answers[line.number] for line in lines]


def _stay(case: Case, lines: list[Line]) -> dict[int, Priced]:
    terms = case.plan.plan.pricing.drg
    if terms is None:
        return _all_wait(case, lines, "the plan has no DRG rate and weights", "add [pricing.drg] to the plan")
    drg, found_by = drg_of(case, terms)
    if not drg:
        return _all_wait(
            case, lines, f"the stay has no DRG: {found_by}", "bill the DRG (HI*DR), or group the stay by hand"
        )
    weight = next((weight for listed, weight in terms.weights if listed == drg), None)
    if weight is None:
        return _all_wait(
            case, lines, f"the plan has no weight for the DRG {found_by}", "add the weight to [pricing.drg.weights]"
        )
    base = half_up(terms.rate.cents, *weight.as_integer_ratio())
    outlier = _outlier(case, terms)
    how = f"DRG {found_by}: weight {weight} × {dollars(terms.rate.cents)} = {dollars(base)}"
    if outlier:
        how += f", outlier {dollars(outlier)}"
    charge = sum(line.charge.cents for line in lines)
    allowed = min(charge, base + outlier)
    answers: dict[int, Priced] = {}
    so_far = given = 0
    for line in lines:
        so_far += line.charge.cents
        part = allowed * so_far // charge - given
        given += part
        if not part:
            why = f"{how}: no part of it falls to this line"
            answers[line.number] = denied(case, line, why, "none: it is paid within the stay", "97", ("M15",))
            continue
        outcome = PASS if part == line.charge.cents else ADJUST
        said = f"{how}; this line's part by charge {dollars(part)}"
        answers[line.number] = Priced(part, Finding(line.number, outcome, said, source=case.plan.source))
    return answers


def drg_of(case: Case, terms: DrgPricing) -> tuple[str, str]:
    """Return the stay's DRG as three digits, or empty, and how it was found.

    Where the plan asks for the grouper and it is installed, it decides; else the billed DRG holds, and the trace says so.
    """
    stay = case.claim.institutional
    billed = "" if stay is None or not stay.drg.isdecimal() else stay.drg.zfill(3)
    tool = grouper.installed() if terms.grouper else None
    if tool is not None:
        drg = tool.group(case.claim)
        if not drg:
            return "", f"{tool.name} cannot group it"
        differs = f", billed {billed}" if billed and billed != drg else ""
        return drg, f"{drg} by {tool.name}{differs}"
    why = "as billed, no grouper is installed" if terms.grouper else "as billed"
    return billed, f"{billed} {why}" if billed else "none was billed"


def _outlier(case: Case, terms: DrgPricing) -> int:
    if terms.outlier_threshold is None:
        return 0
    above = max(0, case.claim.charge.cents - terms.outlier_threshold.cents)
    return half_up(above, *terms.outlier_share.as_integer_ratio())


def _all_wait(case: Case, lines: list[Line], why: str, cure: str) -> dict[int, Priced]:
    return {line.number: waits(case, line, why, cure) for line in lines}


METHOD = Method(1, price)
