"""Rolls, anchors and batches: claims of `support`, signed by eth_account and packed by the project's own packer.

What is checked here is that packer and contract understand one another; `layout` reads the bytes a second time.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak
from web3.contract.contract import ContractFunction

from claims.chain.artefacts import load
from claims.model.evidence import EncounterRecord
from claims.model.signed import ClaimDecision, EncounterAttestation, InvoiceRoll, ProviderInvoice
from claims.settlement.packing import BatchClaim, PackedBatch, arrange, pack
from tests.contracts import layout
from tests.contracts.support import (
    DAY,
    NOTHING,
    OTHER_PRACTITIONER,
    POLICY,
    PRACTITIONER,
    TYPES,
    Attested,
    Case,
    Message,
    Refused,
    Stage,
    attested,
    events,
    fixed,
    key,
    sign,
    struct_hash,
)

GAS = 16_000_000
_MODELS: dict[str, Any] = {
    "EncounterAttestation": EncounterAttestation,
    "ProviderInvoice": ProviderInvoice,
    "ClaimDecision": ClaimDecision,
}


def model(primary: str, message: Message) -> Any:
    """A message as the project's own value."""
    return _MODELS[primary](
        **{re.sub("[A-Z]", lambda m: "_" + m[0].lower(), name): message[name] for _, name in TYPES[primary]}
    )


# -- Who bills ---------------------------------------------------------------------------------------------------------


def enrol(stage: Stage, name: str, controller: int) -> LocalAccount:
    """One more provider, with both practitioners on its roster."""
    provider = key(name)
    gift = {"from": stage.web3.eth.accounts[0], "to": provider.address, "value": 10**18}
    stage.web3.eth.wait_for_transaction_receipt(stage.web3.eth.send_transaction(gift))
    window = (stage.first_day(stage.year - 2), stage.first_day(stage.year + 3))
    calls = stage.registry.functions
    stage.send(stage.credentialer, calls.enrolProvider(provider.address, controller, *window))
    for practitioner in (PRACTITIONER, OTHER_PRACTITIONER):
        stage.send(stage.credentialer, calls.addToRoster(provider.address, practitioner, *window))
    return provider


def issue(
    stage: Stage, policy: int, *, limit: int = 100_000, reserve: int = 50_000, ranks: int = 0b011, year: int = 0
) -> int:
    """One more policy."""
    call = stage.book.functions.issuePolicy(policy, year or stage.year, limit, reserve, ranks)
    stage.send(stage.insurer, call)
    return policy


# -- Rolls of attestations ---------------------------------------------------------------------------------------------


def shift(stage: Stage, *items: Attested) -> list[Attested]:
    """Attestations of one practitioner under one signature, in order."""
    fields = [item.fields for item in items]
    message = {"practitioner": items[0].practitioner, "attestations": fields}
    signature = sign(items[0].signer, stage.evidence_domain, "EncounterRoll", message)
    return [
        replace(item, before=tuple(fields[:n]), after=tuple(fields[n + 1 :]), signature=signature)
        for n, item in enumerate(items)
    ]


def record(stage: Stage, item: Attested) -> EncounterRecord:
    """An attestation with its roll, as the packer takes it; what stays off the chain is left empty."""
    (signed,) = shift(stage, item) if item.signature is None else (item,)
    roll = (*signed.before, signed.fields, *signed.after)
    return EncounterRecord(
        identifier="",
        person="",
        subject_salt=NOTHING,
        practitioner=signed.practitioner,
        practitioner_npi="",
        provider_npi="",
        services=(),
        context=(),
        attestation=model("EncounterAttestation", signed.fields),
        siblings=tuple(struct_hash("EncounterAttestation", fields) for fields in roll),
        index=len(signed.before),
        signature=signed.signature or b"",
        chain_id=stage.chain_id,
        registry=stage.registry.address,
    )


def claim(
    stage: Stage,
    *evidence: Attested,
    provider: LocalAccount | None = None,
    policy: int = POLICY,
    rank: int = 0,
    paid: int = 5_600,
    billed: int = 12_000,
    **decision: Any,
) -> Case:
    """A claim of which everything is the patient's that the payer does not pay, so that it fits the short form."""
    invoice = {"provider": (provider or stage.provider).address, "policy": policy, "rank": rank}
    return Case(
        stage,
        list(evidence),
        billed=billed,
        paid=paid,
        invoice=invoice,
        decision={"allowed": paid + 2_400, "patient": 2_400} | decision,
    )


def visits(
    stage: Stage, *sequences: int, provider: LocalAccount | None = None, other: bool = False, **fields: Any
) -> list[Attested]:
    """A shift of visits, one of each sequence."""
    address = (provider or stage.provider).address
    return shift(stage, *(attested(stage, n, other, **({"provider": address} | fields)) for n in sequences))


def day(stage: Stage, *sequences: int, **parts: Any) -> list[Case]:
    """A claim for each visit of one shift."""
    provider = parts.get("provider")
    return [claim(stage, item, **parts) for item in visits(stage, *sequences, provider=provider)]


# -- Rolls of invoices -------------------------------------------------------------------------------------------------


@dataclass
class Anchor:
    """A provider's roll of invoices."""

    stage: Stage
    provider: LocalAccount
    claims: Sequence[Case]
    nonce: int = 1
    documents: bytes = field(default_factory=lambda: fixed("documents"))

    @property
    def message(self) -> dict[str, Any]:
        invoices = [made.invoice_message for made in self.claims]
        return {"invoices": invoices, "documents": self.documents, "nonce": self.nonce}

    @property
    def roll(self) -> bytes:
        """The roll's name."""
        return struct_hash("InvoiceRoll", self.message)

    @property
    def model(self) -> InvoiceRoll:
        invoices = tuple(model("ProviderInvoice", made.invoice_message) for made in self.claims)
        return InvoiceRoll(invoices, self.documents, self.nonce)

    def signature(self, signer: LocalAccount | None = None) -> bytes:
        return sign(signer or self.provider, self.stage.book_domain, "InvoiceRoll", self.message)

    def call(self, signature: bytes = b"", provider: str = "") -> ContractFunction:
        return self.stage.book.functions.anchor(
            provider=provider or self.provider.address,
            invoices=keccak(b"".join(made.claim for made in self.claims)),
            documents=self.documents,
            nonce=self.nonce,
            signature=signature,
        )

    def sent(self) -> "Anchor":
        """Anchored by the provider itself."""
        self.stage.send(self.provider, self.call())
        return self


def anchored(stage: Stage, *claims: Case, provider: LocalAccount | None = None, nonce: int = 1) -> Anchor:
    """A roll of claims, anchored by their provider."""
    return Anchor(stage, provider or stage.provider, claims, nonce).sent()


# -- Batches -----------------------------------------------------------------------------------------------------------


@dataclass
class Batch:
    """The claims of some rolls, in the order in which they are packed; what is sent of them is what is signed."""

    stage: Stage
    rolls: Sequence[Anchor]
    header: dict[str, Any] = field(default_factory=dict)
    signers: Sequence[LocalAccount] | None = None
    approvals: list[dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        stage = self.stage
        self.terms: dict[str, Any] = {
            "traces": fixed("traces"),
            "rulePack": fixed("rule pack"),
            "epoch": 1,
            "deadline": stage.now + 30 * DAY,
            "batch": fixed("batch"),
        } | self.header
        found = [
            (BatchClaim(roll.model, place, model("ClaimDecision", made.decision_message), _records(stage, made)), made)
            for roll in self.rolls
            for place, made in enumerate(roll.claims)
        ]
        self.ordered = arrange([each for each, _ in found])
        self.claims: list[Case] = [next(made for each, made in found if each is packed) for packed in self.ordered]

    def present(self, without: Sequence[Case] = ()) -> list[Case]:
        """The claims that are packed, where some are left as hashes."""
        return [made for made in self.claims if not any(made is w for w in without)]

    def index(self, made: Case, without: Sequence[Case] = ()) -> int:
        """A claim's place among those that are packed."""
        return next(n for n, each in enumerate(self.present(without)) if each is made)

    def pack(self, without: Sequence[Case] = ()) -> PackedBatch:
        """The bytes, with some claims left as hashes."""
        present = [
            each for each, made in zip(self.ordered, self.claims, strict=True) if not any(made is w for w in without)
        ]
        return pack(present)

    def signed(self, data: bytes) -> list[dict[str, Any]]:
        """The adjudicators' signatures over the parts of some bytes, as `layout` tells them apart."""
        message = {"parts": layout.parts(data), **self.terms}
        signers = self.stage.adjudicators[:1] if self.signers is None else self.signers
        domain = self.stage.book_domain
        return [
            {"adjudicator": signer.address, "signature": sign(signer, domain, "SettlementBatch", message)}
            for signer in signers
        ]

    def call(self, without: Sequence[Case] = (), packed: bytes | None = None, **terms: Any) -> ContractFunction:
        """Signed as it is sent, unless `approvals` are given; other terms are changed after signing."""
        data = self.pack(without).data if packed is None else packed
        approvals = self.signed(data) if self.approvals is None else self.approvals
        return self.stage.book.functions.settleBatch(terms=self.terms | {"approvals": approvals} | terms, packed=data)

    def send(self, without: Sequence[Case] = (), sender: LocalAccount | None = None) -> Any:
        return self.stage.send(sender or self.stage.stranger, self.call(without), GAS)

    def refused(self, packed: bytes | None = None, **terms: Any) -> Refused:
        return self.stage.refused(self.stage.stranger, self.call(packed=packed, **terms), GAS)

    def payment(self, first: Case) -> bytes:
        """The id of the payment of which this claim is the first."""
        return replace(first, header={"batch": self.terms["batch"]}).payment


def _records(stage: Stage, made: Case) -> tuple[EncounterRecord, ...]:
    return tuple(record(stage, item) for item in made.evidence)


def batch(stage: Stage, *claims: Case, **parts: Any) -> Batch:
    """A batch about claims of one provider, whose roll is anchored."""
    return Batch(stage, [anchored(stage, *claims)], **parts)


def data_of(stage: Stage, call: ContractFunction) -> bytes:
    """A call's bytes, for somebody else to send."""
    asked = {"from": stage.stranger.address, "gas": GAS, "maxFeePerGas": 10**10, "maxPriorityFeePerGas": 0, "nonce": 0}
    return bytes.fromhex(str(call.build_transaction(asked | {"chainId": stage.chain_id})["data"])[2:])


# -- What a receipt tells ----------------------------------------------------------------------------------------------


def paid_claims(stage: Stage, receipt: Any, event: Mapping[str, Any]) -> list[tuple[int, int]]:
    """What a BatchPaid tells: index and cents of each claim, those left out that were skipped in the same batch."""
    left = {each["index"] for each in events(stage.book, receipt, "Skipped") if each["batch"] == event["batch"]}
    data, index, found = bytes(event["amounts"]), event["first"], []
    while data:
        size = 9 if data[:3] == b"\xff\xff\xff" else 3
        cents = int.from_bytes(data[size - (6 if size == 9 else 3) : size], "big")
        assert len(data) >= size
        assert size == 3 or cents >= 0xFFFFFF
        data = data[size:]
        while index in left:
            index += 1
        found.append((index, cents))
        index += 1
    return found


def payments(stage: Stage, receipt: Any) -> dict[str, list[tuple[int, int]]]:
    """By provider, in the order in which they are told, what each was paid; no provider is paid twice."""
    told = events(stage.book, receipt, "BatchPaid")
    assert len({event["provider"] for event in told}) == len(told)
    found = {event["provider"]: paid_claims(stage, receipt, event) for event in told}
    for event in told:
        assert event["paid"] == sum(cents for _, cents in found[event["provider"]])
    return found


def skipped(stage: Stage, receipt: Any) -> dict[int, str]:
    """By index, why a claim was not paid."""
    return {event["index"]: _names()[bytes(event["reason"])] for event in events(stage.book, receipt, "Skipped")}


@cache
def _names() -> dict[bytes, str]:
    items = [item for name in ("Registry", "InsurerBook") for item in load(name).abi if item["type"] == "error"]
    return {
        keccak(text=f"{item['name']}({','.join(part['type'] for part in item['inputs'])})")[:4]: str(item["name"])
        for item in items
    }
