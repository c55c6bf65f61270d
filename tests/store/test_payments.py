"""Payments are kept once, and are remitted when an 835 tells of them."""

import pytest

from claims.model.money import Money
from claims.store.errors import StoreConflict
from claims.store.work import UnitOfWork
from tests.store.values import hash_of, payment, remittance


def test_a_payment_is_kept_once_with_its_claims_in_order(work: UnitOfWork) -> None:
    assert work.payments.add(payment())
    assert not work.payments.add(payment())
    assert work.payments.find(hash_of(1)) == payment()
    assert work.payments.find(hash_of(2)) is None
    with pytest.raises(StoreConflict, match="stored with other contents"):
        work.payments.add(payment(paid=Money(1)))
    with pytest.raises(StoreConflict, match="stored with other contents"):
        work.payments.add(payment(claims=(hash_of(11), hash_of(12))))


def test_payments_are_found_by_claim_and_by_transaction(work: UnitOfWork) -> None:
    later, first = payment(2, claims=(hash_of(11),)), payment(1)
    other = payment(3, claims=(), transaction_hash=hash_of(78))
    for one in (later, other, first):
        work.payments.add(one)
    assert work.payments.of_claim(hash_of(11)) == (first, later)
    assert work.payments.of_claim(hash_of(12)) == (first,)
    assert work.payments.of_claim(hash_of(13)) == ()
    assert work.payments.of_transaction(hash_of(77)) == (first, later)
    assert work.payments.all() == (first, later, other)


def test_a_payment_is_remitted_when_its_835_is_stored(work: UnitOfWork) -> None:
    for number in (1, 2):
        work.payments.add(payment(number))
    work.remittances.add(remittance("NONE", payment=None))
    assert work.payments.unremitted() == (payment(1), payment(2))
    work.remittances.add(remittance())
    assert work.payments.unremitted() == (payment(2),)
