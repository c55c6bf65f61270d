"""Deploying, signing and refusing, over any Web3 whose node has unlocked accounts with money (eth-tester, anvil).

Signatures and struct hashes come from eth_account's typed-data encoder: none of the project's own encoders is used, so
that the contracts are checked against somebody else's reading of EIP-712.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from eth_abi.abi import decode, encode
from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak
from web3 import Web3
from web3.contract import Contract
from web3.contract.contract import ContractFunction

from claims.chain.artefacts import load

APPROVED, DENIED, PENDED = 1, 2, 3
NONE, SUBMITTED, PENDED_STATUS, DENIED_STATUS, PAID_STATUS, RECOUPED = range(6)
PRIMARY, SECONDARY, TERTIARY = 0, 1, 2
ZERO = "0x" + "00" * 20
NOTHING = bytes(32)
DAY = 86_400
UNITS_PER_CENT = 10_000
GAS = 1_500_000
DEPLOY_GAS = 16_000_000

POLICY = 0x9A3F_0C51
"""A number that fits the short form of a claim; `WIDE_POLICY` does not."""
WIDE_POLICY = 0x9A3F_0C51_77E2_D40B
LIMIT = 1_000_000
RESERVE = 400_000
FUNDS = 2_000_000
CLAIM_CAP = 300_000
QUORUM_ABOVE = 100_000
RUN_OUT_DAYS = 365
PRACTITIONER = 7001
OTHER_PRACTITIONER = 7002

TYPES: dict[str, list[tuple[str, str]]] = {
    "EncounterAttestation": [
        ("address", "provider"),
        ("bytes32", "subject"),
        ("uint64", "sequence"),
        ("uint64", "supersedes"),
        ("bytes32", "servicesRoot"),
        ("bytes32", "contextRoot"),
        ("uint16", "lineCount"),
        ("uint32", "serviceYear"),
        ("uint8", "evidenceClass"),
        ("uint40", "validUntil"),
    ],
    "EncounterRoll": [("uint32", "practitioner"), ("EncounterAttestation[]", "attestations")],
    "WitnessStatement": [
        ("bytes32", "attestation"),
        ("uint8", "role"),
        ("uint8", "statement"),
        ("uint8", "capacity"),
        ("bytes32", "evidence"),
        ("uint40", "validUntil"),
    ],
    "ProviderInvoice": [
        ("address", "provider"),
        ("uint64", "policy"),
        ("uint8", "rank"),
        ("bytes32", "attestations"),
        ("uint64", "billed"),
        ("bytes32", "replaces"),
        ("uint8", "frequency"),
    ],
    "InvoiceRoll": [("ProviderInvoice[]", "invoices"), ("bytes32", "documents"), ("uint64", "nonce")],
    "ClaimDecision": [
        ("bytes32", "invoice"),
        ("uint32", "revision"),
        ("uint8", "outcome"),
        ("bytes32", "linesRoot"),
        ("uint8", "evidenceClass"),
        ("uint64", "allowed"),
        ("uint64", "otherPayer"),
        ("uint64", "paid"),
        ("uint64", "patient"),
        ("uint64", "interest"),
    ],
    "DecisionBatch": [
        ("ClaimDecision[]", "decisions"),
        ("bytes32", "traces"),
        ("bytes32", "rulePack"),
        ("uint32", "epoch"),
        ("uint40", "deadline"),
        ("bytes32", "batch"),
    ],
    "SettlementBatch": [
        ("bytes32[]", "parts"),
        ("bytes32", "traces"),
        ("bytes32", "rulePack"),
        ("uint32", "epoch"),
        ("uint40", "deadline"),
        ("bytes32", "batch"),
    ],
}
"""The signed types, written down a second time, from the design."""

Message = Mapping[str, Any]


def key(name: str) -> LocalAccount:
    """A fixed key by name."""
    return Account.from_key(keccak(text=f"tests.contracts.{name}"))


def fixed(name: str) -> bytes:
    """Fixed 32 bytes by name, for salts, roots and ids."""
    return keccak(text=name)


def values(primary: str, message: Message) -> tuple[Any, ...]:
    """A message as the contracts take it: a tuple in the order of its type."""
    return tuple(message[name] for _, name in TYPES[primary])


def typed(domain: Message, primary: str, message: Message) -> SignableMessage:
    """A message under a domain, as eth_account encodes it."""
    needed = [primary, *(kind[:-2] for kind, _ in TYPES[primary] if kind[:-2] in TYPES)]
    types = {name: [{"type": kind, "name": label} for kind, label in TYPES[name]] for name in needed}
    return encode_typed_data(dict(domain), types, dict(message))


HASHES: dict[tuple[str, str], bytes] = {}


def struct_hash(primary: str, message: Message) -> bytes:
    """hashStruct of a message; the domain has no part in it. Each is hashed once: a roll's attestations are asked for by each claim."""
    key = primary, repr(message)
    if key not in HASHES:
        HASHES[key] = bytes(typed({"name": "any"}, primary, message).body)
    return HASHES[key]


def sign(signer: LocalAccount, domain: Message, primary: str, message: Message) -> bytes:
    """The 65 bytes of a signature over typed data."""
    return bytes(signer.sign_message(typed(domain, primary, message)).signature)


def attestation_digest(practitioner: int, attestation: Message) -> bytes:
    """What names an attestation in an invoice."""
    return keccak(encode(["uint32", "bytes32"], [practitioner, struct_hash("EncounterAttestation", attestation)]))


# -- The stage ---------------------------------------------------------------------------------------------------------


class Refused(Exception):
    """A call that a contract refused, by the error's name and its arguments in order."""

    def __init__(self, name: str, arguments: tuple[Any, ...]) -> None:
        super().__init__(f"{name}{arguments}")
        self.name = name
        self.arguments = arguments


@dataclass
class Stage:
    """One chain with a registry, a token and a book, and everybody who acts on them."""

    web3: Web3
    registry: Contract
    token: Contract
    book: Contract
    chain_id: int
    year: int
    credentialer: LocalAccount = field(default_factory=lambda: key("credentialer"))
    insurer: LocalAccount = field(default_factory=lambda: key("insurer"))
    provider: LocalAccount = field(default_factory=lambda: key("provider"))
    practitioner: LocalAccount = field(default_factory=lambda: key("practitioner"))
    other_practitioner: LocalAccount = field(default_factory=lambda: key("other practitioner"))
    adjudicators: tuple[LocalAccount, ...] = field(
        default_factory=lambda: tuple(
            sorted((key("engine 1"), key("engine 2"), key("engine 3")), key=lambda k: k.address.lower())
        )
    )
    stranger: LocalAccount = field(default_factory=lambda: key("stranger"))

    @property
    def evidence_domain(self) -> dict[str, Any]:
        return _domain("Claims Evidence", self.chain_id, self.registry.address)

    @property
    def book_domain(self) -> dict[str, Any]:
        return _domain("Claims Book", self.chain_id, self.book.address)

    @property
    def now(self) -> int:
        return int(self.web3.eth.get_block("latest")["timestamp"])

    @property
    def today(self) -> int:
        return self.now // DAY

    def first_day(self, year: int) -> int:
        """The day, since 1970-01-01, on which a year begins."""
        return (date(year, 1, 1) - date(1970, 1, 1)).days

    # -- Acting

    def send(self, sender: LocalAccount, call: ContractFunction, gas: int = GAS) -> Any:
        """Send a call and return its receipt; raises `Refused` where it was refused, whose reason the same call then tells."""
        receipt = self.force(sender, call, gas)
        if receipt["status"] != 1:
            self.ask(sender, call)
            raise AssertionError(f"{call.fn_name} failed as a transaction and passed as a question")
        return receipt

    def ask(self, sender: LocalAccount, call: ContractFunction) -> Any:
        """Ask for a call's answer without sending it; raises `Refused`."""
        try:
            return call.call({"from": sender.address, "gas": 8_000_000})
        except Exception as error:
            raise self.refusal(error) from error

    def force(self, sender: LocalAccount, call: ContractFunction, gas: int = GAS) -> Any:
        """Send a call with a gas limit of its own, so that it lands on the chain even where it fails."""
        transaction = call.build_transaction(
            {
                "from": sender.address,
                "gas": gas,
                "nonce": self.web3.eth.get_transaction_count(sender.address),
                "maxFeePerGas": 10**10,
                "maxPriorityFeePerGas": 0,
                "chainId": self.chain_id,
            }
        )
        signed = sender.sign_transaction(transaction)
        return self.web3.eth.wait_for_transaction_receipt(self.web3.eth.send_raw_transaction(signed.raw_transaction))

    def refused(self, sender: LocalAccount, call: ContractFunction, gas: int = GAS) -> Refused:
        """The refusal of a call, which must change nothing, asked for or sent."""
        before = self.picture()
        refusal: Refused | None = None
        try:
            self.ask(sender, call)
        except Refused as error:
            refusal = error
        assert refusal is not None, f"{call.fn_name} was not refused"
        receipt = self.force(sender, call, gas)
        assert receipt["status"] == 0, "refused as a question, accepted as a transaction"
        assert self.picture() == before
        return refusal

    def refusal(self, error: BaseException) -> Refused:
        """The named refusal that an exception of the node's provider carries."""
        data = refusal_data(error)
        for name in ("Registry", "InsurerBook", "mocks/BlacklistToken", "mocks/Wallet", "TestDollar"):
            for item in load(name).abi:
                if item["type"] != "error":
                    continue
                kinds = [argument["type"] for argument in item["inputs"]]
                if keccak(text=f"{item['name']}({','.join(kinds)})")[:4] == data[:4]:
                    return Refused(item["name"], decode(kinds, data[4:]))
        return Refused("0x" + data.hex(), ())

    # -- Looking

    def picture(self) -> dict[str, Any]:
        """Everything that a refused call must leave as it was: bits, policy, money."""
        asked = {
            f"bit {sequence} of rank {rank}": self.registry.functions.isSpent(PRACTITIONER, rank, sequence)
            for rank in (PRIMARY, SECONDARY)
            for sequence in (1, 2)
        } | {
            "policy": self.book.functions.policyOf(POLICY),
            "totals": self.book.functions.totals(),
            "provider's balance": self.token.functions.balanceOf(self.provider.address),
            "provider's credit": self.book.functions.creditOf(self.provider.address),
        }
        return {name: call.call({"from": self.stranger.address}) for name, call in asked.items()}

    def balance(self, account: str) -> int:
        """Token units."""
        return int(self.token.functions.balanceOf(account).call())

    def policy(self, policy: int = POLICY) -> dict[str, int]:
        names = ("limit", "paid", "year", "endDay", "ranks", "submittedMarks", "reserve")
        return dict(zip(names, self.book.functions.policyOf(policy).call(), strict=True))

    def totals(self) -> dict[str, int]:
        return dict(zip(("reserved", "credited", "surplus"), self.book.functions.totals().call(), strict=True))

    def claim(self, claim: bytes) -> dict[str, int]:
        names = ("status", "revision", "submittedAt", "allowed", "paid")
        return dict(zip(names, self.book.functions.claimOf(claim).call(), strict=True))

    def spent(self, sequence: int, rank: int = PRIMARY, practitioner: int = PRACTITIONER) -> bool:
        return bool(self.registry.functions.isSpent(practitioner, rank, sequence).call())

    def solvent(self) -> bool:
        """Token balance ≥ the policies' reserves + what is credited + the surplus, for the policies that tests issue."""
        totals = self.totals()
        bound = self.policy()["reserve"] + totals["credited"] + totals["surplus"]
        return self.balance(self.book.address) >= bound * UNITS_PER_CENT

    # -- Time and undoing

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Everything that happens inside is forgotten afterwards."""
        number = self._rpc("evm_snapshot")
        try:
            yield
        finally:
            self._rpc("evm_revert", number)

    def travel(self, seconds: int) -> None:
        """Let time pass."""
        tester = getattr(self.web3.provider, "ethereum_tester", None)
        if tester is not None:
            tester.time_travel(self.now + seconds)
            return
        self._rpc("evm_increaseTime", seconds)
        self._rpc("evm_mine")

    def _rpc(self, method: str, *arguments: Any) -> Any:
        return self.web3.provider.make_request(method, list(arguments))["result"]

    # -- Deploying

    def deploy(self, name: str, *arguments: Any) -> Contract:
        """Deploy one more contract by its artefact's name."""
        return deploy(self.web3, name, *arguments)

    def with_token(self, name: str) -> "Stage":
        """The same stage with another token, and a book of its own that pays in it."""
        token = self.deploy(name)
        return set_up_book(replace(self, token=token, book=new_book(self.web3, self.insurer, self.registry, token)))


def _domain(name: str, chain_id: int, contract: str) -> dict[str, Any]:
    return {"name": name, "version": "1", "chainId": chain_id, "verifyingContract": contract}


def refusal_data(error: BaseException) -> bytes:
    """The bytes of a revert, from whichever exception the node's provider raises."""
    data = getattr(error, "data", None)
    if isinstance(data, str) and data.startswith("0x"):
        return bytes.fromhex(data[2:])
    found = re.search(r"(b'.*'|b\".*\")", str(error), re.DOTALL)
    if found is None:
        raise error
    return bytes(ast.literal_eval(found.group(1)))


def deploy(web3: Web3, name: str, *arguments: Any) -> Contract:
    """Deploy a contract from the node's first account."""
    artefact = load(name)
    factory = web3.eth.contract(abi=list(artefact.abi), bytecode=artefact.bytecode)
    sent = factory.constructor(*arguments).transact({"from": web3.eth.accounts[0], "gas": DEPLOY_GAS})
    receipt = web3.eth.wait_for_transaction_receipt(sent)
    assert receipt["status"] == 1, f"{name} could not be deployed"
    return web3.eth.contract(address=receipt["contractAddress"], abi=list(artefact.abi))


def new_book(web3: Web3, insurer: LocalAccount, registry: Contract, token: Contract) -> Contract:
    """A book with the tests' terms: two signatures above `QUORUM_ABOVE`."""
    return deploy(
        web3,
        "InsurerBook",
        insurer.address,
        registry.address,
        token.address,
        RUN_OUT_DAYS,
        CLAIM_CAP,
        QUORUM_ABOVE,
        2,
    )


def set_up(web3: Web3) -> Stage:
    """Deploy everything, and enrol, list, fund and issue what an honest claim needs."""
    registry = deploy(web3, "Registry", key("credentialer").address)
    token = deploy(web3, "TestDollar")
    book = new_book(web3, key("insurer"), registry, token)
    chain_id = registry.functions.eip712Domain().call()[3]
    year = datetime.fromtimestamp(web3.eth.get_block("latest")["timestamp"], UTC).year
    stage = Stage(web3, registry, token, book, chain_id, year)
    for account in (
        stage.credentialer,
        stage.insurer,
        stage.provider,
        stage.practitioner,
        stage.other_practitioner,
        stage.stranger,
        *stage.adjudicators,
    ):
        gift = {"from": web3.eth.accounts[0], "to": account.address, "value": 10**18}
        web3.eth.wait_for_transaction_receipt(web3.eth.send_transaction(gift))
    calls = registry.functions
    window = (stage.first_day(year - 2), stage.first_day(year + 3))
    for call in (
        calls.enrolProvider(stage.provider.address, 501, *window),
        calls.enrolPractitioner(PRACTITIONER, stage.practitioner.address, 901, *window),
        calls.enrolPractitioner(OTHER_PRACTITIONER, stage.other_practitioner.address, 902, *window),
        calls.addToRoster(stage.provider.address, PRACTITIONER, *window),
        calls.addToRoster(stage.provider.address, OTHER_PRACTITIONER, *window),
    ):
        stage.send(stage.credentialer, call)
    return set_up_book(stage)


def set_up_book(stage: Stage) -> Stage:
    """List a fresh book, name two adjudicators, fund it and issue a policy for the ranks 0 and 1."""
    token, book = stage.token.functions, stage.book.functions
    stage.send(stage.credentialer, stage.registry.functions.listBook(stage.book.address, True))
    stage.send(stage.insurer, token.mint(stage.insurer.address, FUNDS * UNITS_PER_CENT))
    stage.send(stage.insurer, token.approve(stage.book.address, FUNDS * UNITS_PER_CENT))
    stage.send(stage.insurer, book.fund(FUNDS * UNITS_PER_CENT))
    for adjudicator in stage.adjudicators[:2]:
        stage.send(stage.insurer, book.setAdjudicator(adjudicator.address, True))
    stage.send(stage.insurer, book.issuePolicy(POLICY, stage.year, LIMIT, RESERVE, 0b011))
    return stage


# -- A claim -----------------------------------------------------------------------------------------------------------


@dataclass
class Attested:
    """One attestation, its clinician's key and the roll in which it is signed."""

    practitioner: int
    signer: LocalAccount
    fields: dict[str, Any]
    before: tuple[dict[str, Any], ...] = ()
    after: tuple[dict[str, Any], ...] = ()
    signature: bytes | None = None
    siblings: tuple[bytes, ...] | None = None
    position: int | None = None
    domain: dict[str, Any] | None = None

    def argument(self, stage: Stage) -> tuple[Any, ...]:
        """As the contracts take it, with its signature."""
        roll = {"practitioner": self.practitioner, "attestations": [*self.before, self.fields, *self.after]}
        signature = self.signature
        if signature is None:
            signature = sign(self.signer, self.domain or stage.evidence_domain, "EncounterRoll", roll)
        siblings = self.siblings
        if siblings is None:
            siblings = tuple(struct_hash("EncounterAttestation", other) for other in (*self.before, *self.after))
        position = len(self.before) if self.position is None else self.position
        return (self.practitioner, values("EncounterAttestation", self.fields), position, siblings, signature)


@dataclass
class Case:
    """A claim with evidence, invoice and signed decision; each part can be changed before it is used.

    What is not named in `invoice`, `decision` or `header` follows from the rest, so that a changed attestation gives a
    claim that is consistent again, and a changed decision one that is not.
    """

    stage: Stage
    evidence: list[Attested]
    billed: int = 12_000
    paid: int = 5_600
    invoice: dict[str, Any] = field(default_factory=dict)
    decision: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    before: tuple[dict[str, Any], ...] = ()
    after: tuple[dict[str, Any], ...] = ()
    signers: tuple[LocalAccount, ...] | None = None
    approvals: list[tuple[str, bytes]] | None = None
    siblings: tuple[bytes, ...] | None = None
    position: int | None = None
    domain: dict[str, Any] | None = None

    @property
    def invoice_message(self) -> dict[str, Any]:
        digests = [attestation_digest(item.practitioner, item.fields) for item in self.evidence]
        return {
            "provider": self.stage.provider.address,
            "policy": POLICY,
            "rank": PRIMARY,
            "attestations": keccak(b"".join(digests)),
            "billed": self.billed,
            "replaces": NOTHING,
            "frequency": 1,
        } | self.invoice

    @property
    def claim(self) -> bytes:
        return struct_hash("ProviderInvoice", self.invoice_message)

    @property
    def decision_message(self) -> dict[str, Any]:
        roots = [item.fields["servicesRoot"] for item in self.evidence]
        return {
            "invoice": self.claim,
            "revision": 1,
            "outcome": APPROVED,
            "linesRoot": roots[0] if len(roots) == 1 else keccak(b"".join(roots)),
            "evidenceClass": self.evidence[0].fields["evidenceClass"] if self.evidence else 0,
            "allowed": max(self.paid, 9_500),
            "otherPayer": 0,
            "paid": self.paid,
            "patient": 2_400,
            "interest": 0,
        } | self.decision

    @property
    def header_message(self) -> dict[str, Any]:
        return {
            "traces": fixed("traces"),
            "rulePack": fixed("rule pack"),
            "epoch": 1,
            "deadline": self.stage.now + 30 * DAY,
            "batch": fixed("batch"),
        } | self.header

    @property
    def payment(self) -> bytes:
        """The payment id, by another encoder."""
        domain = typed(self.stage.book_domain, "ProviderInvoice", self.invoice_message).header
        return keccak(bytes(domain) + self.header_message["batch"] + self.claim)

    @property
    def references(self) -> list[tuple[Any, ...]]:
        return [(item.practitioner, values("EncounterAttestation", item.fields)) for item in self.evidence]

    @property
    def signed_decision(self) -> tuple[Any, ...]:
        header = self.header_message
        batch = {"decisions": [*self.before, self.decision_message, *self.after], **header}
        signers = self.stage.adjudicators[:1] if self.signers is None else self.signers
        approvals = self.approvals
        if approvals is None:
            domain = self.domain or self.stage.book_domain
            approvals = [(signer.address, sign(signer, domain, "DecisionBatch", batch)) for signer in signers]
        siblings = self.siblings
        if siblings is None:
            siblings = tuple(struct_hash("ClaimDecision", other) for other in (*self.before, *self.after))
        return (
            values("ClaimDecision", self.decision_message),
            len(self.before) if self.position is None else self.position,
            siblings,
            header["traces"],
            header["rulePack"],
            header["epoch"],
            header["deadline"],
            header["batch"],
            approvals,
        )

    @property
    def arguments(self) -> tuple[Any, ...]:
        evidence = [item.argument(self.stage) for item in self.evidence]
        return values("ProviderInvoice", self.invoice_message), evidence, self.signed_decision

    def settle(self) -> ContractFunction:
        invoice, evidence, signed = self.arguments
        return self.stage.book.functions.settle(evidence, signed, invoice)

    def submit(self) -> ContractFunction:
        return self.stage.book.functions.submit(values("ProviderInvoice", self.invoice_message), self.references)

    def decide(self, **decision: Any) -> ContractFunction:
        """The second step; evidence goes along only with an approval."""
        case = replace(self, decision=self.decision | decision)
        invoice, evidence, signed = case.arguments
        approved = case.decision_message["outcome"] == APPROVED
        return self.stage.book.functions.decide(evidence if approved else [], signed, invoice)

    def revised(self, paid: int, revision: int = 2, **decision: Any) -> "Case":
        """The same claim decided anew, signed in a batch of its own."""
        terms = {"revision": revision, "paid": paid, "allowed": paid + 2_400} | decision
        header = self.header | {"batch": fixed(f"revision {revision} of {self.claim.hex()}")}
        return replace(self, decision=self.decision | terms, header=header)

    def revise(self, revised: "Case") -> ContractFunction:
        """The later decision, signed together with this one, by which the claim was paid."""
        later = replace(revised, before=(self.decision_message,))
        first = replace(self, header=later.header, after=(later.decision_message,))
        invoice = values("ProviderInvoice", self.invoice_message)
        return self.stage.book.functions.revise(invoice, later.references, first.signed_decision, later.signed_decision)


def attested(stage: Stage, sequence: int = 1, other: bool = False, **fields: Any) -> Attested:
    """What a clinician signed about one encounter."""
    message = {
        "provider": stage.provider.address,
        "subject": fixed(f"subject {sequence}"),
        "sequence": sequence,
        "supersedes": 0,
        "servicesRoot": fixed(f"services {sequence} {other}"),
        "contextRoot": fixed(f"context {sequence} {other}"),
        "lineCount": 2,
        "serviceYear": stage.year,
        "evidenceClass": 0,
        "validUntil": stage.now + 90 * DAY,
    } | fields
    practitioner, signer = (
        (OTHER_PRACTITIONER, stage.other_practitioner) if other else (PRACTITIONER, stage.practitioner)
    )
    return Attested(practitioner, signer, message)


def case(stage: Stage, sequence: int = 1, **parts: Any) -> Case:
    """An honest claim of one encounter, which is paid unless a part is changed."""
    return Case(stage, [attested(stage, sequence)], **parts)


def events(contract: Contract, receipt: Any, name: str) -> Sequence[Mapping[str, Any]]:
    """The arguments of a contract's events of one name in a receipt."""
    logs = [log for log in receipt["logs"] if log["address"] == contract.address]
    event = contract.events[name]
    topic = bytes(Web3.keccak(text=_signature(contract, name)))
    return [event().process_log(log)["args"] for log in logs if bytes(log["topics"][0]) == topic]


def _signature(contract: Contract, name: str) -> str:
    item = next(item for item in contract.abi if item["type"] == "event" and item["name"] == name)
    return f"{name}({','.join(argument['type'] for argument in item['inputs'])})"
