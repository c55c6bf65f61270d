"""Making batches of what is due: signed by the home's adjudicators, held against an estimate, and stored with the intent to send.

A batch is one transaction. It is stored with its decisions before anything is sent, and each claim is taken into one batch at
a time, so that a process that is killed anywhere leaves either a claim that is due or a batch that is on its way.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from claims.chain.gas import calldata_floor
from claims.evidence.keccak import keccak256
from claims.evidence.typed_data import digest
from claims.model.money import Money
from claims.model.signed import DecisionBatch
from claims.model.signed import SettlementBatch as SignedSettlement
from claims.service.errors import UsageError
from claims.service.kept_rolls import KeptRolls
from claims.service.office import Office
from claims.service.sending import Call, enqueue
from claims.settlement.access import policy_access
from claims.settlement.calldata import settle_batch_call
from claims.settlement.chunking import BOUND, Bound, chunk, halves
from claims.settlement.packing import BatchClaim, PackedBatch, pack
from claims.settlement.signed_decision import Approval

if TYPE_CHECKING:
    from claims.chain.errors import ChainError
    from claims.chain.signer import Signer
    from claims.store.rows import DueClaim, SettlementBatch
    from claims.store.work import UnitOfWork

KIND = "settle batch"
"""The kind of an intent that sends a batch."""

ADJUDICATOR = "adjudicator"
DAY = 86_400


@dataclass(frozen=True, slots=True)
class DueBatch:
    """Claims that are settled by one transaction: their decisions, the signatures over the packed bytes, and the call that carries
    them; `estimate` in gas."""

    claims: tuple[tuple[DueClaim, BatchClaim], ...]
    batch: DecisionBatch
    approvals: tuple[Approval, ...]
    packed: PackedBatch
    call: Call
    estimate: int

    @property
    def paid(self) -> Money:
        """What its decisions pay."""
        return Money(sum(decision.paid for decision in self.batch.decisions))

    @property
    def providers(self) -> int:
        """How many providers are paid."""
        return len({claim.invoice.provider.lower() for _, claim in self.claims})

    @property
    def floor(self) -> int:
        """The least that its call data costs (EIP-7623)."""
        return calldata_floor(self.call.data)


@dataclass(frozen=True, slots=True)
class Refused:
    """A claim that no transaction can carry now: why the contract refuses a batch of it alone."""

    claim: DueClaim
    reason: str


@dataclass
class Batcher:
    """Makes batches with the home's keys as they are now. `bound` is what a transaction may have."""

    office: Office
    bound: Bound = BOUND
    rolls: KeptRolls = field(default_factory=KeptRolls)

    def __post_init__(self) -> None:
        chain = self.office.chain
        self.now = chain.head().timestamp
        self.epoch = int(self.office.read("InsurerBook", "controls")["epoch"])
        self.deadline = self.now + self.office.home.decision_days * DAY
        self.adjudicators = self._adjudicators()
        self.sender = self.office.keystore.address("insurer")

    def _adjudicators(self) -> tuple[Signer, ...]:
        """The home's keys that the book has named adjudicators, ascending by address as the contract asks."""
        names = [name for name in self.office.keystore.names() if name.split("-")[0] == ADJUDICATOR]
        named = [
            name
            for name in names
            if self.office.read("InsurerBook", "isAdjudicator", self.office.keystore.address(name))
        ]
        if not named:
            raise UsageError("the book knows none of this home's adjudicator keys; `claims deploy` names one")
        signers = [self.office.keystore.unlock(name, self.office.passphrase or "") for name in named]
        return tuple(sorted(signers, key=lambda signer: int(signer.address, 16)))

    # what is due

    def read(self, work: UnitOfWork, due: Sequence[DueClaim]) -> list[tuple[DueClaim, BatchClaim]]:
        """Read what a batch takes of claims that are due. Raises NotStored where a roll or a record is missing."""
        from claims.store.errors import NotStored

        found = []
        for each in due:
            records = []
            for identifier in each.records:
                kept = work.records.find(identifier)
                if kept is None:
                    raise NotStored(f"claim {each.control_number}: an encounter record of it is missing in this home")
                records.append(kept.record)
            roll = self.rolls.roll(work, each.roll).roll
            found.append((each, BatchClaim(roll, each.position, each.terms, tuple(records))))
        return found

    # making

    def make(self, due: Sequence[tuple[DueClaim, BatchClaim]]) -> Iterator[DueBatch | Refused]:
        """Give batches for these claims, each as the node would take it now; signs, and stores nothing.

        A batch bears the hash of one rule pack, so what was decided by another stands in another.
        """
        by_rules: dict[bytes, list[tuple[DueClaim, BatchClaim]]] = {}
        for pair in due:
            by_rules.setdefault(pair[0].rule_pack, []).append(pair)
        for pairs in by_rules.values():
            known = {id(claim): each for each, claim in pairs}
            for members in chunk([claim for _, claim in pairs], self.bound):
                yield from self._fitting(members, known)

    def _fitting(self, members: Sequence[BatchClaim], known: dict[int, DueClaim]) -> Iterator[DueBatch | Refused]:
        """A batch of these, or of each half where a transaction does not carry them or the contract refuses one of them."""
        from claims.chain.errors import ChainError

        pairs = tuple((known[id(claim)], claim) for claim in members)
        try:
            made = self._signed(pairs)
        except ChainError as refusal:
            if not _is_refusal(refusal):
                raise
            if len(members) == 1:
                yield Refused(pairs[0][0], _reason(refusal))
                return
        else:
            if _fits(made, self.bound):
                yield made
                return
            if len(members) == 1:
                yield Refused(pairs[0][0], f"it needs {made.estimate} gas, more than a transaction may have")
                return
        for half in halves(members):
            yield from self._fitting(half, known)

    def _signed(self, pairs: tuple[tuple[DueClaim, BatchClaim], ...]) -> DueBatch:
        claims = [claim for _, claim in pairs]
        batch = DecisionBatch(
            decisions=tuple(claim.decision for claim in claims),
            traces=keccak256(b"".join(due.trace for due, _ in pairs)),
            rule_pack=pairs[0][0].rule_pack,
            epoch=self.epoch,
            deadline=self.deadline,
            batch=secrets.token_bytes(32),
        )
        packed = pack(claims)
        signed = SignedSettlement(packed.parts, batch.traces, batch.rule_pack, batch.epoch, batch.deadline, batch.batch)
        to_sign = digest(signed, self.office.book_domain)
        approvals = tuple(Approval(signer.address, signer.sign_digest(to_sign)) for signer in self.adjudicators)
        book = self.office.addresses["InsurerBook"]
        call = Call(
            book,
            settle_batch_call(signed, approvals, packed),
            access=policy_access(book, [claim.invoice.policy for claim in claims]),
        )
        estimate = self.office.chain.estimate(book, call.data, self.sender, access_list=call.access)
        return DueBatch(pairs, batch, approvals, packed, call, estimate)

    # keeping

    def keep(self, made: DueBatch) -> SettlementBatch:
        """Store a batch, its decisions' places and the intent to send it together; raises StoreConflict where a claim is taken."""
        from claims.store.rows import SettlementBatch, SignedBatch

        now = self.office.chain.head().timestamp
        key = batch_key(made.batch.batch)
        row = SettlementBatch(
            batch=made.batch.batch,
            intent=key,
            claims=len(made.claims),
            providers=made.providers,
            rolls=made.packed.groups,
            sections=made.packed.sections,
            size=len(made.call.data),
            floor=made.floor,
            estimate=made.estimate,
            paid=made.paid,
            made_at=now,
        )
        entries = tuple((due.control_number, due.revision) for due, _ in made.claims)
        signatures = tuple(approval.signature for approval in made.approvals)
        with self.office.store.unit_of_work() as work:
            work.settlements.put_in_batch(row, entries, now)
            work.decisions.add_batch(SignedBatch(made.batch, signatures, entries, now))
            enqueue(work, key=key, kind=KIND, claim="", call=made.call, now=now)
        return row


def batch_key(batch: bytes) -> str:
    """The idempotency key under which a batch is sent."""
    return f"batch:{batch.hex()}"


def _fits(made: DueBatch, bound: Bound) -> bool:
    return made.estimate <= bound.gas and len(made.packed.data) <= bound.bytes


def _is_refusal(error: ChainError) -> bool:
    """Whether it says something of these claims: a node that does not answer says nothing."""
    from claims.chain.errors import GasAboveCap, Reverted

    return isinstance(error, Reverted | GasAboveCap)


def _reason(error: ChainError) -> str:
    return str(getattr(error, "error_name", "") or error)
