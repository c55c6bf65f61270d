"""The calls that carry a claim to its payer's book, as bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from claims.chain.abi import encode_call
from claims.chain.artefacts import load
from claims.model.evidence import EncounterRecord
from claims.model.signed import OUTCOME_APPROVED, InvoiceRoll, ProviderInvoice, SettlementBatch
from claims.settlement.arguments import (
    anchor_arguments,
    batch_terms_argument,
    evidence_argument,
    invoice_argument,
    reference_argument,
    signed_decision_argument,
)
from claims.settlement.packing import PackedBatch
from claims.settlement.signed_decision import Approval, SignedDecision


def settle_call(signed: SignedDecision, records: Sequence[EncounterRecord]) -> bytes:
    """Return the calldata of `settle`: one transaction, sent by the provider, that checks and pays an approved claim."""
    return _call(
        "settle",
        [evidence_argument(record) for record in records],
        signed_decision_argument(signed),
        invoice_argument(signed.invoice),
    )


def submit_call(invoice: ProviderInvoice, records: Sequence[EncounterRecord]) -> bytes:
    """Return the calldata of `submit`: the first of two steps, sent by the provider; it starts the claim's clock."""
    return _call("submit", invoice_argument(invoice), [reference_argument(record) for record in records])


def decide_call(signed: SignedDecision, records: Sequence[EncounterRecord]) -> bytes:
    """Return the calldata of `decide`: the second step, sent by anyone; evidence travels where the claim is approved."""
    shown = records if signed.decision.outcome == OUTCOME_APPROVED else ()
    return _call(
        "decide",
        [evidence_argument(record) for record in shown],
        signed_decision_argument(signed),
        invoice_argument(signed.invoice),
    )


def anchor_call(roll: InvoiceRoll, provider: str, signature: bytes = b"") -> bytes:
    """Return the calldata of `anchor`: the provider consents to the invoices of a roll. It needs no signature where it sends
    the call itself."""
    return _call("anchor", *anchor_arguments(roll, provider, signature))


def settle_batch_call(batch: SettlementBatch, approvals: Sequence[Approval], packed: PackedBatch) -> bytes:
    """Return the calldata of `settleBatch`, which anybody may send."""
    return _call("settleBatch", batch_terms_argument(batch, approvals), packed.data)


def revise_call(
    revised: SignedDecision, records: Sequence[EncounterRecord], paid: SignedDecision | None = None
) -> bytes:
    """Return the calldata of `revise`: a claim that was paid is decided anew; `paid` is its first decision, signed for today,
    which a claim without a slot shows again (None: it has a slot, and `revised` stands in its place unread)."""
    return _call(
        "revise",
        invoice_argument(revised.invoice),
        [reference_argument(record) for record in records],
        signed_decision_argument(paid or revised),
        signed_decision_argument(revised),
    )


def _call(function: str, *arguments: Any) -> bytes:
    return encode_call(load("InsurerBook").abi, function, arguments)
