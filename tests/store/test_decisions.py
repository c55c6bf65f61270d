"""Decisions are added version by version and never changed."""

import pytest

from claims.model.decision import PENDED
from claims.model.money import Money
from claims.store.errors import NotStored, StoreConflict
from claims.store.store import Store
from claims.store.work import UnitOfWork
from tests.store import values


@pytest.fixture
def claimed(work: UnitOfWork) -> UnitOfWork:
    """Two claims that wait for their decision."""
    work.claims.add(values.stored_claim("C1"))
    work.claims.add(values.stored_claim("C2"))
    return work


def test_a_decision_is_read_back_whole_with_its_inputs(claimed: UnitOfWork) -> None:
    assert claimed.decisions.latest("C1") is None
    first = values.stored_decision()
    claimed.decisions.add(first)
    assert claimed.decisions.get("C1", 1) == claimed.decisions.latest("C1") == first
    assert first.rule_pack == values.hash_of(9)


def test_versions_follow_one_another(claimed: UnitOfWork) -> None:
    zero = Money(0)
    pended = values.stored_decision(status=PENDED, allowed=zero, paid=zero)
    paid = values.stored_decision(revision=2)
    assert claimed.decisions.next_revision("C1") == 1
    claimed.decisions.add(pended)
    assert claimed.decisions.next_revision("C1") == 2
    claimed.decisions.add(paid)
    claimed.decisions.add(values.stored_decision("C2"))
    assert claimed.decisions.versions("C1") == (pended, paid)
    assert claimed.decisions.latest("C1") == paid


@pytest.mark.parametrize("revision", [0, 1, 3])
def test_a_version_is_neither_replaced_nor_left_out(claimed: UnitOfWork, revision: int) -> None:
    claimed.decisions.add(values.stored_decision())
    with pytest.raises(StoreConflict, match=f"revision {revision} where 2 is next"):
        claimed.decisions.add(values.stored_decision(revision=revision))


def test_a_decision_needs_its_claim(store: Store) -> None:
    with pytest.raises(StoreConflict, match=r"(?i)foreign key"), store.unit_of_work() as work:
        work.decisions.add(values.stored_decision("C9"))


def test_a_batch_is_kept_with_what_it_signed(claimed: UnitOfWork) -> None:
    claimed.decisions.add(values.stored_decision("C1"))
    claimed.decisions.add(values.stored_decision("C2"))
    batch = values.signed_batch(1, ("C2", 1), ("C1", 1))
    claimed.decisions.add_batch(batch)
    claimed.decisions.add_batch(batch)
    assert claimed.decisions.batch(batch.identifier) == batch
    assert claimed.decisions.batches_of("C1", 1) == (batch,)
    assert claimed.decisions.batch(values.hash_of(2)) is None
    assert claimed.decisions.batches_of("C1", 2) == ()


def test_a_stale_decision_is_signed_anew_beside_the_first(claimed: UnitOfWork) -> None:
    claimed.decisions.add(values.stored_decision("C1"))
    later, first = values.signed_batch(1, ("C1", 1), signed_at=9), values.signed_batch(2, ("C1", 1), signed_at=8)
    claimed.decisions.add_batch(later)
    claimed.decisions.add_batch(first)
    assert claimed.decisions.batches_of("C1", 1) == (first, later)


def test_a_batch_must_fit_what_is_stored(claimed: UnitOfWork) -> None:
    claimed.decisions.add(values.stored_decision("C1"))
    claimed.decisions.add_batch(values.signed_batch(1, ("C1", 1)))
    with pytest.raises(StoreConflict, match="another batch has the id"):
        claimed.decisions.add_batch(values.signed_batch(1, ("C1", 1), signed_at=1))
    with pytest.raises(NotStored, match="claim C2 has no decision of revision 1"):
        claimed.decisions.add_batch(values.signed_batch(2, ("C2", 1)))
    missing = values.signed_batch(3, ("C1", 1), ("C1", 1))
    with pytest.raises(StoreConflict, match="2 decisions with 1 entries"):
        claimed.decisions.add_batch(type(missing)(missing.batch, missing.signatures, (("C1", 1),), 1))
