"""What is to be done next about one key's transactions, from what is stored of them and what the chain says: pure.

Nothing here sends or stores. Whoever does both (claims.service.sender) looks, does these steps, and looks again; killed
between any two of them, the next look at the same rows gives the steps that are still due.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from claims.chain.client import Receipt
from claims.store.rows import CONFIRMED, FAILED, SENT, SIGNED, SignedTransaction

WINDOW = 16
"""How many of a key's transactions may wait unmined. Nodes promise an account no more than this, and refuse from 64 on."""

SLOT_BYTES = 32 * 1024
MOST_SLOTS = 64
"""Nodes count a waiting transaction in slots of so many bytes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the chain said of a key, asked in this order, so that later answers are never older than earlier ones.

    `head` is the newest block's number, `at` its time (Unix seconds), `base_fee` wei a unit of gas. `mined` counts the
    nonces used in it, `settled` those used so deep that it is believed, `pending` those that the node has transactions
    for without a gap. `receipts` are of what is mined, `known` the hashes of what waits at the node.
    """

    head: int
    at: int
    base_fee: int
    mined: int
    settled: int
    pending: int
    receipts: Mapping[bytes, Receipt]
    known: Collection[bytes] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """`confirmations` as in a profile; `replace_after` in seconds."""

    confirmations: int
    replace_after: float


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Hand these bytes to the node: it does not have them, whether they never left or were dropped."""

    row: SignedTransaction


@dataclass(frozen=True, slots=True)
class Note:
    """The node has these bytes, and the store does not say so yet."""

    row: SignedTransaction


@dataclass(frozen=True, slots=True)
class Replace:
    """Sign the same at the same nonce with higher fees than this one, which has the highest so far."""

    row: SignedTransaction


@dataclass(frozen=True, slots=True)
class Confirm:
    """It was mined and succeeded, deep enough."""

    row: SignedTransaction
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Revert:
    """It was mined and refused, deep enough."""

    row: SignedTransaction
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Lose:
    """It can never be mined: a transaction that is not ours has the nonce, deep enough."""

    row: SignedTransaction


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Its block is no longer on the chain."""

    row: SignedTransaction


@dataclass(frozen=True, slots=True)
class Fill:
    """Use this nonce up with a transfer of nothing: later ones wait for it, and no bytes that may be mined are held."""

    nonce: int


Step = Broadcast | Note | Replace | Confirm | Revert | Lose | TakeBack | Fill


def next_steps(
    rows: Sequence[SignedTransaction],
    seen: Seen,
    rules: Rules,
    *,
    next_nonce: int = 0,
    waited: Mapping[bytes, float] | None = None,
    too_cheap: Collection[bytes] = (),
) -> tuple[Step, ...]:
    """The steps that are due, by nonce.

    `rows` are those that `Outbox.following` gives, by nonce. `next_nonce` is one more than the highest nonce ever signed
    with. `waited` tells for how many seconds each transaction has been waiting, and `too_cheap` which ones a node would not
    take for their fees.
    """
    steps: list[Step] = []
    held: set[int] = set()
    first_waiting = True
    for nonce, of_nonce in groupby(rows, key=lambda row: row.nonce):
        siblings = list(of_nonce)
        mined = next((row for row in siblings if row.transaction_hash in seen.receipts), None)
        if mined is not None:
            held.add(nonce)
            steps += _mined(mined, seen.receipts[mined.transaction_hash], seen, rules)
        elif nonce < seen.mined:
            held.add(nonce)
            if nonce < seen.settled:
                steps += [Lose(row) for row in _live(siblings)]
        elif taken_back := [row for row in siblings if row.block is not None and row.state in (CONFIRMED, FAILED)]:
            held.add(nonce)
            steps += [TakeBack(row) for row in taken_back]
        elif live := _live(siblings):
            held.add(nonce)
            steps += _waiting(live, seen, rules, waited or {}, too_cheap, first=first_waiting)
            first_waiting = False
    steps += [Fill(nonce) for nonce in range(max(seen.pending, seen.mined), next_nonce) if nonce not in held]
    return tuple(sorted(steps, key=_nonce))


def in_flight(rows: Iterable[SignedTransaction], seen: Seen) -> tuple[SignedTransaction, ...]:
    """Of each nonce that waits unmined, the transaction with the highest fees."""
    open_rows = [row for row in rows if row.nonce >= seen.mined and row.transaction_hash not in seen.receipts]
    grouped = (list(of_nonce) for _, of_nonce in groupby(open_rows, key=lambda row: row.nonce))
    return tuple(_newest(live) for live in map(_live, grouped) if live)


def has_room(waiting: Iterable[int], size: int, window: int = WINDOW) -> bool:
    """Whether one more transaction of `size` bytes may leave beside those that wait, by their sizes in bytes."""
    sizes = list(waiting)
    if not sizes:
        return True
    return len(sizes) < window and sum(map(_slots, sizes)) + _slots(size) <= MOST_SLOTS


def _slots(size: int) -> int:
    return max(1, -(-size // SLOT_BYTES))


def _mined(row: SignedTransaction, receipt: Receipt, seen: Seen, rules: Rules) -> Iterator[Step]:
    if seen.head - receipt.block + 1 < rules.confirmations:
        return
    state = CONFIRMED if receipt.succeeded else FAILED
    if (row.state, row.block) != (state, receipt.block):
        yield Confirm(row, receipt) if receipt.succeeded else Revert(row, receipt)


def _waiting(
    live: Sequence[SignedTransaction],
    seen: Seen,
    rules: Rules,
    waited: Mapping[bytes, float],
    too_cheap: Collection[bytes],
    *,
    first: bool,
) -> Iterator[Step]:
    row = _newest(live)
    known = row.transaction_hash in seen.known
    overdue = known and waited.get(row.transaction_hash, 0.0) >= rules.replace_after
    # What waits behind a cheaper one waits for that, not for its own fees, unless these became too low meanwhile.
    if row.transaction_hash in too_cheap or (overdue and (first or row.max_fee < seen.base_fee)):
        yield Replace(row)
    elif not known:
        yield Broadcast(row)
    elif row.state == SIGNED:
        yield Note(row)


def _live(siblings: Iterable[SignedTransaction]) -> list[SignedTransaction]:
    return [row for row in siblings if row.state in (SIGNED, SENT)]


def _newest(live: Sequence[SignedTransaction]) -> SignedTransaction:
    return max(live, key=lambda row: (row.max_fee, row.max_priority_fee, row.signed_at))


def _nonce(step: Step) -> int:
    return step.nonce if isinstance(step, Fill) else step.row.nonce
