"""Claims per second from decided to confirmed: real visits, real decisions, real batches, and books that must be exact.

The flow is the product's own: each provider anchors a file, the payer adjudicates it, and settles what is due. Meanwhile a
clinician is suspended and a payee shut out by the token; then claims are voided, and later payments net what they were paid.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from claims.model.claim import Claim
from claims.service.adjudicating import adjudicate_for_payer
from claims.service.anchoring import PolicySource
from claims.service.bench.settle_world import START, Billing, World, open_world, shut_out, voiding
from claims.service.reconciling import reconcile_books
from claims.service.registry import suspend
from claims.service.remitting import export_remittances, pending_offsets
from claims.service.settling import SettleRun, settle_due
from claims.service.submitting import hand_over
from claims.settlement.reconciliation import Totals

VOIDED_TURN, TURNS = 7, 50
"""Of a provider's claims, each fiftieth is voided: two in a hundred."""

EMBEDDED, ANVIL = "embedded", "anvil"


@dataclass
class Settled:
    """What was done and measured; `seconds` by step, wall clock. Gas is of the batches' transactions alone, unless it says so."""

    claims: int
    providers: int
    chain: str
    store: str
    seconds: dict[str, float] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    batches: int = 0
    batched: int = 0
    gas: int = 0
    largest: int = 0
    anchor_gas: int = 0
    anchored: int = 0
    revisions: int = 0
    revision_gas: int = 0
    settled: int = 0
    skipped: int = 0
    withdrawn: int = 0
    offsets_left: int = 0
    exact: bool = False
    differences: tuple[str, ...] = ()
    totals: Totals | None = None

    @property
    def claims_per_second(self) -> float:
        """Of the claims that were batched, from decided to confirmed."""
        return self.batched / self.seconds["settle"] if self.seconds.get("settle") else 0.0

    @property
    def gas_per_claim(self) -> int:
        """Rounded up."""
        return -(-self.gas // self.batched) if self.batched else 0


def measure(
    claims: int,
    providers: int,
    *,
    chain: str = EMBEDDED,
    store: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Settled:
    """Bill, decide, settle, correct, and reconcile; see Settled. Needs at least a claim a provider."""
    found = Settled(claims, providers, chain, "sqlite" if store is None else store.partition(":")[0])
    with TemporaryDirectory(prefix="claims-bench-") as folder, _profile(chain, Path(folder)) as profile:
        start = time.monotonic()
        opened = open_world(
            Path(folder) / "world", claims=claims, providers=providers, profile=profile, store=store, say=say
        )
        with opened as world:
            found.seconds["set-up"] = time.monotonic() - start
            _run(world, found, say)
    return found


def _run(world: World, found: Settled, say: Callable[[str], None]) -> None:
    numbers: dict[str, str] = {}
    say("anchoring and deciding")
    for place, billing in enumerate(world.billings):
        _decide(world, found, place, billing, numbers, second=False)
    _meanwhile(world)
    say("settling")
    with _timed(found, "settle"):
        _settle(world, found)
    with _timed(found, "remit"):
        export_remittances(world.payer, world.folder / "remittances")
    say("voids, and the second files")
    for place, billing in enumerate(world.billings):
        _void(world, place, billing, numbers)
        _decide(world, found, place, billing, numbers, second=True)
    with _timed(found, "settle"):
        _settle(world, found)
    with _timed(found, "remit"):
        export_remittances(world.payer, world.folder / "remittances")
    say("reconciling")
    with _timed(found, "reconcile"):
        books = reconcile_books(world.payer, world.folder / "remittances")
    found.exact, found.totals = books.outcome.exact, books.outcome.totals
    found.differences = tuple(difference.what for difference in books.outcome.differences)
    found.offsets_left = len(pending_offsets(world.payer))
    with world.payer.store.reading() as work:
        for (_, state), count in work.settlements.counts().items():
            if state == "settled":
                found.settled += count
            elif state == "skipped":
                found.skipped += count
            else:
                found.withdrawn += count


def _decide(
    world: World, found: Settled, place: int, billing: Billing, numbers: dict[str, str], *, second: bool
) -> None:
    claims = billing.part(second)
    if not claims:
        return
    name = f"{place}-{int(second)}"
    records = world.folder / f"{name}.records.json"
    with _timed(found, "anchor"):
        handed = hand_over(
            world.clinics,
            world.bill(name, claims),
            records=records,
            out=world.folder / "to-payer",
            anchor=PolicySource(),
        )
    found.anchored += sum(roll.invoices for roll in handed.rolls)
    found.anchor_gas += sum(roll.gas or 0 for roll in handed.rolls)
    with _timed(found, "adjudicate"):
        answered = _adjudicate(world, name, rolls=True)
    for claim in answered["claims"]:
        numbers[claim["claim"]] = claim.get("control_number", "")
        found.statuses[claim["status"]] = found.statuses.get(claim["status"], 0) + 1


def _adjudicate(world: World, name: str, *, rolls: bool) -> dict[str, Any]:
    given = world.folder / "to-payer"
    return adjudicate_for_payer(
        world.payer,
        given / f"{name}.837",
        evidence=given / f"{name}.records.json",
        rolls=given / f"{name}.roll.json" if rolls else None,
        out=world.folder / "to-clinics",
    )


def _meanwhile(world: World) -> None:
    """After the decisions, before the batches: the last provider's clinician is suspended, the first one's address shut out."""
    suspend(world.payer, practitioner=world.billings[-1].clinician.practitioner)
    shut_out(world, world.billings[0].address)


def _void(world: World, place: int, billing: Billing, numbers: dict[str, str]) -> None:
    voided = [voiding(claim, numbers[claim.number]) for claim in _to_void(billing)]
    if not voided:
        return
    name = f"{place}-void"
    records = world.folder / f"{place}-0.records.json"
    hand_over(world.clinics, world.bill(name, tuple(voided)), records=records, out=world.folder / "to-payer")
    _adjudicate(world, name, rolls=False)


def _to_void(billing: Billing) -> Iterator[Claim]:
    return (claim for turn, claim in enumerate(billing.claims) if turn % TURNS == VOIDED_TURN)


def _settle(world: World, found: Settled) -> SettleRun:
    run = settle_due(world.payer)
    found.batches += len(run.batches)
    found.batched += run.claims
    found.gas += run.gas
    found.largest = max([found.largest, *(batch.gas or 0 for batch in run.batches)])
    found.revisions += len(run.revisions)
    found.revision_gas += sum(revised.gas or 0 for revised in run.revisions)
    return run


@contextmanager
def _timed(found: Settled, step: str) -> Iterator[None]:
    start = time.monotonic()
    try:
        yield
    finally:
        found.seconds[step] = found.seconds.get(step, 0.0) + time.monotonic() - start


@contextmanager
def _profile(chain: str, folder: Path) -> Iterator[str]:
    if chain == EMBEDDED:
        yield "local"
        return
    from claims.chain.anvil import running_anvil
    from claims.chain.profile import profile_document

    with running_anvil(timestamp=START) as profile:
        file = folder / "anvil.toml"
        file.write_text(profile_document(profile), encoding="utf-8")
        yield str(file)


def document_of(found: Settled) -> dict[str, Any]:
    """Return what `claims bench settle --json` prints; amounts are dollars as text, rates by wall clock."""
    totals = found.totals
    rates = {
        "anchor": found.anchored,
        "adjudicate": found.claims,
        "settle": found.batched,
        "remit": found.settled,
    }
    return {
        "claims": found.claims,
        "providers": found.providers,
        "chain": found.chain,
        "store": found.store,
        "seconds": {step: round(seconds, 1) for step, seconds in found.seconds.items()},
        "claims_per_second": {
            step: round(count / found.seconds[step], 1) for step, count in rates.items() if found.seconds.get(step)
        },
        "statuses": found.statuses,
        "batches": found.batches,
        "batched": found.batched,
        "gas": found.gas,
        "gas_per_claim": found.gas_per_claim,
        "largest_batch": found.largest,
        "anchor_gas_per_claim": -(-found.anchor_gas // found.anchored) if found.anchored else 0,
        "revisions": found.revisions,
        "revision_gas_per_claim": -(-found.revision_gas // found.revisions) if found.revisions else 0,
        "settled": found.settled,
        "skipped": found.skipped,
        "withdrawn": found.withdrawn,
        "offsets_left": found.offsets_left,
        "exact": found.exact,
        "differences": list(found.differences),
        "totals": None
        if totals is None
        else {
            "payments": totals.payments,
            "claims": totals.claims,
            "gross": str(totals.gross),
            "netted": str(totals.netted),
            "credited": str(totals.credited),
            "paid": str(totals.paid),
            "remitted": str(totals.told),
        },
    }
