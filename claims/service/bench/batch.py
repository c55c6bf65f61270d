"""What a batch of claims costs: a fixed mix of rolls, providers and distinct policies, settled in one transaction.

Claims, rolls and providers are the same in every run, as everything of the benchmark is. Each size is settled with the
benchmark's 32 rolls and 4 providers, or with fewer where there are fewer claims. Warm: words of bits, payees' balances and
the policies' payments are not zero, since an earlier batch wrote them; fresh: they are all zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from claims.chain.abi import encode_call
from claims.chain.artefacts import load
from claims.chain.gas import TRANSACTION_GAS_CAP
from claims.evidence.record import seal, sequence_number, sign_roll
from claims.evidence.roots import attestations_hash, claim_id
from claims.evidence.typed_data import attestation_digest, digest
from claims.model.encounter import Encounter
from claims.model.evidence import EncounterRecord
from claims.model.signed import (
    OUTCOME_APPROVED,
    PRIMARY,
    BookDomain,
    ClaimDecision,
    EvidenceDomain,
    InvoiceRoll,
    ProviderInvoice,
    SettlementBatch,
)
from claims.service.bench.claims import DEADLINE, FIRST_EPOCH, SERVICE, VALID_UNTIL, salts_of
from claims.service.bench.stage import (
    CHAIN_ID,
    LIMIT,
    RESERVE,
    UNITS_PER_CENT,
    WINDOW,
    YEAR,
    BenchError,
    Row,
    Stage,
    fixed,
)
from claims.settlement.access import policy_access
from claims.settlement.arguments import anchor_arguments
from claims.settlement.calldata import settle_batch_call
from claims.settlement.packing import BatchClaim, anchoring_order, arrange, pack
from claims.settlement.signed_decision import Approval
from claims.settlement.terms import NO_CLAIM

if TYPE_CHECKING:
    from claims.chain.signer import Signer

PROVIDERS, ROLLS = 4, 32
"""Of the fixed mix; fewer where there are fewer claims."""
SIZES = (1, 10, 100, 256, 1_000, 2_000)
MOST_CLAIMS = 2_000
"""What one transaction has gas for, and a word of bits of each roll has room for."""
FRESH, WARM = "fresh", "warm"
WORD = 64
"""How many sequences share a word of bits. A roll begins where a word does, so that rolls of one size cost alike."""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch: how many claims, rolls of attestations and providers, and its gas.

    `total` is the receipt's, `floor` the least that the bytes alone cost (EIP-7623), `calldata_bytes` their number. `marginal`
    is what one more claim costs in a roll that is there, `per_roll` one roll more for the same claims, `fixed` what is left;
    None where nothing can be compared.
    """

    claims: int
    rolls: int
    providers: int
    state: str
    total: int
    floor: int
    calldata_bytes: int
    marginal: int | None = None
    per_roll: int | None = None
    fixed: int | None = None

    @property
    def per_claim(self) -> int:
        """The total divided by the claims, rounded up."""
        return -(-self.total // self.claims)


def measure_batches(stage: Stage, sizes: Sequence[int] = SIZES) -> tuple[BatchRow, ...]:
    """Settle batches of each size, fresh and then warm, and say what one claim and one roll more cost when warm.

    Raises BenchError where a claim was not paid.
    """
    mix = _Mix(stage, max(sizes))
    return tuple(row for size in sizes for row in (mix.row(size, FRESH), _with_marginals(mix, mix.row(size, WARM))))


def _with_marginals(mix: _Mix, row: BatchRow) -> BatchRow:
    """An eighth of the claims fewer in as many rolls says what a claim costs, half the rolls what a roll does."""
    if row.claims < 2 * row.rolls:
        return row
    fewer = mix.settle(row.claims - max(1, row.claims // 8), row.rolls, row.providers, WARM)
    claim = -(-(row.total - fewer.total) // (row.claims - fewer.claims))
    if row.rolls < 2 * row.providers:
        return replace(row, marginal=claim)
    joined = mix.settle(row.claims, row.rolls // 2, row.providers, WARM)
    roll = -(-(row.total - joined.total) // (row.rolls - joined.rolls))
    return replace(row, marginal=claim, per_roll=roll, fixed=row.total - claim * row.claims - roll * row.rolls)


class _Mix:
    """Four providers of eight clinicians each, a policy for each claim of the largest batch."""

    def __init__(self, stage: Stage, policies: int) -> None:
        self.stage = stage
        self.batches = 0
        self.providers = [stage.party(f"batch provider {number}") for number in range(PROVIDERS)]
        self.clinicians = [stage.party(f"batch clinician {number}", funded=False) for number in range(ROLLS)]
        self.policies = [int.from_bytes(fixed(f"batch policy {number}")[:4], "big") for number in range(policies)]
        for number, provider in enumerate(self.providers):
            self._registers("enrolProvider", provider.address, 500_000 + number, *WINDOW)
        for number, clinician in enumerate(self.clinicians):
            self._registers("enrolPractitioner", _practitioner(number), clinician.address, 900_000 + number, *WINDOW)
            self._registers("addToRoster", self._employer(number).address, _practitioner(number), *WINDOW)
        funds = policies * RESERVE * UNITS_PER_CENT
        for artefact, to, function, arguments in (
            ("TestDollar", stage.token, "mint", (stage.insurer.address, funds)),
            ("TestDollar", stage.token, "approve", (stage.book, funds)),
            ("InsurerBook", stage.book, "fund", (funds,)),
        ):
            stage.act(function, stage.insurer, artefact, to, function, *arguments)
        for policy in self.policies:
            stage.act(
                "issue_policy", stage.insurer, "InsurerBook", stage.book, "issuePolicy", policy, YEAR, LIMIT, RESERVE, 1
            )

    def _registers(self, function: str, *arguments: object) -> None:
        self.stage.act(function, self.stage.credentialer, "Registry", self.stage.registry, function, *arguments)

    def _employer(self, clinician: int) -> Signer:
        return self.providers[clinician % PROVIDERS]

    def row(self, claims: int, state: str) -> BatchRow:
        """Settle a batch of so many claims with the benchmark's rolls and providers, or fewer where there are fewer claims."""
        return self.settle(claims, min(ROLLS, claims), min(PROVIDERS, claims), state)

    def settle(self, claims: int, rolls: int, providers: int, state: str) -> BatchRow:
        """Settle a batch, after the chain was brought into the state that it is named for."""
        self.batches += 1
        lane = self.batches
        if state == WARM:
            self._send(self._claims(lane, rolls, rolls, first=WORD))
        else:
            self._empty_purses()
        batch = self._claims(lane, claims, rolls, first=WORD + 1)
        before = [self._balance(provider) for provider in self.providers]
        if any(balance == 0 for balance in before[:providers]) == (state == WARM):
            raise BenchError(f"batch of {claims} {state}: the payees' balances are {before}")
        row = self._send(batch)
        paid = sum(self._balance(provider) for provider in self.providers) - sum(before)
        due = sum(claim.decision.paid for claim in batch) * UNITS_PER_CENT
        if paid != due:
            raise BenchError(f"batch of {claims} {state}: {paid} token units were paid, {due} are due")
        return BatchRow(claims, rolls, providers, state, row.gas, row.floor, row.calldata_bytes)

    def _empty_purses(self) -> None:
        for provider in self.providers:
            balance = self._balance(provider)
            if balance:
                data = encode_call(load("TestDollar").abi, "transfer", (self.stage.insurer.address, balance))
                self.stage.send(provider, self.stage.token, data, ())

    def _balance(self, provider: Signer) -> int:
        units: int = self.stage.read("TestDollar", self.stage.token, "balanceOf", provider.address)
        return units

    def _claims(self, lane: int, claims: int, rolls: int, *, first: int) -> list[BatchClaim]:
        """Claims dealt out to the rolls in turn; a roll's counters begin at `first`. Their invoices are anchored."""
        records = [record for roll in range(rolls) for record in self._roll(lane, roll, claims, rolls, first)]
        invoices = [(self._invoice(number, record), record) for number, record in enumerate(records)]
        made = []
        for provider in self.providers:
            own = [pair for pair in invoices if pair[0].provider == provider.address]
            if not own:
                continue
            order = anchoring_order([(invoice, (record,)) for invoice, record in own])
            roll = InvoiceRoll(tuple(own[place][0] for place in order), fixed("documents"), lane * WORD + first)
            self.stage.act(
                "anchor", provider, "InsurerBook", self.stage.book, "anchor", *anchor_arguments(roll, provider.address)
            )
            made += [
                BatchClaim(roll, position, _decision(own[place][0], own[place][1]), (own[place][1],))
                for position, place in enumerate(order)
            ]
        return made

    def _roll(self, lane: int, roll: int, claims: int, rolls: int, first: int) -> tuple[EncounterRecord, ...]:
        practitioner, provider = _practitioner(roll), self._employer(roll)
        sealed = seal(
            [
                Encounter(f"{lane}-{roll}-{number}", f"person {number}", str(practitioner), "bench", (SERVICE,))
                for number in range(roll, claims, rolls)
            ],
            practitioner=practitioner,
            provider_address=provider.address,
            domain=EvidenceDomain(CHAIN_ID, self.stage.registry),
            first_sequence=sequence_number(lane, first),
            valid_until=VALID_UNTIL,
            salts=salts_of(f"batch {lane} {roll} {first}").__next__,
        )
        return sign_roll(sealed, self.clinicians[roll].sign_digest)

    def _invoice(self, number: int, record: EncounterRecord) -> ProviderInvoice:
        return ProviderInvoice(
            provider=record.attestation.provider,
            policy=self.policies[number],
            rank=PRIMARY,
            attestations=attestations_hash([attestation_digest(record.practitioner, record.attestation)]),
            billed=12_000 + 25 * (number % 400),
            replaces=NO_CLAIM,
            frequency=1,
        )

    def _send(self, claims: Sequence[BatchClaim]) -> Row:
        ordered = arrange(claims)
        name = f"{self.batches} {len(ordered)}"
        packed = pack(ordered)
        batch = SettlementBatch(
            packed.parts,
            fixed(f"traces {name}"),
            fixed("rule pack"),
            FIRST_EPOCH,
            DEADLINE,
            fixed(f"batch {name}"),
        )
        adjudicator = self.stage.adjudicator
        signature = adjudicator.sign_digest(digest(batch, BookDomain(CHAIN_ID, self.stage.book)))
        data = settle_batch_call(batch, [Approval(adjudicator.address, signature)], packed)
        access = policy_access(self.stage.book, [claim.invoice.policy for claim in ordered])
        return self.stage.send(
            self.stage.insurer, self.stage.book, data, (), gas=TRANSACTION_GAS_CAP, access_list=access
        )


def _practitioner(number: int) -> int:
    return 700_000 + number


def _decision(invoice: ProviderInvoice, record: EncounterRecord) -> ClaimDecision:
    """Four fifths are allowed, three quarters of that paid."""
    allowed = invoice.billed * 4 // 5
    paid = allowed * 3 // 4
    return ClaimDecision(
        invoice=claim_id(invoice),
        revision=1,
        outcome=OUTCOME_APPROVED,
        lines_root=record.attestation.services_root,
        evidence_class=0,
        allowed=allowed,
        other_payer=0,
        paid=paid,
        patient=allowed - paid,
        interest=0,
    )
