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

AMOUNT_BYTES, LONG_AMOUNT_BYTES = 3, 6
LONG_AMOUNT = b"\xff" * AMOUNT_BYTES
"""One claim in the `amounts` of BatchPaid: three bytes of cents, or these three and then six bytes of cents."""


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


def _amounts(data: bytes) -> Iterator[Money]:
    place = 0
    while place < len(data):
        size = AMOUNT_BYTES
        if data[place : place + AMOUNT_BYTES] == LONG_AMOUNT:
            place, size = place + AMOUNT_BYTES, LONG_AMOUNT_BYTES
        amount = data[place : place + size]
        if len(amount) < size:
            raise AbiError(
                f"the event BatchPaid cannot be read: its {len(data)} bytes of amounts end in the midst of one"
            )
        yield Money(int.from_bytes(amount, "big"))
        place += size


_READERS: Mapping[str, Callable[[Mapping[str, Any]], BookEvent]] = {
    "ClaimPaid": lambda v: ClaimPaid(v["claim"], v["payment"], v["provider"], Money(v["paid"])),
    "BatchPaid": lambda v: BatchPaid(
        v["batch"], v["payment"], v["provider"], Money(v["paid"]), v["first"], tuple(_amounts(v["amounts"]))
    ),
    "ClaimRevised": lambda v: ClaimRevised(
        v["claim"], v["payment"], v["provider"], Money(v["paidBefore"]), Money(v["paid"])
    ),
    "PaymentCredited": lambda v: PaymentCredited(v["payment"], v["payee"], Money(v["amount"])),
    "DebtOpened": lambda v: DebtOpened(v["provider"], v["debt"], v["claim"], Money(v["amount"])),
    "DebtNetted": lambda v: DebtNetted(v["payment"], v["provider"], v["debt"], Money(v["amount"])),
    "Skipped": lambda v: Skipped(v["batch"], v["index"], v["reason"]),
}
