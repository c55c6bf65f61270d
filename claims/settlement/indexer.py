"""Where to read on: which kept blocks the chain still has, and which blocks come next. Decides, and reads nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from claims.chain.errors import ChainError

if TYPE_CHECKING:
    from claims.store.rows import KeptBlock

KEPT_BLOCKS = 128
"""How many of the last blocks are remembered one by one: a reorganisation within them is taken back to the fork."""

RANGE_BLOCKS = 2_000
"""The most blocks that are read, and kept, in one step."""


class ChainMoved(ChainError):
    """Blocks were replaced while they were being read; what was read is not kept."""


def last_common(kept: Sequence[KeptBlock], hash_at: Callable[[int], bytes | None]) -> int | None:
    """The number of the newest kept block that the chain still has; None where it has none of them.

    `kept` is newest first; `hash_at` gives the hash of the chain's block of a number, None past its end. Below a block of the
    same hash everything is the same.
    """
    return next((block.number for block in kept if hash_at(block.number) == block.hash), None)


def next_range(scanned: int, head: int) -> range | None:
    """The blocks to read after `scanned`, the last one read; None at the head.

    What lies deeper than is remembered is read in long ranges, and what lies above never together with it.
    """
    first, deep = scanned + 1, head - KEPT_BLOCKS
    if first > head:
        return None
    last = min(first + RANGE_BLOCKS - 1, deep) if first <= deep else head
    return range(first, last + 1)


def remembered(blocks: range, head: int) -> Sequence[int]:
    """The blocks of a range whose hashes are kept: each one near the head, else the first and the last."""
    if blocks[-1] > head - KEPT_BLOCKS:
        return blocks
    return sorted({blocks[0], blocks[-1]})


def require_linked(blocks: Sequence[KeptBlock], before: KeptBlock | None) -> None:
    """Check that neighbours among these blocks, and the one kept before them, are parent and child. Raises ChainMoved."""
    for earlier, later in zip([before, *blocks], blocks, strict=False):
        if earlier is not None and earlier.number + 1 == later.number and earlier.hash != later.parent:
            raise ChainMoved(f"block {later.number} does not follow block {earlier.number} as it was read")
