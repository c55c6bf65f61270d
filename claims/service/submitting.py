"""A provider's side of a claim: handed over with its evidence, and settled with the decision that came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from claims.evidence.disclosure import without_context
from claims.evidence.document import dump_records, load_records
from claims.evidence.errors import RecordError
from claims.evidence.roots import attestations_hash
from claims.evidence.typed_data import attestation_digest
from claims.model.claim import Claim
from claims.model.decision import DENIED, PAID, PENDED
from claims.model.evidence import EncounterRecord
from claims.model.submission import Submission
from claims.service.decision_file import Answer, read_decisions
from claims.service.errors import FileRejected, UsageError
from claims.service.evidence import verify_records
from claims.service.home import PROVIDER
from claims.service.homes import billing_key
from claims.service.intake import first_cause, goes_on, read_claims, received
from claims.service.numbering import numbered_claims
from claims.service.office import Office
from claims.service.sending import Call, carry_out, enqueue
from claims.settlement.calldata import settle_call, submit_call
from claims.settlement.selection import choose_records
from claims.settlement.signed_decision import SignedDecision
from claims.settlement.terms import build_invoice

if TYPE_CHECKING:
    from claims.chain.client import Receipt
    from claims.store.work import UnitOfWork

PRESENTED, SUBMITTED, SETTLED = "presented", "submitted", "settled"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one claim of a file.

    `status` is presented, submitted, settled, denied, pended or rejected; `transaction` and `gas` tell what was sent for
    it, None where nothing was.
    """

    claim: str
    status: str
    why: str = ""
    transaction: bytes | None = None
    gas: int | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """What `hand_over` did: an outcome for each claim, and the files for the payer."""

    outcomes: tuple[Outcome, ...]
    files: dict[str, str]


def hand_over(
    office: Office,
    file: Path,
    *,
    records: Path | None,
    out: Path,
    policy: int | None = None,
    dry_run: bool = False,
) -> Handed:
    """Check an 837 and its evidence, keep its claims, and write what the payer gets: the 837 and the records it needs.

    With `policy`, each claim is also submitted on the chain against that policy: its clock runs from then on. Raises
    FileRejected where nothing of the file can be presented, RecordError where a record was changed after it was sealed.
    """
    office.require(PROVIDER)
    data = file.read_bytes()
    submission = _accepted(data, file, strict_npi=office.home.strict_npi)
    known = load_records(records.read_bytes()) if records is not None else ()
    _require_sealed(office, known)
    chosen: dict[str, EncounterRecord] = {}
    outcomes = []
    for control_number, claim in numbered_claims(submission):
        backing = choose_records(claim, known)
        chosen.update({record.identifier: record for record in backing})
        if dry_run:
            outcomes.append(Outcome(claim.number, PRESENTED, f"backed by {len(backing)} encounter records"))
            continue
        with office.store.unit_of_work() as work:
            _keep(work, office, control_number, claim, submission.sha256)
        if policy is None or claim.is_encounter_report:
            outcomes.append(Outcome(claim.number, PRESENTED, f"backed by {len(backing)} encounter records"))
        else:
            receipt = _submit(office, control_number, claim, backing, policy)
            outcomes.append(Outcome(claim.number, SUBMITTED, "", receipt.transaction, receipt.gas_used))
    outcomes += _rejected(submission)
    files = {} if dry_run else _write_package(out, file, data, tuple(chosen.values()))
    return Handed(tuple(outcomes), files)


def settle(office: Office, file: Path, *, records: Path, decisions: Path, dry_run: bool = False) -> tuple[Outcome, ...]:
    """Settle the approved claims of a decision file on the chain, one transaction each; sending is consent to the charge.

    Each answer is held against the claim as it stands in `file` and against the records: a payer that signed another
    charge, provider or evidence is not consented to. Repeating it pays nothing twice.
    """
    office.require(PROVIDER)
    submission = _accepted(file.read_bytes(), file, strict_npi=office.home.strict_npi)
    payer, answers = read_decisions(decisions)
    known = {record.identifier: record for record in load_records(records.read_bytes())}
    _require_sealed(office, tuple(known.values()))
    claims = dict(numbered_claims(submission))
    book = office.book_of(payer)
    outcomes = []
    for answer in answers:
        claim = claims.get(answer.control_number)
        if claim is None:
            raise UsageError(
                f"{decisions.name} answers a claim that {file.name} does not hold: {answer.decision.claim}"
            )
        outcomes.append(_settle(office, answer, claim, known, book, submission.sha256, dry_run=dry_run))
    return tuple(outcomes) + tuple(_rejected(submission))


def _accepted(data: bytes, file: Path, *, strict_npi: bool) -> Submission:
    submission = read_claims(data, strict_npi=strict_npi)
    if not goes_on(submission):
        raise FileRejected(f"{file.name} is rejected and nothing was recorded: {first_cause(submission)}")
    return submission


def _require_sealed(office: Office, records: Sequence[EncounterRecord]) -> None:
    for encounter in verify_records(office, records):
        if encounter.problem == "salt-mismatch":
            raise RecordError(
                f"encounter record {encounter.identifier}: its values with their salts do not give the attested roots; "
                "nothing was sent: take the record as it was sealed"
            )


def _keep(work: UnitOfWork, office: Office, control_number: str, claim: Claim, sha256: str) -> None:
    from claims.store.rows import StoredClaim

    if work.claims.find(control_number) is None:
        now = office.chain.head().timestamp
        work.claims.add(StoredClaim(control_number, claim, sha256, claim.received, PRESENTED, recorded_at=now))


def _submit(
    office: Office, control_number: str, claim: Claim, backing: Sequence[EncounterRecord], policy: int
) -> Receipt:
    persons = {record.person for record in backing}
    if len(persons) != 1:
        raise UsageError(
            f"claim {claim.number} can be backed by records of {len(persons)} persons: name its encounter records in PWK"
        )
    signer = office.signer(billing_key(office.home, claim.billing.npi))
    book = _book_of(office, claim)
    invoice = build_invoice(claim, provider=signer.address, policy=policy, records=backing)
    key = f"submit:{control_number}"
    with office.store.unit_of_work() as work:
        now = office.chain.head().timestamp
        call = Call(book, submit_call(invoice, backing))
        enqueue(work, key=key, kind="submit", claim=control_number, call=call, now=now)
    receipt = carry_out(office, signer, key)
    with office.store.unit_of_work() as work:
        if work.claims.get(control_number).status == PRESENTED:
            work.claims.change_status(control_number, SUBMITTED, office.chain.head().timestamp)
    return receipt


def _book_of(office: Office, claim: Claim) -> str:
    """The book of the payer that the claim names; the only one there is where a file names its payer otherwise."""
    books = office.books
    return office.book_of(claim.payer.identifier) if len(books) > 1 else next(iter(books.values()))


def _settle(
    office: Office,
    answer: Answer,
    claim: Claim,
    known: dict[str, EncounterRecord],
    book: str,
    sha256: str,
    *,
    dry_run: bool,
) -> Outcome:
    decision, signed = answer.decision, answer.signed
    if decision.status != PAID or signed is None:
        if not dry_run:
            with office.store.unit_of_work() as work:
                _keep(work, office, answer.control_number, claim, sha256)
                _follow(work, office, answer, decision.status)
        return Outcome(claim.number, decision.status, _first_cause(answer))
    signer = office.signer(billing_key(office.home, claim.billing.npi))
    backing = _consented(claim, signed, known, signer.address, book)
    call = Call(book, settle_call(signed, backing))
    if dry_run:
        return _tried(office, claim, signer.address, call)
    key = f"settle:{signed.decision.invoice.hex()}:{signed.batch.hex()}"
    with office.store.unit_of_work() as work:
        _keep(work, office, answer.control_number, claim, sha256)
        work.claims.name_on_chain(answer.control_number, signed.decision.invoice)
        settled = work.claims.get(answer.control_number).status == SETTLED
        if not settled:
            now = office.chain.head().timestamp
            _follow(work, office, answer, PRESENTED)
            enqueue(work, key=key, kind="settle", claim=answer.control_number, call=call, now=now)
    if settled:
        return Outcome(claim.number, SETTLED, "settled before; nothing was sent")
    receipt = carry_out(office, signer, key)
    with office.store.unit_of_work() as work:
        if work.claims.get(answer.control_number).status != SETTLED:
            work.claims.change_status(answer.control_number, SETTLED, office.chain.head().timestamp)
    return Outcome(claim.number, SETTLED, f"paid {decision.paid}", receipt.transaction, receipt.gas_used)


def _consented(
    claim: Claim, signed: SignedDecision, known: dict[str, EncounterRecord], provider: str, book: str
) -> list[EncounterRecord]:
    """Hold what the payer signed against what the provider billed and attested; returns the records in the invoice's order."""
    missing = [name for name in signed.records if name not in known]
    if missing:
        raise UsageError(f"claim {claim.number}: encounter record {missing[0]} is not among the records given")
    backing = [known[name] for name in signed.records]
    invoice = signed.invoice
    attested = attestations_hash([attestation_digest(r.practitioner, r.attestation) for r in backing])
    for what, theirs, ours in (
        ("charge in cents", invoice.billed, claim.charge.cents),
        ("provider", invoice.provider.lower(), provider.lower()),
        ("payer's rank", invoice.rank, claim.rank),
        ("frequency", invoice.frequency, int(claim.frequency)),
        ("book", signed.book.lower(), book.lower()),
        ("attestations", invoice.attestations.hex(), attested.hex()),
    ):
        if theirs != ours:
            raise UsageError(
                f"claim {claim.number}: the payer signed another {what} ({theirs}) than was billed ({ours})"
            )
    return backing


def _tried(office: Office, claim: Claim, sender: str, call: Call) -> Outcome:
    from claims.chain.transactions import dry_run

    tried = dry_run(office.chain, sender, call.to, call.data)
    if tried.refusal is not None:
        raise tried.refusal
    why = f"would be settled for {tried.gas:,} gas, {tried.cost} wei; calldata floor {tried.calldata_floor:,} gas"
    return Outcome(claim.number, PRESENTED, why, None, tried.gas)


def _follow(work: UnitOfWork, office: Office, answer: Answer, status: str) -> None:
    """Keep the payer's answer, each version once, and the status that it gives the claim."""
    from claims.model.coding import encode
    from claims.store.rows import StoredDecision

    latest = work.decisions.latest(answer.control_number)
    now = office.chain.head().timestamp
    if latest is None or latest.decision != answer.decision:
        revision = work.decisions.next_revision(answer.control_number)
        work.decisions.add(StoredDecision(answer.control_number, revision, answer.decision, now, encode(answer)))
    if work.claims.get(answer.control_number).status != status:
        work.claims.change_status(answer.control_number, status, now)


def _first_cause(answer: Answer) -> str:
    outcome = {DENIED: "deny", PENDED: "pend"}.get(answer.decision.status, "")
    return next((entry.why for entry in answer.decision.trace if entry.outcome == outcome), "")


def _rejected(submission: Submission) -> list[Outcome]:
    return [
        Outcome(number, "rejected", next((error.message for error in each.errors_of(number)), ""))
        for each in received(submission)
        for number, claim in each.in_order()
        if claim is None
    ]


def _write_package(out: Path, file: Path, data: bytes, records: Sequence[EncounterRecord]) -> dict[str, str]:
    out.mkdir(parents=True, exist_ok=True)
    claims, evidence = out / f"{file.stem}.837", out / f"{file.stem}.records.json"
    if claims.resolve() != file.resolve():
        claims.write_bytes(data)
    evidence.touch(mode=0o600)
    # The payer checks services, person and signature; what else the record knows stays with the provider.
    evidence.write_bytes(dump_records([without_context(record) for record in records]))
    return {"claims": str(claims), "records": str(evidence)}
