"""Who sends with a key: one holder at a time, for as long as it gives word of itself."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, or_, update

from claims.store.errors import LeaseHeld, LeaseLost
from claims.store.rows import Lease
from claims.store.schema import sender_leases
from claims.store.statements import columns, insert_once, one, reading

NOBODY = ""


@dataclass(frozen=True, slots=True)
class Leases:
    """Leases by sender, in small letters. Instants are Unix seconds of the holders' own clocks, given by the caller.

    A lapsed lease goes to whoever asks first. Its old holder finds out when it renews, which every signing does in the unit
    of work that keeps the signed bytes: the row is locked till that ends, so nobody takes it over in between.
    """

    connection: Connection

    def acquire(self, lease: Lease, now: int) -> Lease:
        """Take the sender where nobody holds it or the lease lapsed at `now`. Raises LeaseHeld, naming who and until when."""
        wanted = _small(lease)
        if insert_once(self.connection, sender_leases, columns(wanted, sender_leases)):
            return wanted
        column = sender_leases.c
        free = or_(column.holder.in_((NOBODY, wanted.holder)), column.expires_at <= now)
        if self._change(wanted, free):
            return wanted
        held = self.of(wanted.sender)
        raise LeaseHeld(
            wanted.sender, "another process" if held is None else held.label, held.expires_at if held else now
        )

    def renew(self, lease: Lease) -> Lease:
        """Hold on to it until `expires_at`. Raises LeaseLost where another took it over."""
        kept = _small(lease)
        if not self._change(kept, sender_leases.c.holder == kept.holder):
            raise LeaseLost(kept.sender)
        return kept

    def release(self, lease: Lease) -> None:
        """Let go; nothing where another took it over."""
        column = sender_leases.c
        self.connection.execute(
            update(sender_leases)
            .where(column.sender == lease.sender.lower(), column.holder == lease.holder)
            .values(holder=NOBODY, expires_at=0)
        )

    def of(self, sender: str) -> Lease | None:
        """The lease of a sender, lapsed or not; None where nobody holds one."""
        column = sender_leases.c
        held = reading(Lease, sender_leases).where(column.sender == sender.lower(), column.holder != NOBODY)
        return one(self.connection, Lease, held)

    def _change(self, lease: Lease, condition: ColumnElement[bool]) -> bool:
        column = sender_leases.c
        changed = self.connection.execute(
            update(sender_leases)
            .where(column.sender == lease.sender, condition)
            .values(holder=lease.holder, label=lease.label, expires_at=lease.expires_at)
        )
        return changed.rowcount > 0


def _small(lease: Lease) -> Lease:
    return Lease(lease.sender.lower(), lease.holder, lease.label, lease.expires_at)
