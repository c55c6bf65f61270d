"""What the repositories take and give where the model has no value for it: frozen rows, one type a table.

Instants are Unix seconds, money is Money in dollars, digests are bytes unless the name says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from claims.model.claim import Claim
from claims.model.decision import Decision
from claims.model.evidence import EncounterRecord
from claims.model.money import ZERO, Money
from claims.model.network import NetworkProvider
from claims.model.review import Review
from claims.model.signed import ClaimDecision, DecisionBatch, ProviderInvoice

QUEUED, SIGNED, SENT, CONFIRMED, FAILED, REPLACED = "queued", "signed", "sent", "confirmed", "failed", "replaced"

DUE, BATCHED, SETTLED_IN_BATCH, SKIPPED = "due", "batched", "settled", "skipped"
WITHDRAWN = "withdrawn"
"""Where an approval stands that is settled in batches; withdrawn is one whose claim was replaced or voided before it was sent."""
UNDER_WAY, REVISED, OFFSET = "under way", "revised", "offset"
"""Where a revision stands, beside due; an offset is settled with the provider outside of the chain."""


@dataclass(frozen=True, slots=True)
class ChainBinding:
    """The chain a store belongs to: its EIP-155 id and the hash of its genesis block (32 bytes)."""

    chain_id: int
    genesis_hash: bytes

    def __str__(self) -> str:
        return f"chain id {self.chain_id} (genesis 0x{self.genesis_hash.hex()[:16]}…)"


@dataclass(frozen=True, slots=True)
class SeenInterchange:
    """An interchange that came in: its sender (ISA05 and ISA06), ISA13, the SHA-256 of the file in hex, and the day."""

    sender: str
    control_number: str
    sha256: str
    received: date


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """A claim as this home keeps it.

    `control_number` is this home's own (at a payer the payer control number of the 835). `claim_id` is the invoice's struct
    hash, 32 bytes, None until an invoice exists. `source_sha256` is of the file it came in, in hex.
    """

    control_number: str
    claim: Claim
    source_sha256: str
    received: date
    status: str
    recorded_at: int
    claim_id: bytes | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A claim's status from this instant on; `note` says why and holds nothing of the patient."""

    status: str
    at: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """An encounter record and when it was kept; `digest` is the SHA-256 of its canonical JSON."""

    digest: bytes
    record: EncounterRecord
    recorded_at: int


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """One version of a claim's decision, never changed.

    `revision` counts this home's versions of the claim from 1; what the chain counts stands in the signed batch. `inputs` is
    the canonical JSON of all that the decision was made from, so that a replay gives the same bytes.
    """

    control_number: str
    revision: int
    decision: Decision
    decided_at: int
    inputs: str

    @property
    def rule_pack(self) -> bytes:
        """The hash of plan and tables it was decided by."""
        return self.decision.rule_pack


@dataclass(frozen=True, slots=True)
class SignedBatch:
    """A decision batch with its signatures; `entries` names, in the batch's order, control number and revision of each."""

    batch: DecisionBatch
    signatures: tuple[bytes, ...]
    entries: tuple[tuple[str, int], ...]
    signed_at: int

    @property
    def identifier(self) -> bytes:
        """The batch's id, from which payment ids come."""
        return self.batch.batch


@dataclass(frozen=True, slots=True)
class AccumulatorMove:
    """One movement of a member's accumulators, by a source (a claim's control number) and revision; a reversal is negative."""

    source: str
    revision: int
    reversal: bool
    person: str
    family: str
    year: int
    deductible: Money
    out_of_pocket: Money
    at: int
    out_of_network_deductible: Money = ZERO
    out_of_network_out_of_pocket: Money = ZERO


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy on the chain and the person it is for: the link that the chain itself never shows."""

    policy: int
    person: str
    plan: str
    year: int
    benefit_limit: Money
    reserve: Money
    issued_at: int


@dataclass(frozen=True, slots=True)
class EnrolledProvider:
    """A provider or practitioner with the address of its signing key, empty for one who signs nothing."""

    provider: NetworkProvider
    signing_key: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """Something to be done on the chain once: `idempotency_key` makes it the same however often it is asked for.

    `payload` is canonical JSON of what to do. `state` goes queued → signed → sent → confirmed or failed.
    """

    idempotency_key: str
    kind: str
    claim: str
    payload: str
    created_at: int
    state: str = QUEUED
    failure: str = ""


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """A transaction as it is sent: kept before it leaves. Fees are in wei per gas; `sender` is kept in small letters.

    `state` is signed, sent, confirmed, failed, or replaced where another of the same nonce was mined. One that `cancels`
    does nothing but use up the nonce, so that later ones can be mined: it never carries its intent out.
    """

    transaction_hash: bytes
    intent: str
    sender: str
    nonce: int
    raw: bytes
    gas: int
    max_fee: int
    max_priority_fee: int
    signed_at: int
    state: str = SIGNED
    sent_at: int | None = None
    block: int | None = None
    cancels: bool = False


@dataclass(frozen=True, slots=True)
class Lease:
    """Who sends with a key, and until when without word from it (Unix seconds).

    `holder` is a random id; `label` says what it is at, in words that name neither machine nor process.
    """

    sender: str
    holder: str
    label: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class StoredRemittance:
    """An 835 that was written: where it lies, its SHA-256 in hex, its numbers, its payment (None: nothing was paid).

    `trace` is TRN02. `claims` are the control numbers of the claims it tells of, in order.
    """

    trace: str
    payment: bytes | None
    interchange_number: int
    group_number: int
    transaction_number: int
    sha256: str
    path: str
    created_at: int
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replacement:
    """That a claim took another's place: both control numbers, and that of the first claim of their lineage."""

    control_number: str
    replaces: str
    lineage: str
    at: int


@dataclass(frozen=True, slots=True)
class Offset:
    """What a replacement or void leaves to be settled: a positive amount is to be taken from the provider, a negative one is
    owed to it. `remittance` is the trace (TRN02) of the 835 that told of it."""

    control_number: str
    billing_npi: str
    amount: Money
    remittance: str
    at: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """A claim that intake turned away, or a file without a claim that could be named (`number` empty): why, and in which file.

    `file` is the file's name without its folder, `sha256` of its bytes in hex. `cause` holds nothing of the patient.
    """

    sha256: str
    file: str
    number: str
    cause: str
    at: int


@dataclass(frozen=True, slots=True)
class Posting:
    """An 835 that was posted: `trace` is TRN02, `payment` the id on the chain (None: it pays nothing), `amount` BPR02.

    `sha256` is of the file in hex; `claims` are the payer's control numbers (CLP07), in order.
    """

    trace: str
    payment: bytes | None
    amount: Money
    sha256: str
    path: str
    posted_at: int
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignedReview:
    """What a person decided of a claim, with the signature over it, beside the version of the decision that came of it."""

    control_number: str
    revision: int
    review: Review
    signature: bytes


@dataclass(frozen=True, slots=True)
class KeptBlock:
    """A block as it was when it was read: its number, its hash and its parent's (32 bytes each)."""

    number: int
    hash: bytes
    parent: bytes


@dataclass(frozen=True, slots=True)
class KeptLog:
    """A contract's log as it was read. (`block_hash`, `log_index`) is unique; `topics` stand behind one another, 32 bytes each.

    `at` is the block's time; `payment` the id of the payment that it is part of, None where it is part of none.
    """

    block_hash: bytes
    log_index: int
    block: int
    at: int
    contract: str
    transaction_hash: bytes
    topics: bytes
    data: bytes
    payment: bytes | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a contract was followed: from block `begun`, read to `scanned`, acted on to `acted`, both included."""

    contract: str
    begun: int
    scanned: int
    acted: int


@dataclass(frozen=True, slots=True)
class StoredRoll:
    """A roll of invoices that was anchored, or is being so: by its hash, its provider's address and the book's.

    `source_sha256` is of the file whose claims it bills, in hex; `anchored` the roll whole, as canonical JSON.
    """

    hash: bytes
    provider: str
    book: str
    source_sha256: str
    recorded_at: int
    anchored: str


@dataclass(frozen=True, slots=True)
class DueClaim:
    """An approval that is to be settled in a batch, with what the batch takes: its place in its roll, the terms to sign, the
    salted hash of its trace, and its records by their digests, in the invoice's order."""

    control_number: str
    revision: int
    claim_id: bytes
    roll: bytes
    position: int
    rule_pack: bytes
    trace: bytes
    terms: ClaimDecision
    records: tuple[bytes, ...]
    due_at: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where an approval stands on its way to the chain: due, batched, settled or skipped.

    `batch` and `position` say where it was last put, `reason` why it was left out: the contract's error, by its name.
    """

    control_number: str
    revision: int
    state: str
    batch: bytes | None
    position: int | None
    reason: str
    changed_at: int


@dataclass(frozen=True, slots=True)
class SettlementBatch:
    """A batch that was made for one transaction: `intent` is its key in the outbox.

    `size` in bytes of call data, `floor` and `estimate` in gas, `paid` what its decisions pay.
    """

    batch: bytes
    intent: str
    claims: int
    providers: int
    rolls: int
    sections: int
    size: int
    floor: int
    estimate: int
    paid: Money
    made_at: int


@dataclass(frozen=True, slots=True)
class DueRevision:
    """A correction of a claim that the chain paid: what the claim's invoice is to have been paid in all.

    `control_number` and `revision` are the correction's, `paid_control_number` the claim's that was paid under `claim_id`.
    `first_terms` paid it first; `terms` decide it anew, their revision left at 0 until they are signed. `paid_before` is what
    was decided before the correction; `records` are digests in the invoice's order.
    """

    control_number: str
    revision: int
    paid_control_number: str
    claim_id: bytes
    invoice: ProviderInvoice
    first_terms: ClaimDecision
    terms: ClaimDecision
    paid_before: Money
    rule_pack: bytes
    trace: bytes
    records: tuple[bytes, ...]
    due_at: int


@dataclass(frozen=True, slots=True)
class RevisionState:
    """Where a revision stands: due, under way by an intent, revised, or left as an offset; `reason` says what the contract refused."""

    control_number: str
    state: str
    intent: str
    reason: str
    changed_at: int
