"""From kept inputs to a decision: what a run decides by, and what a replay decides again, to the byte."""

from __future__ import annotations

from dataclasses import replace

from claims.adjudication.engine import adjudicate, prepare
from claims.adjudication.evidence_index import EvidenceIndex
from claims.adjudication.explain import explain
from claims.adjudication.history import History
from claims.adjudication.plan_terms import PlanTerms
from claims.adjudication.providers import Providers
from claims.model.claim import Claim
from claims.model.decision import DENIED, PAID, PENDED, REVERSED, Adjustment, Decision, LineDecision, TraceEntry
from claims.model.money import ZERO, Money, total
from claims.model.plan import Plan
from claims.model.tables import Tables
from claims.service.payer_run import AnchoredInvoice, Correction, Inputs
from claims.settlement.reversal import reversal_of

ORIGINAL, REPLACEMENT, VOID = "1", "7", "8"
EDIT = "correction"
"""What the trace calls the step that finds and takes back the earlier claim."""

ANCHOR = "anchor"
"""What the trace calls the step that holds an approval against the invoice that the provider anchored."""

WAITING_CURE = "adjudicate the file again once `claims settle run` has told what became of it"

WRONG_CONTROL_NUMBER = ("CO", "16", "M47")
"""Group, CARC and RARC of a replacement or void that names no claim to correct: the payer control number is wrong."""

ANCHOR_CURE = "send the claim anew, in a file whose roll holds its invoice as it should be, or that is anchored in none"

CURE = "name in REF*F8 the payer's control number (CLP07) of the claim as it stands, or send an original"


def decide(inputs: Inputs, terms: PlanTerms | None = None, tables: Tables | None = None) -> Decision:
    """Decide by these inputs; pure, so that the same inputs with the same tables give the same decision.

    `terms` spares making the plan ready once more. A replacement is decided as an original is, on the history and the
    accumulators without the claim it replaces; a void is the reversal of the claim it names; either is denied where it names
    none that it may correct.
    """
    ready = terms or prepare(inputs.plan, tables)
    correction = inputs.correction
    if correction is not None and correction.refusal:
        return _refused(inputs, correction, ready.rule_pack)
    if correction is not None and correction.waits:
        return _waiting(inputs, correction, ready.rule_pack)
    if correction is not None and correction.frequency == VOID:
        return _void(inputs, correction, ready.rule_pack)
    decision = adjudicate(
        ready,
        inputs.claim if correction is None else as_original(inputs.claim),
        members=inputs.members,
        providers=None if inputs.providers is None else Providers(inputs.providers),
        evidence=EvidenceIndex(inputs.evidence),
        history=History(inputs.history, inputs.practice),
        accumulators=dict(inputs.accumulators),
        received=inputs.received,
        tables=tables,
        decided=inputs.decided,
        spent=frozenset(inputs.spent),
        authorizations=inputs.authorizations,
        review=inputs.review,
        family_accumulators=None if inputs.family_accumulators is None else dict(inputs.family_accumulators),
    )
    if correction is not None:
        return _corrected(decision, correction)
    return decision if inputs.anchored is None else _held_to_anchor(decision, inputs.anchored)


def as_original(claim: Claim) -> Claim:
    """Return a replacement as the claim that it would be if nothing had come before it."""
    return replace(claim, frequency=ORIGINAL, payer_control_number="")


def story_of(decision: Decision, plan: Plan) -> tuple[str, ...]:
    """Tell a decision in plain words, a correction's part in front."""
    if decision.status == REVERSED:
        patient = -decision.patient
        return (
            f"Claim {decision.claim} is void: what was decided of {-decision.charge} charged is taken back.",
            f"{-decision.paid} was decided to be paid and {patient} to be owed by the patient; neither stands any more.",
        )
    corrections = [f"{entry.why[:1].upper()}{entry.why[1:]}." for entry in decision.trace if entry.edit == EDIT]
    return (*(corrections if decision.status != DENIED else ()), *explain(decision, plan))


def _held_to_anchor(decision: Decision, anchored: AnchoredInvoice) -> Decision:
    """An approval waits where the provider consented to another invoice than the payer would pay."""
    if decision.status != PAID:
        return decision
    matched = {name for _, name, _ in decision.matches}
    idle = sorted(set(anchored.records) - matched)
    problem = anchored.problem
    if not problem and idle:
        problem = f"it lists {len(idle)} encounter records that back no line"
    elif not problem and matched != set(anchored.records):
        problem = "the claim's lines are backed by encounter records that it does not list"
    where = f"the invoice at position {anchored.position} of roll 0x{anchored.roll.hex()}"
    if not problem:
        return replace(decision, trace=(*decision.trace, TraceEntry(ANCHOR, None, "pass", f"{where} is this claim's")))
    waits = TraceEntry(ANCHOR, None, "pend", f"{where}: {problem}", cure=ANCHOR_CURE)
    return replace(
        decision,
        status=PENDED,
        allowed=ZERO,
        paid=ZERO,
        patient=ZERO,
        other_payer=ZERO,
        adjustments=(),
        lines=tuple(replace(line, allowed=ZERO, paid=ZERO, adjustments=(), remarks=()) for line in decision.lines),
        trace=(*decision.trace, waits),
        usage=(),
        matches=(),
        authorization_uses=(),
    )


def _corrected(decision: Decision, correction: Correction) -> Decision:
    """Say in front of the trace what the claim replaces, and where the money of it lies."""
    earlier = correction.decision
    if decision.status == PENDED or earlier is None:
        why = f"replaces claim {correction.replaces}, which stands until this one is decided"
    else:
        why = f"replaces claim {correction.replaces}, decided to pay {earlier.paid}, which is reversed"
        if correction.settled:
            why += f"; {_difference(decision.paid - earlier.paid)}"
    return replace(decision, trace=(TraceEntry(EDIT, None, "adjust", why), *decision.trace))


def _difference(more: Money) -> str:
    if not more:
        return "the same is paid, so no money moves"
    if more < ZERO:
        return f"{-more} was paid too much and is taken from a later payment"
    return f"{more} more is due to the provider and is settled later: the contract pays a claim once"


def _void(inputs: Inputs, correction: Correction, rule_pack: bytes) -> Decision:
    assert correction.decision is not None
    why = f"voids claim {correction.replaces}, decided to pay {correction.decision.paid}, which is reversed"
    if correction.settled and correction.decision.paid:
        why += f"; {_difference(-correction.decision.paid)}"
    reversal = reversal_of(correction.decision)
    return replace(
        reversal, claim=inputs.claim.number, rule_pack=rule_pack, trace=(TraceEntry(EDIT, None, "adjust", why),)
    )


def _waiting(inputs: Inputs, correction: Correction, rule_pack: bytes) -> Decision:
    """Decide nothing yet: whether the claim to correct was paid is being found out at this moment."""
    claim = inputs.claim
    lines = tuple(
        LineDecision(line.number, line.procedure, line.modifiers, line.charge, ZERO, ZERO, (), (), line.units)
        for line in claim.lines
    )
    return Decision(
        claim=claim.number,
        status=PENDED,
        charge=claim.charge,
        allowed=ZERO,
        paid=ZERO,
        patient=ZERO,
        lines=lines,
        trace=(TraceEntry(EDIT, None, "pend", correction.waits, cure=WAITING_CURE),),
        rule_pack=rule_pack,
        person=inputs.members[0].person if len(inputs.members) == 1 else "",
    )


def _refused(inputs: Inputs, correction: Correction, rule_pack: bytes) -> Decision:
    """Deny every line: the claim to correct is not there to be corrected, and no other claim is touched."""
    group, reason, remark = WRONG_CONTROL_NUMBER
    claim = inputs.claim
    lines = tuple(
        LineDecision(
            line.number,
            line.procedure,
            line.modifiers,
            line.charge,
            ZERO,
            ZERO,
            (Adjustment(group, reason, line.charge),) if line.charge else (),
            (remark,),
            line.units,
        )
        for line in claim.lines
    )
    return Decision(
        claim=claim.number,
        status=DENIED,
        charge=total(line.charge for line in lines),
        allowed=ZERO,
        paid=ZERO,
        patient=ZERO,
        lines=lines,
        trace=(TraceEntry(EDIT, None, "deny", correction.refusal, cure=CURE),),
        rule_pack=rule_pack,
        person=inputs.members[0].person if len(inputs.members) == 1 else "",
    )
