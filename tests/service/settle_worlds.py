"""Worlds in which a file of claims is anchored and undecided, to be settled once however the settling is disturbed.

Such a world is built once for each database and copied for each test. Nothing of it is open until a test opens it.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from claims.chain.anvil import running_anvil
from claims.chain.client import open_chain
from claims.chain.profile import LOCAL, ChainProfile, profile_document
from claims.formats.x12.remittance_check import check_835, read_remittances
from claims.model.money import Money
from claims.service.audit import verify
from claims.service.home import SETTINGS
from claims.service.office import open_office
from claims.service.settling import SettleRun
from claims.settlement.chunking import Bound
from claims.store.rows import BATCHED, CONFIRMED, FAILED, SETTLED_IN_BATCH
from tests.postgresql import Cluster
from tests.service.parties import DAY, ESCROW, PASSPHRASE, PERSON, START, Bill, Parties, built

FILE = "many.837"
APPROVED = ("M-1", "M-2", "M-3", "M-4")
DENIED, PENDED = "M-5", "M-6"
EACH = Money(17_500)
DECIDED = Money(4 * 17_500)
TWO_A_BATCH = Bound(claims=2)
MOST_RUNS = 6
VALID_DAYS = 10
"""How long the clinicians' word can be anchored."""
_built = count(1)


def anchor_many(parties: Parties) -> Path:
    """The clinic anchors four claims of four visits, one that bills a visit twice, and one of what nobody attested."""
    (visit,) = parties.visits()
    days = [DAY - timedelta(number) for number in range(4)]
    visits = [
        replace(
            visit,
            identifier=f"visit-{number}",
            services=tuple(replace(service, begins=day, ends=day) for service in visit.services),
        )
        for number, day in enumerate(days)
    ]
    parties.sign(*visits, valid_days=VALID_DAYS)
    bills = [
        Bill(name, evidence=f"visit-{number}", day=day)
        for number, (name, day) in enumerate(zip(APPROVED, days, strict=True))
    ]
    twice = Bill(DENIED, evidence="visit-0", day=days[0])
    file = parties.write_claim(FILE, *bills, twice, Bill(PENDED, lines=(("99215", "95", 1),)))
    parties.anchor(file)
    return file


@contextmanager
def opened(folder: Path) -> Iterator[Parties]:
    """A world's homes, opened as another process would."""
    with (
        open_office(folder / "payer", passphrase=PASSPHRASE) as payer,
        open_office(folder / "clinic", passphrase=PASSPHRASE) as clinic,
    ):
        yield Parties(folder, payer, clinic)


def decide_and_settle(folder: Path, *, decide: bool = True) -> None:
    """What the payer does every night, in two batches, as a process of its own would."""
    with opened(folder) as parties:
        if decide:
            parties.adjudicate(parties.folder / FILE)
        parties.run(bound=TWO_A_BATCH)


def settle_the_rest(parties: Parties, *, decide: bool = True) -> list[SettleRun]:
    """The same commands again, until nothing is left."""
    if decide:
        parties.adjudicate(parties.folder / FILE)
    runs = []
    for _ in range(MOST_RUNS):
        runs.append(parties.run(bound=TWO_A_BATCH))
        if not runs[-1].left:
            break
    return runs


def require_paid_once(parties: Parties) -> None:
    """Every approved claim is paid once, told once and counted once, nothing is left to do, and all books agree."""
    payer, file = parties.payer, parties.folder / FILE
    answers = {answer.decision.claim: answer for answer in parties.answers(file)}
    assert {name: answers[name].decision.status for name in answers} == {
        **dict.fromkeys(APPROVED, "paid"),
        DENIED: "denied",
        PENDED: "pended",
    }
    assert parties.balances() == (ESCROW - DECIDED, DECIDED)
    assert payer.read("InsurerBook", "policyOf", parties.policy)["paid"] == DECIDED.cents

    books = parties.reconciled()
    assert books.exact, books.differences
    assert (books.totals.claims, books.totals.paid, books.totals.told) == (len(APPROVED), DECIDED, DECIDED)
    identifiers = [each.payment.identifier for each in books.payments]
    assert len(set(identifiers)) == len(identifiers)

    told = []
    assert [each.name for each in parties.to_clinic.iterdir() if each.name.startswith(".")] == []
    for each in parties.to_clinic.glob("*.835"):
        data = each.read_bytes()
        assert check_835(data).balances
        told += read_remittances(data)
    numbers = Counter(claim.number for remittance in told for claim in remittance.claims)
    assert numbers == Counter([*APPROVED, DENIED])
    assert len([remittance for remittance in told if remittance.paid]) == len(identifiers)

    with payer.store.reading() as work:
        kept = work.remittances.all()
        assert {row.payment for row in kept if row.payment} == set(identifiers)
        assert sorted(row.trace for row in kept) == sorted(remittance.trace for remittance in told)
        standing = [each for name in APPROVED for each in work.settlements.of_claim(answers[name].control_number)]
        assert [each.state for each in standing] == [SETTLED_IN_BATCH] * len(APPROVED)
        assert work.settlements.due() == work.settlements.in_state(BATCHED) == work.settlements.open_batches() == ()
        intents = {batch.intent for batch in work.settlements.batches()}
        assert {work.outbox.get(intent).state for intent in intents} <= {CONFIRMED, FAILED}
        assert {work.claims.get(answers[name].control_number).status for name in APPROVED} == {"settled"}
        moves = Counter(move.source for move in work.accumulators.moves_of(PERSON, DAY.year))
        assert all(times == 1 for times in moves.values()), moves
    assert verify(payer).differences == ()
    again = parties.run()
    assert (again.batches, again.written, again.left) == ([], (), 0)


@dataclass
class Worlds:
    """Copies of one world, each with stores of its own. On a node they share the chain, which goes back for each."""

    world: Path
    profile: ChainProfile
    cluster: Cluster | None
    numbers: Iterator[int]
    number: int = field(default_factory=_built.__next__)
    snapshot: str = ""

    def copy(self, folder: Path, **settings: Any) -> Path:
        """One more world in this folder; `settings` are its profile's."""
        shutil.copytree(self.world, folder)
        configure(folder, self.profile, **settings)
        if self.cluster is not None:
            name = f"{self.database}_{next(self.numbers)}"
            _make_database(self.cluster, name, self.database)
            _change_settings(folder, f"/{self.database}?", f"/{name}?")
        if self.snapshot:
            with open_chain(self.profile) as chain:
                assert chain.rpc("evm_revert", [self.snapshot])
            self.keep()
        return folder

    def keep(self) -> None:
        """Remember the node's chain as it is."""
        with open_chain(self.profile) as chain:
            self.snapshot = chain.rpc("evm_snapshot", [])

    @property
    def database(self) -> str:
        """The database that is copied: of these worlds alone, since a worker may build such worlds again in its cluster."""
        return f"world_{self.number}"


def configure(world: Path, profile: ChainProfile, **settings: Any) -> None:
    """Let a world's homes use this profile with these settings. What a killed process holds is free after a second."""
    (world / "profile.toml").write_text(profile_document(replace(profile, **({"lease_seconds": 1} | settings))))


@contextmanager
def embedded_worlds(folder: Path, cluster: Cluster | None) -> Iterator[Worlds]:
    """Worlds that have an embedded chain each; their stores are databases of this cluster, or files where there is none."""
    yield _build(folder, LOCAL, cluster)


@contextmanager
def worlds_on_anvil(folder: Path, cluster: Cluster | None) -> Iterator[Worlds]:
    """Worlds on one anvil, one at a time."""
    with running_anvil(timestamp=START) as profile:
        worlds = _build(folder, profile, cluster)
        worlds.keep()
        yield worlds


def _build(folder: Path, profile: ChainProfile, cluster: Cluster | None) -> Worlds:
    worlds = Worlds(folder / "world", profile, cluster, count(1))
    stores = None
    if cluster is not None:
        _make_database(cluster, worlds.database, "template1")
        numbers = count(1)

        def stores() -> str:
            return cluster.url(f"store_{next(numbers)}", database=worlds.database)

    configure(folder, profile)
    with built(worlds.world, profile=str(folder / "profile.toml"), stores=stores) as parties:
        anchor_many(parties)
    configure(worlds.world, profile)
    _change_settings(worlds.world, '"../../profile.toml"', '"../profile.toml"')
    return worlds


def _make_database(cluster: Cluster, name: str, template: str) -> None:
    url = cluster.url("public").partition("&schema=")[0]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


def _change_settings(world: Path, old: str, new: str) -> None:
    for role in ("payer", "clinic"):
        file = world / role / SETTINGS
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
