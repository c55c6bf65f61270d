"""A claim has one successor, and every claim knows the lineage that it belongs to."""

import pytest

from claims.store.errors import StoreConflict
from claims.store.rows import Replacement
from claims.store.store import Store
from tests.store.values import stored_claim


def keep(store: Store, *numbers: str) -> None:
    with store.unit_of_work() as work:
        for number in numbers:
            work.claims.add(stored_claim(number))


def test_a_lineage_is_the_first_claim_and_all_that_came_of_it(store: Store) -> None:
    keep(store, "C1", "C2", "C3", "D1")
    with store.unit_of_work() as work:
        assert work.replacements.add("C2", "C1", 5) == Replacement("C2", "C1", "C1", 5)
        assert work.replacements.add("C3", "C2", 6) == Replacement("C3", "C2", "C1", 6)
        for number in ("C1", "C2", "C3"):
            assert work.replacements.lineage(number) == {"C1", "C2", "C3"}
        assert work.replacements.lineage("D1") == {"D1"}
        assert work.replacements.successor("C2") == "C3"
        assert work.replacements.successor("C3") is None
        assert work.replacements.of("C1") is None
        assert [row.control_number for row in work.replacements.all()] == ["C2", "C3"]


def test_a_claim_is_replaced_once(store: Store) -> None:
    keep(store, "C1", "C2", "C3")
    with store.unit_of_work() as work:
        work.replacements.add("C2", "C1", 5)
        with pytest.raises(StoreConflict, match="C1 was replaced or voided by C2 already"):
            work.replacements.add("C3", "C1", 6)


def test_each_comes_after_the_one_whose_place_it_took_in_the_same_second_too(store: Store) -> None:
    keep(store, "C1", "B2", "A3")
    with store.unit_of_work() as work:
        work.replacements.add("B2", "C1", 5)
        work.replacements.add("A3", "B2", 5)
        assert [row.control_number for row in work.replacements.all()] == ["B2", "A3"]
