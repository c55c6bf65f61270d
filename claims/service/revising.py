"""Corrections of claims that the chain paid: decided anew there, each signed by itself, so that what was paid too much becomes a
debt, which later payments net, and what was paid too little is paid."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from claims.adjudication.document import trace_hash
from claims.evidence.roots import claim_id
from claims.evidence.typed_data import attestation_digest
from claims.model.claim import Claim
from claims.model.coding import decode
from claims.model.decision import DENIED, PAID, PENDED, REVERSED, Decision
from claims.model.evidence import EncounterRecord
from claims.model.money import ZERO, Money
from claims.model.signed import OUTCOME_APPROVED, ClaimDecision, DecisionBatch, ProviderInvoice
from claims.service.kept_rolls import KeptRolls
from claims.service.office import Office
from claims.service.payer_run import Inputs, Run
from claims.service.sending import Call, carry_out_all, enqueue
from claims.settlement.calldata import revise_call
from claims.settlement.signed_decision import SignedDecision
from claims.settlement.terms import build_invoice, sign_decision

if TYPE_CHECKING:
    from claims.chain.signer import Signer
    from claims.store.rows import DueRevision, StoredClaim
    from claims.store.work import UnitOfWork

KIND = "revise"
"""The kind of an intent that decides a paid claim anew."""


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """A claim as the chain paid it: its invoice, the decision that paid it first, its records in the invoice's order."""

    control_number: str
    invoice: ProviderInvoice
    first: ClaimDecision
    records: tuple[EncounterRecord, ...]


@dataclass(frozen=True, slots=True)
class Revised:
    """A revision that was sent: the correction's control number, what the claim was paid before and is now, and what it cost.

    `refusal` says why the contract did not take it; `gas` is then None.
    """

    control_number: str
    before: Money
    paid: Money
    transaction: bytes | None = None
    gas: int | None = None
    refusal: str = ""


def revision_due(
    work: UnitOfWork, run: Run, control_number: str, claim: Claim, revision: int, decision: Decision, inputs: Inputs
) -> bool:
    """Whether a correction is sent to the chain; it is then due, in the unit of work that decided it.

    It is where the chain paid the claim's lineage, another amount is decided now, and the paid invoice can bear it: the same
    evidence, and no more than what was billed. Else what is owed stays a pending offset.
    """
    from claims.store.rows import DueRevision

    correction = inputs.correction
    if correction is None or correction.refusal or not correction.settled or decision.status == PENDED:
        return False
    before = ZERO if correction.decision is None else correction.decision.paid
    standing = decision if decision.status == PAID else None
    after = ZERO if standing is None else standing.paid
    if decision.status not in (PAID, DENIED, REVERSED) or after == before:
        return False
    paid = paid_invoice(work, run.rolls, correction.replaces)
    if paid is None or (standing is not None and not _bears(paid, run.backing(standing), standing)):
        return False
    terms = ClaimDecision(
        invoice=claim_id(paid.invoice),
        revision=0,
        outcome=OUTCOME_APPROVED,
        lines_root=paid.first.lines_root,
        evidence_class=paid.first.evidence_class,
        allowed=0 if standing is None else standing.allowed.cents,
        other_payer=0 if standing is None else standing.other_payer.cents,
        paid=after.cents,
        patient=0 if standing is None else standing.patient.cents,
        interest=0,
    )
    if standing is not None:
        # Its payment is told by the chain under the invoice that was paid first.
        work.claims.name_on_chain(control_number, terms.invoice)
    due = DueRevision(
        control_number=control_number,
        revision=revision,
        paid_control_number=paid.control_number,
        claim_id=terms.invoice,
        invoice=paid.invoice,
        first_terms=paid.first,
        terms=terms,
        paid_before=before,
        rule_pack=decision.rule_pack,
        trace=trace_hash(decision, inputs.trace_salt),
        records=tuple(work.records.add(record, run.now) for record in paid.records),
        due_at=run.now,
    )
    work.revisions.add(due)
    return True


def _bears(paid: PaidInvoice, backing: Sequence[EncounterRecord], decision: Decision) -> bool:
    """Whether the invoice that was paid can be decided so: on the same attestations, and within what it billed."""
    listed = {attestation_digest(record.practitioner, record.attestation) for record in paid.records}
    matched = {attestation_digest(record.practitioner, record.attestation) for record in backing}
    shares = (decision.paid + decision.other_payer + decision.patient).cents
    return listed == matched and max(decision.allowed.cents, shares) <= paid.invoice.billed


def paid_invoice(work: UnitOfWork, rolls: KeptRolls, control_number: str) -> PaidInvoice | None:
    """The claim of a lineage that the chain paid first, as it was paid; None where this home cannot tell."""
    for each in sorted(work.replacements.lineage(control_number), key=lambda number: _age(work, number)):
        stored = work.claims.find(each)
        if stored is None or stored.claim_id is None or not work.payments.of_claim(stored.claim_id):
            continue
        for version in work.decisions.versions(each):
            if version.decision.status != PAID:
                continue
            due = work.settlements.due_claim(each, version.revision)
            if due is not None:
                invoice = rolls.roll(work, due.roll).roll.invoices[due.position]
                return PaidInvoice(each, invoice, due.terms, _records(work, due.records))
            found = _paid_alone(work, stored, version.revision, version.decision)
            if found is not None:
                return found
    return None


def _age(work: UnitOfWork, control_number: str) -> tuple[int, str]:
    stored = work.claims.find(control_number)
    return (0 if stored is None else stored.recorded_at, control_number)


def _paid_alone(work: UnitOfWork, stored: StoredClaim, revision: int, decision: Decision) -> PaidInvoice | None:
    """A claim that was settled by itself: its invoice is made anew, and is right where it has the claim's id."""
    terms = None
    for kept in work.decisions.batches_of(stored.control_number, revision):
        position = kept.entries.index((stored.control_number, revision))
        if kept.batch.decisions[position].invoice == stored.claim_id:
            terms = kept.batch.decisions[position]
    names = dict.fromkeys(name for _, name, _ in decision.matches)
    records = []
    for name in names:
        kept_records = work.records.by_identifier(name, stored.claim.billing.npi)
        if not kept_records:
            return None
        records.append(kept_records[-1].record)
    if terms is None or not records:
        return None
    for policy in work.policies.of_person(decision.person):
        invoice = build_invoice(
            stored.claim, provider=records[0].attestation.provider, policy=policy.policy, records=records
        )
        if claim_id(invoice) == stored.claim_id:
            return PaidInvoice(stored.control_number, invoice, terms, tuple(records))
    return None


def _records(work: UnitOfWork, digests: Sequence[bytes]) -> tuple[EncounterRecord, ...]:
    from claims.store.errors import NotStored

    found = []
    for identifier in digests:
        kept = work.records.find(identifier)
        if kept is None:
            raise NotStored(f"an encounter record (0x{identifier.hex()}) is missing in this home")
        found.append(kept.record)
    return tuple(found)


# sending


def take_revisions(office: Office) -> None:
    """Keep of each revision under way what became of its intent; one that was refused is due again, with the reason."""
    from claims.store.rows import CONFIRMED, DUE, FAILED, REVISED, UNDER_WAY

    now = office.chain.head().timestamp
    with office.store.unit_of_work() as work:
        for due in work.revisions.in_state(UNDER_WAY):
            state = work.revisions.state(due.control_number)
            assert state is not None
            intent = work.outbox.get(state.intent)
            if intent.state == CONFIRMED:
                work.revisions.change(due.control_number, REVISED, now, intent=state.intent)
            elif intent.state == FAILED:
                work.revisions.change(due.control_number, DUE, now, reason=intent.failure)


def send_revisions(
    office: Office,
    adjudicators: Sequence[Signer],
    *,
    epoch: int,
    deadline: int,
    stopping: Callable[[], bool] = lambda: False,
) -> list[Revised]:
    """Send what is due, and what an earlier run left, several at a time: of each paid claim one correction after the other."""
    from claims.store.rows import DUE, UNDER_WAY

    done: list[Revised] = []
    tried: set[str] = set()
    while not stopping():
        with office.store.reading() as work:
            states = {
                due.control_number: work.revisions.state(due.control_number)
                for due in work.revisions.in_state(UNDER_WAY)
            }
            under_way = {
                state.intent: work.revisions.find(number) for number, state in states.items() if state is not None
            }
            busy = {due.claim_id for due in under_way.values() if due is not None}
            fresh: dict[bytes, DueRevision] = {}
            for due in work.revisions.in_state(DUE):
                if due.control_number not in tried and due.claim_id not in busy:
                    fresh.setdefault(due.claim_id, due)
        keys = {intent: due for intent, due in under_way.items() if due is not None}
        for due in fresh.values():
            tried.add(due.control_number)
            key = _sign(office, due, adjudicators, epoch, deadline)
            if key is not None:
                keys[key] = due
        if not keys and not fresh:
            return done
        for carried in carry_out_all(office, office.signer("insurer"), list(keys), label="settle run"):
            due = keys[carried.key]
            told = Revised(due.control_number, due.paid_before, Money(due.terms.paid))
            if carried.receipt is not None:
                told = replace(told, transaction=carried.receipt.transaction, gas=carried.receipt.gas_used)
            else:
                told = replace(told, refusal=str(carried.refusal))
            done.append(told)
            if stopping():
                break
        take_revisions(office)
    return done


def _sign(office: Office, due: DueRevision, adjudicators: Sequence[Signer], epoch: int, deadline: int) -> str | None:
    """Sign a revision as the chain stands now, and keep it with the intent to send it; returns the intent's key.

    None where the contract would refuse it: the reason is kept, and nothing is.
    """
    from claims.chain.errors import Reverted
    from claims.store.rows import DUE, UNDER_WAY, SignedBatch

    with office.store.reading() as work:
        records = _records(work, due.records)
        paid_claim = work.claims.get(due.paid_control_number)
        versions = work.decisions.versions(due.paid_control_number)
    first_decided = next(version for version in versions if version.decision.status == PAID)
    on_chain = office.read("InsurerBook", "claimOf", due.claim_id)
    opened = bool(on_chain["status"])
    revision = int(on_chain["revision"]) + 1 if opened else due.first_terms.revision + 1

    batch_id = secrets.token_bytes(32)

    def signed(terms: ClaimDecision, trace: bytes, rule_pack: bytes) -> SignedDecision:
        return sign_decision(
            paid_claim.claim.number,
            due.invoice,
            terms,
            records=[record.identifier for record in records],
            traces=trace,
            rule_pack=rule_pack,
            epoch=epoch,
            deadline=deadline,
            batch=batch_id,
            domain=office.book_domain,
            adjudicators=[(signer.address, signer.sign_digest) for signer in adjudicators],
        )

    revised = signed(replace(due.terms, revision=revision), due.trace, due.rule_pack)
    first = None
    if not opened:
        trace = trace_hash(first_decided.decision, decode(Inputs, first_decided.inputs).trace_salt)
        first = signed(due.first_terms, trace, first_decided.rule_pack)
    now = office.chain.head().timestamp
    key = f"revise:{revised.batch.hex()}"
    call = Call(office.addresses["InsurerBook"], revise_call(revised, records, first))
    try:
        office.chain.estimate(call.to, call.data, office.keystore.address("insurer"))
    except Reverted as refusal:
        with office.store.unit_of_work() as work:
            work.revisions.change(due.control_number, DUE, now, reason=str(refusal))
        return None
    # The first decision is signed again for the contract alone, under the same id: what is kept is what is new.
    batch = DecisionBatch(
        (revised.decision,), revised.traces, revised.rule_pack, revised.epoch, revised.deadline, revised.batch
    )
    signatures = tuple(approval.signature for approval in revised.approvals)
    with office.store.unit_of_work() as work:
        work.decisions.add_batch(SignedBatch(batch, signatures, ((due.control_number, due.revision),), now))
        enqueue(work, key=key, kind=KIND, claim=due.control_number, call=call, now=now)
        work.revisions.change(due.control_number, UNDER_WAY, now, intent=key)
    return key


def revision_document(revised: Revised) -> dict[str, Any]:
    """Return what `claims settle run --json` says of a revision."""
    return {
        "control_number": revised.control_number,
        "paid_before": str(revised.before),
        "paid": str(revised.paid),
        "transaction": None if revised.transaction is None else "0x" + revised.transaction.hex(),
        "gas": revised.gas,
        "refusal": revised.refusal,
    }
