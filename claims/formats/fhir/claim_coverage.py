"""The insurance of a FHIR claim: the coverage it is billed to, and what other payers decided before (ADJUDICATION §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.formats.fhir import codes
from claims.formats.fhir.claim_findings import ClaimProblem, Findings
from claims.formats.fhir.claim_parties import read_payer, read_person
from claims.formats.fhir.claim_resources import ClaimResources
from claims.formats.fhir.claim_systems import (
    ADJUSTMENT_GROUP,
    FILING_INDICATOR,
    INDIVIDUAL_RELATIONSHIP,
    REASON,
    RELATIONSHIP,
    X12_RELATIONSHIPS,
)
from claims.formats.fhir.claim_values import coded, codings, day, many, money, number, one, text
from claims.formats.fhir.codes import Json
from claims.formats.fhir.resources import Resource
from claims.model.claim import Line
from claims.model.decision import GROUPS, Adjustment
from claims.model.money import Money, total
from claims.model.other_payer import OtherLineAdjudication, OtherPayer
from claims.model.party import Payer, Person

MOST_COVERAGES = 11
"""As many ranks as SBR01 tells apart."""
_SELF = "18"
_PAID = frozenset({"paidtoprovider", "benefit"})
_LIABILITY, _NON_COVERED = "memberliability", "noncovered"


@dataclass(frozen=True, slots=True)
class Insured:
    """The coverage that a claim is billed to, and who is who on it."""

    member_number: str
    relationship: str
    rank: int
    payer: Payer
    subscriber: Person
    group_number: str
    filing_indicator: str
    prior_authorization: str


@dataclass(frozen=True, slots=True)
class EarlierPayer:
    """Another payer's insurance entry: its place, the payer, and its decisions of the claim's items by their sequence."""

    place: str
    payer: OtherPayer
    items: tuple[tuple[int, OtherLineAdjudication], ...]


def read_insured(resources: ClaimResources, claim: Json, patient: Resource, person: Person) -> Insured:
    """Read the focal insurance. Its sequence says how many payers come before; raises ClaimProblem where it cannot be told."""
    entry, place = focal_insurance(claim)
    where = f"{place}.coverage"
    coverage = _coverage(resources, entry, where)
    if resources.follow(one(coverage.body, "beneficiary")) is not patient:
        raise ClaimProblem(
            where, "its beneficiary is not the claim's patient", status="A8:158", code="invariant", snip=4
        )
    relationship = _relationship(resources, coverage, where)
    holder = resources.follow(one(coverage.body, "subscriber"))
    if relationship == _SELF and holder is not None and holder is not patient:
        message = "its relationship is self, and its subscriber is not the patient"
        raise ClaimProblem(where, message, status="A8:156", code="invariant", snip=4)
    if relationship != _SELF and holder is patient:
        message = "its relationship is not self, and its subscriber is the patient"
        raise ClaimProblem(where, message, status="A8:156", code="invariant", snip=4)
    subscriber = person if relationship == _SELF else read_person(holder)
    member = text(coverage.body, "subscriberId") or _sole(codes.typed(many(coverage.body, "identifier"), "MB"))
    if not member:
        message = "has no member number: give it a subscriberId"
        raise ClaimProblem(where, message, status="A7:164", code="required")
    payors = many(coverage.body, "payor")
    return Insured(
        member_number=member,
        relationship=relationship,
        rank=_rank(entry, place),
        payer=read_payer(resources, one(claim, "insurer") or (payors[0] if payors else None)),
        subscriber=subscriber,
        group_number=next(
            (text(each, "value") for each in many(coverage.body, "class") if "group" in coded(one(each, "type"))), ""
        ),
        filing_indicator=next(iter(coded(one(coverage.body, "type"), (FILING_INDICATOR,))), ""),
        prior_authorization=_authorization(entry, place),
    )


def focal_insurance(claim: Json) -> tuple[Json, str]:
    """Return the insurance entry that the claim is billed to, and its place; raises ClaimProblem where it is not exactly one."""
    entries = many(claim, "insurance")
    focal = [(each, f"Claim.insurance[{at}]") for at, each in enumerate(entries) if each.get("focal") is True]
    if len(focal) != 1:
        message = f"has {len(focal)} focal entries: exactly one names the coverage that is billed"
        raise ClaimProblem("Claim.insurance", message, status="A6:116", code="invariant")
    sequences = [each.get("sequence") for each in entries]
    if len(set(map(str, sequences))) != len(entries):
        raise ClaimProblem("Claim.insurance", "two entries have one sequence", status="A8:116", code="invariant")
    return focal[0]


def read_earlier(resources: ClaimResources, claim: Json) -> tuple[EarlierPayer, ...]:
    """Read every other insurance entry, with the ClaimResponse of its payer where there is one."""
    focal, _ = focal_insurance(claim)
    found = []
    for at, entry in enumerate(many(claim, "insurance")):
        if entry is not focal:
            found.append(_earlier(resources, entry, f"Claim.insurance[{at}]"))
    return tuple(found)


def check_earlier(charge: Money, lines: Sequence[Line], earlier: Sequence[EarlierPayer], findings: Findings) -> None:
    """Hold each payer's figures against one another, line by line and then for the claim, as those of an 837."""
    for each in earlier:
        place = f"{each.place}.claimResponse"
        if not {sequence for sequence, _ in each.items} <= {line.number for line in lines}:
            message = "decides an item that the claim does not have"
            findings.add(ClaimProblem(place, message, status="A8:479", code="not-found", snip=4))
        for line in lines:
            decided = [one for one in line.other_adjudications if one.payer == each.payer.identifier]
            if not decided:
                continue
            paid = total(one.paid for one in decided)
            due = line.charge - total(a.amount for one in decided for a in one.adjustments)
            if paid != due:
                message = f"item {line.number}: paid is {paid}, and net less the adjustments is {due}"
                findings.add(ClaimProblem(place, message, status="A7:672", code="invariant", snip=3))
        payer = each.payer
        if payer.paid is None:
            continue
        before = total(one.paid for _, one in each.items) if each.items else charge
        due = before - total(adjustment.amount for adjustment in payer.adjustments)
        if payer.paid != due:
            message = f"the total paid is {payer.paid}, and what was decided of the items gives {due}"
            findings.add(ClaimProblem(place, message, status="A7:672", code="invariant", snip=3))


def _earlier(resources: ClaimResources, entry: Json, place: str) -> EarlierPayer:
    coverage = _coverage(resources, entry, f"{place}.coverage")
    payors = many(coverage.body, "payor")
    named = read_payer(resources, payors[0] if payors else None)
    if not named.identifier:
        message = "its payor has no identifier, by which its decisions are told apart"
        raise ClaimProblem(f"{place}.coverage", message, status="A6:479", code="required")
    answer = _answer(resources, entry, place)
    where = f"{place}.claimResponse"
    body = None if answer is None else answer.body
    payment = one(body, "payment")
    adjudicated = None
    if payment is not None and payment.get("date"):
        adjudicated = day(payment["date"], f"{where}.payment.date", "A7:516:PR")
    items = tuple(_item(item, f"{where}.item[{at}]", named, adjudicated) for at, item in enumerate(many(body, "item")))
    amounts = _totals(body, where)
    paid = next((amount for code, amount in amounts if code in _PAID), None)
    adjustments = _adjustments(many(body, "adjudication"), f"{where}.adjudication")
    if paid is None and (items or adjustments):
        message = "has no total of category paidtoprovider or benefit: what that payer paid is not known"
        raise ClaimProblem(f"{where}.total", message, status="A6:286", code="required", snip=4)
    payer = OtherPayer(
        identifier=named.identifier,
        name=named.name,
        rank=_rank(entry, place),
        filing_indicator=next(iter(coded(one(coverage.body, "type"), (FILING_INDICATOR,))), ""),
        paid=paid,
        remaining_liability=next((amount for code, amount in amounts if code == _LIABILITY), None),
        # Like AMT*A8, this stands for a payer that decided nothing; beside what was paid it only sums up the adjustments.
        non_covered=None
        if paid is not None
        else next((amount for code, amount in amounts if code == _NON_COVERED), None),
        adjustments=adjustments,
        adjudicated=adjudicated,
    )
    return EarlierPayer(place, payer, items)


def _answer(resources: ClaimResources, entry: Json, place: str) -> Resource | None:
    reference = one(entry, "claimResponse")
    answer = resources.follow(reference)
    if reference is not None and (answer is None or answer.kind != "ClaimResponse"):
        message = "names no ClaimResponse of the file: put the earlier payer's answer beside the claim"
        raise ClaimProblem(f"{place}.claimResponse", message, status="A6:286", code="not-found", snip=4)
    if answer is not None and text(answer.body, "outcome") not in ("complete", "partial"):
        message = "has not decided: its outcome is neither complete nor partial"
        raise ClaimProblem(f"{place}.claimResponse", message, status="A6:286", code="business-rule", snip=4)
    return answer


def _item(item: Json, place: str, payer: Payer, adjudicated: date | None) -> tuple[int, OtherLineAdjudication]:
    sequence = item.get("itemSequence")
    if type(sequence) is not int:
        raise ClaimProblem(f"{place}.itemSequence", "is not a whole number", status="A8:479")
    if many(item, "detail"):
        raise ClaimProblem(
            f"{place}.detail", "is not read: items are decided whole", status="A8:479", code="not-supported"
        )
    given = many(item, "adjudication")
    amounts = [
        (category, money(each, "amount", f"{place}.adjudication", "A7:643"))
        for each in given
        for category in coded(one(each, "category"))
    ]
    paid = next((amount for category, amount in amounts if category in _PAID and amount is not None), None)
    if paid is None:
        message = "has no adjudication of category paidtoprovider or benefit"
        raise ClaimProblem(place, message, status="A7:643", code="required", snip=3)
    return sequence, OtherLineAdjudication(
        payer=payer.identifier,
        paid=paid,
        adjustments=_adjustments(given, f"{place}.adjudication"),
        adjudicated=adjudicated,
    )


def _adjustments(adjudications: Sequence[Json], place: str) -> tuple[Adjustment, ...]:
    """Read what was not paid and why: adjudications whose reason is a CARC, with the group beside it."""
    found = []
    for at, each in enumerate(adjudications):
        reasons = coded(one(each, "reason"), (REASON,))
        amount = money(each, "amount", f"{place}[{at}]", "A7:519")
        if not reasons or amount is None:
            continue
        groups = coded(one(each, "reason"), (ADJUSTMENT_GROUP,))
        if len(reasons) != 1 or len(groups) != 1 or groups[0] not in GROUPS:
            message = f"needs one adjustment reason and one group of {', '.join(GROUPS)}"
            raise ClaimProblem(f"{place}[{at}].reason", message, status="A7:521", code="code-invalid", snip=5)
        quantity: Decimal | None = None
        if each.get("value") is not None:
            quantity = number(each, "value", f"{place}[{at}].value", "A7:520")
        found.append(Adjustment(groups[0], reasons[0], amount, quantity))
    return tuple(found)


def _totals(body: Json | None, place: str) -> list[tuple[str, Money]]:
    found = []
    for at, each in enumerate(many(body, "total")):
        amount = money(each, "amount", f"{place}.total[{at}]", "A7:286")
        if amount is not None:
            found += [(code, amount) for code in coded(one(each, "category"))]
    return found


def _coverage(resources: ClaimResources, entry: Json, place: str) -> Resource:
    coverage = resources.follow(one(entry, "coverage"))
    if coverage is None or coverage.kind != "Coverage":
        message = "names no Coverage of the file: put it beside the claim, or into its contained resources"
        raise ClaimProblem(place, message, status="A6:116", code="not-found")
    return coverage


def _rank(entry: Json, place: str) -> int:
    sequence = entry.get("sequence")
    if type(sequence) is not int or not 1 <= sequence <= MOST_COVERAGES:
        message = f"is not 1 for the first payer, 2 for the second, up to {MOST_COVERAGES}"
        raise ClaimProblem(f"{place}.sequence", message, status="A7:116")
    return sequence - 1


def _relationship(resources: ClaimResources, coverage: Resource, place: str) -> str:
    concept = one(coverage.body, "relationship")
    own = coded(concept, (INDIVIDUAL_RELATIONSHIP,))
    found = own or [
        X12_RELATIONSHIPS[code] for code in codings([concept] if concept else []) if code in X12_RELATIONSHIPS
    ]
    holder = resources.follow(one(coverage.body, "subscriber"))
    beneficiary = resources.follow(one(coverage.body, "beneficiary"))
    if not found and concept is None and holder is not None and holder is beneficiary:
        return _SELF
    if len(set(found)) != 1:
        message = (
            f"has {len(set(found))} relationships of the patient to the subscriber, it needs one of {RELATIONSHIP}"
        )
        raise ClaimProblem(place, message, status="A7:156", code="code-invalid")
    return found[0]


def _authorization(entry: Json, place: str) -> str:
    references = entry.get("preAuthRef", [])
    numbers = [each.strip() for each in references if isinstance(each, str)] if isinstance(references, list) else []
    if len(numbers) > 1:
        message = f"names {len(numbers)} authorisations: give each item its own by the extension of its number"
        raise ClaimProblem(f"{place}.preAuthRef", message, status="A7:252", code="not-supported")
    return numbers[0] if numbers else ""


def _sole(values: list[str]) -> str:
    return values[0] if len(values) == 1 else ""
