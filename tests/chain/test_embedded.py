"""The embedded chain is one file that separate processes share, and that survives whatever stops them."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from claims.chain.client import CHAIN_FILE, open_chain
from claims.chain.errors import (
    ChainFileUnusable,
    ChainMismatch,
    DevelopmentOnly,
    FeeTooLow,
    InsufficientFunds,
    NonceTooHigh,
    RpcError,
    TransactionRefused,
)
from claims.chain.gas import TRANSACTION_GAS_CAP
from claims.chain.profile import LOCAL, ChainProfile
from claims.chain.sender import execute, sign
from claims.chain.transactions import UnsignedTransaction, prepare
from tests.chain.machine import answering, creation, storing
from tests.chains import ETHER, embedded, funded

ROOT = Path(__file__).resolve().parent.parent.parent

SENDING = """
import os, sys
from pathlib import Path
from claims.chain.sender import execute
from tests.chains import embedded, signer
directory, number, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
with embedded(directory) as chain:
    payer = signer(chain, number)
    for _ in range(count):
        receipt = execute(chain, payer, "0x" + "ee" * 20, data=os.urandom(8), value=1, gas=30_000)
        print(receipt.transaction.hex(), flush=True)
"""


def sending(directory: Path, number: int, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SENDING, str(directory), str(number), str(count)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def require_one_chain(directory: Path) -> None:
    """Every block from the head down to the first names the one before it."""
    with embedded(directory) as chain:
        block = chain.head()
        while block.number > 0:
            parent = chain.header(block.number - 1)
            assert block.parent == parent.hash
            assert block.timestamp > parent.timestamp
            block = parent


def test_what_one_command_does_the_next_one_sees(tmp_path: Path) -> None:
    with embedded(tmp_path) as chain:
        payer = funded(chain, 1)
        address = execute(chain, payer, None, creation(answering(0x46))).contract
        identity, head = chain.chain_id, chain.head()
    with embedded(tmp_path) as chain:
        assert chain.chain_id == identity
        assert chain.head() == head
        assert address is not None
        assert int.from_bytes(chain.call_raw(address, b""), "big") == identity


def test_two_open_chains_on_one_file_take_turns(tmp_path: Path) -> None:
    with embedded(tmp_path) as first, embedded(tmp_path) as second:
        one, two = funded(first, 1), funded(second, 2)
        for _ in range(3):
            execute(first, one, two.address, value=1)
            execute(second, two, one.address, value=1)
        assert first.head() == second.head()
        first.advance(3600)
        assert second.head() == first.head()
        mined = second.header(execute(second, two, one.address).block)
        assert mined.timestamp > first.header(mined.number - 1).timestamp
        assert mined.timestamp - first.header(mined.number - 2).timestamp >= 3600
    require_one_chain(tmp_path)


def test_every_file_is_a_chain_of_its_own(tmp_path: Path) -> None:
    with embedded(tmp_path / "a") as first, embedded(tmp_path / "b") as second, embedded(None) as third:
        assert len({first.chain_id, second.chain_id, third.chain_id}) == 3


def test_a_chain_id_can_be_chosen_and_is_then_required(tmp_path: Path) -> None:
    chosen = ChainProfile(name="fixed", kind="local", chain_id=777, development=True)
    with open_chain(chosen, tmp_path) as chain:
        assert chain.chain_id == 777
    with pytest.raises(ChainMismatch, match="777"):
        open_chain(ChainProfile(name="fixed", kind="local", chain_id=778), tmp_path)


@pytest.mark.parametrize("start", [0, 1_104_537_600, 4_102_444_800])
def test_a_new_chain_starts_at_any_time_and_an_old_one_keeps_it(tmp_path: Path, start: int) -> None:
    with embedded(tmp_path, start_at=start + 2) as chain:
        assert chain.head().timestamp == start + 1
        chain.mine()
        assert start + 2 <= chain.head().timestamp < start + 600
    with embedded(tmp_path, start_at=start + 10**7) as chain:
        chain.mine()
        assert chain.head().timestamp < start + 600


def test_a_call_sees_the_time_of_now_and_not_of_the_last_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with embedded(tmp_path, start_at=1_000_000) as chain:
        address = execute(chain, funded(chain, 1), None, creation(answering(0x42))).contract
        assert address is not None
        later = time.time() + 9_000
        monkeypatch.setattr(time, "time", lambda: later)
        blocks = chain.head().number
        assert int.from_bytes(chain.call_raw(address, b""), "big") >= 1_009_000
        assert chain.head().number == blocks


def test_a_refused_transaction_leaves_no_trace(tmp_path: Path) -> None:
    with embedded(tmp_path) as chain:
        payer = funded(chain, 1)
        head = chain.head()
        for wrong, cause in (
            (prepare(chain, payer.address, payer.address, nonce=5, gas=21_000), NonceTooHigh),
            (prepare(chain, payer.address, payer.address, value=10**30, gas=21_000), InsufficientFunds),
            (prepare(chain, payer.address, payer.address, gas=20_999), TransactionRefused),
            (
                UnsignedTransaction(chain.chain_id, 0, payer.address, b"", 0, TRANSACTION_GAS_CAP + 1, 10**10, 10**9),
                TransactionRefused,
            ),
            (UnsignedTransaction(chain.chain_id, 0, payer.address, b"", 0, 21_000, 1, 1), FeeTooLow),
        ):
            with pytest.raises(cause):
                chain.send_raw(sign(payer, wrong).raw)
        with pytest.raises(RpcError):
            chain.send_raw(b"\x02nonsense")
        assert chain.head() == head
        assert execute(chain, payer, payer.address).succeeded


def test_the_chain_has_no_accounts_of_its_own(tmp_path: Path) -> None:
    with embedded(tmp_path) as chain:
        assert chain.rpc("eth_accounts", []) == []
        for closed in ("eth_sendTransaction", "evm_snapshot", "evm_revert", "testing_timeTravel", "eth_sign"):
            with pytest.raises(RpcError, match="does not exist"):
                chain.rpc(closed, [{}])


def test_the_file_holds_no_key(tmp_path: Path) -> None:
    with embedded(tmp_path) as chain:
        payer = funded(chain, 1)
        execute(chain, payer, None, creation(storing()))
        secret = payer._key.secret
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert secret not in stored
    assert secret.hex().encode() not in stored.lower()


def test_faucet_and_clock_are_for_development_alone(tmp_path: Path) -> None:
    with open_chain(ChainProfile(name="strict", kind="local"), tmp_path) as chain:
        for refused in (lambda: chain.fund("0x" + "11" * 20, 1), lambda: chain.advance(1), chain.mine):
            with pytest.raises(DevelopmentOnly, match="strict"):
                refused()


@pytest.mark.parametrize(("fact", "value"), [("schema", "0"), ("fork", "london"), ("py-evm", "0.1")])
def test_a_file_of_another_version_is_told(tmp_path: Path, fact: str, value: str) -> None:
    with embedded(tmp_path):
        pass
    with sqlite3.connect(tmp_path / CHAIN_FILE) as connection:
        connection.execute("UPDATE metadata SET value = ? WHERE name = ?", (value, fact))
    connection.close()
    with pytest.raises(ChainFileUnusable, match=f"{fact} {value}"):
        open_chain(LOCAL, tmp_path)


def test_a_file_of_another_first_block_is_told(tmp_path: Path) -> None:
    with embedded(tmp_path):
        pass
    with sqlite3.connect(tmp_path / CHAIN_FILE) as connection:
        connection.execute("UPDATE metadata SET value = ? WHERE name = 'genesis hash'", ("0x" + "00" * 32,))
    connection.close()
    with pytest.raises(ChainMismatch, match="first block"):
        open_chain(LOCAL, tmp_path)


def test_a_file_that_is_no_chain_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / CHAIN_FILE
    path.write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(ChainFileUnusable):
        open_chain(LOCAL, tmp_path)
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE claim (id INTEGER)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ChainFileUnusable, match="something else"):
        open_chain(LOCAL, tmp_path)
    assert before[100:] == path.read_bytes()[100:]


@pytest.mark.slow
def test_processes_that_open_a_new_home_at_once_make_one_chain(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from tests.chains import embedded\n"
    program += "with embedded(Path(sys.argv[1])) as chain: print(chain.chain_id, chain.header(0).hash.hex())"
    opened = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert len({process.communicate(timeout=300)[0] for process in opened}) == 1
    assert [process.returncode for process in opened] == [0] * 4


@pytest.mark.slow
def test_processes_that_write_at_once_build_one_chain(tmp_path: Path) -> None:
    with embedded(tmp_path) as chain:
        for number in (1, 2):
            funded(chain, number, ETHER)
    writers = [sending(tmp_path, 1, 40), sending(tmp_path, 1, 40), sending(tmp_path, 2, 40)]
    sent = [line for writer in writers for line in writer.communicate(timeout=300)[0].split()]
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert len(set(sent)) == 120
    with embedded(tmp_path) as chain:
        assert chain.balance("0x" + "ee" * 20) == 120
        receipts = [chain.receipt(bytes.fromhex(line)) for line in sent]
        assert all(receipt is not None and receipt.succeeded for receipt in receipts)
    require_one_chain(tmp_path)


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_that_it_was_told(tmp_path: Path) -> None:
    with embedded(tmp_path) as chain:
        funded(chain, 1, ETHER)
    told: list[str] = []
    for length in (1, 5, 11):
        writer = sending(tmp_path, 1, 1_000)
        assert writer.stdout is not None
        told += [writer.stdout.readline().strip() for _ in range(length)]
        os.kill(writer.pid, signal.SIGKILL)
        told += writer.stdout.read().split()[:-1]
        writer.stdout.close()
        writer.wait()
    with embedded(tmp_path) as chain:
        assert all(chain.receipt(bytes.fromhex(line)) is not None for line in told)
        paid = chain.balance("0x" + "ee" * 20)
        assert paid >= len(told)
        assert chain.nonce(funded(chain, 1).address) == paid
    require_one_chain(tmp_path)
