"""A person's decision stands beside the version that it made."""

import pytest

from claims.model.money import Money
from claims.model.review import RELEASE, Review
from claims.store.errors import StoreConflict
from claims.store.rows import SignedReview
from claims.store.store import Store
from tests.store.values import hash_of, stored_claim, stored_decision

REVIEW = Review(
    RELEASE, "PAYER", "C1", 1, hash_of(3), "dr-quist", "0x" + "ab" * 20, 9, "seen", ("price",), ((2, Money(80_00)),)
)
SIGNED = SignedReview("C1", 1, REVIEW, b"\x01" * 65)


def test_a_review_is_kept_whole(store: Store) -> None:
    with store.unit_of_work() as work:
        work.claims.add(stored_claim("C1"))
        work.decisions.add(stored_decision("C1", 1))
        work.reviews.add(SIGNED)
        assert work.reviews.of_version("C1", 1) == SIGNED
        assert work.reviews.of_version("C1", 2) is None
        assert work.reviews.of_claim("C1") == (SIGNED,)


def test_a_version_must_be_stored_and_is_one_persons(store: Store) -> None:
    with pytest.raises(StoreConflict), store.unit_of_work() as work:
        work.reviews.add(SIGNED)
    with store.unit_of_work() as work:
        work.claims.add(stored_claim("C1"))
        work.decisions.add(stored_decision("C1", 1))
        work.reviews.add(SIGNED)
    with pytest.raises(StoreConflict), store.unit_of_work() as work:
        work.reviews.add(SIGNED)
