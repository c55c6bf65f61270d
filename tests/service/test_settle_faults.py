"""Whatever happens between a decision and its remittance: after a restart every claim is paid once, and the books are equal."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event

from claims.chain import http, sender
from claims.chain.errors import ChainError
from claims.chain.signer import Signer
from claims.service import batching, leases, remitting, sending, settling
from claims.service.home import SETTINGS
from claims.store.errors import StoreError
from claims.store.rows import CONFIRMED, FAILED
from tests.rpc_proxy import BROKEN, BUSY, LOST_ANSWER, LOST_REQUEST, TWICE, Fault, delayed, rpc_proxy
from tests.service.kills import killed_at, side_by_side
from tests.service.parties import Parties
from tests.service.settle_worlds import (
    FILE,
    TWO_A_BATCH,
    VALID_DAYS,
    Worlds,
    decide_and_settle,
    embedded_worlds,
    opened,
    require_paid_once,
    settle_the_rest,
    worlds_on_anvil,
)

EITHER = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
DAY_SECONDS = 86_400
STRIDE, FEWEST_STEPS = 12, 60
"""How far apart the steps are at which a run is killed, and how many an undisturbed one has at least."""


@pytest.fixture(scope="module", params=EITHER)
def worlds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """Worlds with their stores on SQLite and on PostgreSQL."""
    cluster = request.getfixturevalue("postgresql_cluster") if request.param == "postgresql" else None
    with embedded_worlds(tmp_path_factory.mktemp("embedded"), cluster) as found:
        yield found


@pytest.fixture(scope="module", params=EITHER)
def on_a_node(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """The same on an anvil."""
    cluster = request.getfixturevalue("postgresql_cluster") if request.param == "postgresql" else None
    with worlds_on_anvil(tmp_path_factory.mktemp("anvil"), cluster) as found:
        yield found


@contextmanager
def decided(worlds: Worlds, folder: Path, **settings: Any) -> Iterator[Parties]:
    """A world in which the payer has decided, and nothing is sent yet."""
    with opened(worlds.copy(folder, **settings)) as parties:
        parties.adjudicate(parties.folder / FILE)
        yield parties


def settled_once(parties: Parties) -> None:
    """Repeat the command until nothing is left, and see that all was done once."""
    settle_the_rest(parties, decide=False)
    require_paid_once(parties)


def test_undisturbed_every_claim_is_paid_once(worlds: Worlds, tmp_path: Path) -> None:
    with opened(worlds.copy(tmp_path / "world")) as parties:
        (run,) = settle_the_rest(parties)
        assert [batch.claims for batch in run.batches] == [2, 2]
        require_paid_once(parties)


# Killed.


def steps_to_try(worlds: Worlds) -> Iterator[int]:
    """Each STRIDE-th step, others on either database; every one where CLAIMS_EVERY_STEP is 1."""
    if os.environ.get("CLAIMS_EVERY_STEP") == "1":
        return count(1)
    return count(STRIDE // 2 if worlds.cluster is None else STRIDE, STRIDE)


@pytest.mark.slow
def test_killed_at_a_step_the_next_run_pays_once(worlds: Worlds, tmp_path: Path) -> None:
    tried = []
    for step in steps_to_try(worlds):
        world = worlds.copy(tmp_path / f"world-{step}")
        killed = killed_at(step, partial(decide_and_settle, world))
        if killed is None:
            break
        tried.append(killed)
        with opened(world) as parties:
            settle_the_rest(parties)
            require_paid_once(parties)
    assert len(tried) >= FEWEST_STEPS // STRIDE, tried


@pytest.mark.slow
def test_killed_again_and_again_each_run_one_step_further_on_it_ends_with_each_paid_once(
    worlds: Worlds, tmp_path: Path
) -> None:
    world = worlds.copy(tmp_path / "world")
    tried = []
    for step in count(1, 3):
        killed = killed_at(step, partial(decide_and_settle, world))
        if killed is None:
            break
        tried.append(killed)
    assert len(tried) > 3, tried
    with opened(world) as parties:
        settle_the_rest(parties)
        require_paid_once(parties)


# Two at once.


@pytest.mark.slow
def test_two_runs_at_once_pay_once(worlds: Worlds, tmp_path: Path) -> None:
    world = worlds.copy(tmp_path / "world")
    with opened(world) as parties:
        parties.adjudicate(parties.folder / FILE)
    failed = side_by_side(*[lambda: decide_and_settle(world, decide=False)] * 2)
    assert failed == ["", ""], failed
    with opened(world) as parties:
        settled_once(parties)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (batching.Batcher, "keep"),
        (settling, "carry_out_all"),
        (Signer, "sign_transaction"),
        (sender, "broadcast"),
        (settling, "take_outcomes"),
        (remitting, "_remit_payment"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_another_run_that_does_all_of_it_in_between_is_found(
    worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Any, name: str
) -> None:
    with decided(worlds, tmp_path / "world") as parties:
        true = getattr(place, name)

        def overtaken(*arguments: Any, **options: Any) -> Any:
            monkeypatch.setattr(place, name, true)
            with parties.reopened("payer") as other:
                settling.settle_due(other, remittances=parties.to_clinic, bound=TWO_A_BATCH)
            return true(*arguments, **options)

        monkeypatch.setattr(place, name, overtaken)
        parties.run(bound=TWO_A_BATCH)
        assert getattr(place, name) is true
        settled_once(parties)


# No room on the disk.


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_disk_without_room_for_an_835_leaves_none_of_it(
    worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    with decided(worlds, tmp_path / "world") as parties:
        written = count(1)
        true = os.fsync

        def full(descriptor: int) -> None:
            if next(written) >= number:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            true(descriptor)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(OSError, match="No space left"):
                parties.run(bound=TWO_A_BATCH)
        left = [each.name for each in parties.to_clinic.iterdir() if ".835" in each.name]
        assert len(left) == number - 1
        assert not [each for each in left if each.startswith(".")]
        settled_once(parties)


TABLES = ("decision_batches", "intents", "transactions", "chain_logs", "payments", "remittances")


@contextmanager
def pages(parties: Parties, more: int) -> Iterator[None]:
    """A store's file that may have so many pages more than it has, and then none at all."""
    engine = parties.payer.store._engine
    with engine.connect() as connection:
        most = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + more

    def limit(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")

    event.listen(engine, "begin", limit)
    try:
        yield
    finally:
        event.remove(engine, "begin", limit)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")


@contextmanager
def no_room(parties: Parties, table: str) -> Iterator[None]:
    """A server that finds its disk full where the next row of a table should be written."""
    url, _, schema = str(parties.payer.home.store_place).partition("&schema=")
    full = f"CREATE FUNCTION {schema}.full_disk() RETURNS trigger LANGUAGE plpgsql AS "
    full += "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(full)
        trigger = f"CREATE TRIGGER full_disk BEFORE INSERT ON {schema}.{table}"
        connection.execute(f"{trigger} FOR EACH ROW EXECUTE FUNCTION {schema}.full_disk()")
        try:
            yield
        finally:
            connection.execute(f"DROP FUNCTION {schema}.full_disk() CASCADE")


@pytest.mark.slow
def test_a_store_without_room_goes_on_when_there_is_some(worlds: Worlds, tmp_path: Path) -> None:
    """A file's room grows page by page until a run gets through; a server's disk is full for one table after the other."""
    with decided(worlds, tmp_path / "world") as parties:
        shortages = (
            map(partial(pages, parties), count()) if worlds.cluster is None else map(partial(no_room, parties), TABLES)
        )
        stopped = 0
        for shortage in shortages:
            try:
                with shortage:
                    parties.run(bound=TWO_A_BATCH)
            except StoreError as error:
                if "the store cannot be used" not in str(error):
                    raise
                stopped += 1
            else:
                break
        assert stopped == len(TABLES) if worlds.cluster else stopped > 1
        settled_once(parties)


# The clock.


def short_of_time(parties: Parties) -> None:
    """Let what the payer signs be good for a day alone."""
    file = parties.folder / "payer" / SETTINGS
    text = file.read_text()
    assert "decision_days = 30" in text
    file.write_text(text.replace("decision_days = 30", "decision_days = 1"))


@pytest.mark.parametrize("when", ["before it is signed", "before it is sent"])
def test_what_is_past_its_deadline_is_signed_anew(
    worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    with decided(worlds, tmp_path / "world") as parties:
        short_of_time(parties)
    with opened(tmp_path / "world") as parties:
        place, name = (settling, "carry_out_all") if when == "before it is signed" else (sender, "broadcast")
        true = getattr(place, name)

        def late(*arguments: Any, **options: Any) -> Any:
            monkeypatch.setattr(place, name, true)
            parties.payer.chain.advance(2 * DAY_SECONDS)
            return true(*arguments, **options)

        monkeypatch.setattr(place, name, late)
        run = parties.run(bound=TWO_A_BATCH)
        assert ["Claims_DeadlinePassed" in batch.refusal for batch in run.batches] == [True, True]
        assert run.left == 4
        settled_once(parties)
        with parties.payer.store.reading() as work:
            states = [work.outbox.get(batch.intent).state for batch in work.settlements.batches()]
        assert sorted(states) == [CONFIRMED, CONFIRMED, FAILED, FAILED]


def test_what_was_anchored_in_time_is_paid_after_its_last_day(worlds: Worlds, tmp_path: Path) -> None:
    with opened(worlds.copy(tmp_path / "world")) as parties:
        parties.payer.chain.advance((VALID_DAYS + 1) * DAY_SECONDS)
        settle_the_rest(parties)
        require_paid_once(parties)


def test_a_machine_whose_clock_is_set_meanwhile_pays_once(
    worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true, asked = leases.wall_clock, count(1)

    def jumping() -> int:
        return true() + (3600, -3600, 86_400, 0)[next(asked) % 4]

    with decided(worlds, tmp_path / "world") as parties:
        with monkeypatch.context() as patch:
            patch.setattr(leases, "wall_clock", jumping)
            parties.run(bound=TWO_A_BATCH)
        assert next(asked) > 4
        settled_once(parties)


# A node that cannot be relied on.


@pytest.mark.node
@pytest.mark.parametrize(
    "fault",
    [LOST_REQUEST, LOST_ANSWER, TWICE, BUSY, BROKEN, delayed(0.3)],
    ids=["lost", "unanswered", "twice", "429", "503", "late"],
)
def test_whatever_a_connection_does_to_requests_and_answers_each_is_paid_once(
    on_a_node: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(http, "RETRIES", 2)
    with (
        rpc_proxy(on_a_node.profile.urls[0]) as proxy,
        decided(on_a_node, tmp_path / "world", urls=(proxy.url,)) as parties,
    ):
        proxy.next("eth_sendRawTransaction", fault, times=2)
        for method in ("eth_getTransactionReceipt", "eth_getLogs", "eth_getTransactionCount", "eth_estimateGas"):
            proxy.next(method, fault)
        with suppress(ChainError):
            parties.run(bound=TWO_A_BATCH)
        assert proxy.asked["eth_sendRawTransaction"] >= 2
        proxy.heal()
        settled_once(parties)


@pytest.mark.node
@pytest.mark.parametrize("fault", [LOST_REQUEST, LOST_ANSWER], ids=["lost", "unanswered"])
def test_a_node_that_is_gone_from_the_broadcast_on_is_waited_for_by_the_next_run(
    on_a_node: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(http, "RETRIES", 1)
    with (
        rpc_proxy(on_a_node.profile.urls[0]) as proxy,
        decided(on_a_node, tmp_path / "world", urls=(proxy.url,)) as parties,
    ):
        true = sender.broadcast

        def cut_off(*arguments: Any) -> bytes:
            proxy.always("*", fault)
            return true(*arguments)

        with monkeypatch.context() as patch:
            patch.setattr(sender, "broadcast", cut_off)
            with pytest.raises(ChainError):
                parties.run(bound=TWO_A_BATCH)
        proxy.heal()
        settled_once(parties)


# Blocks that are taken back.


@pytest.mark.node
@pytest.mark.parametrize("depth", [1, 2])
def test_a_batch_whose_block_is_taken_back_after_its_835s_were_written_is_paid_again(
    on_a_node: Worlds, tmp_path: Path, depth: int
) -> None:
    with decided(on_a_node, tmp_path / "world") as parties:
        parties.run(bound=TWO_A_BATCH)
        require_paid_once(parties)
        parties.payer.chain.rpc("anvil_reorg", [depth, []])
        assert parties.balances()[1].cents == (2 - depth) * 35_000
        settled_once(parties)


@pytest.mark.node
@pytest.mark.parametrize("depth", [1, 2])
def test_a_batch_whose_block_is_taken_back_before_anybody_looked_is_paid_again(
    on_a_node: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, depth: int
) -> None:
    with decided(on_a_node, tmp_path / "world") as parties:
        true = settling.carry_out_all

        def stopped_after_it(*arguments: Any, **options: Any) -> Any:
            yield from true(*arguments, **options)
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(settling, "carry_out_all", stopped_after_it)
            with pytest.raises(KeyboardInterrupt):
                parties.run(bound=TWO_A_BATCH)
        parties.payer.chain.rpc("anvil_reorg", [depth, []])
        settled_once(parties)


@pytest.mark.node
@pytest.mark.parametrize("depth", [1, 2])
def test_blocks_that_are_taken_back_before_they_count_change_nothing(
    on_a_node: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, depth: int
) -> None:
    with decided(on_a_node, tmp_path / "world", confirmations=2) as parties:
        chain = parties.payer.chain
        acts: Iterator[Callable[[], object]] = iter([lambda: chain.rpc("anvil_reorg", [depth, []])])

        def wait(_: object) -> None:
            next(acts, chain.mine)()

        monkeypatch.setattr(sending._Patience, "wait", wait)
        parties.run(bound=TWO_A_BATCH)
        settled_once(parties)
        chain.rpc("anvil_reorg", [depth + 1, []])
        settled_once(parties)
