"""The calls that carry a claim to its payer's book, as bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from claims.chain.abi import encode_call
from claims.chain.artefacts import load
from claims.model.evidence import EncounterRecord
from claims.model.signed import OUTCOME_APPROVED, ProviderInvoice
from claims.settlement.arguments import (
    evidence_argument,
    invoice_argument,
    reference_argument,
    signed_decision_argument,
)
from claims.settlement.signed_decision import SignedDecision


def settle_call(signed: SignedDecision, records: Sequence[EncounterRecord]) -> bytes:
    """Return the calldata of `settle`: one transaction, sent by the provider, that checks and pays an approved claim."""
    return _call(
        "settle",
        invoice_argument(signed.invoice),
        [evidence_argument(record) for record in records],
        signed_decision_argument(signed),
    )


def submit_call(invoice: ProviderInvoice, records: Sequence[EncounterRecord]) -> bytes:
    """Return the calldata of `submit`: the first of two steps, sent by the provider; it starts the claim's clock."""
    return _call("submit", invoice_argument(invoice), [reference_argument(record) for record in records])


def decide_call(signed: SignedDecision, records: Sequence[EncounterRecord]) -> bytes:
    """Return the calldata of `decide`: the second step, sent by anyone; evidence travels where the claim is approved."""
    shown = records if signed.decision.outcome == OUTCOME_APPROVED else ()
    return _call(
        "decide",
        invoice_argument(signed.invoice),
        [evidence_argument(record) for record in shown],
        signed_decision_argument(signed),
    )


def _call(function: str, *arguments: Any) -> bytes:
    return encode_call(load("InsurerBook").abi, function, arguments)
