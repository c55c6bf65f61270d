"""What earlier payers paid of a claim's lines and what they left the patient (ADJUDICATION §5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from claims.adjudication.codes import COINSURANCE, COPAY, DEDUCTIBLE
from claims.adjudication.cost_share import Share
from claims.model.claim import Claim, Line
from claims.model.decision import Adjustment
from claims.model.other_payer import OtherLineAdjudication, OtherPayer


class Earlier(NamedTuple):
    """One line before this plan, in cents: what all earlier payers paid, and what the last of them left the patient.

    `reasons` are the last payer's patient responsibility by reason. paid + left never exceeds the line's charge.
    """

    paid: int
    left: int
    reasons: tuple[tuple[str, int], ...] = ()


class Coordinated(NamedTuple):
    """What becomes of a line after earlier payers, in cents; allowed = other payer + paid + share + rest.

    `share` is this plan's cost share as far as the patient still owes it, `rest` what the patient owes beside it of what
    earlier payers left, by reason; `cut` what is above a benefit's maximum.
    """

    paid: int
    share: Share
    rest: tuple[tuple[str, int], ...]
    cut: int


def earlier_payers(claim: Claim) -> dict[int, Earlier]:
    """Return, by line number, what went before; a line is missing where an earlier payer's decision of it is not at hand.

    Decisions of lines (SVD, CAS) are taken as they are. A claim-level CAS is spread over them by what was paid. Where a payer gives
    the claim's amounts alone (AMT*D with CAS or AMT*EAF), they are spread over the lines by their charges.
    """
    payers = sorted((payer for payer in claim.other_payers if payer.rank < claim.rank), key=lambda payer: payer.rank)
    if not claim.rank or len(payers) < claim.rank:
        return {}
    found: dict[int, Earlier] = {}
    for payer in payers:
        of_payer = _of_payer(claim, payer, {line.number: 0 for line in claim.lines} if not found else _paid(found))
        if not found:
            found = of_payer
        else:
            found = {
                number: Earlier(before.paid + of_payer[number].paid, of_payer[number].left, of_payer[number].reasons)
                for number, before in found.items()
                if number in of_payer
            }
        if not found:
            return {}
    charges = {line.number: line.charge.cents for line in claim.lines}
    return {number: _bounded(earlier, charges[number]) for number, earlier in found.items()}


def _paid(found: dict[int, Earlier]) -> dict[int, int]:
    return {number: earlier.paid for number, earlier in found.items()}


def _bounded(earlier: Earlier, charge: int) -> Earlier:
    paid = min(max(0, earlier.paid), charge)
    return Earlier(paid, min(max(0, earlier.left), charge - paid), earlier.reasons)


def _of_payer(claim: Claim, payer: OtherPayer, paid_before: dict[int, int]) -> dict[int, Earlier]:
    decided: dict[int, OtherLineAdjudication] = {}
    for line in claim.lines:
        for each in line.other_adjudications:
            if each.payer == payer.identifier:
                decided[line.number] = each
    if decided:
        return _by_line(claim.lines, payer, decided)
    return {} if payer.paid is None else _by_claim(claim.lines, payer, paid_before)


def _by_line(lines: Sequence[Line], payer: OtherPayer, decided: dict[int, OtherLineAdjudication]) -> dict[int, Earlier]:
    there = [line for line in lines if line.number in decided]
    taken = sum(each.amount.cents for each in payer.adjustments)
    taken_as_patient = _by_reason(payer.adjustments)
    paid = [decided[line.number].paid.cents for line in there]
    weights = paid if any(paid) else [line.charge.cents for line in there]
    off = _spread(taken, weights)
    shares = [(reason, _spread(amount, weights)) for reason, amount in taken_as_patient]
    found = {}
    for place, line in enumerate(there):
        reasons = list(_by_reason(decided[line.number].adjustments))
        reasons += [(reason, amounts[place]) for reason, amounts in shares if amounts[place]]
        left = sum(amount for _, amount in reasons)
        found[line.number] = Earlier(paid[place] - off[place], left, tuple(reasons))
    return found


def _by_claim(lines: Sequence[Line], payer: OtherPayer, paid_before: dict[int, int]) -> dict[int, Earlier]:
    assert payer.paid is not None
    charges = [line.charge.cents for line in lines]
    reasons = _by_reason(payer.adjustments)
    if payer.remaining_liability is not None:
        left = payer.remaining_liability.cents
    elif payer.adjustments:
        left = sum(amount for _, amount in reasons)
    else:
        left = sum(charges) - sum(paid_before.values()) - payer.paid.cents
    paid = _spread(payer.paid.cents, charges)
    remaining = _spread(left, charges)
    spread = [(reason, _spread(amount, charges)) for reason, amount in reasons]
    return {
        line.number: Earlier(
            paid[place], remaining[place], tuple((reason, amounts[place]) for reason, amounts in spread)
        )
        for place, line in enumerate(lines)
    }


def _by_reason(adjustments: Iterable[Adjustment]) -> tuple[tuple[str, int], ...]:
    return tuple((each.reason, each.amount.cents) for each in adjustments if each.group == "PR")


def _spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Share an amount by weights in whole cents that add up to it."""
    whole = sum(weights)
    if not whole:
        return [amount, *([0] * (len(weights) - 1))]
    shares, so_far, given = [], 0, 0
    for weight in weights:
        so_far += weight
        upto = amount * so_far // whole
        shares.append(upto - given)
        given = upto
    return shares


def coordinate(earlier: Earlier, share: Share, paid: int, cut: int) -> Coordinated:
    """Pay min(own normal benefit, what earlier payers left); what is then still left is the patient's.

    `paid` is the plan's normal benefit of the line, after its cost share and less `cut`. The patient's rest is this plan's cost
    share first, trimmed as by an out-of-pocket maximum, then what is above the benefit's maximum, then the reasons
    that the earlier payer gave, and coinsurance for what it gave none of them for.
    """
    pays = min(paid, earlier.left)
    open_amount = earlier.left - pays
    copay = min(share.copay, open_amount)
    deductible = min(share.deductible, open_amount - copay)
    coinsurance = min(share.coinsurance, open_amount - copay - deductible)
    open_amount -= copay + deductible + coinsurance
    cut = min(cut, open_amount)
    open_amount -= cut
    rest: list[tuple[str, int]] = []
    for reason, amount in earlier.reasons:
        part = min(amount, open_amount) if reason in (COPAY, DEDUCTIBLE, COINSURANCE) else 0
        if part > 0:
            rest.append((reason, part))
            open_amount -= part
    if open_amount:
        rest.append((COINSURANCE, open_amount))
    return Coordinated(pays, Share(copay, deductible, coinsurance, share.trimmed), tuple(rest), cut)
