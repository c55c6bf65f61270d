"""What is read next, and what of the past the chain still has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.settlement.indexer import (
    KEPT_BLOCKS,
    RANGE_BLOCKS,
    ChainMoved,
    last_common,
    next_range,
    remembered,
    require_linked,
)
from claims.store.rows import KeptBlock


def block(number: int, fork: int = 0, parent_fork: int = 0) -> KeptBlock:
    return KeptBlock(number, bytes([fork, number + 1]) * 16, bytes([parent_fork, number]) * 16)


KEPT = [block(number) for number in (9, 8, 7, 5)]


@pytest.mark.parametrize(("forked_from", "common"), [(20, 9), (9, 8), (8, 7), (7, 5), (6, 5), (5, None), (0, None)])
def test_the_newest_kept_block_that_the_chain_still_has(forked_from: int, common: int | None) -> None:
    chain = {number: block(number, fork=int(number >= forked_from)).hash for number in range(12)}
    assert last_common(KEPT, chain.get) == common


def test_a_chain_that_became_shorter_has_what_it_has() -> None:
    chain = {number: block(number).hash for number in range(8)}
    assert last_common(KEPT, chain.get) == 7
    assert last_common([], chain.get) is None


@given(scanned=st.integers(-1, 30_000), head=st.integers(0, 30_000))
def test_ranges_lead_from_the_last_block_read_to_the_head_without_a_gap(scanned: int, head: int) -> None:
    at = scanned
    while (blocks := next_range(at, head)) is not None:
        assert blocks[0] == at + 1
        assert 1 <= len(blocks) <= RANGE_BLOCKS
        near = blocks[-1] > head - KEPT_BLOCKS
        if near:
            assert len(blocks) <= KEPT_BLOCKS
            assert list(remembered(blocks, head)) == list(blocks)
        else:
            assert {blocks[0], blocks[-1]} == set(remembered(blocks, head))
        at = blocks[-1]
    assert at == max(scanned, head)


def test_children_follow_their_parents() -> None:
    require_linked([block(5), block(6)], block(4))
    require_linked([block(5), block(9)], None)
    for blocks, before in (([block(5), block(6, parent_fork=1)], None), ([block(5)], block(4, fork=1))):
        with pytest.raises(ChainMoved, match=rf"block {blocks[-1].number} does not follow"):
            require_linked(blocks, before)
