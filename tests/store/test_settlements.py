"""Approvals on their way to the chain: due, in one batch at a time, settled or left out, and due again where a batch is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from claims.model.money import Money
from claims.model.payment import PaidClaim, Payment
from claims.store.errors import NotStored, StoreConflict
from claims.store.rows import BATCHED, DUE, SETTLED_IN_BATCH, SKIPPED, WITHDRAWN
from claims.store.store import Store
from claims.store.work import UnitOfWork
from tests.store import values


@pytest.fixture
def work(store: Store) -> Iterator[UnitOfWork]:
    """Two approved claims of a roll, both due."""
    with store.unit_of_work() as unit:
        unit.invoice_rolls.add(values.stored_roll(), [("C1", values.hash_of(6)), ("C2", values.hash_of(7))])
        for place, number in enumerate(("C1", "C2")):
            unit.claims.add(values.stored_claim(number, status="paid"))
            unit.settlements.add(values.due_claim(number, place))
        yield unit


def states(work: UnitOfWork) -> dict[str, str]:
    return {number: work.settlements.of_claim(number)[0].state for number in ("C1", "C2")}


def batched(work: UnitOfWork, number: int = 30) -> bytes:
    work.outbox.enqueue(values.intent(f"batch:{number}"))
    work.settlements.put_in_batch(values.settlement_batch(number, claims=2), [("C1", 1), ("C2", 1)], 5)
    return values.hash_of(number)


def payment(batch: bytes, *positions: int) -> Payment:
    parts = tuple(PaidClaim(Money(95_00), batch=batch, position=position) for position in positions)
    paid = Money(95_00 * len(positions))
    return Payment(
        values.hash_of(50), values.SENDER, paid, Money(0), values.hash_of(51), 9, values.DAY, (), parts=parts
    )


def test_what_is_due_comes_back_as_it_was_stored(work: UnitOfWork) -> None:
    assert work.settlements.due() == (values.due_claim("C1", 0), values.due_claim("C2", 1))
    assert work.settlements.due(1) == (values.due_claim("C1", 0),)
    assert work.settlements.due_claim("C2", 1) == values.due_claim("C2", 1)
    assert work.settlements.due_claim("C2", 2) is None


def test_it_becomes_due_once(work: UnitOfWork) -> None:
    assert work.settlements.add(values.due_claim("C1", 0)) is False
    assert len(work.settlements.due()) == 2


def test_a_claim_that_stands_no_longer_is_not_due(work: UnitOfWork) -> None:
    work.claims.change_status("C1", "reversed", 6)
    assert [due.control_number for due in work.settlements.due()] == ["C2"]


def test_a_claim_is_in_one_batch_at_a_time(work: UnitOfWork) -> None:
    batch = batched(work)
    assert states(work) == {"C1": BATCHED, "C2": BATCHED}
    assert work.settlements.due() == ()
    assert [row.position for row in work.settlements.of_batch(batch)] == [0, 1]
    with pytest.raises(StoreConflict, match="not due any more"):
        work.settlements.put_in_batch(values.settlement_batch(31), [("C1", 1)], 6)


def test_settled_and_skipped_close_a_batch(work: UnitOfWork) -> None:
    batch = batched(work)
    assert [made.batch for made in work.settlements.open_batches()] == [batch]
    work.settlements.settle(batch, [0], 7)
    work.settlements.skip(batch, 1, "Registry_BitSpent", 7)
    assert states(work) == {"C1": SETTLED_IN_BATCH, "C2": SKIPPED}
    assert work.settlements.open_batches() == ()
    assert work.settlements.counts() == {(batch, SETTLED_IN_BATCH): 1, (batch, SKIPPED): 1}
    assert work.settlements.of_claim("C2")[0].reason == "Registry_BitSpent"


def test_what_a_payment_tells_of_is_found_by_its_batch(work: UnitOfWork) -> None:
    batch = batched(work)
    work.payments.put(payment(batch, 1))
    assert work.settlements.paid_positions(batch) == {1}


def test_a_batch_that_is_lost_gives_back_what_was_under_way_alone(work: UnitOfWork) -> None:
    batch = batched(work)
    work.settlements.settle(batch, [0], 7)
    assert work.settlements.release(batch, 8) == 1
    assert states(work) == {"C1": SETTLED_IN_BATCH, "C2": DUE}
    assert [due.control_number for due in work.settlements.due()] == ["C2"]


def test_a_payment_that_the_chain_took_back_is_under_way_again(work: UnitOfWork) -> None:
    batch = batched(work)
    work.payments.put(payment(batch, 0, 1))
    work.settlements.settle(batch, [0, 1], 7)
    assert work.settlements.take_back(8) == 0
    work.payments.withdraw(values.hash_of(50))
    assert work.settlements.take_back(9) == 2
    assert states(work) == {"C1": BATCHED, "C2": BATCHED}


def test_what_was_left_out_is_taken_up_again_when_asked(work: UnitOfWork) -> None:
    batch = batched(work)
    work.settlements.skip(batch, 0, "Policies_LimitExceeded", 7)
    assert work.settlements.retry(8) == 1
    assert states(work) == {"C1": DUE, "C2": BATCHED}


def test_a_claim_that_no_batch_takes_is_held_with_the_reason(work: UnitOfWork) -> None:
    work.settlements.hold("C1", 1, "Invoices_NotAnchored", 7)
    row = work.settlements.find("C1", 1)
    assert row is not None
    assert (row.state, row.reason, row.batch) == (SKIPPED, "Invoices_NotAnchored", None)


def test_a_withdrawn_claim_is_neither_due_nor_retried(work: UnitOfWork) -> None:
    work.settlements.withdraw("C1", 7)
    assert states(work)["C1"] == WITHDRAWN
    assert work.settlements.retry(8) == 0


def test_a_claims_place_is_that_of_the_last_roll(work: UnitOfWork) -> None:
    assert work.invoice_rolls.place_of("C2") == (values.hash_of(20), 1, values.hash_of(7))
    assert work.invoice_rolls.add(values.stored_roll(), []) is False
    work.invoice_rolls.add(values.stored_roll(21), [("C2", values.hash_of(9))])
    assert work.invoice_rolls.place_of("C2") == (values.hash_of(21), 0, values.hash_of(9))
    assert work.invoice_rolls.place_of("C9") is None
    with pytest.raises(NotStored):
        work.invoice_rolls.get(values.hash_of(99))


def test_a_revision_is_due_once_and_then_stands_where_it_was_put(work: UnitOfWork) -> None:
    due = values.due_revision()
    assert (work.revisions.add(due), work.revisions.add(due)) == (True, False)
    assert work.revisions.in_state(DUE) == (due,)
    assert work.revisions.of_claim(due.claim_id) == (due,)
    work.revisions.change("C2", "under way", 9, intent="revise:1", reason="")
    state = work.revisions.state("C2")
    assert state is not None
    assert (state.state, state.intent) == ("under way", "revise:1")
    assert work.revisions.in_state(DUE) == ()
    assert replace(due, revision=2) != work.revisions.find("C2") == due
