"""The values as the contracts take them: plain tuples in the order of the Solidity structs."""

from __future__ import annotations

from typing import Any

from claims.model.evidence import EncounterRecord
from claims.model.signed import ClaimDecision, EncounterAttestation, ProviderInvoice
from claims.settlement.signed_decision import SignedDecision


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
    approvals = sorted(value.approvals, key=lambda approval: int(approval.adjudicator, 16))
    return (
        claim_decision_argument(value.decision),
        value.position,
        list(value.siblings),
        value.traces,
        value.rule_pack,
        value.epoch,
        value.deadline,
        value.batch,
        [(approval.adjudicator, approval.signature) for approval in approvals],
    )
