"""Several processes in one store: nothing is given out twice, and a killed one leaves nothing behind."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from claims.store.store import open_store
from tests.store import values

ROOT = Path(__file__).resolve().parents[2]

ALLOCATE = """
import sys
from claims.store.store import open_store
with open_store(sys.argv[1]) as store:
    for _ in range(25):
        with store.unit_of_work() as work:
            print(work.sequences.allocate(3), work.control_numbers.next("ISA"))
"""

ALLOCATE_NONCES = """
import sys
from claims.store.errors import StoreConflict
from claims.store.store import open_store
from tests.store import values
mine = int(sys.argv[2])
with open_store(sys.argv[1]) as store:
    for number in range(10):
        key = f"settle:{mine}:{number}"
        with store.unit_of_work() as work:
            work.outbox.enqueue(values.intent(key))
            last = work.outbox.last_nonce(values.SENDER)
            nonce = 0 if last is None else last + 1
            work.outbox.sign(values.transaction(1 + mine * 100 + number, key, nonce, raw=b"x"))
            print(nonce)
"""

HALFWAY = """
import sys, time
from claims.store.store import open_store
from tests.store import values
with open_store(sys.argv[1]) as store, store.unit_of_work() as work:
    work.claims.add(values.stored_claim())
    work.decisions.add(values.stored_decision())
    work.outbox.enqueue(values.intent())
    work.sequences.allocate(3)
    print("halfway", flush=True)
    time.sleep(600)
"""


def start(program: str, *arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


def lines_of(running: "subprocess.Popen[str]") -> list[str]:
    out, _ = running.communicate(timeout=120)
    assert running.returncode == 0
    return out.split("\n")[:-1]


@pytest.mark.slow
def test_processes_that_make_one_store_at_once_never_share_a_number(store_place: str) -> None:
    running = [start(ALLOCATE, store_place) for _ in range(3)]
    pairs = [line.split() for one in running for line in lines_of(one)]
    assert sorted(int(sequence) for sequence, _ in pairs) == list(range(1, 76))
    assert sorted(int(number) for _, number in pairs) == list(range(1, 76))


@pytest.mark.slow
def test_processes_never_sign_with_one_nonce_twice(store_place: str) -> None:
    running = [start(ALLOCATE_NONCES, store_place, mine) for mine in range(2)]
    assert sorted(int(line) for one in running for line in lines_of(one)) == list(range(20))


@pytest.mark.slow
def test_a_process_killed_in_a_unit_of_work_leaves_nothing(store_place: str) -> None:
    open_store(store_place).close()
    running = start(HALFWAY, store_place)
    assert running.stdout is not None
    assert running.stdout.readline() == "halfway\n"
    running.send_signal(signal.SIGKILL)
    running.communicate()
    with open_store(store_place) as store, store.unit_of_work() as work:
        assert work.claims.all() == ()
        assert work.decisions.latest("C1") is None
        assert work.outbox.find("settle:C1") is None
        assert work.sequences.allocate(3) == 1
        work.claims.add(values.stored_claim())
