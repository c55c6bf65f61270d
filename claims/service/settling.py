"""Settling what is due: batches made, sent and waited for, their outcomes kept, and an 835 written for each payment.

Every step stores what it did before the next one begins, and begins with what earlier ones left. Killed at any instruction,
the next run goes on and pays each claim once: a claim is due, or in one batch; a batch has one intent, and an intent one nonce;
and the contract takes each attestation once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from claims.model.money import Money, total
from claims.service.batching import Batcher, DueBatch, Refused
from claims.service.errors import UsageError
from claims.service.home import PAYER
from claims.service.indexing import follow_chain
from claims.service.office import Office
from claims.service.outcomes import Outcomes, take_outcomes
from claims.service.remitting import Written, export_remittances
from claims.service.revising import Revised, send_revisions, take_revisions
from claims.service.sending import carry_out_all
from claims.settlement.chunking import BOUND, Bound

if TYPE_CHECKING:
    from claims.chain.client import Receipt
    from claims.store.rows import SettlementBatch


class Watcher(Protocol):
    """Whoever is told how far a run came; nothing of a patient is told."""

    def planned(self, claims: int, batches: int, paid: Money) -> None:
        """So many claims are to be sent, in so many batches, for so much."""

    def made(self, claims: int) -> None:
        """A batch of so many claims was signed and stored."""

    def confirmed(self, claims: int, gas: int, paid: Money) -> None:
        """A batch of so many claims is confirmed; what it cost, and what its decisions pay."""

    def doing(self, what: str) -> None:
        """What is done now, in a few words."""


class Unwatched:
    """Tells nobody."""

    def planned(self, claims: int, batches: int, paid: Money) -> None:
        """Nothing is told."""

    def made(self, claims: int) -> None:
        """Nothing is told."""

    def confirmed(self, claims: int, gas: int, paid: Money) -> None:
        """Nothing is told."""

    def doing(self, what: str) -> None:
        """Nothing is told."""


@dataclass(frozen=True, slots=True)
class BatchRun:
    """A batch of this run: what it holds, and what became of it. `gas` None: it is not confirmed; `refusal` says why not.

    `settled` and `skipped` count its claims, `gross` is what the chain paid for it before debts were netted.
    """

    batch: bytes
    claims: int
    providers: int
    rolls: int
    sections: int
    size: int
    floor: int
    estimate: int
    paid: Money
    transaction: bytes | None = None
    gas: int | None = None
    refusal: str = ""
    settled: int = 0
    skipped: int = 0


@dataclass
class SettleRun:
    """What a run did; `left` counts claims that are due or under way still.

    `stopped` is whether it was asked to stop before all was done; what is left is stored, and goes on.
    """

    batches: list[BatchRun] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    revisions: list[Revised] = field(default_factory=list)
    outcomes: Outcomes = field(default_factory=Outcomes)
    written: tuple[Written, ...] = ()
    left: int = 0
    stopped: bool = False

    @property
    def gas(self) -> int:
        """What the confirmed batches cost."""
        return sum(batch.gas or 0 for batch in self.batches)

    @property
    def claims(self) -> int:
        """How many claims its confirmed batches hold."""
        return sum(batch.claims for batch in self.batches if batch.gas is not None)

    @property
    def paid(self) -> Money:
        """What the 835s of this run say was paid."""
        return total(written.paid for written in self.written)


def settle_due(
    office: Office,
    *,
    most: int | None = None,
    remittances: Path | None = None,
    retry: bool = False,
    dry_run: bool = False,
    watcher: Watcher | None = None,
    stopping: Callable[[], bool] = lambda: False,
    bound: Bound = BOUND,
) -> SettleRun:
    """Settle what is due, at most `most` claims, after what earlier runs left was finished; write 835s to `remittances`.

    `retry` takes up again what the contract left out. `dry_run` makes the batches and has them tried, and stores and sends
    nothing. `stopping` is asked between steps: the one under way is finished, and the rest is for the next run. Raises
    BooksDiffer, and what the sender raises (LeaseHeld, InsufficientFunds, FeeAboveCap, ChainUnreachable, TransactionTimeout).
    """
    office.require(PAYER)
    from claims.store.rows import BATCHED, DUE, UNDER_WAY

    told = watcher or Unwatched()
    run = SettleRun()
    if dry_run:
        return _tried(office, run, told, most, bound)
    told.doing("following the chain")
    _follow(office, run)
    if retry:
        _retry(office)
    batcher = Batcher(office, bound)
    told.doing("deciding paid claims anew")
    # Before the batches, so that what was paid too much is kept back of what they pay.
    run.revisions = send_revisions(
        office, batcher.adjudicators, epoch=batcher.epoch, deadline=batcher.deadline, stopping=stopping
    )
    told.doing("making batches")
    made = _make(office, batcher, run, told, most, stopping)
    _send(office, run, told, made, stopping)
    told.doing("following the chain")
    _follow(office, run)
    _count(office, run)
    if remittances is not None:
        told.doing("writing 835s")
        run.written = export_remittances(office, remittances)
    with office.store.reading() as work:
        waiting = [work.revisions.state(due.control_number) for due in work.revisions.in_state(DUE, UNDER_WAY)]
        run.left = len(work.settlements.due()) + len(work.settlements.in_state(BATCHED))
        run.left += sum(1 for state in waiting if state is not None and not state.reason)
    run.stopped = stopping()
    return run


def _follow(office: Office, run: SettleRun) -> None:
    follow_chain(office)
    run.outcomes += take_outcomes(office)
    take_revisions(office)


def _retry(office: Office) -> None:
    now = office.chain.head().timestamp
    with office.store.unit_of_work() as work:
        work.settlements.retry(now)


def _make(
    office: Office,
    batcher: Batcher,
    run: SettleRun,
    told: Watcher,
    most: int | None,
    stopping: Callable[[], bool],
) -> list[SettlementBatch]:
    """Batches that an earlier run left, and new ones of what is due, each stored as soon as it is made."""
    from claims.store.errors import StoreConflict

    with office.store.reading() as work:
        left = list(work.settlements.unfinished_batches())
        due = batcher.read(work, work.settlements.due(most))
    waiting = sum(batch.claims for batch in left)
    money = total(batch.paid for batch in left) + Money(sum(each.terms.paid for each, _ in due))
    told.planned(waiting + len(due), len(left), money)
    made = left
    for each in batcher.make(due):
        if isinstance(each, Refused):
            _hold(office, each)
            run.refused.append(each)
        else:
            try:
                made.append(batcher.keep(each))
            except StoreConflict:
                continue  # Another run has put one of them into a batch meanwhile: what is still due is for the next run.
            told.made(len(each.claims))
        if stopping():
            break
    return made


def _hold(office: Office, refused: Refused) -> None:
    now = office.chain.head().timestamp
    with office.store.unit_of_work() as work:
        work.settlements.hold(refused.claim.control_number, refused.claim.revision, refused.reason, now)


def _send(
    office: Office, run: SettleRun, told: Watcher, batches: Sequence[SettlementBatch], stopping: Callable[[], bool]
) -> None:
    """Send what is not confirmed, several at a time; a refusal of one stops no other."""
    if not batches:
        return
    by_key = {batch.intent: batch for batch in batches}
    told.doing("sending")
    for carried in carry_out_all(office, office.signer("insurer"), list(by_key), label="settle run"):
        batch = by_key[carried.key]
        run.batches.append(_ran(batch, carried.receipt, "" if carried.refusal is None else str(carried.refusal)))
        if carried.receipt is not None:
            told.confirmed(batch.claims, carried.receipt.gas_used, batch.paid)
        if stopping():
            break


def _ran(batch: SettlementBatch, receipt: Receipt | None, refusal: str) -> BatchRun:
    return BatchRun(
        batch=batch.batch,
        claims=batch.claims,
        providers=batch.providers,
        rolls=batch.rolls,
        sections=batch.sections,
        size=batch.size,
        floor=batch.floor,
        estimate=batch.estimate,
        paid=batch.paid,
        transaction=None if receipt is None else receipt.transaction,
        gas=None if receipt is None else receipt.gas_used,
        refusal=refusal,
    )


def _count(office: Office, run: SettleRun) -> None:
    from dataclasses import replace

    from claims.store.rows import SETTLED_IN_BATCH, SKIPPED

    with office.store.reading() as work:
        counts = work.settlements.counts()
    run.batches = [
        replace(
            batch,
            settled=counts.get((batch.batch, SETTLED_IN_BATCH), 0),
            skipped=counts.get((batch.batch, SKIPPED), 0),
        )
        for batch in run.batches
    ]


def _tried(office: Office, run: SettleRun, told: Watcher, most: int | None, bound: Bound) -> SettleRun:
    """What would be sent, as the node would take it now."""
    if not office.home.has_store:
        raise UsageError("this home has decided nothing yet: there is nothing to settle")
    batcher = Batcher(office, bound)
    with office.store.reading() as work:
        due = batcher.read(work, work.settlements.due(most))
    told.planned(len(due), 0, Money(sum(each.terms.paid for each, _ in due)))
    for each in batcher.make(due):
        if isinstance(each, Refused):
            run.refused.append(each)
            continue
        told.made(len(each.claims))
        run.batches.append(_would(each))
    run.left = len(due)
    return run


def _would(made: DueBatch) -> BatchRun:
    return BatchRun(
        batch=made.batch.batch,
        claims=len(made.claims),
        providers=made.providers,
        rolls=made.packed.groups,
        sections=made.packed.sections,
        size=len(made.call.data),
        floor=made.floor,
        estimate=made.estimate,
        paid=made.paid,
    )
