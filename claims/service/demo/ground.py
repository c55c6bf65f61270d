"""What every attempt to cheat starts from: a claim that was paid, attested anew, so that only the one change can be refused."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from claims.evidence.record import seal, sequence_number, sign_roll
from claims.evidence.verify import verify
from claims.model.claim import Claim
from claims.model.encounter import Encounter
from claims.model.evidence import EncounterRecord, VerifiedEncounter
from claims.model.signed import BookDomain, ClaimDecision, EvidenceDomain
from claims.service.decision_file import Answer
from claims.service.demo.stage import Stage
from claims.service.homes import billing_key
from claims.settlement.calldata import settle_call
from claims.settlement.signed_decision import SignedDecision
from claims.settlement.terms import build_invoice, build_terms, sign_decision

if TYPE_CHECKING:
    from claims.chain.signer import Signer

ATTEMPT_GAS = 2_000_000
"""Gas of a transaction that is sent although it will be refused: nothing may be estimated of it."""

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Presented:
    """A claim as it would be put before a book: what the payer signed, and the records that go with it."""

    signed: SignedDecision
    records: tuple[EncounterRecord, ...]


@dataclass
class Ground:
    """A paid claim with all that stood behind it, and the hands of everybody: this is how a thief would like to work."""

    stage: Stage
    claim: Claim
    answer: Answer
    paid_records: tuple[EncounterRecord, ...]

    def __post_init__(self) -> None:
        self.chain = self.stage.payer.chain
        self.book = self.stage.payer.addresses["InsurerBook"]
        self.sender: Signer = self.stage.provider.signer(billing_key(self.stage.provider.home, self.claim.billing.npi))
        self.adjudicator: Signer = self.stage.payer.signer("adjudicator")
        self.policy = self.paid_signed.invoice.policy
        self._copies = 0

    @property
    def paid_signed(self) -> SignedDecision:
        """What the payer had signed of the claim that was paid."""
        assert self.answer.signed is not None
        return self.answer.signed

    @property
    def practitioner(self) -> int:
        """The registry id of the clinician who signed."""
        return self.paid_records[0].practitioner

    def attested_again(
        self,
        *,
        practitioner: int | None = None,
        signer: Signer | None = None,
        domain: EvidenceDomain | None = None,
    ) -> tuple[EncounterRecord, ...]:
        """Seal and sign the same services under fresh sequences; by another clinician, or for another domain, if asked to."""
        self._copies += 1
        now = self.chain.head().timestamp
        records: list[EncounterRecord] = []
        for record in self.paid_records:
            who = practitioner or record.practitioner
            with self.stage.provider.store.unit_of_work() as work:
                counter = work.sequences.allocate(who)
            encounter = Encounter(
                identifier=f"{record.identifier}-copy-{self._copies}",
                person=record.person,
                practitioner_npi=record.practitioner_npi,
                provider_npi=record.provider_npi,
                services=tuple(leaf.service for leaf in record.services),
            )
            sealed = seal(
                [encounter],
                practitioner=who,
                provider_address=self.sender.address,
                domain=domain or self.stage.payer.evidence_domain,
                first_sequence=sequence_number(0, counter),
                valid_until=now + 400 * DAY,
            )
            records += sign_roll(sealed, (signer or self._key_of(record)).sign_digest)
        return tuple(records)

    def _key_of(self, record: EncounterRecord) -> Signer:
        acting = next(p for p in self.stage.cast.practitioners if p.registry == record.practitioner)
        return self.stage.provider.keystore.unlock(acting.key, self.stage.provider.passphrase or "")

    def verified(self, records: Sequence[EncounterRecord]) -> list[VerifiedEncounter]:
        """What a check of the records' salts gives: roots recomputed from what the records say."""
        return [verify(record, key=None, domain=self.stage.payer.evidence_domain) for record in records]

    def signed(
        self,
        records: Sequence[EncounterRecord],
        *,
        read_from: Sequence[EncounterRecord] | None = None,
        policy: int | None = None,
        deadline: int | None = None,
        signs: bool = True,
        domain: BookDomain | None = None,
        amounts: tuple[int, int, int] | None = None,
    ) -> Presented:
        """Put the claim to these records, signed by the payer's own key: an engine that checks nothing.

        `read_from` are the records as the thief shows them to the engine, whose roots the decision then carries. `amounts`
        are billed, allowed and paid in cents, where they are not those of the paid claim.
        """
        invoice = build_invoice(
            self.claim, provider=self.sender.address, policy=policy or self.policy, records=tuple(records)
        )
        if amounts is not None:
            invoice = replace(invoice, billed=amounts[0])
        terms: ClaimDecision = build_terms(
            self.answer.decision, invoice, self.verified(read_from or records), revision=1
        )
        if amounts is not None:
            terms = replace(terms, allowed=amounts[1], paid=amounts[2], patient=0)
        signed = sign_decision(
            self.claim.number,
            invoice,
            terms,
            records=[record.identifier for record in records],
            traces=secrets.token_bytes(32),
            rule_pack=self.answer.decision.rule_pack,
            epoch=self.paid_signed.epoch,
            deadline=deadline if deadline is not None else self.chain.head().timestamp + 30 * DAY,
            batch=secrets.token_bytes(32),
            domain=domain or self.stage.payer.book_domain,
            adjudicators=[(self.adjudicator.address, self.adjudicator.sign_digest)] if signs else [],
        )
        return Presented(signed, tuple(records))

    def would_be_paid(self, presented: Presented, *, book: str | None = None) -> bool:
        """Whether the book would pay this now: asked, and not sent."""
        from claims.chain.errors import Reverted

        try:
            data = settle_call(presented.signed, presented.records)
            self.chain.call_raw(book or self.book, data, self.sender.address)
        except Reverted:
            return False
        return True

    def present(self, presented: Presented, *, book: str | None = None) -> str:
        """Send it to the chain, past every check of ours; returns the contract's error by name, or `paid`."""
        from claims.chain.errors import Reverted
        from claims.chain.sender import execute

        try:
            execute(
                self.chain,
                self.sender,
                book or self.book,
                settle_call(presented.signed, presented.records),
                gas=ATTEMPT_GAS,
            )
        except Reverted as refusal:
            return refusal.error_name
        return "paid"

    def touched(self, records: Sequence[EncounterRecord], policy: int) -> tuple[object, ...]:
        """Everything that a refusal must leave as it was: balances, totals, the policy, and the bits of these records."""
        payer = self.stage.payer
        return (
            self.stage.balance(self.book),
            self.stage.balance(self.sender.address),
            tuple(payer.read("InsurerBook", "totals").items()),
            tuple(payer.read("InsurerBook", "policyOf", policy).items()),
            payer.read("InsurerBook", "creditOf", self.sender.address),
            tuple(payer.read("Registry", "isSpent", r.practitioner, 0, r.attestation.sequence) for r in records),
        )
