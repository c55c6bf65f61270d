"""What a decision becomes on the chain: the invoice it answers, the terms that are signed, and the batch that carries them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from claims.evidence.roots import attestations_hash, claim_id, lines_root
from claims.evidence.typed_data import attestation_digest, digest, hash_struct
from claims.model.claim import Claim
from claims.model.decision import DENIED, PAID, PENDED, Decision
from claims.model.evidence import EncounterRecord, VerifiedEncounter
from claims.model.signed import (
    OUTCOME_APPROVED,
    OUTCOME_DENIED,
    OUTCOME_PENDED,
    BookDomain,
    ClaimDecision,
    DecisionBatch,
    ProviderInvoice,
)
from claims.settlement.signed_decision import Approval, SignedDecision

MOST_RECORDS = 16
NO_CLAIM = bytes(32)
ORIGINAL = 1
"""The frequency that the contract takes: a replacement comes before it only where nothing of its lineage was paid."""

OUTCOMES = {PAID: OUTCOME_APPROVED, DENIED: OUTCOME_DENIED, PENDED: OUTCOME_PENDED}


class TermsError(ValueError):
    """A claim or decision that cannot be put before the contract; the message says why."""


def build_invoice(claim: Claim, *, provider: str, policy: int, records: Sequence[EncounterRecord]) -> ProviderInvoice:
    """Build the invoice of a claim on a policy, listing the attestations of 1 to 16 records in their order."""
    if not 1 <= len(records) <= MOST_RECORDS:
        raise TermsError(
            f"claim {claim.number} is backed by {len(records)} encounter records; 1 to {MOST_RECORDS} can be listed"
        )
    return ProviderInvoice(
        provider=provider,
        policy=policy,
        rank=claim.rank,
        attestations=attestations_hash([attestation_digest(r.practitioner, r.attestation) for r in records]),
        billed=claim.charge.cents,
        replaces=NO_CLAIM,
        frequency=ORIGINAL,
    )


def build_terms(
    decision: Decision, invoice: ProviderInvoice, encounters: Sequence[VerifiedEncounter], *, revision: int
) -> ClaimDecision:
    """Build what the adjudicator signs of one decision; amounts in cents, `revision` the stored one plus one.

    The lines' root is the one that was recomputed from the records' salts when `encounters` were verified, and not what an
    attestation says of itself: the contract then compares it with what the clinician signed.
    """
    if decision.status not in OUTCOMES:
        raise TermsError(f"claim {decision.claim} is {decision.status}: nothing is signed of it")
    classes = {encounter.evidence_class for encounter in encounters}
    if len(classes) != 1:
        raise TermsError(
            f"claim {decision.claim} is backed by attestations of {len(classes)} evidence classes; one is possible"
        )
    return ClaimDecision(
        invoice=claim_id(invoice),
        revision=revision,
        outcome=OUTCOMES[decision.status],
        lines_root=lines_root([encounter.services_root for encounter in encounters]),
        evidence_class=classes.pop(),
        allowed=decision.allowed.cents,
        other_payer=decision.other_payer.cents,
        paid=decision.paid.cents,
        patient=decision.patient.cents,
        interest=0,
    )


def sign_decision(
    claim_number: str,
    invoice: ProviderInvoice,
    terms: ClaimDecision,
    *,
    records: Sequence[str],
    traces: bytes,
    rule_pack: bytes,
    epoch: int,
    deadline: int,
    batch: bytes,
    domain: BookDomain,
    adjudicators: Sequence[tuple[str, Callable[[bytes], bytes]]],
) -> SignedDecision:
    """Sign one decision as a batch of its own: the form that costs the provider the least call data on the single path.

    `adjudicators` are (address, sign a 32-byte digest); `deadline` Unix seconds; `batch` 32 random or derived bytes.
    """
    whole = DecisionBatch((terms,), traces, rule_pack, epoch, deadline, batch)
    to_sign = digest(whole, domain)
    return SignedDecision(
        claim_number=claim_number,
        invoice=invoice,
        records=tuple(records),
        decision=terms,
        position=0,
        siblings=(),
        traces=traces,
        rule_pack=rule_pack,
        epoch=epoch,
        deadline=deadline,
        batch=batch,
        approvals=tuple(Approval(address, sign(to_sign)) for address, sign in adjudicators),
        chain_id=domain.chain_id,
        book=domain.book,
    )


def claim_id_of(signed: SignedDecision) -> bytes:
    """Return the claim id of a signed decision's invoice."""
    return hash_struct(signed.invoice)
