"""An 835 is written once, and a payment has one."""

import pytest

from claims.store.errors import StoreConflict
from claims.store.store import Store
from claims.store.work import UnitOfWork
from tests.store.values import hash_of, payment, remittance


@pytest.fixture
def paid(work: UnitOfWork) -> UnitOfWork:
    """A payment that waits for its 835."""
    work.payments.add(payment())
    return work


def test_a_remittance_is_kept_once_with_its_claims_in_order(paid: UnitOfWork) -> None:
    assert paid.remittances.add(remittance())
    assert not paid.remittances.add(remittance())
    assert paid.remittances.find("TRACE1") == paid.remittances.of_payment(hash_of(1)) == remittance()
    with pytest.raises(StoreConflict, match="an 835 is written once"):
        paid.remittances.add(remittance(path="elsewhere"))


def test_remittances_are_found_by_claim(paid: UnitOfWork) -> None:
    denial = remittance("DENIAL", payment=None, claims=("C1",), created_at=1)
    paid.remittances.add(remittance())
    paid.remittances.add(denial)
    assert paid.remittances.of_claim("C1") == paid.remittances.all() == (denial, remittance())
    assert paid.remittances.of_claim("C2") == (remittance(),)
    assert paid.remittances.of_claim("C3") == ()
    assert paid.remittances.find("X") is None
    assert paid.remittances.of_payment(hash_of(2)) is None


def test_a_payment_has_one_remittance(store: Store) -> None:
    with store.unit_of_work() as work:
        work.payments.add(payment())
        work.remittances.add(remittance())
    with pytest.raises(StoreConflict, match=r"(?i)unique"), store.unit_of_work() as work:
        work.remittances.add(remittance("TRACE2"))


def test_a_remittance_of_an_unknown_payment_is_refused(store: Store) -> None:
    with pytest.raises(StoreConflict, match=r"(?i)foreign key"), store.unit_of_work() as work:
        work.remittances.add(remittance())
