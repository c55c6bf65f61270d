"""The test node is there when asked for, and gone afterwards, however its user ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from claims.chain.anvil import find_anvil, running_anvil
from claims.chain.client import open_chain
from claims.chain.errors import AnvilError, ChainUnreachable, TransactionRefused
from claims.chain.gas import TRANSACTION_GAS_CAP
from claims.chain.profile import ChainProfile
from claims.chain.sender import sign
from claims.chain.transactions import UnsignedTransaction
from tests.chains import funded

ROOT = Path(__file__).resolve().parent.parent.parent


def reachable(profile: ChainProfile) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(profile.urls[0]).port or 0)) == 0


@pytest.mark.node
def test_it_starts_where_and_when_it_was_asked_to_and_stops() -> None:
    with running_anvil(timestamp=1_104_537_600, chain_id=4242) as profile:
        with open_chain(profile) as chain:
            assert chain.chain_id == 4242
            assert 1_104_537_600 <= chain.head().timestamp < 1_104_537_700
        assert reachable(profile)
    assert not reachable(profile)


@pytest.mark.node
def test_two_run_side_by_side() -> None:
    with running_anvil() as first, running_anvil() as second:
        assert first.urls != second.urls


@pytest.mark.node
def test_it_stops_when_its_user_fails() -> None:
    with pytest.raises(RuntimeError, match="test"), running_anvil() as profile:
        raise RuntimeError("test")
    assert not reachable(profile)


# Only Linux tells a child that its parent is gone.
if sys.platform == "linux":

    @pytest.mark.node
    def test_it_stops_when_its_user_is_killed() -> None:
        program = "import time\nfrom claims.chain.anvil import running_anvil\n"
        program += "with running_anvil() as profile:\n    print(profile.urls[0], flush=True)\n    time.sleep(600)"
        user = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert user.stdout is not None
        profile = ChainProfile(name="orphan", kind="rpc", urls=(user.stdout.readline().strip(),))
        assert reachable(profile)
        os.kill(user.pid, signal.SIGKILL)
        user.wait()
        user.stdout.close()
        deadline = time.monotonic() + 10
        while reachable(profile) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not reachable(profile)


@pytest.mark.node
def test_osaka_keeps_the_cap_of_one_transaction() -> None:
    with running_anvil(hardfork="osaka") as profile, open_chain(profile) as chain:
        payer = funded(chain, 9)
        above = UnsignedTransaction(chain.chain_id, 0, payer.address, b"", 0, TRANSACTION_GAS_CAP + 1, 10**10, 10**9)
        with pytest.raises(TransactionRefused):
            chain.send_raw(sign(payer, above).raw)


@pytest.mark.node
def test_a_node_that_cannot_start_says_why() -> None:
    with pytest.raises(AnvilError, match="stopped at once"), running_anvil(hardfork="atlantis-on-sea"):
        pass


def test_a_missing_anvil_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AnvilError, match="make node"):
        find_anvil(tmp_path)


@pytest.mark.node
def test_a_node_that_went_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from claims.chain import http

    monkeypatch.setattr(http, "RETRIES", 1)
    with running_anvil() as profile:
        chain = open_chain(profile)
    with pytest.raises(ChainUnreachable):
        chain.head()
    chain.close()
