"""From a book's events to payments: every cent of an event is in exactly one sum of its payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.chain.abi import AbiError
from claims.chain.client import Log
from claims.model.book_event import (
    BatchPaid,
    BookEvent,
    ClaimPaid,
    ClaimRevised,
    DebtNetted,
    DebtOpened,
    PaymentCredited,
    Skipped,
)
from claims.model.money import ZERO, Money, total
from claims.model.payment import PaidClaim
from claims.settlement.events import PlacedEvent, read_event
from claims.settlement.payments import fold_payments
from tests.book import ABI, topics_and_data

CLINIC, OTHER = "0x" + "11" * 20, "0x" + "22" * 20
BATCH, FIRST, SECOND, CLAIM = (bytes([number]) * 32 for number in (1, 2, 3, 4))
DAY = 1_775_000_000


def placed(*events: BookEvent, block: int = 9, transaction: int = 0xAA) -> list[PlacedEvent]:
    return [PlacedEvent(event, block, DAY, bytes([transaction]) * 32) for event in events]


def log(event: BookEvent) -> Log:
    return Log("0x" + "0B" * 20, *topics_and_data(event), 9, bytes(32), bytes(32), 0)


cents = st.integers(0, 10**9).map(Money)
digests = st.integers(0, 3).map(lambda number: bytes([number]) * 32)
payees = st.sampled_from([CLINIC, OTHER])
amounts = st.lists(cents, max_size=5).map(tuple)
events = st.one_of(
    st.builds(ClaimPaid, digests, digests, payees, cents),
    st.builds(
        lambda batch, payment, payee, first, paid: BatchPaid(batch, payment, payee, total(paid), first, paid),
        digests,
        digests,
        payees,
        st.integers(0, 2**16),
        amounts,
    ),
    st.builds(ClaimRevised, digests, digests, payees, cents, cents),
    st.builds(PaymentCredited, digests, payees, cents),
    st.builds(DebtOpened, payees, st.integers(0, 9), digests, cents),
    st.builds(DebtNetted, digests, payees, st.integers(0, 9), cents),
    st.builds(Skipped, digests, st.integers(0, 2**16), st.binary(min_size=4, max_size=4)),
)


@given(events)
def test_a_log_says_what_was_told(event: BookEvent) -> None:
    assert read_event(ABI, log(event)) == event


def test_a_log_that_tells_of_no_payment_is_passed_by() -> None:
    paid = log(ClaimPaid(CLAIM, FIRST, CLINIC, Money(1)))
    assert read_event(ABI, replace(paid, topics=(b"\x07" * 32, *paid.topics[1:]))) is None
    anchored = [item for item in ABI if item.get("name") == "Anchored"]
    assert read_event(anchored, paid) is None


def cut_to(whole: Log, size: int) -> Log:
    """The log of a batch with only so many bytes of its amounts; Solidity pads them with zeros."""
    words, amounts = whole.data[:96], whole.data[128:]  # what was paid, the first position, where the amounts begin
    assert size < int.from_bytes(whole.data[96:128], "big")
    return replace(whole, data=words + size.to_bytes(32, "big") + amounts[:size] + bytes(len(amounts) - size))


@pytest.mark.parametrize("size", [1, 2, 4, 5, 6, 7, 11])
def test_amounts_that_end_in_the_midst_of_one_are_refused(size: int) -> None:
    """Three bytes of the first amount, then three that announce a long one and six of it."""
    whole = log(BatchPaid(BATCH, FIRST, CLINIC, Money(16_777_216), 0, (Money(1), Money(16_777_215))))
    with pytest.raises(AbiError, match=f"its {size} bytes of amounts end in the midst of one"):
        read_event(ABI, cut_to(whole, size))


@pytest.mark.parametrize(
    ("cents", "written"),
    [(0, "000000"), (0xFFFFFE, "fffffe"), (0xFFFFFF, "ffffff000000ffffff"), (2**48 - 1, "ffffff" + "ff" * 6)],
)
def test_an_amount_is_three_bytes_or_where_it_is_long_six_behind_a_mark(cents: int, written: str) -> None:
    bare = log(BatchPaid(BATCH, FIRST, CLINIC, Money(cents), 3, ()))
    data = bytes.fromhex(written)
    told = replace(bare, data=bare.data[:96] + len(data).to_bytes(32, "big") + data.ljust(32, b"\x00"))
    assert read_event(ABI, told) == BatchPaid(BATCH, FIRST, CLINIC, Money(cents), 3, (Money(cents),))


def test_a_batch_is_one_payment_with_its_claims_in_their_order() -> None:
    amounts = (Money(100_00), Money(250_00))
    (payment,) = fold_payments(placed(BatchPaid(BATCH, FIRST, CLINIC, Money(350_00), 4, amounts)))
    assert (payment.gross, payment.paid, payment.told) == (Money(350_00), Money(350_00), Money(350_00))
    assert payment.parts == (
        PaidClaim(Money(100_00), batch=BATCH, position=4),
        PaidClaim(Money(250_00), batch=BATCH, position=5),
    )
    assert (payment.claims, payment.payee, payment.block, payment.day) == ((), CLINIC, 9, date(2026, 3, 31))


def positions(*events: PlacedEvent) -> list[list[int | None]]:
    """Where the claims of each payment stand in their batch."""
    return [[part.position for part in payment.parts] for payment in fold_payments(events)]


def three(payment: bytes, first: int) -> BatchPaid:
    return BatchPaid(BATCH, payment, CLINIC, Money(3), first, (Money(1),) * 3)


def skips(*places: int, batch: bytes = BATCH) -> list[Skipped]:
    return [Skipped(batch, place, b"1234") for place in places]


def test_the_positions_that_a_batch_skipped_are_passed_over() -> None:
    told = placed(*skips(0, 3, 4, 7), three(FIRST, 2), three(SECOND, 8))
    assert positions(*told) == [[2, 5, 6], [8, 9, 10]]


def test_what_another_transaction_or_another_batch_skipped_is_not_passed_over() -> None:
    elsewhere = placed(*skips(1), transaction=0xBB)
    assert positions(*elsewhere, *placed(*skips(2, batch=CLAIM), three(FIRST, 0))) == [[0, 1, 2]]


@given(st.sets(st.integers(0, 30)), st.integers(0, 20), st.integers(1, 9))
def test_the_positions_are_those_from_the_first_on_that_were_not_skipped(
    skipped: set[int], first: int, count: int
) -> None:
    paid = BatchPaid(BATCH, FIRST, CLINIC, ZERO, first, (ZERO,) * count)
    (found,) = positions(*placed(*skips(*sorted(skipped)), paid))
    assert found == [place for place in range(first, 99) if place not in skipped][:count]


def test_debts_come_off_and_what_cannot_be_transferred_is_credited() -> None:
    (payment,) = fold_payments(
        placed(
            DebtNetted(FIRST, CLINIC, 1, Money(30_00)),
            DebtNetted(FIRST, CLINIC, 2, Money(20_00)),
            BatchPaid(BATCH, FIRST, CLINIC, Money(350_00), 0, (Money(350_00),)),
            PaymentCredited(FIRST, CLINIC, Money(300_00)),
        )
    )
    assert (payment.gross, payment.netted, payment.credited) == (Money(350_00), Money(50_00), Money(300_00))
    assert (payment.paid, payment.told) == (ZERO, Money(300_00))


def test_a_revision_pays_what_a_claim_gains_and_takes_nothing() -> None:
    more = ClaimRevised(CLAIM, FIRST, CLINIC, Money(90_00), Money(95_00))
    less = ClaimRevised(CLAIM, SECOND, CLINIC, Money(95_00), Money(40_00))
    same = ClaimRevised(CLAIM, SECOND, CLINIC, Money(95_00), Money(95_00))
    (payment,) = fold_payments(placed(more, less, same))
    assert (payment.identifier, payment.gross) == (FIRST, Money(5_00))
    assert payment.parts == (PaidClaim(Money(95_00), Money(90_00), claim=CLAIM),)
    assert payment.claims == (CLAIM,)


def test_an_approval_that_pays_nothing_is_a_payment_of_nothing() -> None:
    (payment,) = fold_payments(placed(ClaimPaid(CLAIM, FIRST, CLINIC, ZERO)))
    assert (payment.gross, payment.claims) == (ZERO, (CLAIM,))


def test_what_pays_no_claim_is_no_payment() -> None:
    nothing = [
        PaymentCredited(FIRST, CLINIC, Money(5)),
        DebtNetted(FIRST, CLINIC, 1, Money(1)),
        Skipped(BATCH, 0, b"1234"),
    ]
    assert fold_payments(placed(*nothing)) == ()


@given(st.lists(events, max_size=12))
def test_the_sums_of_the_payments_are_the_sums_of_their_events(told: list[BookEvent]) -> None:
    payments = {payment.identifier: payment for payment in fold_payments(placed(*told))}
    assert total(p.gross for p in payments.values()) == total(
        event.paid - event.paid_before if isinstance(event, ClaimRevised) else event.paid
        for event in told
        if isinstance(event, ClaimPaid | BatchPaid)
        or (isinstance(event, ClaimRevised) and event.paid > event.paid_before)
    )
    for payment in payments.values():
        mine = [event for event in told if getattr(event, "payment", None) == payment.identifier]
        assert payment.netted == total(event.amount for event in mine if isinstance(event, DebtNetted))
        assert payment.credited == total(event.amount for event in mine if isinstance(event, PaymentCredited))
        assert payment.gross == total(part.paid - part.paid_before for part in payment.parts)
        assert payment.paid + payment.credited + payment.netted == payment.gross


@given(st.lists(events, max_size=8), st.integers(0, 8))
def test_events_are_added_up_alike_in_one_block_and_in_several(told: list[BookEvent], cut: int) -> None:
    together = fold_payments(placed(*told))
    apart = fold_payments(placed(*told[:cut]) + placed(*told[cut:], block=12))
    assert [replace(payment, block=9) for payment in apart] == list(together)
