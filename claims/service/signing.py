"""Signing a payer's decisions: an approval for the provider to settle with, an answer to a claim that is on the chain."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
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
from claims.service.errors import UsageError
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


def decide_key(signed: SignedDecision) -> str:
    """The idempotency key under which a decision of a submitted claim is sent: one for each signature."""
    return f"decide:{signed.decision.invoice.hex()}:{signed.batch.hex()}"


def signed_answer(
    work: UnitOfWork, run: Run, control_number: str, claim: Claim, revision: int, decision: Decision
) -> SignedDecision | None:
    """Sign a decision, or give the signature that it has; None where the chain has nothing to do with it.

    An approval is signed whenever records back it. A denial or a pend is signed where the claim was submitted on the
    chain. A signature whose deadline passed, or that is of an earlier epoch of the book, is made anew. With `run.pay` the
    call that answers a submitted claim goes into the outbox, in this unit of work.
    """
    missing = [name for _, name, _ in decision.matches if name not in run.records]
    if missing:
        raise UsageError(
            f"claim {claim.number} was decided on encounter record {missing[0]}: give it again with --evidence"
        )
    backing, status, stored_revision = _invoiced(work, run, claim, decision)
    waiting = status in (SUBMITTED, PENDED_ON_CHAIN)
    if not backing or (decision.status != PAID and not waiting):
        return None
    invoice = _invoice(work, run, claim, decision, backing)
    work.claims.name_on_chain(control_number, claim_id(invoice))
    signed = _usable(work, run, control_number, claim, revision, invoice, backing)
    if signed is None:
        signed = _sign(work, run, control_number, claim, revision, decision, invoice, backing, stored_revision + 1)
    if waiting and run.pay:
        call = Call(run.book.book, decide_call(signed, backing))
        enqueue(work, key=decide_key(signed), kind="decide", claim=control_number, call=call, now=run.now)
    return signed


def _invoiced(
    work: UnitOfWork, run: Run, claim: Claim, decision: Decision
) -> tuple[Sequence[EncounterRecord], int, int]:
    """Find the records of the claim's invoice, its status on the chain and its stored revision.

    A provider that submitted the claim listed the records that it had chosen; else the matched ones make the invoice.
    """
    matched = run.backing(decision)
    chosen = choose_records(claim, tuple(run.records.values()))
    for backing in (matched, chosen):
        if 1 <= len(backing) <= MOST_RECORDS and decision.person:
            invoice = _invoice(work, run, claim, decision, backing)
            on_chain = run.office.read("InsurerBook", "claimOf", claim_id(invoice))
            if on_chain["status"]:
                return backing, int(on_chain["status"]), int(on_chain["revision"])
    return matched, 0, 0


def _invoice(
    work: UnitOfWork, run: Run, claim: Claim, decision: Decision, backing: Sequence[EncounterRecord]
) -> ProviderInvoice:
    return build_invoice(
        claim,
        provider=backing[0].attestation.provider,
        policy=_policy(work, claim, decision),
        records=backing,
    )


def _policy(work: UnitOfWork, claim: Claim, decision: Decision) -> int:
    """The policy on the chain that pays: the person's, of the year of the services."""
    year = claim.lines[0].begins.year
    found = work.policies.of_person(decision.person, year)
    if not found:
        raise UsageError(
            f"claim {claim.number}: its member has no policy on the chain for the year of the services; "
            "issue one with `claims policy issue`"
        )
    return found[0].policy


def _sign(
    work: UnitOfWork,
    run: Run,
    control_number: str,
    claim: Claim,
    revision: int,
    decision: Decision,
    invoice: ProviderInvoice,
    backing: Sequence[EncounterRecord],
    chain_revision: int,
) -> SignedDecision:
    from claims.store.rows import SignedBatch

    terms = build_terms(decision, invoice, run.verified(backing), revision=chain_revision)
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


def _usable(
    work: UnitOfWork,
    run: Run,
    control_number: str,
    claim: Claim,
    revision: int,
    invoice: ProviderInvoice,
    backing: Sequence[EncounterRecord],
) -> SignedDecision | None:
    """The last signature of a decision that the contract would still take."""
    kept = [
        signed
        for signed in work.decisions.batches_of(control_number, revision)
        if signed.batch.deadline > run.now
        and signed.batch.epoch == run.epoch
        and signed.batch.decisions[0].invoice == claim_id(invoice)
    ]
    if not kept:
        return None
    batch, signatures = kept[-1].batch, kept[-1].signatures
    to_sign = digest(batch, run.book)
    return SignedDecision(
        claim_number=claim.number,
        invoice=invoice,
        records=tuple(record.identifier for record in backing),
        decision=batch.decisions[0],
        position=0,
        siblings=(),
        traces=batch.traces,
        rule_pack=batch.rule_pack,
        epoch=batch.epoch,
        deadline=batch.deadline,
        batch=batch.batch,
        approvals=tuple(Approval(recover(to_sign, signature), signature) for signature in signatures),
        chain_id=run.book.chain_id,
        book=run.book.book,
    )
