"""A fresh chain with contracts, money and parties that are the same in every run.

Keys, nonces, gas limits, fees, chain id and times are fixed, so that the very same signed transactions are made each time,
on every chain that starts empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from claims.chain.abi import encode_call, encode_constructor
from claims.chain.artefacts import load
from claims.chain.gas import calldata_floor
from claims.evidence.keccak import keccak256
from claims.service.calendar import day_number

if TYPE_CHECKING:
    from claims.chain.client import Chain
    from claims.chain.signer import Signer
    from claims.chain.transactions import AccessList

EMBEDDED, ANVIL = "embedded", "anvil"
FORK = "prague"
CHAIN_ID = 1 << 40
START_AT = int(datetime(2026, 6, 15, 12, tzinfo=UTC).timestamp())
"""The first block's time. Nothing that is signed follows the chain's clock, which runs on from here."""
YEAR = 2026
WINDOW = (day_number(date(YEAR - 2, 1, 1)), day_number(date(YEAR + 3, 12, 31)))
DAY = 86_400

CALL_GAS, DEPLOY_GAS = 2_000_000, 16_000_000
MAX_FEE, TIP = 100 * 10**9, 10**9
"""Wei a unit of gas: above any base fee that these few blocks reach, so that both chains take the same bytes."""
ETHER = 10**18

UNITS_PER_CENT = 10_000
FUNDS, LIMIT, RESERVE, CLAIM_CAP, QUORUM_ABOVE = 100_000_000, 1_000_000, 400_000, 500_000, 250_000
"""Cents."""
RUN_OUT_DAYS = 730
PRIMARY_ONLY = 0b001
STAND_INS = "mocks/"
REFUSING_TOKEN, REVERTS = STAND_INS + "BlacklistToken", 1
"""The token that can shut accounts out, and its way of refusing by a revert."""


class BenchError(Exception):
    """The chain is not in the state that a figure is said to be of; the message names the figure."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, at its place in the document: ("fresh", "settle") or ("deploy", "Registry").

    `gas` is the receipt's, `calldata_bytes` the length of the calldata (of the creation code with its arguments for a
    deployment), `floor` the least its bytes alone cost (EIP-7623), in gas. `transactions` are the hashes of what was sent.
    """

    path: tuple[str, ...]
    gas: int
    calldata_bytes: int
    floor: int
    transactions: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One clinician, provider and policy of a book, on which nothing was claimed before."""

    book: str
    token: str
    practitioner: int
    clinician: Signer
    provider: Signer
    policy: int


def fixed(name: str) -> bytes:
    """Return 32 bytes that follow from a name: keys, salts and ids of the benchmark."""
    return keccak256(f"claims bench: {name}".encode())


class Stage:
    """The contracts and parties, and the one way to send: `rows` has what each act of setting up cost first."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.rows: list[Row] = []
        self.insurer = self.party("insurer")
        self.credentialer = self.party("credentialer")
        self.adjudicator = self.party("adjudicator", funded=False)
        self.registry = self._deploy(self.credentialer, "Registry", (self.credentialer.address,))
        self.token = self._deploy(self.insurer, "TestDollar")
        self.book = self._book(self.token)
        self._places = 0

    def party(self, name: str, *, funded: bool = True) -> Signer:
        """Somebody with a key that follows from the name, and with ether for gas."""
        from claims.chain.signer import raw_key_signer

        signer = raw_key_signer(fixed(name), self.chain.profile)
        if funded:
            self.chain.fund(signer.address, 10 * ETHER)
        return signer

    def send(
        self,
        sender: Signer,
        to: str | None,
        data: bytes,
        path: Sequence[str],
        gas: int = 0,
        access_list: AccessList = (),
    ) -> Row:
        """Send one transaction with fixed gas limit (`gas`, or one by its kind) and fees; raises Reverted where it is refused."""
        from claims.chain.sender import broadcast, sign
        from claims.chain.transactions import UnsignedTransaction

        signed = sign(
            sender,
            UnsignedTransaction(
                chain_id=self.chain.chain_id,
                nonce=self.chain.nonce(sender.address),
                to=to,
                data=data,
                value=0,
                gas=gas or (DEPLOY_GAS if to is None else CALL_GAS),
                max_fee=MAX_FEE,
                max_priority_fee=TIP,
                access_list=access_list,
            ),
        )
        receipt = self.chain.wait(broadcast(self.chain, signed.raw))
        if not receipt.succeeded:
            raise self.chain.explain(receipt)
        return Row(tuple(path), receipt.gas_used, len(data), calldata_floor(data), (signed.hash,))

    def read(self, artefact: str, address: str, function: str, *arguments: Any) -> Any:
        """What a contract answers."""
        return self.chain.call(address, load(artefact).abi, function, arguments)

    def act(self, name: str, sender: Signer, artefact: str, to: str, function: str, *arguments: Any) -> None:
        """Do something once before the claims; what it cost is kept the first time."""
        row = self.send(sender, to, encode_call(load(artefact).abi, function, arguments), ("set_up", name))
        self._keep(row)

    def _deploy(self, sender: Signer, name: str, arguments: Sequence[Any] = ()) -> str:
        from claims.chain.deployment import contract_address

        artefact = load(name)
        address = contract_address(sender.address, self.chain.nonce(sender.address))
        data = artefact.bytecode + encode_constructor(artefact.abi, arguments)
        row = self.send(sender, None, data, ("deploy", name))
        if not name.startswith(STAND_INS):
            self._keep(row)
        return address

    def _keep(self, row: Row) -> None:
        """Keep the first of a kind: what a later one finds in storage depends on those before."""
        if all(row.path != kept.path for kept in self.rows):
            self.rows.append(row)

    def _book(self, token: str) -> str:
        arguments = (self.insurer.address, self.registry, token, RUN_OUT_DAYS, CLAIM_CAP, QUORUM_ABOVE, 1)
        book = self._deploy(self.insurer, "InsurerBook", arguments)
        amount = FUNDS * UNITS_PER_CENT
        self.act("list_book", self.credentialer, "Registry", self.registry, "listBook", book, True)
        self.act("set_adjudicator", self.insurer, "InsurerBook", book, "setAdjudicator", self.adjudicator.address, True)
        self.act("mint", self.insurer, "TestDollar", token, "mint", self.insurer.address, amount)
        self.act("approve", self.insurer, "TestDollar", token, "approve", book, amount)
        self.act("fund", self.insurer, "InsurerBook", book, "fund", amount)
        return book

    def refusing_book(self) -> tuple[str, str]:
        """Return a second book and its token, which can shut accounts out."""
        token = self._deploy(self.insurer, REFUSING_TOKEN)
        return self._book(token), token

    def shut_out(self, place: Place) -> None:
        """Have the place's token refuse its provider from now on."""
        data = encode_call(load(REFUSING_TOKEN).abi, "blacklist", (place.provider.address, REVERTS))
        self.send(self.insurer, place.token, data, ())

    def place(self, book: str | None = None, token: str | None = None) -> Place:
        """Enrol a clinician and a provider, put one on the other's roster, and issue a policy."""
        self._places += 1
        number = self._places
        made = Place(
            book=book or self.book,
            token=token or self.token,
            practitioner=7000 + number,
            clinician=self.party(f"clinician {number}", funded=False),
            provider=self.party(f"provider {number}"),
            policy=int.from_bytes(fixed(f"policy {number}")[:8], "big"),
        )
        provider, registry = made.provider.address, self.registry
        self.act(
            "enrol_practitioner",
            self.credentialer,
            "Registry",
            registry,
            "enrolPractitioner",
            made.practitioner,
            made.clinician.address,
            9000 + number,
            *WINDOW,
        )
        self.act(
            "enrol_provider", self.credentialer, "Registry", registry, "enrolProvider", provider, 500 + number, *WINDOW
        )
        self.act(
            "add_to_roster",
            self.credentialer,
            "Registry",
            registry,
            "addToRoster",
            provider,
            made.practitioner,
            *WINDOW,
        )
        self.act(
            "issue_policy",
            self.insurer,
            "InsurerBook",
            made.book,
            "issuePolicy",
            made.policy,
            YEAR,
            LIMIT,
            RESERVE,
            PRIMARY_ONLY,
        )
        return made


@contextmanager
def open_stage(chain: str = EMBEDDED) -> Iterator[Stage]:
    """Set up a fresh chain: the embedded one in memory, or an anvil of its own, which is stopped afterwards."""
    from claims.chain.client import open_chain
    from claims.chain.profile import LOCAL

    if chain == EMBEDDED:
        with open_chain(replace(LOCAL, chain_id=CHAIN_ID), start_at=START_AT) as opened:
            yield Stage(opened)
        return
    from claims.chain.anvil import running_anvil

    with running_anvil(FORK, timestamp=START_AT, chain_id=CHAIN_ID) as profile, open_chain(profile) as opened:
        yield Stage(opened)
