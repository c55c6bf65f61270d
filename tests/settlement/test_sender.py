"""What is due about a key's transactions follows from what is stored and what the chain says, and from nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.chain.client import Receipt
from claims.settlement.sender import (
    SLOT_BYTES,
    Broadcast,
    Confirm,
    Fill,
    Lose,
    Note,
    Replace,
    Revert,
    Rules,
    Seen,
    TakeBack,
    has_room,
    in_flight,
    next_steps,
)
from claims.store.rows import CONFIRMED, FAILED, REPLACED, SENT, SIGNED, SignedTransaction

SENDER = "0x" + "ab" * 20
RULES = Rules(confirmations=3, replace_after=60)


def row(nonce: int, number: int | None = None, **changes: Any) -> SignedTransaction:
    """A transaction of this nonce, sent; `number` makes its hash."""
    values: dict[str, Any] = {
        "transaction_hash": (nonce if number is None else number).to_bytes(32, "big"),
        "intent": f"settle:{nonce}",
        "sender": SENDER,
        "nonce": nonce,
        "raw": b"\x02",
        "gas": 21_000,
        "max_fee": 100,
        "max_priority_fee": 10,
        "signed_at": 1000,
        "state": SENT,
    }
    return SignedTransaction(**{**values, **changes})


def receipt(of: SignedTransaction, block: int, succeeded: bool = True) -> Receipt:
    return Receipt(of.transaction_hash, succeeded, block, bytes(32), 21_000, 1, None, ())


def seen(*receipts: Receipt, known: tuple[SignedTransaction, ...] = (), **changes: Any) -> Seen:
    """The chain at block 10, with nonces below 5 used."""
    values: dict[str, Any] = {"head": 10, "at": 2000, "base_fee": 50, "mined": 5, "settled": 5, "pending": 5}
    return Seen(
        **{**values, **changes},
        receipts={each.transaction: each for each in receipts},
        known={each.transaction_hash for each in known},
    )


A, B, C = row(5), row(6), row(7)


def test_what_waits_at_the_node_is_left_alone() -> None:
    assert next_steps([A, B], seen(known=(A, B), pending=7), RULES, next_nonce=7) == ()


def test_what_the_node_does_not_have_is_handed_in_again_in_the_order_of_the_nonces() -> None:
    stored = [replace(A, state=SIGNED), B, C]
    assert next_steps(stored, seen(known=(B,)), RULES, next_nonce=8) == (Broadcast(stored[0]), Broadcast(C))


def test_what_the_node_has_although_no_answer_came_is_noted_as_sent() -> None:
    stored = replace(A, state=SIGNED)
    assert next_steps([stored], seen(known=(A,), pending=6), RULES, next_nonce=6) == (Note(stored),)


@pytest.mark.parametrize("block", [9, 10])
def test_what_is_mined_and_not_deep_enough_waits(block: int) -> None:
    assert next_steps([A], seen(receipt(A, block), mined=6, pending=6), RULES, next_nonce=6) == ()


def test_what_is_mined_deep_enough_is_confirmed_or_reverted() -> None:
    done, refused = receipt(A, 8), receipt(B, 8, succeeded=False)
    found = next_steps([A, B], seen(done, refused, mined=7, pending=7), RULES, next_nonce=7)
    assert found == (Confirm(A, done), Revert(B, refused))


def test_any_hash_of_a_nonce_may_be_the_one_that_is_mined() -> None:
    first, second = row(5, 51), row(5, 52, max_fee=113)
    done = receipt(first, 8)
    assert next_steps([first, second], seen(done, mined=6, pending=6), RULES, next_nonce=6) == (Confirm(first, done),)
    replaced = replace(first, state=REPLACED)
    confirmed = replace(second, state=CONFIRMED, block=7)
    back = seen(done, mined=6, pending=6)
    assert next_steps([replaced, confirmed], back, RULES, next_nonce=6) == (Confirm(replaced, done),)


def test_what_is_confirmed_in_its_block_needs_nothing() -> None:
    settled = replace(A, state=CONFIRMED, block=8)
    assert next_steps([settled], seen(receipt(A, 8), mined=6, pending=6), RULES, next_nonce=6) == ()


def test_a_nonce_that_another_program_used_is_lost_once_that_is_deep_enough() -> None:
    second = row(5, 52)
    assert next_steps([A, second], seen(mined=6, settled=5, pending=6), RULES, next_nonce=6) == ()
    assert next_steps([A, second], seen(mined=6, settled=6, pending=6), RULES, next_nonce=6) == (Lose(A), Lose(second))


@pytest.mark.parametrize("state", [CONFIRMED, FAILED])
def test_a_block_that_was_taken_back_takes_its_transactions_with_it(state: str) -> None:
    gone = replace(A, state=state, block=9)
    assert next_steps([gone, B], seen(known=(B,)), RULES, next_nonce=7) == (TakeBack(gone),)


def test_only_the_first_that_waits_too_long_is_replaced() -> None:
    found = next_steps(
        [A, B],
        seen(known=(A, B), pending=7),
        RULES,
        next_nonce=7,
        waited={A.transaction_hash: 60, B.transaction_hash: 90},
    )
    assert found == (Replace(A),)


def test_what_became_too_cheap_for_any_block_is_replaced_too() -> None:
    waited = {A.transaction_hash: 60, B.transaction_hash: 60, C.transaction_hash: 59}
    found = next_steps([A, B, C], seen(known=(A, B, C), pending=8, base_fee=101), RULES, next_nonce=8, waited=waited)
    assert found == (Replace(A), Replace(B))


def test_the_highest_fees_so_far_are_what_is_raised() -> None:
    second = row(5, 52, max_fee=113)
    found = next_steps(
        [A, second], seen(known=(second,), pending=6), RULES, next_nonce=6, waited={second.transaction_hash: 60}
    )
    assert found == (Replace(second),)


def test_the_same_bytes_are_sent_again_before_their_fees_are_raised() -> None:
    found = next_steps([A], seen(), RULES, next_nonce=6, waited={A.transaction_hash: 86_400})
    assert found == (Broadcast(A),)
    assert next_steps([A], seen(), RULES, next_nonce=6, too_cheap={A.transaction_hash}) == (Replace(A),)


def test_a_gap_below_what_was_signed_is_filled() -> None:
    assert next_steps([C], seen(known=(C,)), RULES, next_nonce=8) == (Fill(5), Fill(6))
    assert next_steps([C], seen(known=(C,), pending=6), RULES, next_nonce=8) == (Fill(6),), "the node has one of 5"
    dead = replace(A, state=FAILED)
    assert next_steps([dead, B], seen(known=(B,)), RULES, next_nonce=7) == (Fill(5),), "its bytes can never be mined"
    assert next_steps([], seen(), RULES, next_nonce=5) == ()


def test_what_is_in_flight_is_one_of_each_nonce() -> None:
    second = row(6, 62, max_fee=113)
    rows = [A, B, second, replace(C, state=FAILED)]
    assert in_flight(rows, seen(receipt(A, 10), mined=6)) == (second,)


def test_a_window_has_room_for_its_number_and_for_what_nodes_count_as_size() -> None:
    assert has_room([], 10**7), "one always leaves"
    assert has_room([100] * 15, 100)
    assert not has_room([100] * 16, 100)
    assert has_room([100] * 3, 100, window=4)
    assert not has_room([100] * 4, 100, window=4)
    assert has_room([SLOT_BYTES * 4] * 15, SLOT_BYTES * 4)
    assert not has_room([SLOT_BYTES * 8] * 7, SLOT_BYTES * 8 + 1)


STATES = st.sampled_from([SIGNED, SENT, CONFIRMED, FAILED, REPLACED])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[SignedTransaction], Seen, dict[bytes, float], int]:
    """Rows of a few nonces in any state, and a chain that says anything that a chain can say of them."""
    rows = []
    for nonce in range(3, 3 + draw(st.integers(0, 5))):
        for sibling in range(draw(st.integers(0, 3))):
            state = draw(STATES)
            block = draw(st.none() | st.integers(1, 12)) if state in (CONFIRMED, FAILED) else None
            rows.append(row(nonce, nonce * 10 + sibling, state=state, block=block, max_fee=100 + sibling))
    mined = draw(st.integers(0, 9))
    receipts = {}
    for nonce in sorted({each.nonce for each in rows if each.nonce < mined}):
        of_nonce = [each for each in rows if each.nonce == nonce]
        one = draw(st.none() | st.sampled_from(of_nonce))
        if one is not None:
            receipts[one.transaction_hash] = receipt(one, draw(st.integers(1, 10)), draw(st.booleans()))
    known = {each.transaction_hash for each in rows if each.nonce >= mined and draw(st.booleans())}
    told = Seen(10, 2000, 50, mined, draw(st.integers(0, mined)), draw(st.integers(mined, 12)), receipts, known)
    waited = {each.transaction_hash: float(draw(st.integers(0, 120))) for each in rows}
    return rows, told, waited, draw(st.integers(3, 9))


@given(world=worlds())
def test_whatever_the_chain_says_nothing_is_signed_beside_what_may_be_mined(world: Any) -> None:
    rows, told, waited, next_nonce = world
    steps = next_steps(rows, told, RULES, next_nonce=next_nonce, waited=waited)
    nonces = [step.nonce if isinstance(step, Fill) else step.row.nonce for step in steps]
    assert nonces == sorted(nonces)
    for step, nonce in zip(steps, nonces, strict=True):
        live = [each for each in rows if each.nonce == nonce and each.state in (SIGNED, SENT)]
        if isinstance(step, Fill):
            assert told.mined <= nonce < next_nonce
            assert not live, "no second transaction beside bytes that may be mined"
            assert nonces.count(nonce) == 1
        if isinstance(step, Broadcast | Replace | Note | Lose):
            assert step.row in live
        if isinstance(step, Broadcast | Replace | Fill | TakeBack):
            assert nonce >= told.mined, "a used nonce is not sent for"
        if isinstance(step, Lose):
            assert nonce < told.settled
            assert not any(each.transaction_hash in told.receipts for each in rows if each.nonce == nonce)
        if isinstance(step, Confirm | Revert):
            assert told.head - step.receipt.block + 1 >= RULES.confirmations
