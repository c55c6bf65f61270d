"""The values as the contracts take them: plain tuples in the order of the Solidity structs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from claims.evidence.keccak import keccak256
from claims.evidence.typed_data import hash_struct
from claims.model.evidence import EncounterRecord
from claims.model.signed import ClaimDecision, EncounterAttestation, InvoiceRoll, ProviderInvoice, SettlementBatch
from claims.settlement.signed_decision import Approval, SignedDecision


def attestation_argument(value: EncounterAttestation) -> tuple[Any, ...]:
    """Return `EncounterAttestation` for a call."""
    return (
        value.provider,
        value.subject,
        value.sequence,
        value.supersedes,
        value.services_root,
        value.context_root,
        value.line_count,
        value.service_year,
        value.evidence_class,
        value.valid_until,
    )


def evidence_argument(record: EncounterRecord) -> tuple[Any, ...]:
    """Return `Evidence` for a call: the attestation, its place in its roll, the roll's other hashes, and the signature."""
    others = record.siblings[: record.index] + record.siblings[record.index + 1 :]
    return (
        record.practitioner,
        attestation_argument(record.attestation),
        record.index,
        list(others),
        record.signature,
    )


def reference_argument(record: EncounterRecord) -> tuple[Any, ...]:
    """Return `EvidenceReference` for a call: what is claimed, without its signature."""
    return (record.practitioner, attestation_argument(record.attestation))


def invoice_argument(value: ProviderInvoice) -> tuple[Any, ...]:
    """Return `ProviderInvoice` for a call."""
    return (
        value.provider,
        value.policy,
        value.rank,
        value.attestations,
        value.billed,
        value.replaces,
        value.frequency,
    )


def claim_decision_argument(value: ClaimDecision) -> tuple[Any, ...]:
    """Return `ClaimDecision` for a call."""
    return (
        value.invoice,
        value.revision,
        value.outcome,
        value.lines_root,
        value.evidence_class,
        value.allowed,
        value.other_payer,
        value.paid,
        value.patient,
        value.interest,
    )


def signed_decision_argument(value: SignedDecision) -> tuple[Any, ...]:
    """Return `SignedDecision` for a call; its approvals ascend by adjudicator, as the contract asks."""
    return (
        claim_decision_argument(value.decision),
        value.position,
        list(value.siblings),
        value.traces,
        value.rule_pack,
        value.epoch,
        value.deadline,
        value.batch,
        _approvals(value.approvals),
    )


def anchor_arguments(roll: InvoiceRoll, provider: str, signature: bytes = b"") -> tuple[Any, ...]:
    """Return the arguments of `anchor`: the roll with the hash of its array in the array's place."""
    invoices = keccak256(b"".join([hash_struct(invoice) for invoice in roll.invoices]))
    return (provider, invoices, roll.documents, roll.nonce, signature)


def batch_terms_argument(batch: SettlementBatch, approvals: Sequence[Approval]) -> tuple[Any, ...]:
    """Return `BatchTerms` for a call: the batch without its parts, and the signatures over it."""
    return (
        batch.traces,
        batch.rule_pack,
        batch.epoch,
        batch.deadline,
        batch.batch,
        _approvals(approvals),
    )


def _approvals(approvals: Sequence[Approval]) -> list[tuple[str, bytes]]:
    ordered = sorted(approvals, key=lambda approval: int(approval.adjudicator, 16))
    return [(approval.adjudicator, approval.signature) for approval in ordered]
