"""Many claims in few bytes: the call data of `settleBatch`, laid out as contracts/Batches.sol and PackedRolls.sol say.

Everything that the contract can compute is left out: claim ids, digests, sums. What does not fit the short form of a claim
travels in the long one, and what is not settled now as a bare hash, so that no signature is broken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from claims.evidence.addresses import address_bytes
from claims.evidence.keccak import keccak256
from claims.evidence.typed_data import hash_struct
from claims.model.evidence import EncounterRecord
from claims.model.signed import (
    OUTCOME_APPROVED,
    ClaimDecision,
    EncounterAttestation,
    InvoiceRoll,
    ProviderInvoice,
)

MOST_RECORDS = 16
MOST_CLAIMS = 0xFFFF
"""What the layout's counts have room for."""
_ACCOUNT_SIGNATURE = 65
_NARROW, _WIDE, _SEVERAL, _HOLD, _ABSENT_INVOICES = range(1, 6)
_SHORT, _FULL, _ABSENT = range(1, 4)
_MOST_AT_ONCE = 0xFF
_NARROW_BOUND = 1 << 24
_NARROW_POLICY = 1 << 32
_LONG_AMOUNT = 0xFFFFFF
_SHORT_LINES = 1 << 8
_PAID_BOUND = 1 << 48
_SEQUENCES = 1 << 64


class PackingError(ValueError):
    """Claims that cannot travel together, or a claim that has to go the single path; the message says why."""


@dataclass(frozen=True, slots=True)
class BatchClaim:
    """A claim that is settled in a batch: its place in its anchored roll, its decision, and its records in the invoice's order."""

    roll: InvoiceRoll
    position: int
    decision: ClaimDecision
    records: tuple[EncounterRecord, ...]

    @property
    def invoice(self) -> ProviderInvoice:
        """The invoice, as its provider anchored it."""
        return self.roll.invoices[self.position]


@dataclass(frozen=True, slots=True)
class PackedBatch:
    """The bytes for `settleBatch`, the hashes of their parts, which are signed, and what they hold: claims, groups (one a roll
    of invoices) and sections (one a roll of attestations and terms)."""

    data: bytes
    parts: tuple[bytes, ...]
    claims: int
    groups: int
    sections: int


def fits(claim: BatchClaim) -> str:
    """Say why a claim has to go the single path, or nothing where a batch takes it: wallets (ERC-1271) and corrections do."""
    invoice, decision = claim.invoice, claim.decision
    if decision.outcome != OUTCOME_APPROVED or decision.revision != 1 or decision.interest:
        return "a batch takes approvals of the first revision"
    if invoice.frequency != 1 or invoice.replaces != bytes(32):
        return "a batch takes original claims"
    if decision.paid >= _PAID_BOUND:
        return "a batch pays less than 2^48 cents a claim"
    if not 1 <= len(claim.records) <= MOST_RECORDS:
        return f"a claim lists 1 to {MOST_RECORDS} attestations"
    if any(len(record.signature) != _ACCOUNT_SIGNATURE for record in claim.records):
        return "a batch takes attestations that an account signed"
    return ""


def arrange(claims: Sequence[BatchClaim]) -> tuple[BatchClaim, ...]:
    """Put claims in the order in which they are packed, which is that of their indices in the batch: by provider, then by roll
    of invoices, then as anchored."""
    rolls = {id(claim.roll): claim.roll for claim in claims}
    hashes = {number: hash_struct(roll) for number, roll in rolls.items()}
    return tuple(sorted(claims, key=lambda c: (c.invoice.provider.lower(), hashes[id(c.roll)], c.position)))


def anchoring_order(invoices: Sequence[tuple[ProviderInvoice, Sequence[EncounterRecord]]]) -> list[int]:
    """Return the order in which a provider anchors invoices so that they settle cheapest: as their attestations were signed,
    since each change from one signed roll to another costs a signature more."""

    def place(number: int) -> tuple[tuple[int, bytes, int], ...]:
        return tuple((r.practitioner, r.signature, r.index) for r in sorted(invoices[number][1], key=_by_roll))

    return sorted(range(len(invoices)), key=place)


def pack(claims: Sequence[BatchClaim]) -> PackedBatch:
    """Pack claims, in the order of `arrange`; their index in the batch is their place here.

    Invoices of the rolls that no claim brings travel as hashes, and so do attestations. Raises PackingError.
    """
    groups = _groups(claims)
    header = b"".join(
        (
            len(groups).to_bytes(2, "big"),
            sum(1 + len(group.sections) for group in groups).to_bytes(2, "big"),
            sum(3 if claim.decision.paid < _LONG_AMOUNT else 9 for claim in claims).to_bytes(3, "big"),
        )
    )
    parts = [part for group in groups for part in group.packed()]
    return PackedBatch(
        data=header + b"".join(parts),
        parts=tuple(keccak256(part) for part in parts),
        claims=len(claims),
        groups=len(groups),
        sections=sum(len(group.sections) for group in groups),
    )


def _groups(claims: Sequence[BatchClaim]) -> list[_Group]:
    found: list[_Group] = []
    for claim in claims:
        problem = fits(claim)
        if problem:
            raise PackingError(f"claim 0x{hash_struct(claim.invoice).hex()}: {problem}")
        if not found or found[-1].roll != claim.roll or found[-1].provider != claim.invoice.provider:
            found.append(_Group(claim.roll, claim.invoice.provider))
        found[-1].add(claim)
    if not found:
        raise PackingError("a batch has at least one claim")
    return found


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the attestations of a section share: whose they are, under which signature, and what the header says of all."""

    practitioner: int
    siblings: tuple[bytes, ...]
    signature: bytes
    year: int
    evidence_class: int
    rank: int
    valid_until: int


@dataclass(slots=True)
class _Section:
    """A roll of attestations under way, with the claims that it carries."""

    terms: _Terms
    present: dict[int, EncounterAttestation] = field(default_factory=dict)
    written: bytearray = field(default_factory=bytearray)
    narrow: list[bytes] = field(default_factory=list)
    spent: set[int] = field(default_factory=set)

    def takes(self, terms: _Terms, record: EncounterRecord) -> bool:
        """Whether an attestation can follow: of the same roll, none after it taken yet, and none that it meets in a bit: a section
        is spent before its claims are judged, so one whose claim fails would stand in the way of the other."""
        if self.terms != terms or (self.present and record.index <= max(self.present)):
            return False
        return not self.spent & _bits(record.attestation)

    def take(self, record: EncounterRecord) -> None:
        """Take an attestation."""
        self.present[record.index] = record.attestation
        self.spent |= _bits(record.attestation)

    def write(self, item: bytes) -> None:
        """Something that follows the claims so far; nothing changes nothing."""
        if item:
            self.written += _run(_NARROW, self.narrow) + item
            self.narrow.clear()

    def packed(self) -> bytes:
        """Header, entries, claims."""
        terms = self.terms
        claims = bytes(self.written) + _run(_NARROW, self.narrow)
        first, entries = self._entries()
        return b"".join(
            (
                terms.practitioner.to_bytes(4, "big"),
                terms.year.to_bytes(2, "big"),
                terms.evidence_class.to_bytes(1, "big"),
                terms.rank.to_bytes(1, "big"),
                terms.valid_until.to_bytes(5, "big"),
                len(terms.siblings).to_bytes(2, "big"),
                len(self.present).to_bytes(2, "big"),
                first.to_bytes(8, "big"),
                terms.signature,
                len(entries).to_bytes(3, "big"),
                entries,
                len(claims).to_bytes(3, "big"),
                claims,
            )
        )

    def _entries(self) -> tuple[int, bytes]:
        """The sequence from which the first entry counts, and the entries."""
        lowest = min(self.present)
        first = (self.present[lowest].sequence - lowest) % _SEQUENCES
        sequence, written = first - 1, bytearray()
        short: list[bytes] = []
        absent: list[bytes] = []
        for index, sibling in enumerate(self.terms.siblings):
            attestation = self.present.get(index)
            if attestation is None:
                written += _run(_SHORT, short)
                absent.append(sibling)
                sequence, short = sequence + 1, []
                continue
            written += _run(_ABSENT, absent)
            absent = []
            plain = not attestation.supersedes and attestation.line_count < _SHORT_LINES
            if plain and attestation.sequence == (sequence + 1) % _SEQUENCES:
                short.append(attestation.line_count.to_bytes(1, "big") + _words(attestation))
            else:
                written += _run(_SHORT, short) + _full(attestation)
                short = []
            sequence = attestation.sequence
        return first, bytes(written + _run(_SHORT, short) + _run(_ABSENT, absent))


@dataclass(slots=True)
class _Group:
    """One roll of invoices under way, with the sections that carry its claims."""

    roll: InvoiceRoll
    provider: str
    sections: list[_Section] = field(default_factory=list)
    held: int = 0
    invoiced: int = 0

    def add(self, claim: BatchClaim) -> None:
        """The next claim, in the order of the roll; invoices before it that nobody brings stand before it. Raises PackingError."""
        if claim.position < self.invoiced:
            raise PackingError("the claims do not stand in the order of the invoices in their roll")
        if len(claim.records) == 1:
            section = self._open(_terms(claim, claim.records[0]), claim.records[0])
            listed = b""
        else:
            places = self._hold(claim)
            section = self.sections[-1]
            listed = len(places).to_bytes(1, "big") + b"".join(place.to_bytes(2, "big") for place in places)
        section.write(self._absent(claim.position))
        self.invoiced = claim.position + 1
        narrow = _narrow(claim)
        if narrow is None:
            section.write(_long(claim, listed))
        else:
            section.narrow.append(narrow)

    def packed(self) -> list[bytes]:
        """The parts: the header, then each section."""
        self.sections[-1].write(self._absent(len(self.roll.invoices)))
        self.invoiced = len(self.roll.invoices)
        header = b"".join(
            (
                address_bytes(self.provider),
                hash_struct(self.roll),
                self.roll.documents,
                self.roll.nonce.to_bytes(8, "big"),
                len(self.roll.invoices).to_bytes(2, "big"),
                self.held.to_bytes(2, "big"),
                len(self.sections).to_bytes(2, "big"),
            )
        )
        return [header, *(section.packed() for section in self.sections)]

    def _absent(self, until: int) -> bytes:
        return _run(_ABSENT_INVOICES, [hash_struct(invoice) for invoice in self.roll.invoices[self.invoiced : until]])

    def _hold(self, claim: BatchClaim) -> list[int]:
        """Hold a claim's attestations; returns their places, in the invoice's order. The claim stands where the last is held."""
        places: dict[tuple[_Terms, int], int] = {}
        for record in sorted(claim.records, key=_by_roll):
            terms = _terms(claim, record)
            self._open(terms, record).write(bytes([_HOLD]))
            places[terms, record.index] = self.held
            self.held += 1
        return [places[_terms(claim, record), record.index] for record in claim.records]

    def _open(self, terms: _Terms, record: EncounterRecord) -> _Section:
        """The section that takes this attestation next: the last one, or a new one."""
        if not self.sections or not self.sections[-1].takes(terms, record):
            self.sections.append(_Section(terms))
        self.sections[-1].take(record)
        return self.sections[-1]


def _bits(attestation: EncounterAttestation) -> set[int]:
    """The sequences that an attestation spends."""
    return {attestation.sequence, attestation.supersedes} - {0}


def _by_roll(record: EncounterRecord) -> tuple[int, bytes, int]:
    return (record.practitioner, record.signature, record.index)


def _terms(claim: BatchClaim, record: EncounterRecord) -> _Terms:
    attestation = record.attestation
    return _Terms(
        record.practitioner,
        record.siblings,
        record.signature,
        attestation.service_year,
        attestation.evidence_class,
        claim.invoice.rank,
        attestation.valid_until,
    )


def _words(value: EncounterAttestation) -> bytes:
    return value.subject + value.services_root + value.context_root


def _full(value: EncounterAttestation) -> bytes:
    head = value.sequence.to_bytes(8, "big") + value.supersedes.to_bytes(8, "big") + value.line_count.to_bytes(2, "big")
    return bytes([_FULL]) + head + _words(value)


def _narrow(claim: BatchClaim) -> bytes | None:
    """The short form of a claim, or None where it does not fit."""
    invoice, decision = claim.invoice, claim.decision
    amounts = (invoice.billed, decision.paid, decision.patient)
    if (
        len(claim.records) > 1
        or decision.other_payer
        or decision.allowed != decision.paid + decision.patient
        or max(amounts) >= _NARROW_BOUND
        or invoice.policy >= _NARROW_POLICY
    ):
        return None
    return invoice.policy.to_bytes(4, "big") + b"".join(amount.to_bytes(3, "big") for amount in amounts)


def _long(claim: BatchClaim, listed: bytes) -> bytes:
    invoice, decision = claim.invoice, claim.decision
    amounts = (invoice.billed, decision.allowed, decision.other_payer, decision.paid, decision.patient)
    head = bytes([_SEVERAL if listed else _WIDE]) + listed + invoice.policy.to_bytes(8, "big")
    return head + b"".join(amount.to_bytes(8, "big") for amount in amounts)


def _run(kind: int, items: Sequence[bytes]) -> bytes:
    """Items of one size and kind, at most 255 under one count."""
    runs = [items[start : start + _MOST_AT_ONCE] for start in range(0, len(items), _MOST_AT_ONCE)]
    return b"".join(bytes([kind, len(run)]) + b"".join(run) for run in runs)
