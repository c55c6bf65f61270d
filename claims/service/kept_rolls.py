"""The rolls of invoices that a home keeps, each read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from claims.model.coding import decode
from claims.model.signed import ProviderInvoice
from claims.settlement.invoice_roll import AnchoredRoll

if TYPE_CHECKING:
    from claims.store.work import UnitOfWork


class KeptRolls:
    """Reads a claim's place in a kept roll; a roll is decoded once."""

    def __init__(self) -> None:
        self._rolls: dict[bytes, AnchoredRoll] = {}

    def roll(self, work: UnitOfWork, identifier: bytes) -> AnchoredRoll:
        """The roll of this hash. Raises NotStored."""
        if identifier not in self._rolls:
            self._rolls[identifier] = decode(AnchoredRoll, work.invoice_rolls.get(identifier).anchored)
        return self._rolls[identifier]

    def invoice(self, work: UnitOfWork, control_number: str) -> tuple[bytes, int, ProviderInvoice] | None:
        """The roll, the position and the invoice of a claim, None where it is in no roll."""
        place = work.invoice_rolls.place_of(control_number)
        if place is None:
            return None
        identifier, position, _ = place
        return identifier, position, self.roll(work, identifier).roll.invoices[position]
