"""Holding a key: while one process sends with it, no other does."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claims.service.office import Office
    from claims.store.rows import Lease
    from claims.store.work import UnitOfWork

WAIT_SECONDS = 180.0
"""How long a process waits for another that sends with the same key."""

PAUSE_SECONDS = 0.1


def wall_clock() -> int:
    """Unix seconds by this machine's clock, which a chain's clock may differ from by years."""
    return int(time.time())


@dataclass
class Held:
    """A key that this process holds. `label` says for what, in words that name neither machine nor process."""

    office: Office
    address: str
    label: str
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    expires_at: int = 0

    def acquire(self) -> None:
        """Take the key, waiting for another process that has it; raises its LeaseHeld after WAIT_SECONDS."""
        from claims.store.errors import LeaseHeld

        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            now = wall_clock()
            try:
                with self.office.store.unit_of_work() as work:
                    self.expires_at = work.leases.acquire(self._lease(now), now).expires_at
                return
            except LeaseHeld:
                if time.monotonic() >= deadline:
                    raise
            time.sleep(PAUSE_SECONDS)

    def renew(self, work: UnitOfWork) -> None:
        """Hold on to the key for as long as this unit of work and the profile's time after it. Raises LeaseLost."""
        self.expires_at = work.leases.renew(self._lease(wall_clock())).expires_at

    def keep(self) -> None:
        """Give word while nothing is signed, where a good part of the time has gone by. Raises LeaseLost."""
        if 2 * (self.expires_at - wall_clock()) < self.office.chain.profile.lease_seconds:
            with self.office.store.unit_of_work() as work:
                self.renew(work)

    def release(self) -> None:
        """Let the next process have it."""
        with self.office.store.unit_of_work() as work:
            work.leases.release(self._lease(0))

    def _lease(self, now: int) -> Lease:
        from claims.store.rows import Lease

        return Lease(self.address, self.holder, self.label, now + self.office.chain.profile.lease_seconds)


@contextmanager
def holding(office: Office, address: str, label: str) -> Iterator[Held]:
    """Hold a key while the block runs; raises LeaseHeld, which says who holds it until when, after a wait.

    A process that is killed holds it until its lease lapses, `lease_seconds` of the profile after its last word.
    """
    from claims.store.errors import StoreError

    held = Held(office, address, label)
    held.acquire()
    try:
        yield held
    finally:
        with suppress(StoreError):
            held.release()
