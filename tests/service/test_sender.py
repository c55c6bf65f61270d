"""Many transactions of one key: several at a time, each once, whatever the node, the chain and the clock do meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from claims.chain import http, sender
from claims.chain.client import Chain, open_chain
from claims.chain.errors import (
    FeeAboveCap,
    InsufficientFunds,
    Reverted,
    TransactionRefused,
    TransactionTimeout,
)
from claims.chain.profile import profile_document
from claims.chain.sender import execute
from claims.chain.signer import Signer
from claims.chain.transactions import UnsignedTransaction
from claims.service import leases, sending
from claims.service.home import STORE, Home
from claims.service.leases import holding
from claims.service.office import Office
from claims.service.sender import CLOSE_GAP, Sender
from claims.service.sending import Call, Carried, carry_out, carry_out_all, enqueue, resume
from claims.settlement.sender import WINDOW
from claims.store.errors import LeaseHeld
from claims.store.outbox import Outbox
from claims.store.rows import CONFIRMED, FAILED, REPLACED, SENT, SIGNED, SignedTransaction
from tests.chain.machine import creation, refusing
from tests.chains import anvil, embedded, funded, signer
from tests.rpc_proxy import BUSY, LOST_ANSWER, LOST_REQUEST, TWICE, rpc_proxy

ROOT = Path(__file__).parent.parent.parent
KEY = 7


@pytest.fixture(params=["embedded", pytest.param("anvil", marks=pytest.mark.node)])
def chain(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Chain]:
    """A chain of its own."""
    with embedded(tmp_path / "chain") if request.param == "embedded" else anvil() as opened:
        yield opened


@pytest.fixture
def node() -> Iterator[Chain]:
    """An anvil of its own, for what only a node with waiting transactions can do."""
    with anvil() as opened:
        yield opened


def office_of(chain: Chain, folder: Path, store: str = STORE, **profile: Any) -> Office:
    """A home at work on this chain, its store at this place, followed by these settings."""
    folder.mkdir(exist_ok=True)
    chain.profile = replace(chain.profile, **profile)
    return Office(Home(folder, "provider", "Clinic", "1234567893", store=store), chain)


@pytest.fixture
def office(chain: Chain, tmp_path: Path) -> Iterator[Office]:
    opened = office_of(chain, tmp_path / "home")
    yield opened
    opened.store.close()


@pytest.fixture
def mining(node: Chain, tmp_path: Path) -> Iterator[Office]:
    """An office on a node that mines when it is told to."""
    key = funded(node, KEY)
    assert key.address
    node.rpc("evm_setAutomine", [False])
    opened = office_of(node, tmp_path / "home")
    yield opened
    opened.store.close()


def ask(office: Office, *keys: str, to: str | None = None, data: bytes = b"", gas: int | None = None) -> list[str]:
    """Enqueue calls: transfers of nothing from the key to itself unless said otherwise."""
    target = signer(office.chain, KEY).address if to is None else to
    with office.store.unit_of_work() as work:
        for key in keys:
            enqueue(work, key=key, kind="settle", claim="", call=Call(target, data, gas), now=1)
    return list(keys)


def rows(office: Office, key: str) -> tuple[SignedTransaction, ...]:
    with office.store.reading() as work:
        return work.outbox.transactions(key)


def state(office: Office, key: str) -> str:
    with office.store.reading() as work:
        return work.outbox.get(key).state


def carried(office: Office, keys: list[str], **options: Any) -> list[Carried]:
    return list(carry_out_all(office, signer(office.chain, KEY), keys, **options))


def at_each_pause(monkeypatch: pytest.MonkeyPatch, *acts: Callable[[], object]) -> None:
    """Instead of waiting, do these in turn, and the last one from then on."""
    left = list(acts)

    def wait(_: object) -> None:
        (left.pop(0) if len(left) > 1 else left[0])()

    monkeypatch.setattr(sending._Patience, "wait", wait)


def test_many_are_carried_out_in_order_each_once(office: Office) -> None:
    key = funded(office.chain, KEY)
    keys = ask(office, *(f"settle:{number}" for number in range(40)))
    done = carried(office, keys)
    assert [each.key for each in done] == keys
    assert all(each.receipt is not None and each.receipt.succeeded for each in done)
    assert office.chain.nonce(key.address) == 40
    assert [rows(office, each)[0].nonce for each in keys] == list(range(40))
    assert carried(office, keys) == done, "asked again, it is what was done"
    assert office.chain.nonce(key.address) == 40


@pytest.mark.node
def test_a_window_of_them_waits_at_the_node_at_once(mining: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    chain, address = mining.chain, signer(mining.chain, KEY).address
    waiting = []

    def mine() -> None:
        waiting.append(chain.nonce(address, "pending") - chain.nonce(address))
        chain.mine()

    at_each_pause(monkeypatch, mine)
    done = carried(mining, ask(mining, *(f"settle:{number}" for number in range(40))))
    assert len(done) == 40
    assert max(waiting) == WINDOW
    assert len(waiting) <= 8, "not one by one"


@pytest.mark.node
def test_what_is_not_mined_in_time_is_replaced_with_an_eighth_more_and_every_hash_is_kept(
    mining: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    mining.chain.profile = replace(mining.chain.profile, replace_after_seconds=1e-9)
    at_each_pause(monkeypatch, lambda: None, lambda: None, lambda: None, mining.chain.mine)
    (key,) = ask(mining, "settle:1")
    (done,) = carried(mining, [key])
    kept = sorted(rows(mining, key), key=lambda row: row.max_fee)
    assert len(kept) >= 3
    assert {row.nonce for row in kept} == {0}
    for lower, higher in pairwise(kept):
        assert higher.max_fee * 8 >= lower.max_fee * 9
        assert higher.max_priority_fee * 8 >= lower.max_priority_fee * 9
    assert Counter(row.state for row in kept) == {CONFIRMED: 1, REPLACED: len(kept) - 1}
    assert done.receipt is not None
    assert done.receipt.transaction in {row.transaction_hash for row in kept}


@pytest.mark.node
def test_what_a_risen_base_fee_shuts_out_is_replaced(mining: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = mining.chain
    chain.profile = replace(chain.profile, replace_after_seconds=1e-9)

    def dearer() -> None:
        chain.rpc("anvil_setNextBlockBaseFeePerGas", [hex(50 * 10**9)])
        chain.mine()

    at_each_pause(monkeypatch, dearer, chain.mine)
    done = carried(mining, ask(mining, "settle:1", "settle:2"))
    assert [each.receipt is not None for each in done] == [True, True]
    assert max(row.max_fee for row in rows(mining, "settle:1")) > 50 * 10**9


@pytest.mark.node
def test_fees_end_at_the_profiles_highest(mining: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    mining.chain.profile = replace(mining.chain.profile, replace_after_seconds=1e-9, max_fee_gwei=3, poll_seconds=0.01)
    (key,) = ask(mining, "settle:1")
    with pytest.raises(TransactionTimeout, match=r"wait, the first with nonce 0, whose fees may not be raised"):
        carried(mining, [key], timeout_seconds=0.1)
    (row,) = rows(mining, key)
    assert row.max_fee == 3 * 10**9
    mining.chain.profile = replace(mining.chain.profile, max_fee_gwei=1)
    (other,) = ask(mining, "settle:2")
    mining.chain.mine()
    with pytest.raises(FeeAboveCap, match="raise max_fee_gwei"):
        carried(mining, [key, other])
    assert state(mining, key) == CONFIRMED
    assert rows(mining, other) == ()


@pytest.mark.node
def test_what_the_node_drops_is_sent_again_as_it_was(mining: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = mining.chain
    keys = ask(mining, "settle:1", "settle:2", "settle:3")

    def drop() -> None:
        for key in keys[:2]:
            chain.rpc("anvil_dropTransaction", ["0x" + rows(mining, key)[0].transaction_hash.hex()])

    at_each_pause(monkeypatch, drop, lambda: None, chain.mine)
    assert len(carried(mining, keys)) == 3
    assert [len(rows(mining, key)) for key in keys] == [1, 1, 1]
    assert [rows(mining, key)[0].nonce for key in keys] == [0, 1, 2]


@pytest.mark.node
def test_a_block_that_is_taken_back_before_it_is_deep_changes_nothing(
    node: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    funded(node, KEY)
    office = office_of(node, tmp_path / "home", confirmations=3)
    keys = ask(office, "settle:1", "settle:2")
    at_each_pause(monkeypatch, lambda: node.rpc("anvil_reorg", [2, []]), node.mine)
    done = carried(office, keys)
    assert [each.key for each in done] == keys
    assert all(each.receipt is not None and node.receipt(each.receipt.transaction) == each.receipt for each in done)
    assert [len(rows(office, key)) for key in keys] == [1, 1]
    office.store.close()


def test_nothing_is_believed_before_it_is_deep_enough(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    funded(office.chain, KEY)
    office.chain.profile = replace(office.chain.profile, confirmations=3)
    keys = ask(office, "settle:1", "settle:2")
    states = []

    def mine() -> None:
        (row,) = rows(office, keys[0])
        receipt = office.chain.receipt(row.transaction_hash)
        assert receipt is not None
        states.append((office.chain.head().number - receipt.block + 1, row.state))
        office.chain.mine()

    at_each_pause(monkeypatch, mine)
    done = carried(office, keys)
    assert [each.key for each in done] == keys
    assert states[0][1] == SENT
    assert all(depth >= 3 for depth, each in states if each == CONFIRMED)
    head = office.chain.head().number
    assert all(each.receipt is not None and head - each.receipt.block + 1 >= 3 for each in done)


def test_a_nonce_that_another_program_used_is_given_up_when_that_is_deep_enough(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = funded(office.chain, KEY)
    office.chain.profile = replace(office.chain.profile, confirmations=2)
    (wanted,) = ask(office, "settle:1")
    true, signed_at = sender.broadcast, []

    def overtaken(chain: Chain, raw: bytes) -> bytes:
        monkeypatch.setattr(sender, "broadcast", true)
        fees = chain.fees()
        foreign = UnsignedTransaction(chain.chain_id, 0, key.address, b"", 0, 21_000, fees.maximum + 7, fees.priority)
        chain.send_raw(key.sign_transaction(foreign.fields).raw)
        return true(chain, raw)

    def mine() -> None:
        signed_at.append(len(rows(office, wanted)))
        office.chain.mine()

    monkeypatch.setattr(sender, "broadcast", overtaken)
    at_each_pause(monkeypatch, mine)
    (done,) = carried(office, [wanted])
    assert done.receipt is not None
    assert signed_at[0] == 1, "while the other lies in the newest block alone, nothing new is signed"
    assert {(row.nonce, row.state) for row in rows(office, wanted)} == {(0, FAILED), (1, CONFIRMED)}


@pytest.mark.node
def test_what_was_confirmed_in_a_block_that_is_taken_back_is_sent_again_as_it_was(node: Chain, tmp_path: Path) -> None:
    key = funded(node, KEY)
    office = office_of(node, tmp_path / "home")
    keys = ask(office, "settle:1", "settle:2")
    before = carried(office, keys)
    node.rpc("anvil_reorg", [2, []])
    assert node.nonce(key.address) == 0
    Sender(office, key.address).turn()
    assert {state(office, each) for each in keys} == {SENT}
    after = carried(office, keys)
    assert [each.receipt and each.receipt.transaction for each in after] == [
        each.receipt and each.receipt.transaction for each in before
    ]
    assert node.nonce(key.address) == 2
    assert {state(office, each) for each in keys} == {CONFIRMED}
    office.store.close()


@pytest.mark.node
def test_a_gap_that_a_dropped_transaction_left_is_closed_at_the_start(
    mining: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, key = mining.chain, signer(mining.chain, KEY)
    fees = chain.fees()
    foreign = key.sign_transaction(
        UnsignedTransaction(chain.chain_id, 0, key.address, b"", 0, 21_000, fees.maximum, fees.priority).fields
    )
    chain.send_raw(foreign.raw)
    keys = ask(mining, "settle:1")
    mining.chain.profile = replace(chain.profile, poll_seconds=0.01)
    with pytest.raises(TransactionTimeout):
        carried(mining, keys, timeout_seconds=0.05)
    chain.rpc("anvil_dropTransaction", ["0x" + foreign.hash.hex()])
    at_each_pause(monkeypatch, lambda: None, chain.mine)
    (done,) = carried(mining, keys)
    assert done.receipt is not None
    with mining.store.reading() as work:
        (closing,) = [intent for intent in work.outbox.in_state(CONFIRMED) if intent.kind == CLOSE_GAP]
        (transfer,) = work.outbox.transactions(closing.idempotency_key)
    assert (transfer.nonce, transfer.state) == (0, CONFIRMED)
    assert chain.nonce(key.address) == 2


def test_bytes_that_no_node_takes_fail_their_intent_and_block_no_other(office: Office) -> None:
    key = funded(office.chain, KEY)
    ask(office, "good:1")
    ask(office, "bad", gas=20_999)
    ask(office, "good:2")
    done = {each.key: each for each in carried(office, ["good:1", "bad", "good:2"])}
    assert isinstance(done["bad"].refusal, TransactionRefused)
    assert done["good:1"].receipt is not None
    assert done["good:2"].receipt is not None
    assert (state(office, "bad"), state(office, "good:2")) == (FAILED, CONFIRMED)
    assert {(row.nonce, row.cancels, row.state) for row in rows(office, "bad")} == {
        (1, False, REPLACED),
        (1, True, CONFIRMED),
    }
    assert office.chain.nonce(key.address) == 3


def test_a_refusal_is_told_by_name_before_and_after_it_is_mined(office: Office) -> None:
    key = funded(office.chain, KEY)
    words = bytes.fromhex("08c379a0" + "20".rjust(64, "0") + "02".rjust(64, "0")) + b"no".ljust(32, b"\x00")
    contract = execute(office.chain, key, None, creation(refusing(words))).contract
    ask(office, "not sent", to=contract)
    ask(office, "sent", to=contract, gas=100_000)
    nonce = office.chain.nonce(key.address)
    for each in carried(office, ["not sent", "sent"]):
        assert isinstance(each.refusal, Reverted)
        assert each.refusal.arguments == {"message": "no"}
    assert office.chain.nonce(key.address) == nonce + 1
    with office.store.reading() as work:
        assert {work.outbox.get(each).failure for each in ("not sent", "sent")} == {
            "refused by the contract: Error(message=no)"
        }


def test_money_for_gas_that_is_missing_is_told_and_the_bytes_go_on_later(office: Office) -> None:
    key = signer(office.chain, KEY)
    ask(office, "settle:1", gas=21_000)
    with pytest.raises(InsufficientFunds):
        carried(office, ["settle:1"])
    (row,) = rows(office, "settle:1")
    office.chain.fund(key.address, 10**18)
    (done,) = carried(office, ["settle:1"])
    assert done.receipt is not None
    assert done.receipt.transaction == row.transaction_hash


# Killed between any two steps.


class Killed(BaseException):
    """Nothing catches it, as nothing catches a kill."""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("place", "name", "count"),
    [
        (Signer, "sign_transaction", 1),
        (Signer, "sign_transaction", 3),
        (Outbox, "sign", 1),
        (Outbox, "sign", 3),
        (sender, "broadcast", 1),
        (sender, "broadcast", 3),
        (Outbox, "sent", 1),
        (Outbox, "sent", 3),
        (Outbox, "confirmed", 1),
        (Outbox, "confirmed", 3),
        (Sender, "turn", 1),
    ],
    ids=lambda each: str(each) if isinstance(each, str | int) else "",
)
def test_killed_anywhere_the_next_run_carries_each_out_once(
    tmp_path: Path,
    store_place: str,
    monkeypatch: pytest.MonkeyPatch,
    place: Any,
    name: str,
    count: int,
    after: bool,
) -> None:
    with embedded(tmp_path / "chain") as chain:
        key = funded(chain, KEY)
        office = office_of(chain, tmp_path / "home", store_place)
        keys = ask(office, *(f"settle:{number}" for number in range(4)))
        true, calls = getattr(place, name), [0]

        def fatal(*arguments: Any, **options: Any) -> Any:
            calls[0] += 1
            if calls[0] < count:
                return true(*arguments, **options)
            monkeypatch.setattr(place, name, true)
            if after:
                true(*arguments, **options)
            raise Killed

        monkeypatch.setattr(place, name, fatal)
        with pytest.raises(Killed):
            carried(office, keys)
        assert [each.key for each in carried(office, keys) if each.receipt] == keys
        assert chain.nonce(key.address) == 4
        assert {state(office, each) for each in keys} == {CONFIRMED}
        office.store.close()


PROGRAM = """
    import os, signal, sys
    from pathlib import Path
    from claims.chain import sender
    from claims.chain.client import open_chain
    from claims.chain.profile import load_profile
    from claims.service.home import Home
    from claims.service.office import Office
    from claims.service.sending import carry_out_all
    from tests.chains import signer
    folder, store, count, when = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    true, calls = sender.broadcast, [0]
    def broadcast(*arguments):
        calls[0] += 1
        if when == "before" and calls[0] == count:
            os.kill(os.getpid(), signal.SIGKILL)
        found = true(*arguments)
        if when == "after" and calls[0] == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return found
    sender.broadcast = broadcast
    with open_chain(load_profile(folder / "profile.toml"), folder / "chain") as chain:
        office = Office(Home(folder / "home", "provider", "Clinic", "1234567893", store=store), chain)
        with office.store.reading() as work:
            keys = [intent.idempotency_key for intent in work.outbox.in_state("queued", "signed", "sent", "confirmed")]
        for carried in carry_out_all(office, signer(chain, 7), keys):
            print(carried.key, carried.receipt.transaction.hex(), flush=True)
        office.store.close()
"""


@pytest.fixture
def shared_world(chain: Chain, store_place: str, tmp_path: Path) -> Iterator[Office]:
    """A world that other processes open too."""
    office = office_of(chain, tmp_path / "home", store_place)
    funded(chain, KEY)
    document = profile_document(replace(chain.profile, lease_seconds=2))
    (tmp_path / "profile.toml").write_text(document)
    ask(office, *(f"settle:{number:02}" for number in range(12)))
    yield office
    office.store.close()


def process(world: Office, count: int = 0, when: str = "never") -> subprocess.Popen[str]:
    folder, store = world.home.folder.parent, world.home.store
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), str(folder), store, str(count), when],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def told(running: subprocess.Popen[str]) -> dict[str, str]:
    out, _ = running.communicate(timeout=120)
    return dict(line.split(" ") for line in out.splitlines())  # type: ignore[misc]


@pytest.mark.parametrize(("count", "when"), [(1, "before"), (5, "after"), (12, "before")])
def test_a_killed_process_leaves_bytes_that_the_next_one_sends(shared_world: Office, count: int, when: str) -> None:
    killed = process(shared_world, count, when)
    first = told(killed)
    assert killed.returncode == -signal.SIGKILL
    with shared_world.store.reading() as work:
        stored = {
            intent.idempotency_key: work.outbox.transactions(intent.idempotency_key)
            for intent in work.outbox.in_state(SIGNED, SENT, CONFIRMED)
        }
    assert len(stored) == count
    found = told(process(shared_world))
    assert len(found) == 12
    assert first.items() <= found.items()
    assert all(found[key] == each[0].transaction_hash.hex() for key, each in stored.items())
    assert shared_world.chain.nonce(signer(shared_world.chain, KEY).address) == 12


def test_two_processes_of_one_key_do_it_once_and_one_after_the_other(shared_world: Office) -> None:
    both = [process(shared_world) for _ in range(2)]
    first, second = (told(each) for each in both)
    assert first == second
    assert len(first) == 12
    with shared_world.store.reading() as work:
        kept = [row for key in first for row in work.outbox.transactions(key)]
    assert sorted(row.nonce for row in kept) == list(range(12)), "no nonce was signed with twice"


def test_who_waits_too_long_for_a_key_is_told_who_has_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    key = funded(office.chain, KEY)
    ask(office, "settle:1")
    monkeypatch.setattr(leases, "WAIT_SECONDS", 0.2)
    with holding(office, key.address, "settle run"), pytest.raises(LeaseHeld, match=r"\(settle run\) until .* UTC"):
        carry_out(office, key, "settle:1")
    assert rows(office, "settle:1") == ()
    assert carry_out(office, key, "settle:1").succeeded


def test_a_holder_that_was_silent_for_too_long_signs_nothing_until_the_other_is_done(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = funded(office.chain, KEY)
    ask(office, "settle:1", "settle:2")
    true, order = Outbox.sign, []
    far = leases.wall_clock() + 3600

    def overtaken(outbox: Outbox, row: SignedTransaction) -> None:
        order.append(row.intent)
        true(outbox, row)

    def slow(self: Signer, fields: Any) -> Any:
        monkeypatch.setattr(Signer, "sign_transaction", true_signing)
        with monkeypatch.context() as later:
            later.setattr(leases, "wall_clock", lambda: far)
            assert carry_out(office, key, "settle:2").succeeded
        return true_signing(self, fields)

    true_signing = Signer.sign_transaction
    monkeypatch.setattr(Outbox, "sign", overtaken)
    monkeypatch.setattr(Signer, "sign_transaction", slow)
    assert carry_out(office, key, "settle:1").succeeded
    assert order == ["settle:2", "settle:1"], "what the first had signed was not kept"
    assert [rows(office, each)[0].nonce for each in ("settle:1", "settle:2")] == [1, 0]


def test_other_transactions_of_the_home_wait_for_the_key_too(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    key = funded(office.chain, KEY)
    monkeypatch.setattr(leases, "WAIT_SECONDS", 0.2)
    with holding(office, key.address, "settle run"), pytest.raises(LeaseHeld):
        office.write(key, "Registry", "revokeRole")


def test_resume_signs_nothing_and_finishes_what_was_begun(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    key = funded(office.chain, KEY)
    ask(office, "settle:1", "settle:2")
    assert resume(office, "settle:1") is None
    true = sender.broadcast
    monkeypatch.setattr(sender, "broadcast", lambda *_: (_ for _ in ()).throw(Killed))
    with pytest.raises(Killed):
        carry_out(office, key, "settle:1")
    monkeypatch.setattr(sender, "broadcast", true)
    monkeypatch.setattr(Signer, "sign_transaction", lambda *_: pytest.fail("it signed"))
    found = resume(office, "settle:1")
    assert found is not None
    assert found.transaction == rows(office, "settle:1")[0].transaction_hash
    assert resume(office, "settle:2") is None


# A node that cannot be relied on.


@pytest.mark.node
@pytest.mark.parametrize("fault", [LOST_REQUEST, LOST_ANSWER, TWICE, BUSY], ids=["lost", "unanswered", "twice", "429"])
def test_sending_through_a_bad_connection_does_each_once(
    node: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    monkeypatch.setattr(http, "RETRIES", 2)
    key = funded(node, KEY)
    with rpc_proxy(node.profile.urls[0]) as proxy, open_chain(proxy.profile(node.profile)) as chain:
        office = office_of(chain, tmp_path / "home")
        keys = ask(office, *(f"settle:{number}" for number in range(6)))
        proxy.next("eth_sendRawTransaction", fault, times=3)
        proxy.next("eth_getTransactionReceipt", LOST_ANSWER)
        assert len(carried(office, keys)) == 6
        assert node.nonce(key.address) == 6
        assert [len(rows(office, each)) for each in keys] == [1] * 6
        office.store.close()


@pytest.mark.node
def test_the_next_node_goes_on_where_one_dies_in_the_middle(
    node: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "RETRIES", 1)
    key = funded(node, KEY)
    with rpc_proxy(node.profile.urls[0]) as first, rpc_proxy(node.profile.urls[0]) as second:
        profile = replace(node.profile, urls=(first.url, second.url))
        with open_chain(profile) as chain:
            office = office_of(chain, tmp_path / "home")
            keys = ask(office, *(f"settle:{number}" for number in range(6)))
            seen = []
            for each in carry_out_all(office, signer(chain, KEY), keys):
                seen.append(each.key)
                if len(seen) == 1:
                    first.always("*", LOST_REQUEST)
            assert seen == keys
            assert node.nonce(key.address) == 6
            assert second.asked["eth_chainId"] == 1
            office.store.close()
