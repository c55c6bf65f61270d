"""One-to-one matching."""

from hypothesis import given
from hypothesis import strategies as st

from claims.adjudication.matching import match


def test_a_line_moves_where_that_frees_a_service_for_another():
    assert match([[], []], [[0, 1], [0]]) == [1, 0]


def test_preferred_services_are_tried_first():
    assert match([[1], []], [[1, 0], [0, 1]]) == [1, 0]


def test_a_line_too_many_is_left_without():
    assert sorted(match([[], [], []], [[0, 1], [0, 1], [0, 1]]), key=str) == [0, 1, None]


def most(candidates: list[list[int]], line: int = 0, used: frozenset[int] = frozenset()) -> int:
    """The size of the best matching, by trying every one."""
    if line == len(candidates):
        return 0
    best = most(candidates, line + 1, used)
    for service in candidates[line]:
        if service not in used:
            best = max(best, 1 + most(candidates, line + 1, used | {service}))
    return best


@given(st.lists(st.lists(st.integers(0, 4), unique=True), max_size=5))
def test_as_many_lines_as_possible_find_a_service_and_none_is_used_twice(candidates):
    found = match([[] for _ in candidates], candidates)
    given_out = [service for service in found if service is not None]
    assert len(given_out) == len(set(given_out)) == most(candidates)
    assert all(service is None or service in fits for service, fits in zip(found, candidates, strict=True))
