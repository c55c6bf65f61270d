"""A chain in memory that can be given another past: what a node answers, without a node.

chain = ForkedChain([[event, …], [], …])                  # a block for each list, above an empty first one
chain.become(3, [[event], …])                             # from block 3 on, other blocks
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from claims.chain.client import BlockHeader, Log
from claims.chain.errors import RpcError
from claims.chain.profile import ChainProfile
from claims.model.book_event import BookEvent
from tests.book import topics_and_data

BOOK = "0x" + "0B" * 20
START = 1_775_000_000
BLOCK_SECONDS = 40_000  # Two blocks or so make a day, so that payments have days of their own.


class ForkedChain:
    """Blocks and the events in them. `before` is called ahead of each answer, with the count of answers so far."""

    def __init__(self, blocks: Sequence[Sequence[BookEvent]] = (), confirmations: int = 1) -> None:
        self.profile = ChainProfile(name="forked", kind="local", confirmations=confirmations)
        self.answers = 0
        self.before: Callable[[int], None] = lambda _: None
        self.forks = 0
        self.headers: list[BlockHeader] = []
        self.events: list[Sequence[BookEvent]] = []
        self.become(0, [(), *blocks])

    def become(self, first: int, blocks: Sequence[Sequence[BookEvent]]) -> None:
        """Replace everything from a block on; the new blocks are others, whatever they hold."""
        self.forks += 1
        del self.headers[first:], self.events[first:]
        for events in blocks:
            self.grow(*events)

    def grow(self, *events: BookEvent) -> None:
        """Add a block."""
        number = len(self.headers)
        parent = self.headers[-1].hash if self.headers else bytes(32)
        found = hashlib.sha256(parent + repr((self.forks, number, events)).encode()).digest()
        self.headers.append(BlockHeader(number, found, parent, START + number * BLOCK_SECONDS, 0))
        self.events.append(events)

    def _answer(self) -> None:
        self.answers += 1
        self.before(self.answers)

    # what the program asks

    def head(self) -> BlockHeader:
        self._answer()
        return self.headers[-1]

    def header(self, block: int) -> BlockHeader:
        self._answer()
        if block >= len(self.headers):
            raise RpcError("eth_getBlockByNumber", 0, f"there is no block {block}")
        return self.headers[block]

    def logs(self, address: str, from_block: int, to_block: int) -> Iterator[Log]:
        self._answer()
        assert address == BOOK
        found: list[Log] = []
        for number in range(from_block, min(to_block + 1, len(self.headers))):
            header = self.headers[number]
            for index, event in enumerate(self.events[number]):
                topics, data = topics_and_data(event)
                transaction = hashlib.sha256(b"transaction" + header.hash).digest()
                found.append(Log(BOOK, topics, data, number, header.hash, transaction, index))
        return iter(found)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the follower asks {name} of a chain")
