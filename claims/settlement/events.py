"""A book's logs as values: the layout of each event is the ABI's, its meaning `claims.model.book_event`'s."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from claims.chain.abi import Abi, AbiError, decode_event
from claims.model.book_event import (
    BatchPaid,
    BookEvent,
    ClaimPaid,
    ClaimRevised,
    DebtNetted,
    DebtOpened,
    PaymentCredited,
    Skipped,
)
from claims.model.money import Money

if TYPE_CHECKING:
    from claims.chain.client import Chain, Log

POSITION_BYTES, PAID_BYTES = 2, 6
ENTRY_BYTES = POSITION_BYTES + PAID_BYTES
"""One claim in the `claims` of BatchPaid: uint16 position ‖ uint48 paid, in cents."""


@dataclass(frozen=True, slots=True)
class PlacedEvent:
    """An event with its block, that block's time (seconds since 1970) and the hash of its transaction."""

    event: BookEvent
    block: int
    at: int
    transaction: bytes


def read_event(abi: Abi, log: Log) -> BookEvent | None:
    """The value in a log, None where it tells of no payment. Raises AbiError for bytes that do not fit."""
    found = decode_event(abi, log.topics, log.data)
    reader = None if found is None else _READERS.get(found.name)
    return None if found is None or reader is None else reader(found.arguments)


def read_events(chain: Chain, abi: Abi, book: str, from_block: int, to_block: int) -> Iterator[PlacedEvent]:
    """Give what a book told of payments in these blocks, both included, in order, straight from the chain."""
    times: dict[int, int] = {}
    for log in chain.logs(book, from_block, to_block):
        event = read_event(abi, log)
        if event is not None:
            if log.block not in times:
                times[log.block] = chain.header(log.block).timestamp
            yield PlacedEvent(event, log.block, times[log.block], log.transaction)


def _entries(data: bytes) -> Iterator[tuple[int, Money]]:
    if len(data) % ENTRY_BYTES:
        raise AbiError(f"the event BatchPaid cannot be read: {len(data)} bytes of claims, {ENTRY_BYTES} make one")
    for start in range(0, len(data), ENTRY_BYTES):
        position = int.from_bytes(data[start : start + POSITION_BYTES], "big")
        yield position, Money(int.from_bytes(data[start + POSITION_BYTES : start + ENTRY_BYTES], "big"))


_READERS: Mapping[str, Callable[[Mapping[str, Any]], BookEvent]] = {
    "ClaimPaid": lambda v: ClaimPaid(v["claim"], v["payment"], v["provider"], Money(v["paid"])),
    "BatchPaid": lambda v: BatchPaid(
        v["batch"], v["payment"], v["provider"], Money(v["paid"]), tuple(_entries(v["claims"]))
    ),
    "ClaimRevised": lambda v: ClaimRevised(
        v["claim"], v["payment"], v["provider"], Money(v["paidBefore"]), Money(v["paid"])
    ),
    "PaymentCredited": lambda v: PaymentCredited(v["payment"], v["payee"], Money(v["amount"])),
    "DebtOpened": lambda v: DebtOpened(v["provider"], v["debt"], v["claim"], Money(v["amount"])),
    "DebtNetted": lambda v: DebtNetted(v["payment"], v["provider"], v["debt"], Money(v["amount"])),
    "Skipped": lambda v: Skipped(v["batch"], v["index"], v["reason"]),
}
