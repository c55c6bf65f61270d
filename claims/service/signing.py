"""Signing a payer's decisions: an approval for the provider to settle with, an answer to a claim that is on the chain."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from claims.adjudication.document import trace_hash
from claims.evidence.roots import claim_id
from claims.evidence.signature import recover
from claims.evidence.typed_data import digest
from claims.model.claim import Claim
from claims.model.coding import decode
from claims.model.decision import PAID, Decision
from claims.model.evidence import EncounterRecord
from claims.model.signed import DecisionBatch, ProviderInvoice
from claims.service.calendar import day_number
from claims.service.errors import UsageError
from claims.service.office import Office
from claims.service.payer_run import Inputs, Run
from claims.service.sending import Call, enqueue
from claims.settlement.calldata import decide_call
from claims.settlement.selection import choose_records
from claims.settlement.signed_decision import Approval, SignedDecision
from claims.settlement.terms import MOST_RECORDS, build_invoice, build_terms, sign_decision

if TYPE_CHECKING:
    from claims.store.work import UnitOfWork

DECISION_DAYS = 30
"""Days within which a signed decision can be used; after them the payer signs anew."""

SUBMITTED, PENDED_ON_CHAIN = 1, 2
"""Values of the contract's ClaimStatus for a claim that still waits for a decision."""

SETTLED = "settled"
"""Status of a stored claim whose payment was seen on the chain."""


def decide_key(signed: SignedDecision) -> str:
    """The idempotency key under which a decision of a submitted claim is sent: one for each signature."""
    return f"decide:{signed.decision.invoice.hex()}:{signed.batch.hex()}"


def answered_on_chain(office: Office, signed: SignedDecision) -> bool:
    """Whether the contract has an answer of this revision or a later one for the claim, by whichever signature."""
    found = office.read("InsurerBook", "claimOf", signed.decision.invoice)
    return bool(found["revision"] >= signed.decision.revision)


def signed_answer(
    work: UnitOfWork, run: Run, control_number: str, claim: Claim, revision: int, decision: Decision
) -> SignedDecision | None:
    """Sign a decision, or give the signature that it has; None where the chain has nothing to do with it.

    An approval is signed whenever records back it. A denial or a pend is signed where the claim was submitted on the
    chain. A signature whose deadline passed, or that is of an earlier epoch of the book, is made anew while the claim is
    open. With `run.pay` the call that answers a submitted claim goes into the outbox, in this unit of work.
    """
    missing = [name for _, name, _ in decision.matches if name not in run.records]
    if missing:
        raise UsageError(
            f"claim {claim.number} was decided on encounter record {missing[0]}: give it again with --evidence"
        )
    found = _invoiced(work, run, control_number, claim, decision)
    if found is None:
        return None
    identifier = claim_id(found.invoice)
    named = work.claims.get(control_number).claim_id
    if named not in (None, identifier):
        raise UsageError(
            f"claim {claim.number} was answered on other encounter records than these: give the ones it was decided on"
        )
    if decision.status == PAID and _paid_before(work, run, control_number, revision, found):
        return None
    work.claims.name_on_chain(control_number, identifier)
    kept = _signed_before(work, run, control_number, claim, revision, found)
    answered = [signed for signed in kept if 0 < signed.decision.revision <= found.revision]
    if answered:
        return answered[-1]
    if found.closed or work.claims.get(control_number).status == SETTLED:
        return kept[-1] if kept else None
    usable = [signed for signed in kept if signed.deadline > run.now and signed.epoch == run.epoch]
    signed = usable[-1] if usable else _sign(work, run, control_number, claim, revision, decision, found)
    if found.waiting and run.pay:
        call = Call(run.book.book, decide_call(signed, found.backing))
        enqueue(work, key=decide_key(signed), kind="decide", claim=control_number, call=call, now=run.now)
    return signed


@dataclass(frozen=True, slots=True)
class _Invoiced:
    """A claim's invoice with its records, and where it stands on the chain: ClaimStatus and revision, 0 if never submitted."""

    invoice: ProviderInvoice
    backing: Sequence[EncounterRecord]
    status: int = 0
    revision: int = 0

    @property
    def waiting(self) -> bool:
        return self.status in (SUBMITTED, PENDED_ON_CHAIN)

    @property
    def closed(self) -> bool:
        return self.status != 0 and not self.waiting


def _invoiced(work: UnitOfWork, run: Run, control_number: str, claim: Claim, decision: Decision) -> _Invoiced | None:
    """Find the invoice to answer; None where there is nothing to sign.

    A provider that submitted the claim listed the records that it had chosen; else the matched ones make the invoice. An
    invoice that another claim of this home has is that claim's: a copy's denial must not answer the original.
    """
    matched = run.backing(decision)
    policy = policy_of(work, run, claim, decision.person)
    if policy is None:
        if decision.status == PAID:
            raise UsageError(
                f"claim {claim.number}: its member has no policy on the chain for the year of the services and the payer's "
                "rank; issue one with `claims policy issue`"
            )
        return None
    chosen = choose_records(claim, tuple(run.records.values()))
    for backing in (matched, chosen):
        if 1 <= len(backing) <= MOST_RECORDS:
            invoice = build_invoice(claim, provider=backing[0].attestation.provider, policy=policy, records=backing)
            on_chain = run.office.read("InsurerBook", "claimOf", claim_id(invoice))
            if on_chain["status"] and (decision.status == PAID or _own(work, control_number, invoice)):
                return _Invoiced(invoice, backing, int(on_chain["status"]), int(on_chain["revision"]))
    if decision.status != PAID or not matched:
        return None
    invoice = build_invoice(claim, provider=matched[0].attestation.provider, policy=policy, records=matched)
    return _Invoiced(invoice, matched)


def _paid_before(work: UnitOfWork, run: Run, control_number: str, revision: int, found: _Invoiced) -> bool:
    """Whether the chain paid the claim that this one replaces: it pays an attestation once, and there is nothing to sign."""
    inputs = decode(Inputs, work.decisions.get(control_number, revision).inputs)
    if inputs.correction is None or work.decisions.batches_of(control_number, revision):
        return False
    return inputs.correction.settled or any(
        run.office.read("Registry", "isSpent", record.practitioner, found.invoice.rank, record.attestation.sequence)
        for record in found.backing
    )


def _own(work: UnitOfWork, control_number: str, invoice: ProviderInvoice) -> bool:
    others = {stored.control_number for stored in work.claims.by_claim_id(claim_id(invoice))}
    return not others or control_number in others


def policy_of(work: UnitOfWork, run: Run, claim: Claim, person: str) -> int | None:
    """The policy on the chain that pays: the person's, of the services' year and the payer's rank, in force on the first day.

    A policy that was cancelled pays for what came before its end, and the one issued after it for the rest.
    """
    if not person:
        return None
    first = min(line.begins for line in claim.lines)
    for row in work.policies.of_person(person, first.year):
        if row.policy not in run.policies:
            run.policies[row.policy] = run.office.read("InsurerBook", "policyOf", row.policy)
        record = run.policies[row.policy]
        ended = record["endDay"] and day_number(first) >= record["endDay"]
        if record["ranks"] >> claim.rank & 1 and not ended:
            return row.policy
    return None


def _sign(
    work: UnitOfWork,
    run: Run,
    control_number: str,
    claim: Claim,
    revision: int,
    decision: Decision,
    found: _Invoiced,
) -> SignedDecision:
    from claims.store.rows import SignedBatch

    invoice, backing = found.invoice, found.backing
    terms = build_terms(decision, invoice, run.verified(backing, claim.rank), revision=found.revision + 1)
    salt = decode(Inputs, work.decisions.get(control_number, revision).inputs).trace_salt
    signed = sign_decision(
        claim.number,
        invoice,
        terms,
        records=[record.identifier for record in backing],
        traces=trace_hash(decision, salt),
        rule_pack=decision.rule_pack,
        epoch=run.epoch,
        deadline=run.now + DECISION_DAYS * 86_400,
        batch=secrets.token_bytes(32),
        domain=run.book,
        adjudicators=[(run.adjudicator.address, run.adjudicator.sign_digest)],
    )
    batch = DecisionBatch((terms,), signed.traces, signed.rule_pack, signed.epoch, signed.deadline, signed.batch)
    signatures = tuple(approval.signature for approval in signed.approvals)
    work.decisions.add_batch(SignedBatch(batch, signatures, ((control_number, revision),), run.now))
    return signed


def _signed_before(
    work: UnitOfWork, run: Run, control_number: str, claim: Claim, revision: int, found: _Invoiced
) -> list[SignedDecision]:
    """The signatures that a decision has, oldest first, whether or not the contract would still take them."""
    signed = []
    for kept in work.decisions.batches_of(control_number, revision):
        batch = kept.batch
        if batch.decisions[0].invoice != claim_id(found.invoice) or work.settlements.batch(batch.batch) is not None:
            continue  # What was settled with others was signed with them, as packed.
        to_sign = digest(batch, run.book)
        signed.append(
            SignedDecision(
                claim_number=claim.number,
                invoice=found.invoice,
                records=tuple(record.identifier for record in found.backing),
                decision=batch.decisions[0],
                position=0,
                siblings=(),
                traces=batch.traces,
                rule_pack=batch.rule_pack,
                epoch=batch.epoch,
                deadline=batch.deadline,
                batch=batch.batch,
                approvals=tuple(Approval(recover(to_sign, signature), signature) for signature in kept.signatures),
                chain_id=run.book.chain_id,
                book=run.book.book,
            )
        )
    return signed
