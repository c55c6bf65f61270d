"""One sender a key: a lease is taken by one, kept by giving word, and found lost by whoever was silent too long."""

from dataclasses import replace

import pytest

from claims.store.errors import LeaseHeld, LeaseLost
from claims.store.rows import Lease
from claims.store.store import Store, open_store
from claims.store.work import UnitOfWork
from tests.store.values import SENDER, intent, transaction

MINE = Lease(SENDER, "one", "settle", 115)
OTHERS = Lease(SENDER, "two", "decide", 130)


def test_a_free_key_is_taken_and_a_held_one_says_by_whom_and_until_when(work: UnitOfWork) -> None:
    assert work.leases.acquire(MINE, now=100) == MINE
    with pytest.raises(LeaseHeld, match=r"held by another process \(settle\) until 1970-01-01 00:01:55 UTC") as caught:
        work.leases.acquire(OTHERS, now=114)
    assert (caught.value.sender, caught.value.label, caught.value.until) == (SENDER, "settle", 115)
    assert work.leases.of(SENDER) == MINE


def test_the_holder_itself_may_take_it_again(work: UnitOfWork) -> None:
    work.leases.acquire(MINE, now=100)
    assert work.leases.acquire(replace(MINE, expires_at=120), now=105).expires_at == 120


def test_letters_of_an_address_make_no_second_key(work: UnitOfWork) -> None:
    work.leases.acquire(MINE, now=100)
    with pytest.raises(LeaseHeld):
        work.leases.acquire(replace(OTHERS, sender="0x" + "AB" * 20), now=100)
    work.leases.acquire(replace(OTHERS, sender="0x" + "cd" * 20), now=100)


def test_a_released_key_is_free_at_once(work: UnitOfWork) -> None:
    work.leases.acquire(MINE, now=100)
    work.leases.release(MINE)
    assert work.leases.of(SENDER) is None
    work.leases.acquire(OTHERS, now=100)
    work.leases.release(MINE)
    assert work.leases.of(SENDER) == OTHERS, "who lost it releases nothing"


def test_a_renewed_lease_lasts_longer(work: UnitOfWork) -> None:
    work.leases.acquire(MINE, now=100)
    work.leases.renew(replace(MINE, expires_at=140))
    with pytest.raises(LeaseHeld):
        work.leases.acquire(OTHERS, now=139)


def test_a_lapsed_lease_is_taken_over_and_its_old_holder_told(work: UnitOfWork) -> None:
    work.leases.acquire(MINE, now=100)
    assert work.leases.acquire(OTHERS, now=115) == OTHERS
    with pytest.raises(LeaseLost, match="taken over by another process"):
        work.leases.renew(replace(MINE, expires_at=140))


def test_a_lapsed_lease_that_nobody_took_over_is_renewed(work: UnitOfWork) -> None:
    work.leases.acquire(MINE, now=100)
    assert work.leases.renew(replace(MINE, expires_at=200)).expires_at == 200


def test_who_lost_its_lease_keeps_no_signed_bytes(store: Store) -> None:
    with store.unit_of_work() as work:
        work.outbox.enqueue(intent())
        work.leases.acquire(MINE, now=100)
    with store.unit_of_work() as work:
        work.leases.acquire(OTHERS, now=200)

    def sign_late() -> None:
        with store.unit_of_work() as work:
            work.outbox.sign(transaction())
            work.leases.renew(MINE)

    with pytest.raises(LeaseLost):
        sign_late()
    with store.reading() as work:
        assert work.outbox.transactions("settle:C1") == ()
        assert work.leases.of(SENDER) == OTHERS


def test_a_lease_is_another_processes_too(store: Store, store_place: str) -> None:
    with store.unit_of_work() as work:
        work.leases.acquire(MINE, now=100)
    with open_store(store_place) as other, other.unit_of_work() as work, pytest.raises(LeaseHeld):
        work.leases.acquire(OTHERS, now=100)
