"""The signed types of the protocol (DESIGN §5), field for field; amounts are uint64 cents, times are Unix seconds."""

from __future__ import annotations

from dataclasses import dataclass

PRIMARY, SECONDARY, TERTIARY = 0, 1, 2
OUTCOME_APPROVED, OUTCOME_DENIED, OUTCOME_PENDED = 1, 2, 3


@dataclass(frozen=True, slots=True)
class EvidenceDomain:
    """Domain E: the chain and the shared Registry that evidence is signed for (EIP-712)."""

    chain_id: int
    registry: str


@dataclass(frozen=True, slots=True)
class BookDomain:
    """Domain B: the chain and the InsurerBook that invoices and decisions are signed for (EIP-712)."""

    chain_id: int
    book: str


@dataclass(frozen=True, slots=True)
class EncounterAttestation:
    """A clinician's statement that the services under `services_root` were done and `provider` may bill them.

    `provider` is a 0x address; `subject` = keccak256(salt32 ‖ person id); `sequence` = lane32 ‖ counter32, counter from 1;
    `supersedes` is the sequence it replaces, or 0; `line_count` the number of services; `service_year` e.g. 2026;
    `evidence_class` 0 asks for no witness; `valid_until` Unix seconds until which it may be claimed.
    """

    provider: str
    subject: bytes
    sequence: int
    supersedes: int
    services_root: bytes
    context_root: bytes
    line_count: int
    service_year: int
    evidence_class: int
    valid_until: int


@dataclass(frozen=True, slots=True)
class EncounterRoll:
    """One signature over a shift of one practitioner; a single attestation is a roll of one."""

    practitioner: int
    attestations: tuple[EncounterAttestation, ...]


@dataclass(frozen=True, slots=True)
class ProviderInvoice:
    """The provider's charge for the services of its attestations; its struct hash is the claim id.

    `attestations` = keccak256 of the concatenated, ordered attestation digests; `billed` in cents; `replaces` the claim id
    that frequency 7 or 8 refers to, or zero bytes.
    """

    provider: str
    policy: int
    rank: int
    attestations: bytes
    billed: int
    replaces: bytes
    frequency: int


@dataclass(frozen=True, slots=True)
class ClaimDecision:
    """What the adjudicator signs of one claim; all amounts in cents."""

    invoice: bytes
    revision: int
    outcome: int
    lines_root: bytes
    evidence_class: int
    allowed: int
    other_payer: int
    paid: int
    patient: int
    interest: int


@dataclass(frozen=True, slots=True)
class DecisionBatch:
    """One signature over several decisions.

    `traces` = keccak256 of the concatenated trace hashes, `rule_pack` the hash of plan and tables, `epoch` the key epoch of
    the book, `deadline` Unix seconds after which it is stale, `batch` the id that seeds payment ids.
    """

    decisions: tuple[ClaimDecision, ...]
    traces: bytes
    rule_pack: bytes
    epoch: int
    deadline: int
    batch: bytes


@dataclass(frozen=True, slots=True)
class SettlementBatch:
    """Approvals that are settled together in one transaction, under one signature over the bytes that are sent.

    `parts` are the keccak256 of each part of the packed bytes (claims.settlement.packing); each claim in them is approved, in
    its first revision, with the amounts and for the services that they say. The other members are those of DecisionBatch.
    """

    parts: tuple[bytes, ...]
    traces: bytes
    rule_pack: bytes
    epoch: int
    deadline: int
    batch: bytes


@dataclass(frozen=True, slots=True)
class WitnessStatement:
    """A second person's or device's word on one attestation, named by its digest; it never replaces the practitioner's.

    `role`, `statement` (acknowledge or dispute) and `capacity` (self or delegate) are small numbers that an evidence policy
    gives meaning; `evidence` is a salted commitment or a package tag; `valid_until` Unix seconds.
    """

    attestation: bytes
    role: int
    statement: int
    capacity: int
    evidence: bytes
    valid_until: int


@dataclass(frozen=True, slots=True)
class InvoiceRoll:
    """Invoices that a provider anchors in one slot: its consent to the charges, and the start of the clock.

    `documents` commits to the claim files, `nonce` makes each roll its own.
    """

    invoices: tuple[ProviderInvoice, ...]
    documents: bytes
    nonce: int
