"""A payer's side of an anchored roll: taken in where the chain has it, and held against what the payer would bill itself.

An approval whose anchored invoice is that of the payer's own records becomes due for settlement in a batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claims.adjudication.document import trace_hash
from claims.evidence.roots import attestations_hash, claim_id
from claims.evidence.typed_data import attestation_digest
from claims.model.claim import Claim
from claims.model.decision import PAID, Decision
from claims.model.evidence import EncounterRecord
from claims.service.anchoring import anchored_at, keep_roll
from claims.service.deciding import ORIGINAL
from claims.service.office import Office
from claims.service.payer_run import AnchoredInvoice, Inputs, Run
from claims.service.roll_file import read_rolls
from claims.service.signing import policy_of
from claims.settlement.invoice_roll import AnchoredRoll
from claims.settlement.packing import BatchClaim, fits
from claims.settlement.selection import choose_records
from claims.settlement.terms import build_terms

if TYPE_CHECKING:
    from claims.store.rows import EnrolledProvider
    from claims.store.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RollIntake:
    """One roll that was handed over: when it was anchored (Unix seconds), or why its claims count as not anchored."""

    roll: AnchoredRoll
    anchored_at: int
    problem: str = ""


def check_rolls(office: Office, path: Path, file: bytes, numbers: Mapping[str, str]) -> tuple[RollIntake, ...]:
    """Hold each roll of a file against the chain, the book, the enrolled provider, and the claims that it is to bill.

    `numbers` are the file's claims: this payer's control number and the provider's own. Raises UsageError for a file that
    is none.
    """
    with office.store.reading() as work:
        enrolled = {row.provider.npi: row for row in work.providers.all()}
    digest = hashlib.sha256(file).digest()
    return tuple(_checked(office, roll, digest, numbers, enrolled) for roll in read_rolls(path))


def _checked(
    office: Office,
    roll: AnchoredRoll,
    file: bytes,
    numbers: Mapping[str, str],
    enrolled: Mapping[str, EnrolledProvider],
) -> RollIntake:
    book = office.book_domain
    addresses = {row.provider.address.lower() for row in enrolled.values() if row.provider.address}
    if roll.problem:
        return RollIntake(roll, 0, roll.problem)
    if (roll.chain_id, roll.book.lower()) != (book.chain_id, book.book.lower()):
        return RollIntake(roll, 0, "it is for another book or chain")
    if roll.file != file:
        return RollIntake(roll, 0, "it commits to another file of claims")
    if any(numbers.get(control) != number for control, number in roll.claims):
        return RollIntake(roll, 0, "it names claims that the file does not hold")
    if roll.provider.lower() not in addresses:
        return RollIntake(roll, 0, f"its provider {roll.provider} is not enrolled here with this address")
    at = anchored_at(office, roll)
    return RollIntake(roll, at, "" if at else f"the chain has no such roll of {roll.provider}: it was not anchored")


def keep_rolls(work: UnitOfWork, intake: Sequence[RollIntake], sha256: str, now: int) -> None:
    """Keep the rolls that count, with each claim's place."""
    for each in intake:
        if not each.problem:
            keep_roll(work, each.roll, sha256, now)


def told_rolls(intake: Sequence[RollIntake]) -> list[dict[str, Any]]:
    """Return what `claims adjudicate --json` says of rolls."""
    return [
        {
            "roll": "0x" + each.roll.hash.hex(),
            "provider": each.roll.provider,
            "claims": len(each.roll.claims),
            "anchored_at": each.anchored_at or None,
            "problem": each.problem,
        }
        for each in intake
    ]


def anchored_invoice(
    work: UnitOfWork, run: Run, control_number: str, claim: Claim, person: str
) -> AnchoredInvoice | None:
    """What a claim's anchored invoice says, held against the payer's own: the policy of the matched member, the charge, the
    rank, the enrolled address, and attestations among the records handed over. None where the claim is in no roll.

    `person` is who the claim's patient is, "" where that is not known."""
    found = run.rolls.invoice(work, control_number)
    if found is None:
        return None
    roll, position, invoice = found
    policy = policy_of(work, run, claim, person)
    enrolled = work.providers.find(claim.billing.npi)
    address = "" if enrolled is None else enrolled.provider.address
    chosen = choose_records(claim, tuple(run.records.values()))
    listed = bool(chosen) and _attestations(chosen) == invoice.attestations
    problem = ""
    if claim.frequency != ORIGINAL or invoice.frequency != int(ORIGINAL):
        problem = "a replacement or void is not answered in a roll"
    elif invoice.provider.lower() != address.lower():
        problem = f"it is of {invoice.provider}, and the billing provider is enrolled with {address or 'no address'}"
    elif policy is None:
        problem = "its member has no policy on the chain for the year of the services and the payer's rank"
    elif invoice.policy != policy:
        problem = f"it is on policy {invoice.policy}, and the member has another"
    elif invoice.billed != claim.charge.cents:
        problem = f"it bills {invoice.billed} cents, and the claim {claim.charge.cents}"
    elif invoice.rank != claim.rank:
        problem = f"it is for the payer's rank {invoice.rank}, and the claim for {claim.rank}"
    elif not listed:
        problem = "it lists other attestations than those of the records that were handed over for the claim"
    names = tuple(record.identifier for record in chosen) if listed else ()
    return AnchoredInvoice(roll, position, names, problem)


def _attestations(records: Sequence[EncounterRecord]) -> bytes:
    return attestations_hash([attestation_digest(record.practitioner, record.attestation) for record in records])


def becomes_due(
    work: UnitOfWork, run: Run, control_number: str, claim: Claim, revision: int, decision: Decision, inputs: Inputs
) -> bool:
    """Whether an approval is settled in a batch; it is then due, in the unit of work that decided it, and nothing is signed yet."""
    from claims.store.rows import DueClaim

    anchored = inputs.anchored
    if decision.status != PAID or anchored is None or anchored.problem:
        return False
    if work.settlements.due_claim(control_number, revision) is not None:
        return True
    if work.decisions.batches_of(control_number, revision):
        return False  # It was signed by itself, before the roll was known.
    backing = [run.records[name] for name in anchored.records]
    roll = run.rolls.roll(work, anchored.roll).roll
    invoice = roll.invoices[anchored.position]
    terms = build_terms(decision, invoice, run.verified(backing, claim.rank), revision=1)
    if fits(BatchClaim(roll, anchored.position, terms, tuple(backing))):
        return False
    identifier = claim_id(invoice)
    work.claims.name_on_chain(control_number, identifier)
    due = DueClaim(
        control_number=control_number,
        revision=revision,
        claim_id=identifier,
        roll=anchored.roll,
        position=anchored.position,
        rule_pack=decision.rule_pack,
        trace=trace_hash(decision, inputs.trace_salt),
        terms=terms,
        records=tuple(work.records.add(record, run.now) for record in backing),
        due_at=run.now,
    )
    work.settlements.add(due)
    return True
