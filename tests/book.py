"""A book that tells what a test has it tell: the events of the interface, on a chain of any kind.

    book = tell_on(chain, signer)                             # deploys a contract that writes the logs it is handed
    book.tell(BatchPaid(...), PaymentCredited(...))           # in one transaction, one block

`topics_and_data` gives the bytes of an event's log for a chain that is none, see `tests.forked_chain`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from claims.chain.abi import find, topic, type_of
from claims.chain.artefacts import load
from claims.chain.client import Chain, Receipt
from claims.chain.signer import Signer
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

POLICY, REVISION = 7, 1
ABI = load("InsurerBook").abi


def arguments(event: BookEvent) -> Mapping[str, Any]:
    """An event's arguments by the names of the ABI, money in cents."""
    match event:
        case ClaimPaid(claim, payment, provider, paid):
            found = {"claim": claim, "payment": payment, "provider": provider, "paid": paid.cents}
        case BatchPaid(batch, payment, provider, paid, first, amounts):
            found = {"batch": batch, "payment": payment, "provider": provider, "paid": paid.cents}
            found |= {"first": first, "amounts": b"".join(_amount(each.cents) for each in amounts)}
        case ClaimRevised(claim, payment, provider, before, paid):
            found = {"claim": claim, "payment": payment, "provider": provider}
            found |= {"paidBefore": before.cents, "paid": paid.cents}
        case PaymentCredited(payment, payee, amount):
            found = {"payment": payment, "payee": payee, "amount": amount.cents}
        case DebtOpened(provider, debt, claim, amount):
            found = {"provider": provider, "debt": debt, "claim": claim, "amount": amount.cents}
        case DebtNetted(payment, provider, debt, amount):
            found = {"payment": payment, "provider": provider, "debt": debt, "amount": amount.cents}
        case Skipped(batch, position, reason):
            found = {"batch": batch, "index": position, "reason": reason}
    return {"policy": POLICY, "revision": REVISION} | found


def _amount(cents: int) -> bytes:
    """One of a batch's amounts as the contract writes it."""
    return cents.to_bytes(3, "big") if cents < 0xFFFFFF else b"\xff\xff\xff" + cents.to_bytes(6, "big")


def topics_and_data(event: BookEvent) -> tuple[tuple[bytes, ...], bytes]:
    """The log that Solidity makes of an event."""
    from eth_abi.abi import encode

    item = find(ABI, "event", type(event).__name__)
    values = arguments(event)
    indexed = [p for p in item["inputs"] if p["indexed"]]
    plain = [p for p in item["inputs"] if not p["indexed"]]
    topics = (topic(item), *(bytes(encode([type_of(p)], [values[p["name"]]])) for p in indexed))
    return topics, bytes(encode([type_of(p) for p in plain], [values[p["name"]] for p in plain]))


@dataclass(frozen=True)
class Teller:
    """The contract on its chain, and who asks it."""

    chain: Chain
    signer: Signer
    address: str
    block: int

    def tell(self, *events: BookEvent) -> Receipt:
        """Write these events' logs in one transaction."""
        from claims.chain.sender import execute

        return execute(self.chain, self.signer, self.address, b"".join(_record(event) for event in events))


def tell_on(chain: Chain, signer: Signer) -> Teller:
    """Deploy a book that tells what it is asked to."""
    from claims.chain.sender import execute

    code = _program()
    size = len(code).to_bytes(2, "big")
    # PUSH2 size, DUP1, PUSH2 where the program begins, PUSH1 0, CODECOPY, PUSH1 0, RETURN
    creation = b"\x61" + size + b"\x80\x61\x00\x0d\x60\x00\x39\x60\x00\xf3"
    receipt = execute(chain, signer, None, creation + code)
    assert receipt.contract is not None
    return Teller(chain, signer, receipt.contract, receipt.block)


def _record(event: BookEvent) -> bytes:
    """One log as the program reads it: number of topics, four topics, length of the data, the data."""
    topics, data = topics_and_data(event)
    words = [len(topics).to_bytes(32, "big"), *topics, *[bytes(32)] * (4 - len(topics)), len(data).to_bytes(32, "big")]
    return b"".join(words) + data


def _program() -> bytes:
    """The machine's own words: for each record of the call data, copy its data and LOG it with its topics."""
    add, equal, load, size, copy, stop, jump, jump_if, here = 0x01, 0x14, 0x35, 0x36, 0x37, 0x00, 0x56, 0x57, 0x5B
    code = bytearray()
    places: dict[str, int] = {}
    wanted: list[tuple[int, str]] = []

    def emit(*operations: int) -> None:
        code.extend(operations)

    def push(number: int) -> None:
        emit(0x60, number)

    def dup(depth: int) -> None:
        emit(0x7F + depth)

    def push_place(label: str) -> None:
        emit(0x61, 0, 0)
        wanted.append((len(code) - 2, label))

    def mark(label: str) -> None:
        places[label] = len(code)
        emit(here)

    push(0)  # the place in the call data; it stays at the bottom of the stack
    mark("record")
    emit(size)
    dup(2)
    emit(0x10)  # LT: place < size of the call data
    push_place("more")
    emit(jump_if, stop)
    mark("more")
    for count in (2, 3, 4):
        dup(1)
        emit(load)
        push(count)
        emit(equal)
        push_place(f"log{count}")
        emit(jump_if)
    emit(0xFE)  # INVALID: no record has another number of topics
    for count in (2, 3, 4):
        mark(f"log{count}")
        for pushed, number in enumerate(range(count, 0, -1)):
            dup(pushed + 1)
            push(32 * number)
            emit(add, load)
        dup(count + 1)
        push(160)
        emit(add, load)
        dup(1)
        dup(count + 3)
        push(192)
        emit(add)
        push(0)
        emit(copy)
        push(0)
        emit(0xA0 + count)
        push_place("next")
        emit(jump)
    mark("next")
    dup(1)
    push(160)
    emit(add, load, add)
    push(192)
    emit(add)
    push_place("record")
    emit(jump)
    for position, label in wanted:
        code[position : position + 2] = places[label].to_bytes(2, "big")
    return bytes(code)
