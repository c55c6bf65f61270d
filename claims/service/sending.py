"""Carrying out what the outbox holds: signed bytes are stored before they leave, and sent again until they are mined.

Killed anywhere, the next run finds its own bytes and sends the same ones: an intent has one nonce at a time, and the
contract takes each claim once. One command at a time sends with a key.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from claims.model.coding import encode
from claims.service.errors import UsageError
from claims.service.leases import holding
from claims.service.office import Office
from claims.service.sender import Call, Sender

if TYPE_CHECKING:
    from claims.chain.client import Receipt
    from claims.chain.errors import ChainError
    from claims.chain.signer import Signer
    from claims.store.rows import Intent
    from claims.store.work import UnitOfWork

__all__ = ["Call", "Carried", "carry_out", "carry_out_all", "enqueue", "resume"]

MOST_TRIES = 5
TIMEOUT_SECONDS = 120.0
"""How long nothing may happen to what waits."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of an intent: the receipt of what was mined, or why the contract or the node refused it."""

    key: str
    receipt: Receipt | None
    refusal: ChainError | None = None


def enqueue(work: UnitOfWork, *, key: str, kind: str, claim: str, call: Call, now: int) -> Intent:
    """Ask for a call once, in the unit of work of whatever caused it; the same key again gives the stored intent."""
    from claims.store.rows import Intent

    intent, _ = work.outbox.enqueue(Intent(key, kind, claim, encode(call), created_at=now))
    return intent


def carry_out(office: Office, signer: Signer, key: str) -> Receipt:
    """Send what was enqueued under a key, or find that it was done; returns its receipt once it is confirmed.

    Raises Reverted where the contract refuses; the intent is then marked failed with the reason, and asking again tries
    again, since what was missing may have come. Raises LeaseHeld where another process sends with the same key for long.
    """
    with office.store.reading() as work:
        label = work.outbox.get(key).kind
    (carried,) = carry_out_all(office, signer, [key], label=label)
    if carried.receipt is None:
        raise carried.refusal or UsageError(f"{key} was not carried out; repeat the command")
    return carried.receipt


def resume(office: Office, key: str) -> Receipt | None:
    """Finish what an earlier run began under a key: the receipt of what was mined, None where nothing is under way.

    Signs nothing, so that it needs no key; raises Reverted where it was mined and refused.
    """
    with office.store.reading() as work:
        rows = work.outbox.transactions(key)
    if not rows:
        return None
    sender = Sender(office, rows[0].sender)
    patience = _Patience(sender)
    while (standing := sender.standing(key)) is True:
        sender.turn()
        patience.wait()
    if standing is False:
        if key in sender.refusals:
            raise sender.refusals[key]
        return None
    return standing


def carry_out_all(
    office: Office,
    signer: Signer,
    keys: Sequence[str],
    *,
    label: str = "settle",
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Iterator[Carried]:
    """Send many intents of one key, several at a time and in this order; gives each as soon as it is confirmed or refused.

    Begins with what an earlier run left: its bytes are sent again and gaps in the nonces closed. An intent that would be
    refused now waits for those before it, which may be what it needs. The key is held until the last is given: whoever takes
    them one by one sends nothing else with it meanwhile. `label` tells other processes what holds the key.
    Raises LeaseHeld, InsufficientFunds, FeeAboveCap, ChainUnreachable, and TransactionTimeout where nothing was mined for so
    long; all of it is stored, and repeating the command goes on.
    """
    from claims.store.errors import LeaseLost

    with holding(office, signer.address, label) as held:
        run = _Run(Sender(office, signer.address, signer, held), deque(dict.fromkeys(keys)))
        patience = _Patience(run.sender, timeout_seconds)
        run.sender.turn()
        while run.queue or run.under_way:
            try:
                run.sign_more()
                yield from run.settled()
                if run.queue or run.under_way:
                    run.sender.turn()
            except LeaseLost:
                # It was silent for too long, and another process went on with its bytes: wait for that one, and look again.
                held.acquire()
            if run.queue or run.under_way:
                patience.wait()
        if run.sender.filled:
            run.sender.turn()


class _Run:
    """Which intents wait to be signed, and which are under way."""

    def __init__(self, sender: Sender, queue: deque[str]) -> None:
        self.sender = sender
        self.queue = queue
        self.under_way: list[str] = []
        self.tries: dict[str, int] = {}

    def settled(self) -> Iterator[Carried]:
        """What is over, one way or the other; what lost its nonce to another program is queued again."""
        for key in list(self.under_way):
            standing = self.sender.standing(key)
            if standing is True:
                continue
            self.under_way.remove(key)
            refusal = self.sender.refusals.pop(key, None)
            if standing is not False:
                yield Carried(key, standing)
            elif refusal is not None:
                yield Carried(key, None, refusal)
            else:
                self._again(key)

    def sign_more(self) -> None:
        """Sign and send from the queue while there is room."""
        from claims.chain.errors import FeeAboveCap, GasAboveCap, Reverted
        from claims.store.errors import StoreConflict

        while self.queue:
            key = self.queue[0]
            if self.sender.standing(key) is False:
                try:
                    if self.sender.sign(key) is None:
                        return
                except (Reverted, GasAboveCap) as refusal:
                    if self.under_way:
                        return  # What it needs may be on its way.
                    self.sender.give_up(key, refusal)
                except FeeAboveCap:
                    if self.under_way:
                        return
                    raise
                except StoreConflict:
                    # Another process is at the same intent: look again how far it came.
                    self._again(self.queue.popleft())
                    return
            self.queue.popleft()
            self.under_way.append(key)

    def _again(self, key: str) -> None:
        self.tries[key] = self.tries.get(key, 0) + 1
        if self.tries[key] >= MOST_TRIES:
            raise UsageError(
                f"the nonces of {self.sender.address} are taken by another program; stop it and repeat the command"
            )
        self.queue.appendleft(key)


class _Patience:
    """Waits between two looks, and gives up where the chain does nothing for too long."""

    def __init__(self, sender: Sender, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.sender = sender
        self.timeout_seconds = timeout_seconds
        self.progress: object = None
        self.since = time.monotonic()

    def wait(self) -> None:
        """Return at once where something happened since the last time, else after a pause. Raises TransactionTimeout."""
        from claims.chain.errors import TransactionTimeout

        now, progress = time.monotonic(), self.sender.progress
        if progress != self.progress:
            self.progress, self.since = progress, now
            return
        if now - self.since >= self.timeout_seconds:
            waiting = self.sender.waiting
            first = f", the first with nonce {waiting[0].nonce}" if waiting else ""
            capped = ", whose fees may not be raised above max_fee_gwei" if self.sender.capped else ""
            raise TransactionTimeout(
                f"{len(waiting)} transactions of {self.sender.address} wait{first}{capped}: nothing was mined for "
                f"{self.timeout_seconds:g} s; repeat the command, and the same bytes are sent again"
            )
        time.sleep(self.sender.office.chain.profile.poll_seconds)
