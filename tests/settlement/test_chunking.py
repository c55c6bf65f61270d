"""What travels together: every claim once, every chunk within the bound, a provider's and a roll's claims not parted needlessly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from claims.evidence.roots import claim_id
from claims.model.signed import ClaimDecision, InvoiceRoll, ProviderInvoice
from claims.settlement.chunking import BOUND, COSTS, Bound, Costs, chunk, halves, weigh
from claims.settlement.packing import BatchClaim, arrange
from tests.store import values

SMALL = Bound(gas=700_000, bytes=20_000, claims=30)


def provider(number: int) -> str:
    return "0x" + f"{number:02x}" * 20


def claims_of(
    provider_number: int, roll_number: int, size: int, clinicians: int = 1, settled: int | None = None
) -> list[BatchClaim]:
    """Claims of one roll of invoices, each of one record; of so many clinicians' rolls in turn."""
    records = [
        replace(
            values.record(sequence=100 * roll_number + place),
            practitioner=1 + place % clinicians,
            siblings=(values.hash_of(1),) * (1 + size // clinicians),
            index=place // clinicians,
        )
        for place in range(size)
    ]
    invoices = tuple(
        ProviderInvoice(provider(provider_number), place + 1, 0, values.hash_of(place), 95_00, bytes(32), 1)
        for place in range(size)
    )
    roll = InvoiceRoll(invoices, values.hash_of(roll_number), roll_number)
    return [
        BatchClaim(
            roll,
            place,
            ClaimDecision(claim_id(invoices[place]), 1, 1, values.hash_of(2), 0, 95_00, 0, 95_00, 0, 0),
            (record,),
        )
        for place, record in enumerate(records)
    ][:settled]


rolls = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 60), st.integers(1, 3)), min_size=1, max_size=8)


def made(shapes: Sequence[tuple[int, int, int]]) -> list[BatchClaim]:
    return [
        claim
        for number, (owner, size, clinicians) in enumerate(shapes, 1)
        for claim in claims_of(owner, number, size, clinicians)
    ]


@given(rolls)
def test_every_claim_is_in_one_chunk(shapes: list[tuple[int, int, int]]) -> None:
    claims = made(shapes)
    chunks = chunk(claims, SMALL)
    told = [id(claim) for part in chunks for claim in part]
    assert sorted(told) == sorted(id(claim) for claim in claims)


@given(rolls)
def test_every_chunk_is_within_the_bound_and_in_the_order_in_which_it_is_packed(
    shapes: list[tuple[int, int, int]],
) -> None:
    for part in chunk(made(shapes), SMALL):
        assert weigh(part).fits(SMALL)
        assert part == arrange(part)


@given(rolls, st.randoms(use_true_random=False))
def test_the_order_in_which_claims_are_due_changes_nothing(shapes: list[tuple[int, int, int]], random: object) -> None:
    claims = made(shapes)
    mixed = list(claims)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert [[id(c) for c in part] for part in chunk(claims, SMALL)] == [
        [id(c) for c in part] for part in chunk(mixed, SMALL)
    ]


def test_what_fits_in_one_transaction_is_one_chunk() -> None:
    assert len(chunk(claims_of(1, 1, 40) + claims_of(2, 2, 40))) == 1


def test_a_provider_that_fits_is_not_parted() -> None:
    claims = claims_of(1, 1, 20) + claims_of(1, 2, 8) + claims_of(2, 3, 20)
    for part in chunk(claims, SMALL):
        assert len({claim.invoice.provider for claim in part}) == 1


def test_of_a_provider_that_does_not_fit_rolls_stay_whole() -> None:
    parts = chunk(claims_of(1, 1, 20) + claims_of(1, 2, 20), SMALL)
    assert [len({claim.roll.nonce for claim in part}) for part in parts] == [1, 1]


def test_a_roll_that_does_not_fit_is_cut_into_as_few_as_can_be() -> None:
    parts = chunk(claims_of(1, 1, 100), SMALL)
    assert max(len(part) for part in parts) <= SMALL.claims
    assert len(parts) == -(-100 // SMALL.claims)


def test_what_is_not_settled_of_a_roll_weighs_as_hashes() -> None:
    whole, part = weigh(claims_of(1, 1, 20)), weigh(claims_of(1, 1, 20, settled=10))
    # Of the ten that are left out, the invoices and the attestations stay, as hashes.
    assert whole.gas - part.gas == 10 * COSTS.claim - 20 * COSTS.absent


def test_a_claim_that_is_too_large_alone_is_a_chunk_alone() -> None:
    assert [len(part) for part in chunk(claims_of(1, 1, 3), Bound(gas=1, bytes=1))] == [1, 1, 1]


def test_halves_hold_what_they_were_made_of() -> None:
    claims = claims_of(1, 1, 7)
    one, other = halves(claims)
    assert (len(one), len(other)) == (3, 4)
    assert (*one, *other) == tuple(claims)


def test_nothing_is_no_chunk() -> None:
    assert chunk([]) == ()
    assert Costs() == COSTS
    assert BOUND.spare_percent == 5
