"""Processes that kill themselves (SIGKILL) at the n-th of the steps at which something becomes so that was not so before.

    killed = killed_at(7, lambda: work(folder))              # "after commit of _store"; None where the work has fewer steps

A step is the moment before and the moment after a unit of work is committed, a key signs, the node is given bytes or tells a
receipt, a file is written, and a written file takes its name. Between two of them a process keeps nothing anywhere: a kill
there leaves what a kill at the step before it leaves.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from claims.chain.client import Chain
from claims.chain.signer import Signer
from claims.service import remitting
from claims.store.store import Store

CALLS = (
    (Signer, "sign_digest"),
    (Signer, "sign_transaction"),
    (Chain, "send_raw"),
    (Chain, "receipt"),
    (remitting, "write_private"),
    (Path, "replace"),
)
FAILED = 70


def killed_at(step: int, work: Callable[[], object]) -> str | None:
    """Do some work in a process of its own that kills itself at a step, counted from 1: its name, None where it has no such step.

    Nothing that the work opens may be open here: it opens all of it itself. Fails where the work ends otherwise.
    """
    process, told = _forked(work, step)
    words = _all_of(told)
    _, status = os.waitpid(process, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return words
    assert os.waitstatus_to_exitcode(status) == 0, words
    return None


def side_by_side(*works: Callable[[], object]) -> list[str]:
    """Do each in a process of its own, all at once; what each failed with, "" where it did not."""
    running = [_forked(work, 0) for work in works]
    words = [_all_of(told) for _, told in running]
    codes = [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process, _ in running]
    return ["" if code == 0 else said for code, said in zip(codes, words, strict=True)]


def _forked(work: Callable[[], object], step: int) -> tuple[int, int]:
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    code = FAILED
    with suppress(BaseException):
        try:
            _count(step, writing)
            work()
            code = 0
        except BaseException:
            os.write(writing, traceback.format_exc()[-4000:].encode())
    os._exit(code)


def _all_of(told: int) -> str:
    with os.fdopen(told, "rb") as stream:
        return stream.read().decode()


def _count(fatal: int, writing: int) -> None:
    """Let this process count its steps, and end at one of them."""
    passed = 0

    def step(name: str) -> None:
        nonlocal passed
        passed += 1
        if passed == fatal:
            os.write(writing, name.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    for place, name in CALLS:
        setattr(place, name, _around(getattr(place, name), name, step))
    true = Store.unit_of_work

    @contextmanager
    def unit_of_work(self: Store) -> Iterator[Any]:
        asker = sys._getframe(2).f_code.co_name
        with true(self) as work:
            yield work
            step(f"before commit of {asker}")
        step(f"after commit of {asker}")

    setattr(Store, "unit_of_work", unit_of_work)  # noqa: B010 (mypy lets no method be replaced otherwise)


def _around(true: Callable[..., Any], name: str, step: Callable[[str], None]) -> Callable[..., Any]:
    def called(*arguments: Any, **options: Any) -> Any:
        step(f"before {name}")
        found = true(*arguments, **options)
        step(f"after {name}")
        return found

    return called
