"""Counters are given out once, in order, lane by lane."""

from itertools import count as numbers

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.store.errors import NumbersExhausted
from claims.store.sequences import LAST_COUNTER
from claims.store.store import Store
from claims.store.work import UnitOfWork


def test_counters_begin_at_one_and_belong_to_a_practitioner_and_a_lane(work: UnitOfWork) -> None:
    assert work.sequences.last(3) == 0
    assert [work.sequences.allocate(3) for _ in range(3)] == [1, 2, 3]
    assert work.sequences.allocate(4) == 1
    assert work.sequences.allocate(3, lane=1) == 1
    assert work.sequences.last(3) == 3


def test_a_whole_shift_is_allocated_at_once(work: UnitOfWork) -> None:
    assert work.sequences.allocate(3, count=32) == 1
    assert work.sequences.allocate(3, count=2) == 33
    assert work.sequences.last(3) == 34


def test_a_counter_that_was_not_committed_is_given_out_again(store: Store) -> None:
    def allocate_and_fail() -> None:
        with store.unit_of_work() as work:
            assert work.sequences.allocate(3) == 1
            raise LookupError

    with pytest.raises(LookupError):
        allocate_and_fail()
    with store.unit_of_work() as work:
        assert work.sequences.allocate(3) == 1


def test_a_lane_ends_where_its_32_bits_end(store: Store) -> None:
    with store.unit_of_work() as work:
        assert work.sequences.allocate(3, count=LAST_COUNTER) == 1
    with pytest.raises(NumbersExhausted, match="used up lane 0; sign on with lane 1"), store.unit_of_work() as work:
        work.sequences.allocate(3)
    with store.reading() as work:
        assert work.sequences.last(3) == LAST_COUNTER, "what was refused was not taken"


@pytest.mark.parametrize("count", [0, -1])
def test_at_least_one_counter_is_asked_for(work: UnitOfWork, count: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        work.sequences.allocate(3, count=count)


FRESH = numbers(10, 10)
"""Examples share a store, and each has practitioners of its own."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(1, 2), st.integers(0, 1), st.integers(1, 5), st.booleans()), min_size=1, max_size=12)
)
def test_no_counter_is_ever_given_out_twice(store: Store, asked: list[tuple]) -> None:
    given_out: dict[tuple[int, int], list[int]] = {}
    first_practitioner = next(FRESH)
    for practitioner, lane, count, fails in asked:
        try:
            with store.unit_of_work() as work:
                first = work.sequences.allocate(first_practitioner + practitioner, lane, count)
                if fails:
                    raise LookupError
        except LookupError:
            continue
        given_out.setdefault((practitioner, lane), []).extend(range(first, first + count))
    for counters in given_out.values():
        assert counters == list(range(1, len(counters) + 1))
