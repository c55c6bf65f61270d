"""A home at work: its chain, its contracts and its store, opened together and closed together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claims.service.errors import UsageError
from claims.service.home import PAYER, Home, read_home

if TYPE_CHECKING:
    from claims.chain.client import Chain, Receipt
    from claims.chain.keystore import Keystore
    from claims.chain.signer import Signer
    from claims.model.signed import BookDomain, EvidenceDomain
    from claims.store.store import Store
    from claims.tables.tables import PublishedTables

CONTRACTS = ("TestDollar", "Registry", "InsurerBook")
BOOK = "InsurerBook:"
GAS_MONEY = 10**19
"""Wei that a key of a development chain is given where it has less than a tenth of it."""


@dataclass
class Office:
    """One party at work. Addresses come from the deployment's record, after the code on the chain was compared with it.

    `passphrase` opens the home's keys; None where a command signs nothing.
    """

    home: Home
    chain: Chain
    passphrase: str | None = None

    @cached_property
    def store(self) -> Store:
        """The home's store, bound to this chain; raises StoreMismatch where it belongs to another."""
        from claims.store.store import open_store

        return open_store(self.home.store_place, chain_id=self.chain.chain_id, genesis_hash=self.chain.header(0).hash)

    @cached_property
    def keystore(self) -> Keystore:
        """The home's keys."""
        from claims.chain.keystore import LIGHT, STANDARD, Keystore

        return Keystore(self.home.keys_folder, LIGHT if self.chain.profile.development else STANDARD)

    @cached_property
    def tables(self) -> PublishedTables | None:
        """The published tables that the home imported; None where there are none."""
        from claims.service.tables import open_tables_of, tables_folder

        folder = tables_folder(None, self.home.folder)
        if not folder.is_dir():
            return None
        tables = open_tables_of(folder)
        if tables.versions:
            return tables
        tables.close()
        return None

    @property
    def deployment_file(self) -> Path:
        """Where the contracts of this chain are recorded."""
        return self.home.chain_folder / "deploy" / f"{self.chain.chain_id}.json"

    @property
    def book_label(self) -> str:
        """Under which name this payer's book is recorded: several insurers share a chain's record and its registry."""
        return book_label(self.home.identifier)

    @cached_property
    def recorded(self) -> dict[str, str]:
        """The addresses that this chain's record holds, by label, each compared with the code on the chain."""
        from claims.chain.artefacts import load
        from claims.chain.deployment import read_record, verified_addresses

        if not self.deployment_file.exists():
            raise UsageError(
                f"nothing is deployed on chain {self.chain.chain_id}: {self.deployment_file} is missing; "
                "run `claims deploy` in the payer's home, or copy its record here"
            )
        labels = read_record(self.chain, self.deployment_file)
        return verified_addresses(
            self.chain, self.deployment_file, {label: load(label.partition(":")[0]) for label in labels}
        )

    @cached_property
    def addresses(self) -> dict[str, str]:
        """The addresses of the contracts that this home works with, by contract: a payer's book is its own.

        A provider that bills several payers has no book of its own here: it asks `book_of` for each claim's payer.
        """
        found = {"Registry": self.recorded["Registry"]}
        books = self.books
        if self.home.role == PAYER:
            found["InsurerBook"] = self.book_of(self.home.identifier)
        elif len(books) == 1:
            found["InsurerBook"] = next(iter(books.values()))
        if "InsurerBook" in found:
            found["TestDollar"] = self.chain.call(found["InsurerBook"], load_abi("InsurerBook"), "token")
        return found

    @property
    def books(self) -> dict[str, str]:
        """The address of each payer's book by the payer's identifier."""
        return {label.partition(":")[2]: address for label, address in self.recorded.items() if label.startswith(BOOK)}

    def book_of(self, payer: str) -> str:
        """The address of the book of the payer of this identifier; raises UsageError where it has none here."""
        books = self.books
        if payer not in books:
            raise UsageError(
                f"payer {payer} has no book on chain {self.chain.chain_id}; known: {', '.join(books) or 'none'}"
            )
        return books[payer]

    def forget_addresses(self) -> None:
        """Read the record again, after a deployment."""
        for name in ("recorded", "addresses", "evidence_domain", "book_domain"):
            self.__dict__.pop(name, None)

    @cached_property
    def evidence_domain(self) -> EvidenceDomain:
        """Domain E of this chain's registry."""
        from claims.model.signed import EvidenceDomain

        return EvidenceDomain(self.chain.chain_id, self.addresses["Registry"])

    @cached_property
    def book_domain(self) -> BookDomain:
        """Domain B of this chain's book."""
        from claims.model.signed import BookDomain

        return BookDomain(self.chain.chain_id, self.addresses["InsurerBook"])

    def signer(self, name: str) -> Signer:
        """Unlock a key of the home; on a development chain it is given gas money where it has none."""
        signer = self.keystore.unlock(name, self.passphrase or "")
        if self.chain.profile.development and self.chain.balance(signer.address) < GAS_MONEY // 10:
            self.chain.fund(signer.address, GAS_MONEY)
        return signer

    def read(self, contract: str, function: str, *arguments: Any) -> Any:
        """Ask a deployed contract."""
        return self.chain.call(self.addresses[contract], load_abi(contract), function, arguments)

    def write(self, signer: Signer, contract: str, function: str, *arguments: Any) -> Receipt:
        """Send a call that moves no claim's money (claims go through the outbox); raises Reverted.

        It waits for whatever else of this home sends with the key, as LeaseHeld tells where that takes long.
        """
        from claims.chain.abi import encode_call
        from claims.chain.sender import execute
        from claims.service.leases import holding

        with holding(self, signer.address, function):
            return execute(
                self.chain, signer, self.addresses[contract], encode_call(load_abi(contract), function, arguments)
            )

    def require(self, role: str) -> None:
        """Refuse a command that is the other party's."""
        if self.home.role != role:
            raise UsageError(f"this command is a {role}'s; {self.home.folder} is a {self.home.role}'s home")


@contextmanager
def open_office(
    folder: Path, *, profile: str | None = None, passphrase: str | None = None, start_at: int | None = None
) -> Iterator[Office]:
    """Open a home with its chain; `profile` overrides the home's. `start_at` is a new embedded chain's first time."""
    home = read_home(folder)
    if profile is not None:
        # Named on the command line, a file counts from where the command runs.
        home = replace(home, profile=str(Path(profile).absolute()) if profile.endswith(".toml") else profile)
    with open_chain_of(home, start_at=start_at) as chain:
        office = Office(home, chain, passphrase)
        try:
            yield office
        finally:
            if "store" in office.__dict__:
                office.store.close()
            tables = office.__dict__.get("tables")
            if tables is not None:
                tables.close()


def open_chain_of(home: Home, *, start_at: int | None = None) -> Chain:
    """Open the chain that a home names, with the errors of all our contracts known by name."""
    from claims.chain.client import open_chain
    from claims.chain.profile import load_profile

    return open_chain(load_profile(home.profile_file), home.chain_folder, known_abis(), start_at)


def book_label(payer: str) -> str:
    """Under which name the book of a payer is recorded."""
    return BOOK + payer


def load_abi(contract: str) -> Sequence[dict[str, Any]]:
    """The interface of one of our contracts."""
    from claims.chain.artefacts import load

    return load(contract).abi


def known_abis() -> dict[str, Sequence[dict[str, Any]]]:
    """The interfaces of our contracts, so that each of their errors is told by name."""
    return {name: load_abi(name) for name in CONTRACTS}
