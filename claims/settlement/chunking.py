"""Which claims travel together: as many as one transaction carries, a provider's and a roll's kept together where they fit.

Pure: costs come from a model whose figures were measured. Whoever sends holds each chunk against a node's estimate before it
is signed, and halves one that does not fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from claims.chain.gas import TRANSACTION_GAS_CAP
from claims.model.evidence import EncounterRecord
from claims.settlement.packing import MOST_CLAIMS, BatchClaim, arrange

MOST_BYTES = 128 * 1024 - 2 * 1024
"""Nodes take no transaction above 128 KiB into their pool; 2 KiB are kept for all that is not packed claims."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What a batch costs in gas: once, and for each provider paid, roll of invoices, section (a signed roll of attestations),
    claim, attestation that a claim lists beside its first, and hash of what a signature covers and is not settled."""

    fixed: int = 110_000
    provider: int = 62_000
    roll: int = 9_000
    section: int = 27_000
    claim: int = 7_500
    attestation: int = 6_500
    absent: int = 900


@dataclass(frozen=True, slots=True)
class Sizes:
    """The bytes of a roll's header, a section's, a claim, an attestation and a hash, none smaller than the layout's."""

    roll: int = 98
    section: int = 102
    claim: int = 75
    attestation: int = 115
    absent: int = 34


@dataclass(frozen=True, slots=True)
class Bound:
    """What a chunk may have at most: gas less `spare_percent`, packed bytes, decisions."""

    gas: int = TRANSACTION_GAS_CAP
    bytes: int = MOST_BYTES
    claims: int = MOST_CLAIMS
    spare_percent: int = 5


@dataclass(frozen=True, slots=True)
class Weight:
    """What a chunk is thought to need."""

    gas: int
    bytes: int
    claims: int

    def __add__(self, other: Weight) -> Weight:
        return Weight(self.gas + other.gas, self.bytes + other.bytes, self.claims + other.claims)

    def fits(self, bound: Bound) -> bool:
        """Whether it stays within a bound, with room to spare in gas."""
        most = bound.gas - bound.gas * bound.spare_percent // 100
        return self.gas <= most and self.bytes <= bound.bytes and self.claims <= bound.claims


COSTS, SIZES, BOUND = Costs(), Sizes(), Bound()


def weigh(claims: Sequence[BatchClaim], costs: Costs = COSTS, sizes: Sizes = SIZES) -> Weight:
    """What a batch of these claims needs, all in all."""
    weight = Weight(costs.fixed, 2, 0)
    for provider in _by_provider(arrange(claims)):
        weight += _of_provider(provider, costs, sizes)
    return weight


def chunk(
    claims: Iterable[BatchClaim], bound: Bound = BOUND, costs: Costs = COSTS, sizes: Sizes = SIZES
) -> tuple[tuple[BatchClaim, ...], ...]:
    """Split claims into chunks, each within the bound and in the order of `arrange`, and every claim in one of them.

    What one provider has in one roll of invoices stays together where a transaction carries it, and so does all that a
    provider has. The larger parts are placed first, each where it fits first. A claim that is too large alone is a chunk alone.
    """
    base = Weight(costs.fixed, 2, 0)
    parts: list[tuple[Weight, tuple[BatchClaim, ...]]] = []
    for provider in _by_provider(arrange(tuple(claims))):
        pieces = _parts(provider, base, bound, costs, sizes)
        parts += [(_of_provider(piece, costs, sizes), piece) for piece in pieces]
    chunks: list[tuple[Weight, list[BatchClaim]]] = []
    for weight, part in sorted(parts, key=lambda each: -each[0].gas):
        for number, (filled, members) in enumerate(chunks):
            if (filled + weight).fits(bound):
                chunks[number] = (filled + weight, [*members, *part])
                break
        else:
            chunks.append((base + weight, list(part)))
    return tuple(arrange(members) for _, members in chunks)


def halves(claims: Sequence[BatchClaim]) -> tuple[tuple[BatchClaim, ...], ...]:
    """Split a chunk in two of as many claims; what cannot be split comes back alone."""
    ordered = arrange(claims)
    middle = len(ordered) // 2
    return tuple(part for part in (ordered[:middle], ordered[middle:]) if part)


def _parts(
    claims: Sequence[BatchClaim], base: Weight, bound: Bound, costs: Costs, sizes: Sizes
) -> Iterable[tuple[BatchClaim, ...]]:
    """What one provider has, in as few pieces as fit: whole, by roll, or a roll cut where a transaction is full."""
    if (base + _of_provider(claims, costs, sizes)).fits(bound):
        return [tuple(claims)]
    rolls = _by_roll(claims)
    if len(rolls) > 1:
        return _joined(rolls, base, bound, costs, sizes)
    return _cut(claims, base, bound, costs, sizes)


def _joined(
    rolls: Sequence[tuple[BatchClaim, ...]], base: Weight, bound: Bound, costs: Costs, sizes: Sizes
) -> list[tuple[BatchClaim, ...]]:
    """Neighbouring rolls together as long as they fit."""
    pieces: list[tuple[BatchClaim, ...]] = []
    for roll in rolls:
        joined = (*pieces[-1], *roll) if pieces else roll
        if pieces and (base + _of_provider(joined, costs, sizes)).fits(bound):
            pieces[-1] = joined
        else:
            pieces += _parts(roll, base, bound, costs, sizes)
    return pieces


def _cut(
    claims: Sequence[BatchClaim], base: Weight, bound: Bound, costs: Costs, sizes: Sizes
) -> list[tuple[BatchClaim, ...]]:
    """One roll in as few pieces as fit: each as long as it can be, since every claim costs more than its absence."""
    pieces: list[tuple[BatchClaim, ...]] = []
    rest = tuple(claims)
    while rest:
        low, high = 1, len(rest)
        while low < high:
            middle = (low + high + 1) // 2
            if (base + _of_provider(rest[:middle], costs, sizes)).fits(bound):
                low = middle
            else:
                high = middle - 1
        pieces.append(rest[:low])
        rest = rest[low:]
    return pieces


def _of_provider(claims: Sequence[BatchClaim], costs: Costs, sizes: Sizes) -> Weight:
    weight = Weight(costs.provider, 0, 0)
    for roll in _by_roll(claims):
        weight += _of_roll(roll, costs, sizes)
    return weight


def _of_roll(claims: Sequence[BatchClaim], costs: Costs, sizes: Sizes) -> Weight:
    sections, listed, absent = _attestations(claims)
    more = listed - len(claims)
    absent += len(claims[0].roll.invoices) - len(claims)
    gas = costs.roll + sections * costs.section + len(claims) * costs.claim
    gas += more * costs.attestation + absent * costs.absent
    size = sizes.roll + sections * sizes.section + len(claims) * sizes.claim
    size += listed * sizes.attestation + absent * sizes.absent
    return Weight(gas, size, len(claims))


def _attestations(claims: Sequence[BatchClaim]) -> tuple[int, int, int]:
    """How many sections these claims make as they are packed, how many attestations they list, and how many stay absent."""
    present: list[int] = []
    lengths = listed = 0
    before, last = None, -1
    for claim in claims:
        for record in sorted(claim.records, key=lambda r: (r.practitioner, r.signature, r.index)):
            listed += 1
            terms = _terms(claim, record)
            if terms == before and record.index > last:
                present[-1] += 1
            else:
                present.append(1)
                lengths += len(record.siblings)
            before, last = terms, record.index
    return len(present), listed, lengths - sum(present)


def _terms(claim: BatchClaim, record: EncounterRecord) -> tuple[int, bytes, int, int, int, int]:
    attestation = record.attestation
    return (
        record.practitioner,
        record.signature,
        attestation.service_year,
        attestation.evidence_class,
        claim.invoice.rank,
        attestation.valid_until,
    )


def _by_provider(claims: Sequence[BatchClaim]) -> list[tuple[BatchClaim, ...]]:
    return _grouped(claims, [claim.invoice.provider.lower() for claim in claims])


def _by_roll(claims: Sequence[BatchClaim]) -> list[tuple[BatchClaim, ...]]:
    return _grouped(claims, [_roll_key(claim) for claim in claims])


def _roll_key(claim: BatchClaim) -> bytes:
    return claim.roll.documents + claim.roll.nonce.to_bytes(8, "big")


def _grouped(claims: Sequence[BatchClaim], keys: Sequence[object]) -> list[tuple[BatchClaim, ...]]:
    groups: list[list[BatchClaim]] = []
    last: object = None
    for claim, key in zip(claims, keys, strict=True):
        if not groups or key != last:
            groups.append([])
        groups[-1].append(claim)
        last = key
    return [tuple(group) for group in groups]
