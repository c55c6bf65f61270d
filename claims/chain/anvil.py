"""A local anvil from the project's npm packages, for tests and for a demonstration on a real node's code.

with running_anvil() as profile:
    with open_chain(profile) as chain: ...
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from claims.chain.errors import AnvilError
from claims.chain.profile import ANVIL, ChainProfile

START_SECONDS = 30.0
STOP_SECONDS = 5.0

# The test phrase that anvil ships with. Its accounts are known to everybody: they fund others, and own nothing.
TEST_MNEMONIC = "test test test test test test test test test test test junk"

_LISTENING = re.compile(r"Listening on 127\.0\.0\.1:(\d+)")
_PR_SET_PDEATHSIG = 1


def find_anvil(root: Path | None = None) -> Path:
    """The anvil of the project's npm packages, else the one on the PATH. Raises AnvilError."""
    base = (root or Path(__file__).resolve().parent.parent.parent) / "node_modules"
    # The program itself and not npm's launcher, which would stand between us and the process to be stopped.
    for program in sorted(base.glob("@foundry-rs/anvil-*/bin/anvil")):
        return program
    launcher = base / ".bin" / "anvil"
    if launcher.exists():
        return launcher
    on_path = shutil.which("anvil")
    if on_path is None:
        raise AnvilError("anvil is not installed: run `make node` in the project's folder, or use the local profile")
    return Path(on_path)


@contextmanager
def running_anvil(
    hardfork: str = "prague",
    timestamp: int | None = None,
    chain_id: int | None = None,
    block_time: int | None = None,
    port: int = 0,
    root: Path | None = None,
) -> Iterator[ChainProfile]:
    """Start an anvil on a free port (or the one given), give the profile that reaches it, and stop it whatever happens.

    `timestamp` (seconds since 1970) is the first block's time. `hardfork` "osaka" brings the cap on a transaction's gas
    with it. `block_time` (seconds) mines by the clock instead of at each transaction. Raises AnvilError.
    """
    command = [str(find_anvil(root)), "--host", "127.0.0.1", "--port", str(port), "--hardfork", hardfork]
    command += ["--mnemonic", TEST_MNEMONIC, "--accounts", "3", "--balance", "1000000000"]
    if hardfork == "osaka":
        command.append("--enable-tx-gas-limit")
    for option, value in (("--timestamp", timestamp), ("--chain-id", chain_id), ("--block-time", block_time)):
        if value is not None:
            command += [option, str(value)]
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(  # noqa: S603 (a fixed program of the project, no shell)
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        except OSError as failure:
            raise AnvilError(f"anvil cannot be started: {failure.strerror}") from None
        try:
            listening = _port(process, output)
            yield ChainProfile(
                name=ANVIL.name,
                kind="rpc",
                urls=(f"http://127.0.0.1:{listening}",),
                chain_id=chain_id,
                poll_seconds=0.02,
                development=True,
                lease_seconds=ANVIL.lease_seconds,
            )
        finally:
            _stop(process)


def _port(process: subprocess.Popen[bytes], output: IO[bytes]) -> int:
    deadline = time.monotonic() + START_SECONDS
    while True:
        # The child writes through the same handle, so its position must not move: read by offset.
        text = os.pread(output.fileno(), 1 << 16, 0).decode("utf-8", "replace")
        found = _LISTENING.search(text)
        if found is not None:
            return int(found[1])
        if process.poll() is not None:
            raise AnvilError(f"anvil stopped at once with code {process.returncode}: {text.strip()[-300:]}")
        if time.monotonic() > deadline:
            raise AnvilError(f"anvil was not ready in {START_SECONDS:g} s")
        time.sleep(0.02)


def _stop(process: subprocess.Popen[bytes]) -> None:
    # It leads a session of its own, so that a launcher's children go with it.
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
