"""How far a long command came, on standard error; and being asked to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING, Any, Self

from claims.model.money import ZERO, Money

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Bar:
    """A bar with claims, gas and money. Where standard error is no terminal, a line for each batch; see NO_COLOR."""

    def __init__(self) -> None:
        self.progress: Progress | None = None
        self.task: TaskID | None = None
        self.claims = self.gas = self.total = 0
        self.paid = ZERO

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self.progress = _progress()
            self.task = self.progress.add_task("", total=None, gas="", money="")
            self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.progress is not None:
            self.progress.stop()

    def planned(self, claims: int, batches: int, paid: Money) -> None:
        """So many claims are to be sent."""
        self.total = claims
        if self.progress is not None and self.task is not None:
            self.progress.update(self.task, total=claims or None)
        elif claims:
            self._line(f"{claims:,} claims to settle, {paid}")

    def made(self, claims: int) -> None:
        """A batch was signed and stored."""
        if self.progress is None:
            self._line(f"a batch of {claims:,} claims is signed")

    def confirmed(self, claims: int, gas: int, paid: Money) -> None:
        """A batch is confirmed."""
        self.claims, self.gas, self.paid = self.claims + claims, self.gas + gas, self.paid + paid
        if self.progress is not None and self.task is not None:
            self.progress.update(self.task, completed=self.claims, gas=f"{self.gas:,} gas", money=str(self.paid))
        else:
            self._line(f"{self.claims:,} of {self.total:,} claims confirmed, {self.gas:,} gas, {self.paid}")

    def doing(self, what: str) -> None:
        """What is done now."""
        if self.progress is not None and self.task is not None:
            self.progress.update(self.task, description=what)

    def _line(self, text: str) -> None:
        sys.stderr.write(text + "\n")


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, highlight=False, markup=False, emoji=False, no_color="NO_COLOR" in os.environ)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[gas]}"),
        TextColumn("{task.fields[money]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


class Stop:
    """Takes SIGINT and SIGTERM as a wish to stop; a second one is taken as the system takes it."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._before: dict[int, Any] = {}

    @property
    def asked(self) -> bool:
        """Whether somebody asked."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait, or until somebody asks; whether somebody did."""
        return self._event.wait(seconds)

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._ask) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._event.set()
        signal.signal(number, self._before.get(number, signal.SIG_DFL))
