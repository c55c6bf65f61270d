"""A decision as the payer signed it and hands it to the provider: everything the contract asks for, and nothing of the patient."""

from __future__ import annotations

from dataclasses import dataclass

from claims.model.signed import ClaimDecision, ProviderInvoice


@dataclass(frozen=True, slots=True)
class Approval:
    """One adjudicator's signature over the batch: its 0x address and 65 bytes r‖s‖v."""

    adjudicator: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedDecision:
    """One decision of a signed batch, with the invoice it decides.

    `claim_number` is the provider's own (CLM01) and stays off the chain. `records` names the encounter records whose
    attestations the invoice lists, in its order. `siblings` are the struct hashes of the batch's other decisions, in order;
    `position` is this one's place among all. `traces`, `rule_pack`, `epoch`, `deadline` (Unix seconds) and `batch` are the
    batch's. `chain_id` and `book` are domain B.
    """

    claim_number: str
    invoice: ProviderInvoice
    records: tuple[str, ...]
    decision: ClaimDecision
    position: int
    siblings: tuple[bytes, ...]
    traces: bytes
    rule_pack: bytes
    epoch: int
    deadline: int
    batch: bytes
    approvals: tuple[Approval, ...]
    chain_id: int
    book: str
