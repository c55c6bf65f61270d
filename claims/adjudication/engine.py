"""The engine: a claim, a plan and what is known of both in, a decision out (DESIGN §8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import date
from functools import lru_cache

from claims.adjudication.accumulation import Counters, reverse, reverse_authorizations
from claims.adjudication.authorizations import Authorizations
from claims.adjudication.benefit_limits import MoneyLimits
from claims.adjudication.codes import (
    BENEFIT_MAXIMUM,
    COINSURANCE,
    COPAY,
    DEDUCTIBLE,
    DUPLICATE,
    EARLIER_PAYERS,
    NEEDS_REMARK,
    OVER_FEE,
    SEE_PLAN,
)
from claims.adjudication.coordination import Coordinated, Earlier, coordinate, earlier_payers
from claims.adjudication.cost_share import share
from claims.adjudication.edits import EDITS
from claims.adjudication.evidence_index import EvidenceIndex
from claims.adjudication.findings import (
    ADJUST,
    ASSUMED,
    DENY,
    NOT_CHECKED,
    PASS,
    PEND,
    Assumed,
    Case,
    Finding,
    Once,
    dollars,
    make_case,
)
from claims.adjudication.history import History
from claims.adjudication.members import Members
from claims.adjudication.plan_terms import PlanTerms
from claims.adjudication.pricing import price_lines
from claims.adjudication.providers import Providers
from claims.adjudication.review import denial, entry, passed
from claims.adjudication.review import priced as reviewed_price
from claims.adjudication.rule_pack import rule_pack_hash
from claims.model.claim import Claim, Line
from claims.model.decision import (
    DENIED,
    PAID,
    PENDED,
    Adjustment,
    AuthorizationUse,
    Decision,
    LineDecision,
    TraceEntry,
    make_adjustment,
    make_decision,
    make_line_decision,
    make_trace_entry,
)
from claims.model.evidence import VerifiedEncounter
from claims.model.history import PastLine
from claims.model.member import Authorization, Member
from claims.model.money import ZERO
from claims.model.money import amount as money
from claims.model.network import NetworkProvider
from claims.model.plan import Accumulators, Plan
from claims.model.review import Review
from claims.model.tables import Tables

__all__ = ["ASSUMED", "NotAdjudicable", "adjudicate", "prepare", "reverse", "reverse_authorizations"]


MOST_SAID = 1000


class NotAdjudicable(ValueError):
    """A claim that intake should have turned away, or that is none: nothing can be decided of it."""


def prepare(plan: Plan | PlanTerms, tables: Tables | None = None) -> PlanTerms:
    """Make a plan ready for many claims; do it once where many are adjudicated."""
    if isinstance(plan, PlanTerms):
        return plan
    return PlanTerms(plan, rule_pack_hash(plan, tables))


def adjudicate(
    plan: Plan | PlanTerms,
    claim: Claim,
    *,
    members: Members | Iterable[Member] | None = None,
    providers: Providers | Iterable[NetworkProvider] | None = None,
    evidence: EvidenceIndex | Iterable[VerifiedEncounter] | Assumed | None = None,
    history: History | Iterable[PastLine] | None = None,
    accumulators: Accumulators | Mapping[int, Accumulators] | None = None,
    received: date | None = None,
    tables: Tables | None = None,
    decided: date | None = None,
    spent: Set[str] = frozenset(),
    authorizations: Authorizations | Iterable[Authorization] | None = None,
    replaces: Decision | None = None,
    family_accumulators: Accumulators | Mapping[int, Accumulators] | None = None,
    review: Review | None = None,
) -> Decision:
    """Decide one claim. Pure: the same input gives the same decision, to the byte.

    What is None makes its edit `not checked`, and the claim goes on. `accumulators` are what the member used so far: of the
    plan year of the claim's earliest service (unless they name their year), or a mapping of plan year to what was used in
    it; None counts from zero. `family_accumulators` are the same of the whole family; None: the family used what the member
    did. `received` defaults to the claim's own. `decided` is the day of the decision: with it, a want
    of evidence is denied once the plan's days since `received` have passed; without it the claim pends. `spent` names
    encounter records of the billing provider that paid another claim. `replaces` is the past decision of the claim that this
    one replaces (frequency 7): its lines, units and encounter records do not stand in the way, and what it used has to be taken
    out of accumulators and authorisations first (`reverse`). `review` is what a
    person decided of the claim while it waited: pends that it releases are passed, and one that denies denies every line; it
    changes nothing of a claim that does not wait. For many claims hand in the indexes (`prepare`, Members, Providers,
    EvidenceIndex, History, Authorizations) rather than the bare values.

    Raises NotAdjudicable for an encounter report, a claim without lines, with a negative charge, with line numbers that
    repeat, or whose charge is not the sum of its lines: intake rejects those.
    """
    _refuse(claim)
    terms = prepare(plan, tables)
    who = members if members is None or isinstance(members, Members) else Members(members)
    member = None if who is None else who.find(claim)
    case = make_case(
        claim,
        terms,
        received or claim.received,
        earlier_payers(claim) if claim.rank else {},
        "" if member is None else member.person,
        "" if replaces is None else replaces.claim,
        decided=decided,
        members=who,
        member=member,
        providers=providers if providers is None or isinstance(providers, Providers) else Providers(providers),
        evidence=_evidence(evidence),
        history=history if history is None or isinstance(history, History) else History(history),
        spent=spent,
        tables=tables,
        authorizations=authorizations
        if authorizations is None or isinstance(authorizations, Authorizations)
        else Authorizations(authorizations),
        replaces=replaces,
    )
    trace: list[TraceEntry] = []
    denials: dict[int, Finding] = {}
    matches: dict[int, tuple[str, int]] = {}
    authorized: dict[int, str] = {}
    waiting: set[int] = set()
    open_lines, denied = claim.lines, 0
    for name, _, check in EDITS:
        answer = check(case, open_lines)
        if type(answer) is Once:
            said = answer.said.get(name)
            if said is None:
                said = answer.said[name] = _said(name, answer[0])
            trace.append(said)
            continue
        for found in answer:
            finding = found if review is None else passed(name, found, review)
            trace.append(_said(name, finding))
            if finding.line is None and finding.outcome == PASS:
                continue
            if finding.match is not None and finding.line is not None:
                matches[finding.line] = finding.match
            elif finding.authorization and finding.line is not None:
                authorized[finding.line] = finding.authorization
            elif finding.outcome == DENY:
                for number in _lines_of(finding, open_lines):
                    denials.setdefault(number, finding)
            elif finding.outcome == PEND:
                waiting.update(_lines_of(finding, open_lines))
        if len(denials) != denied:
            denied = len(denials)
            open_lines = tuple(line for line in open_lines if line.number not in denials)
            if not open_lines:
                break
    priced = list(zip(open_lines, price_lines(case, open_lines), strict=True)) if open_lines else []
    if review is not None:
        priced = [(line, reviewed_price(line, result, review)) for line, result in priced]
    for line, result in priced:
        finding = result.finding
        if finding.outcome == DENY:
            denials[line.number] = finding
        elif finding.outcome == PEND:
            waiting.add(line.number)
    pends = bool(waiting) and any(line.number in waiting and line.number not in denials for line in open_lines)
    for _, result in priced:
        finding = result.finding
        if not pends or finding.outcome in (PEND, DENY):
            trace.append(
                make_trace_entry("price", finding.line, finding.outcome, finding.why, finding.source, finding.cure)
            )
    refusal = denial(review) if review is not None and pends else None
    if review is not None and (refusal is not None or not pends):
        trace.insert(0, entry(review))
    if refusal is not None:
        denials = {line.number: refusal for line in claim.lines}
        return _decided(case, trace, denials, {}, {}, {}, accumulators, family_accumulators)
    if pends:
        return _pended(case, trace)
    allowed = {line.number: result.allowed for line, result in priced if line.number not in denials}
    return _decided(case, trace, denials, matches, authorized, allowed, accumulators, family_accumulators)


_SAID: dict[tuple[str, int | None, str, str], TraceEntry] = {}
"""What edits say of a claim or a line that is well or that nothing is known of, which is the same for all claims."""


def _said(edit: str, finding: Finding) -> TraceEntry:
    line, outcome, why, cure, _, _, _, source, _, _ = finding
    if source or cure:
        return make_trace_entry(edit, line, outcome, why, source, cure)
    key = edit, line, outcome, why
    said = _SAID.get(key)
    if said is None:
        said = make_trace_entry(edit, line, outcome, why)
        if len(_SAID) < MOST_SAID:
            _SAID[key] = said
    return said


def _refuse(claim: Claim) -> None:
    if claim.is_encounter_report:
        raise NotAdjudicable(f"claim {claim.number} is an encounter report: it is recorded and never paid")
    if not claim.lines:
        raise NotAdjudicable(f"claim {claim.number} has no lines")
    charges = 0
    numbers = set()
    for line in claim.lines:
        if line.charge.cents < 0:
            raise NotAdjudicable(f"claim {claim.number} line {line.number}: a charge of {line.charge} is negative")
        charges += line.charge.cents
        numbers.add(line.number)
    if len(numbers) != len(claim.lines):
        raise NotAdjudicable(f"claim {claim.number}: its line numbers repeat")
    if charges != claim.charge.cents:
        raise NotAdjudicable(f"claim {claim.number}: its lines add up to {dollars(charges)} and not to {claim.charge}")


def _evidence(
    evidence: EvidenceIndex | Iterable[VerifiedEncounter] | Assumed | None,
) -> EvidenceIndex | Assumed | None:
    if evidence is None or isinstance(evidence, (EvidenceIndex, Assumed)):
        return evidence
    return EvidenceIndex(evidence)


def _lines_of(finding: Finding, lines: tuple[Line, ...]) -> list[int]:
    return [line.number for line in lines] if finding.line is None else [finding.line]


def _pended(case: Case, trace: list[TraceEntry]) -> Decision:
    """Decide nothing: a claim waits as a whole, and its lines carry no amounts."""
    lines = tuple(
        LineDecision(line.number, line.procedure, line.modifiers, line.charge, ZERO, ZERO, (), (), line.units)
        for line in case.claim.lines
    )
    return Decision(
        claim=case.claim.number,
        status=PENDED,
        charge=case.claim.charge,
        allowed=ZERO,
        paid=ZERO,
        patient=ZERO,
        lines=lines,
        trace=tuple(trace),
        rule_pack=case.plan.rule_pack,
        person=case.person,
    )


def _decided(
    case: Case,
    trace: list[TraceEntry],
    denials: dict[int, Finding],
    matches: dict[int, tuple[str, int]],
    authorized: dict[int, str],
    allowed: dict[int, int],
    accumulators: Accumulators | Mapping[int, Accumulators] | None,
    family_accumulators: Accumulators | Mapping[int, Accumulators] | None,
) -> Decision:
    """Put amounts to the lines, in order, so that what one line uses up the next one finds used."""
    claim, plan = case.claim, case.plan
    in_network = case.in_network
    counters = Counters(plan, claim, accumulators, family_accumulators, in_network)
    limits = MoneyLimits(case)
    over_fee = "CO" if in_network else "PR"
    if allowed and accumulators is None:
        trace.append(TraceEntry("cost-share", None, NOT_CHECKED, "no accumulators were given: counted from zero"))
    lines = []
    all_allowed = all_paid = all_patient = all_earlier = 0
    earlier_of = case.earlier
    for line in claim.lines:
        number = line.number
        earlier = earlier_of.get(number) if earlier_of else None
        if number in denials:
            decided, patient = _denied(case, line, denials[number], earlier)
            all_patient += patient
            lines.append(decided)
            continue
        amount = allowed[number]
        terms = plan.terms(line.procedure, in_network)
        counter = counters.of(line)
        left = counter.deductible_left
        part = share(amount, terms, left, counter.room)
        copay, deductible, coinsurance, trimmed = part
        trace.append(
            _shared(
                number, amount, copay, deductible, coinsurance, trimmed, terms.coinsurance, left if deductible else 0
            )
        )
        owed = copay + deductible + coinsurance
        cut = limits.cut(line, amount - owed) if plan.limits else 0
        if cut:
            why = f"{dollars(cut)} of the payment is above the benefit's yearly maximum"
            trace.append(TraceEntry("coverage", number, ADJUST, why, plan.source))
        if earlier is None:
            counter.use(part)
            excess = line.charge.cents - amount
            amount -= cut
            paid, patient, before = amount - owed, owed + cut + (excess if over_fee == "PR" else 0), 0
            adjustments = _adjustments(over_fee, excess, copay, deductible, coinsurance, cut)
        else:
            settled = coordinate(earlier, part, amount - owed - cut, cut)
            counter.use(settled.share)
            paid, before = settled.paid, earlier.paid
            amount = before + earlier.left - settled.cut
            patient = earlier.left - paid
            adjustments = _coordinated(line, earlier, settled)
            trace.append(_after_others(line, earlier, settled))
        all_allowed += amount
        all_paid += paid
        all_patient += patient
        all_earlier += before
        lines.append(
            make_line_decision(
                number,
                line.procedure,
                line.modifiers,
                line.charge,
                money(amount),
                money(paid),
                adjustments,
                (),
                line.units,
                money(before) if before else ZERO,
            )
        )
    return make_decision(
        claim=claim.number,
        status=PAID if allowed else DENIED,
        charge=claim.charge,
        allowed=money(all_allowed),
        paid=money(all_paid),
        patient=money(all_patient),
        lines=tuple(lines),
        trace=tuple(trace),
        rule_pack=plan.rule_pack,
        other_payer=money(all_earlier),
        matches=tuple([(number, *matches[number]) for number in allowed if number in matches]),
        usage=counters.usage(case.person, claim.member_number if case.member is None else case.member.family),
        person=case.person,
        authorization_uses=tuple(
            [
                AuthorizationUse(authorized[line.number], line.number, line.units)
                for line in claim.lines
                if line.number in allowed and line.number in authorized
            ]
        )
        if authorized
        else (),
    )


def _denied(case: Case, line: Line, denial: Finding, earlier: Earlier | None) -> tuple[LineDecision, int]:
    """Deny a line, and return it with what the patient owes of it.

    After earlier payers only what they left is denied, since the rest is settled (OA-23); a duplicate is denied whole.
    """
    adjustments: list[Adjustment] = []
    amount = line.charge.cents
    if earlier is not None and denial.reason != DUPLICATE:
        adjustments = _settled_before(line, earlier)
        amount = earlier.left
    if amount:
        adjustments.append(_adjustment(denial.group, denial.reason, amount))
    remarks = denial.remarks
    if not remarks:
        tables = case.tables
        needed = denial.reason in NEEDS_REMARK if tables is None else tables.needs_remark(denial.reason)
        remarks = (SEE_PLAN,) if needed else ()
    decided = LineDecision(
        line.number,
        line.procedure,
        line.modifiers,
        line.charge,
        ZERO,
        ZERO,
        tuple(adjustments),
        remarks,
        line.units,
    )
    return decided, amount if denial.group == "PR" else 0


def _settled_before(line: Line, earlier: Earlier) -> list[Adjustment]:
    """Return the effect of earlier payers: all of the charge that they did not leave to the patient."""
    settled = line.charge.cents - earlier.left
    return [_adjustment("OA", EARLIER_PAYERS, settled)] if settled else []


def _coordinated(line: Line, earlier: Earlier, settled: Coordinated) -> tuple[Adjustment, ...]:
    owed = dict.fromkeys((COPAY, DEDUCTIBLE, COINSURANCE), 0)
    owed[COPAY], owed[DEDUCTIBLE], owed[COINSURANCE] = settled.share[:3]
    for reason, amount in settled.rest:
        owed[reason] += amount
    owed[BENEFIT_MAXIMUM] = settled.cut
    found = _settled_before(line, earlier)
    found += [_adjustment("PR", reason, amount) for reason, amount in owed.items() if amount]
    return tuple(found)


def _after_others(line: Line, earlier: Earlier, settled: Coordinated) -> TraceEntry:
    why = (
        f"earlier payers paid {dollars(earlier.paid)} and left the patient {dollars(earlier.left)}: "
        f"of that the plan pays {dollars(settled.paid)}, the lower of it and its own normal benefit"
    )
    return TraceEntry("coordination", line.number, ADJUST, why)


@lru_cache(maxsize=16_384)
def _adjustment(group: str, reason: str, cents: int) -> Adjustment:
    """Return an adjustment as the value that stood for it before: copays and write-offs come again and again."""
    return make_adjustment(group, reason, money(cents))


@lru_cache(maxsize=16_384)
def _adjustments(
    over_fee: str, excess: int, copay: int, deductible: int, coinsurance: int, cut: int
) -> tuple[Adjustment, ...]:
    """Return a line's adjustments as they stood for these cents before."""
    found = []
    if excess:
        found.append(_adjustment(over_fee, OVER_FEE, excess))
    if copay:
        found.append(_adjustment("PR", COPAY, copay))
    if deductible:
        found.append(_adjustment("PR", DEDUCTIBLE, deductible))
    if coinsurance:
        found.append(_adjustment("PR", COINSURANCE, coinsurance))
    if cut:
        found.append(_adjustment("PR", BENEFIT_MAXIMUM, cut))
    return tuple(found)


@lru_cache(maxsize=16_384)
def _shared(
    number: int,
    allowed: int,
    copay: int,
    deductible: int,
    coinsurance: int,
    trimmed: int,
    percent: str,
    deductible_left: int,
) -> TraceEntry:
    """Tell a line's cost share with its figures; `deductible_left` is nothing where no deductible is taken."""
    said = []
    if copay:
        said.append(f"copay {dollars(copay)}")
    if deductible:
        said.append(f"deductible {dollars(deductible)} of {dollars(deductible_left)} left")
    rest = allowed - copay - deductible
    if coinsurance:
        said.append(f"coinsurance {percent} of {dollars(rest)}: {dollars(coinsurance)}")
    if trimmed:
        said.append(f"the out-of-pocket maximum takes off {dollars(trimmed)}")
    if not said:
        return TraceEntry("cost-share", number, PASS, "the member owes nothing of this line")
    return TraceEntry("cost-share", number, ADJUST, ", ".join(said))
