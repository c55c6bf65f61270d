"""A roll of invoices as its provider anchors it, with what binds it to the claims that it bills."""

from __future__ import annotations

from dataclasses import dataclass

from claims.evidence.keccak import keccak256
from claims.evidence.typed_data import hash_struct
from claims.model.signed import InvoiceRoll, ProviderInvoice


@dataclass(frozen=True, slots=True)
class AnchoredRoll:
    """What a payer is handed of a roll: the invoices, and whose each of them is.

    `claims` are, in the order of the invoices, the payer's control number and the provider's own number (CLM01) of each.
    The roll's `documents` commit, under `salt`, to the file of claims and to the records as they were handed over (SHA-256
    of each). `chain_id` and `book` are domain B, `provider` is who anchors.
    """

    chain_id: int
    book: str
    provider: str
    roll: InvoiceRoll
    claims: tuple[tuple[str, str], ...]
    salt: bytes
    file: bytes
    records: bytes

    @property
    def hash(self) -> bytes:
        """The roll's struct hash, by which the contract knows it."""
        return hash_struct(self.roll)

    @property
    def problem(self) -> str:
        """What is wrong within it, in words; nothing where it says one thing throughout."""
        invoices = self.roll.invoices
        if not invoices or len(invoices) != len(self.claims) or len(set(self.claims)) != len(self.claims):
            return "its invoices and its claims are not one for one"
        if any(invoice.provider.lower() != self.provider.lower() for invoice in invoices):
            return "an invoice of it is another provider's"
        if self.roll.documents != documents_hash(self.salt, self.file, self.records):
            return "its documents are not those that it commits to"
        return ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a claim stands in an anchored roll: the roll's hash, the position there from 0, and the invoice."""

    roll: bytes
    position: int
    invoice: ProviderInvoice


def documents_hash(salt: bytes, file: bytes, records: bytes) -> bytes:
    """Return `InvoiceRoll.documents`: keccak256(salt32 ‖ SHA-256 of the claims ‖ SHA-256 of the records).

    The salt keeps anybody from trying files until one fits.
    """
    return keccak256(salt + file + records)
