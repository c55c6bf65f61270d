"""Totals are the sum of their moves; a reversal takes back what a claim added, once."""

from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.model.decision import Usage
from claims.model.money import Money, total
from claims.model.plan import Accumulators
from claims.store.errors import StoreConflict
from claims.store.ledger_check import unbalanced
from claims.store.store import Store
from claims.store.work import UnitOfWork
from tests.store.values import usage


def used(deductible: int, out_of_pocket: int) -> Accumulators:
    return Accumulators(Money(deductible), Money(out_of_pocket))


def test_what_a_claim_used_adds_up_by_person_family_and_plan_year(work: UnitOfWork) -> None:
    ledger = work.accumulators
    assert ledger.of_person("P1", 2026) == used(0, 0)
    assert ledger.add("C1", 1, [usage(100, 150), usage(5, 5, year=2025)], 1)
    assert ledger.add("C2", 1, [usage(10, 20), usage(1, 2, person="P2")], 2)
    assert ledger.of_person("P1", 2026) == used(110, 170)
    assert ledger.of_person("P1", 2025) == used(5, 5)
    assert ledger.of_family("F1", 2026) == used(111, 172)
    assert ledger.of_family("F2", 2026) == used(0, 0)


def test_what_a_claim_used_of_one_year_twice_is_one_move(work: UnitOfWork) -> None:
    work.accumulators.add("C1", 1, [usage(100), usage(23)], 1)
    assert [move.deductible for move in work.accumulators.moves("C1")] == [Money(123)]


def test_the_same_decision_moves_them_once(work: UnitOfWork) -> None:
    assert work.accumulators.add("C1", 1, [usage(100)], 1)
    assert not work.accumulators.add("C1", 1, [usage(60), usage(40)], 2)
    assert work.accumulators.of_person("P1", 2026) == used(100, 100)
    with pytest.raises(StoreConflict, match="C1 revision 1 moved the accumulators already"):
        work.accumulators.add("C1", 1, [usage(101)], 3)


def test_a_reversal_restores_what_was_before_and_happens_once(work: UnitOfWork) -> None:
    work.accumulators.add("C1", 1, [usage(100, 150)], 1)
    work.accumulators.add("C2", 1, [usage(7), usage(8, person="P2")], 2)
    assert work.accumulators.reverse("C2", 1, 3)
    assert not work.accumulators.reverse("C2", 1, 4)
    assert not work.accumulators.reverse("C3", 1, 4)
    assert work.accumulators.of_family("F1", 2026) == used(100, 150)
    with pytest.raises(StoreConflict, match="use the next revision"):
        work.accumulators.add("C2", 1, [usage(7), usage(8, person="P2")], 5)
    assert work.accumulators.add("C2", 2, [usage(9)], 5)
    assert work.accumulators.of_person("P1", 2026) == used(109, 159)


def test_moves_tell_the_whole_story(work: UnitOfWork) -> None:
    work.accumulators.add("opening", 0, [usage(50)], 1)
    work.accumulators.add("C1", 1, [usage(7)], 2)
    work.accumulators.reverse("C1", 1, 2)
    told = [(move.source, move.reversal, move.deductible.cents) for move in work.accumulators.moves_of("P1", 2026)]
    assert told == [("opening", False, 50), ("C1", False, 7), ("C1", True, -7)]
    assert work.accumulators.moves_of("P1", 2025) == ()


def test_totals_only_grow(work: UnitOfWork) -> None:
    for wrong in (usage(-1, 0), usage(0, -1)):
        with pytest.raises(StoreConflict, match="nothing negative"):
            work.accumulators.add("C1", 1, [wrong], 1)
    assert not work.accumulators.add("C1", 1, [], 1)


def test_a_unit_of_work_that_fails_moves_nothing(store: Store) -> None:
    with store.unit_of_work() as work:
        work.accumulators.add("C1", 1, [usage(100)], 1)

    def reverse_and_fail() -> None:
        with store.unit_of_work() as work:
            work.accumulators.reverse("C1", 1, 2)
            work.accumulators.add("C2", 1, [usage(3)], 2)
            raise LookupError

    with pytest.raises(LookupError):
        reverse_and_fail()
    with store.reading() as work:
        assert work.accumulators.of_person("P1", 2026) == used(100, 100)
        assert work.accumulators.moves("C2") == ()


people = st.sampled_from(["P1", "P2"])
usages = st.builds(
    usage,
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    person=people,
    family=st.sampled_from(["F1", "F2"]),
    year=st.sampled_from([2025, 2026]),
)
steps = st.lists(
    st.tuples(st.sampled_from(["C1", "C2", "C3"]), st.integers(1, 2), st.none() | st.lists(usages, max_size=3)),
    max_size=12,
)


class _Undone(Exception):
    """Ends an example's unit of work: the next one finds the store empty again."""


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_totals_are_the_sum_of_moves_and_never_negative(store: Store, steps: list) -> None:
    """Whatever is added, refused and reversed, in whatever order (None reverses)."""
    with suppress(_Undone), store.unit_of_work() as work:
        ledger = work.accumulators
        expected: Counter[tuple[str, int]] = Counter()
        applied: dict[tuple[str, int], list] = {}
        for source, revision, amounts in steps:
            if amounts is None:
                if ledger.reverse(source, revision, 1):
                    for one in applied.pop((source, revision)):
                        expected[one.person, one.year] -= one.deductible.cents
                continue
            try:
                added = ledger.add(source, revision, amounts, 1)
            except StoreConflict:
                continue
            if added:
                applied[source, revision] = amounts
                for one in amounts:
                    expected[one.person, one.year] += one.deductible.cents
        for person in ("P1", "P2"):
            for year in (2025, 2026):
                found = ledger.of_person(person, year)
                moves = ledger.moves_of(person, year)
                assert found.deductible == Money(expected[person, year]) >= Money(0)
                assert found.deductible == total(move.deductible for move in moves)
                assert found.out_of_pocket == total(move.out_of_pocket for move in moves) >= Money(0)
        for year in (2025, 2026):
            by_family = total(ledger.of_family(family, year).deductible for family in ("F1", "F2"))
            by_person = total(ledger.of_person(person, year).deductible for person in ("P1", "P2"))
            assert by_family == by_person
        for source, revision in list(applied):
            assert ledger.reverse(source, revision, 2)
        assert ledger.of_person("P1", 2026) == ledger.of_person("P2", 2025) == used(0, 0)
        raise _Undone


def test_what_was_used_outside_of_the_network_counts_apart_and_is_taken_back(work: UnitOfWork) -> None:
    ledger = work.accumulators
    outside = Usage("P1", "F1", 2026, Money(100), Money(300), Money(40), Money(70))
    assert ledger.add("C1", 1, [outside], 1)
    assert not ledger.add("C1", 1, [outside], 2)
    found = ledger.of_person("P1", 2026)
    assert (found.out_of_network_deductible, found.out_of_network_out_of_pocket) == (Money(40), Money(70))
    assert ledger.of_family("F1", 2026) == found
    assert unbalanced(ledger) == ()
    assert ledger.reverse("C1", 1, 3)
    assert ledger.of_person("P1", 2026) == used(0, 0)
    assert unbalanced(ledger) == ()
