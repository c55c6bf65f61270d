"""A provider's side of a claim: handed over with its evidence, and settled with the decision that came back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from claims.evidence.disclosure import without_context
from claims.evidence.document import dump_records, load_records
from claims.evidence.errors import RecordError
from claims.evidence.roots import attestations_hash, claim_id
from claims.evidence.typed_data import attestation_digest
from claims.evidence.verify import verify
from claims.formats.fhir.claims import looks_like_fhir
from claims.model.claim import Claim
from claims.model.decision import DENIED, PAID, PENDED, REVERSED
from claims.model.evidence import EncounterRecord
from claims.model.money import Money, total
from claims.model.payment import Payment
from claims.model.submission import Submission
from claims.service.anchoring import Anchored, PolicySource, RollSent, anchor_claims
from claims.service.answers import answer_file, write_answers
from claims.service.deciding import EDIT
from claims.service.decision_file import Answer, read_decisions
from claims.service.errors import FileRejected, UsageError
from claims.service.home import PROVIDER
from claims.service.homes import billing_key
from claims.service.intake import first_cause, goes_on, read_claims, received
from claims.service.numbering import numbered_claims
from claims.service.office import Office, load_abi
from claims.service.private_file import write_private
from claims.service.rebilling import keep_sent
from claims.service.replacing import CORRECTIONS
from claims.service.roll_file import SUFFIX, write_rolls
from claims.service.sending import Call, carry_out, enqueue, resume
from claims.settlement.calldata import decide_call, settle_call, submit_call
from claims.settlement.payments import read_payments
from claims.settlement.selection import choose_records
from claims.settlement.signed_decision import SignedDecision
from claims.settlement.terms import ORIGINAL, build_invoice

if TYPE_CHECKING:
    from claims.chain.client import Receipt
    from claims.store.work import UnitOfWork

PRESENTED, SUBMITTED, SETTLED, REFUSED = "presented", "submitted", "settled", "refused"
ANCHORED = "anchored"
"""What is said of a claim whose invoice stands in an anchored roll; it is kept as presented."""

WAITING_ON_CHAIN, PAID_ON_CHAIN = (1, 2), 4
"""Values of the contract's ClaimStatus: submitted or pended, and paid."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one claim of a file.

    `status` is presented, anchored, submitted, settled, denied, pended, rejected, or refused by the contract; `transaction`
    and `gas` tell what was sent for it, None where nothing was.
    """

    claim: str
    status: str
    why: str = ""
    transaction: bytes | None = None
    gas: int | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """What `hand_over` did: an outcome for each claim, the files for the payer, and the rolls that were anchored."""

    outcomes: tuple[Outcome, ...]
    files: dict[str, str]
    rolls: tuple[RollSent, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """An approval that agrees with what was billed: its signed terms, the claim's id, its records in order, who sends it."""

    signed: SignedDecision
    claim_id: bytes
    backing: tuple[EncounterRecord, ...]
    sender: str


def hand_over(
    office: Office,
    file: Path,
    *,
    records: Path | None,
    out: Path,
    policy: int | None = None,
    anchor: PolicySource | None = None,
    dry_run: bool = False,
) -> Handed:
    """Check an 837 and its evidence, keep its claims, and write what the payer gets: the 837 and the records it needs.

    What a payer's intake would answer at once is written beside the 837, also where the file is rejected.
    With `policy`, each claim is also submitted on the chain against that policy: its clock runs from then on. With `anchor`
    those that can be are anchored instead, all in one roll of invoices; what stays out is told with why, and goes the way of a
    claim that is handed over alone. Raises FileRejected where nothing of the file can be presented, RecordError where a record
    was changed after it was sealed.
    `records` None takes the records that this home attested.
    """
    office.require(PROVIDER)
    data = file.read_bytes()
    submission = read_claims(data, strict_npi=office.home.strict_npi)
    files: dict[str, str] = {}
    if not dry_run:
        files |= write_answers(file, answer_file(submission, created=datetime.now(UTC), control_number=1))
        _keep_rejections(office, file, submission)
    _require_any(submission, file)
    known = _records(office, records)
    _require_sealed(office, known)
    backed = [(number, claim, choose_records(claim, known)) for number, claim in numbered_claims(submission)]
    if policy is not None:
        _require_one_person([(claim, backing) for _, claim, backing in backed if not claim.is_encounter_report])
    chosen = {record.identifier: record for _, _, backing in backed for record in backing}
    handed = _handed_records(tuple(chosen.values()))
    if not dry_run:
        _keep(office, [(control_number, claim) for control_number, claim, _ in backed], submission.sha256)
    anchored = None
    if anchor is not None:
        anchored = anchor_claims(office, backed, anchor, file=data, records=handed, dry_run=dry_run)
    outcomes = []
    for control_number, claim, backing in backed:
        if anchored is not None:
            outcomes.append(_anchored(anchored, control_number, claim, backing, dry_run=dry_run))
        elif policy is None or claim.is_encounter_report:
            outcomes.append(Outcome(claim.number, PRESENTED, f"backed by {len(backing)} encounter records"))
        else:
            outcomes.append(_submit(office, control_number, claim, backing, policy, dry_run=dry_run))
    outcomes += _rejected(submission)
    if not dry_run:
        keep_sent(office.home, data)
        files |= _write_package(out, file, data, handed, anchored)
    return Handed(tuple(outcomes), files, () if anchored is None else anchored.sent)


def _anchored(
    anchored: Anchored, control_number: str, claim: Claim, backing: Sequence[EncounterRecord], *, dry_run: bool
) -> Outcome:
    backed = f"backed by {len(backing)} encounter records"
    if control_number in anchored.claims:
        where = "would be anchored" if dry_run else f"in roll 0x{anchored.claims[control_number].hex()}"
        return Outcome(claim.number, PRESENTED if dry_run else ANCHORED, f"{where}, {backed}")
    reason = anchored.reasons.get(control_number, "")
    return Outcome(claim.number, PRESENTED, f"{backed}; not anchored: {reason}" if reason else backed)


def settle(
    office: Office, file: Path, *, records: Path | None = None, decisions: Path, dry_run: bool = False
) -> tuple[Outcome, ...]:
    """Settle the approved claims of a decision file on the chain, one transaction each; sending is consent to the charge.

    Before anything is sent, every answer is held against the claim as it stands in `file` and against the records: a payer
    that signed another charge, provider or evidence is not consented to (UsageError). A claim that the contract refuses is
    told as such and stops no other. Repeating it pays nothing twice.
    """
    office.require(PROVIDER)
    submission = read_claims(file.read_bytes(), strict_npi=office.home.strict_npi)
    if not dry_run:
        _keep_rejections(office, file, submission)
    _require_any(submission, file)
    payer, answers = read_decisions(decisions)
    known = {record.identifier: record for record in _records(office, records)}
    _require_sealed(office, tuple(known.values()))
    claims = dict(numbered_claims(submission))
    book = office.book_of(payer)
    due = []
    for answer in answers:
        claim = claims.get(answer.control_number)
        if claim is None:
            raise UsageError(
                f"{decisions.name} answers a claim that {file.name} does not hold: {answer.decision.claim}"
            )
        due.append((answer, claim, _consented(office, answer, claim, known, book)))
    outcomes = [_settle(office, *each, submission.sha256, dry_run=dry_run) for each in due]
    return tuple(outcomes) + tuple(_rejected(submission))


def _records(office: Office, file: Path | None) -> tuple[EncounterRecord, ...]:
    """Read the records of a document, or take those that the home attested: of each encounter the best, a signed one last."""
    if file is not None:
        return load_records(file.read_bytes())
    with office.store.reading() as work:
        kept = {(stored.record.identifier, stored.record.provider_npi): stored.record for stored in work.records.all()}
    return tuple(kept.values())


def _require_any(submission: Submission, file: Path) -> None:
    if not goes_on(submission):
        raise FileRejected(f"{file.name} is rejected and no claim of it was recorded: {first_cause(submission)}")


def _require_sealed(office: Office, records: Sequence[EncounterRecord]) -> None:
    """Check that nothing was changed after it was sealed; whether the registry would take it is the payer's to ask."""
    domain = office.evidence_domain
    for encounter in (verify(record, key=None, domain=domain) for record in records):
        if encounter.problem == "salt-mismatch":
            raise RecordError(
                f"encounter record {encounter.identifier}: its values with their salts do not give the attested roots; "
                "nothing was sent: take the record as it was sealed"
            )


def _keep(office: Office, numbered: Sequence[tuple[str, Claim]], sha256: str) -> None:
    from claims.store.rows import StoredClaim

    now = office.chain.head().timestamp
    with office.store.unit_of_work() as work:
        for control_number, claim in numbered:
            if work.claims.find(control_number) is None:
                work.claims.add(StoredClaim(control_number, claim, sha256, claim.received, PRESENTED, recorded_at=now))


def _require_one_person(backed: Sequence[tuple[Claim, Sequence[EncounterRecord]]]) -> None:
    """A policy is one person's, and so must be every record that a claim lists on it; told before anything is sent."""
    for claim, backing in backed:
        if not backing:
            raise UsageError(f"claim {claim.number} is backed by no record: it cannot be submitted on the chain")
        persons = len({record.person for record in backing})
        if persons > 1:
            raise UsageError(
                f"claim {claim.number} can be backed by records of {persons} persons: name its encounter records in PWK"
            )
    persons = len({record.person for _, backing in backed for record in backing})
    if persons > 1:
        raise UsageError(
            f"the file bills for {persons} persons, and a policy is one person's: submit them file by file"
        )


def _submit(
    office: Office,
    control_number: str,
    claim: Claim,
    backing: Sequence[EncounterRecord],
    policy: int,
    *,
    dry_run: bool,
) -> Outcome:
    name, book = billing_key(office.home, claim.billing.npi), _book_of(office, claim)
    sender = office.keystore.address(name)
    call = Call(book, submit_call(build_invoice(claim, provider=sender, policy=policy, records=backing), backing))
    if dry_run:
        return _tried(office, claim, sender, call)
    key, now = f"submit:{control_number}", office.chain.head().timestamp
    with office.store.unit_of_work() as work:
        enqueue(work, key=key, kind="submit", claim=control_number, call=call, now=now)
    receipt = carry_out(office, office.signer(name), key)
    now = office.chain.head().timestamp
    with office.store.unit_of_work() as work:
        if work.claims.get(control_number).status == PRESENTED:
            work.claims.change_status(control_number, SUBMITTED, now)
    return Outcome(claim.number, SUBMITTED, "", receipt.transaction, receipt.gas_used)


def _book_of(office: Office, claim: Claim) -> str:
    """The book of the payer that the claim names; the only one there is where a file names its payer otherwise."""
    books = office.books
    return office.book_of(claim.payer.identifier) if len(books) > 1 else next(iter(books.values()))


def _settle(
    office: Office, answer: Answer, claim: Claim, consent: Consent | None, sha256: str, *, dry_run: bool
) -> Outcome:
    from claims.chain.errors import Reverted

    decision = answer.decision
    if dry_run and consent is not None:
        return _tried(office, claim, consent.sender, _call(office, consent))
    if not dry_run:
        _keep(office, [(answer.control_number, claim)], sha256)
        if _follow(office, answer, consent):
            return Outcome(claim.number, SETTLED, "settled before; nothing was sent")
    if consent is None and decision.status == PAID and _is_anchored(office, answer.control_number, dry_run=dry_run):
        return Outcome(claim.number, ANCHORED, f"approved, {decision.paid}: its payer settles it in a batch")
    if consent is None:
        return Outcome(claim.number, decision.status, _first_cause(answer))
    try:
        receipt = _carry_out(office, answer.control_number, claim, consent)
    except Reverted as refusal:
        return Outcome(claim.number, REFUSED, str(refusal))
    return _settled(office, answer.control_number, claim, consent, receipt)


def _carry_out(office: Office, control_number: str, claim: Claim, consent: Consent) -> Receipt | None:
    """Send the claim, or finish what an earlier answer to it began; None where the payer's own transaction paid it."""
    from claims.chain.errors import Reverted

    key = f"settle:{consent.claim_id.hex()}:{consent.signed.batch.hex()}"
    with office.store.reading() as work:
        others = [i.idempotency_key for i in work.outbox.of_claim(control_number) if i.kind == "settle"]
    for other in others:
        # An answer that was signed anew has a key of its own: what was sent with the earlier one may have been mined.
        if other != key:
            with suppress(Reverted):
                found = resume(office, other)
                if found is not None:
                    return found
    if _standing(office, consent) == PAID_ON_CHAIN:
        with office.store.reading() as work:
            ours = work.outbox.find(key)
        return None if ours is None else resume(office, key)
    call, now = _call(office, consent), office.chain.head().timestamp
    with office.store.unit_of_work() as work:
        enqueue(work, key=key, kind="settle", claim=control_number, call=call, now=now)
    return carry_out(office, office.signer(billing_key(office.home, claim.billing.npi)), key)


def _standing(office: Office, consent: Consent) -> int:
    """The contract's ClaimStatus of the claim: 0 where it was never submitted."""
    abi = load_abi("InsurerBook")
    return int(office.chain.call(consent.signed.book, abi, "claimOf", (consent.claim_id,))["status"])


def _call(office: Office, consent: Consent) -> Call:
    """`settle`, or `decide` where the claim was submitted and waits: anybody may send the payer's answer to that."""
    make = decide_call if _standing(office, consent) in WAITING_ON_CHAIN else settle_call
    return Call(consent.signed.book, make(consent.signed, consent.backing))


def _settled(office: Office, control_number: str, claim: Claim, consent: Consent, receipt: Receipt | None) -> Outcome:
    """Keep that the claim is settled, with its payment as the chain tells it."""
    payments = _payments(office, control_number, consent, receipt)
    now = office.chain.head().timestamp
    with office.store.unit_of_work() as work:
        for payment in payments:
            work.payments.add(payment)
        if work.claims.get(control_number).status != SETTLED:
            work.claims.change_status(control_number, SETTLED, now)
    if receipt is None:
        return Outcome(claim.number, SETTLED, "the payer answered it on the chain; nothing was sent")
    credited = total(payment.credited for payment in payments)
    why = f"paid {Money(consent.signed.decision.paid)}"
    if credited:
        why = f"credited {credited}: the token refused the transfer, and the book keeps the money for withdrawal"
    return Outcome(claim.number, SETTLED, why, receipt.transaction, receipt.gas_used)


def _payments(office: Office, control_number: str, consent: Consent, receipt: Receipt | None) -> tuple[Payment, ...]:
    """What the chain paid for a claim: in our transaction's block or, where the payer sent it, since we submitted."""
    if receipt is not None:
        first = last = receipt.block
    else:
        with office.store.reading() as work:
            rows = work.outbox.transactions(f"submit:{control_number}")
        first = max((row.block for row in rows if row.block is not None), default=0)
        last = office.chain.head().number
    found = read_payments(office.chain, consent.signed.book, first, last)
    return tuple(payment for payment in found if consent.claim_id in payment.claims)


def _consented(
    office: Office, answer: Answer, claim: Claim, known: dict[str, EncounterRecord], book: str
) -> Consent | None:
    """Hold what the payer signed against what the provider billed and attested; None where there is nothing to settle."""
    decision, signed = answer.decision, answer.signed
    if decision.status != PAID or signed is None:
        return None
    missing = [name for name in signed.records if name not in known]
    if missing:
        raise UsageError(f"claim {claim.number}: encounter record {missing[0]} is not among the records given")
    backing = tuple(known[name] for name in signed.records)
    sender = office.keystore.address(billing_key(office.home, claim.billing.npi))
    invoice, terms = signed.invoice, signed.decision
    attested = attestations_hash([attestation_digest(r.practitioner, r.attestation) for r in backing])
    for what, theirs, ours in (
        ("chain", signed.chain_id, office.chain.chain_id),
        ("book", signed.book.lower(), book.lower()),
        ("claim", signed.claim_number, claim.number),
        ("charge in cents", invoice.billed, claim.charge.cents),
        ("provider", invoice.provider.lower(), sender.lower()),
        ("payer's rank", invoice.rank, claim.rank),
        ("frequency", invoice.frequency, ORIGINAL),
        ("attestations", invoice.attestations.hex(), attested.hex()),
        ("invoice", terms.invoice.hex(), claim_id(invoice).hex()),
    ):
        if theirs != ours:
            raise UsageError(
                f"claim {claim.number}: the payer signed another {what} ({theirs}) than was billed ({ours})"
            )
    for what, signed_for, told in (
        ("pay", terms.paid, decision.paid),
        ("allow", terms.allowed, decision.allowed),
        ("leave to the patient", terms.patient, decision.patient),
    ):
        if signed_for != told.cents:
            raise UsageError(f"claim {claim.number}: the payer says to {what} {told} and signed {Money(signed_for)}")
    return Consent(signed, terms.invoice, backing, sender)


def _tried(office: Office, claim: Claim, sender: str, call: Call) -> Outcome:
    from claims.chain.transactions import dry_run

    tried = dry_run(office.chain, sender, call.to, call.data)
    if tried.refusal is not None:
        return Outcome(claim.number, REFUSED, str(tried.refusal))
    why = f"would be sent for {tried.gas:,} gas, {tried.cost} wei; calldata floor {tried.calldata_floor:,} gas"
    return Outcome(claim.number, PRESENTED, why, None, tried.gas)


def _follow(office: Office, answer: Answer, consent: Consent | None) -> bool:
    """Keep the payer's answer, each version once, and the status that it gives the claim; whether it was settled before.

    A settled claim stays settled, whatever an older answer says.
    """
    from claims.model.coding import encode
    from claims.store.rows import StoredDecision

    now = office.chain.head().timestamp
    with office.store.unit_of_work() as work:
        status = work.claims.get(answer.control_number).status
        if status == SETTLED:
            return True
        if consent is not None:
            work.claims.name_on_chain(answer.control_number, consent.claim_id)
        latest = work.decisions.latest(answer.control_number)
        if latest is None or latest.decision != answer.decision:
            revision = work.decisions.next_revision(answer.control_number)
            work.decisions.add(StoredDecision(answer.control_number, revision, answer.decision, now, encode(answer)))
        _follow_correction(work, answer, now)
        approved = consent is not None or (
            answer.decision.status == PAID and work.invoice_rolls.place_of(answer.control_number) is not None
        )
        following = PRESENTED if approved else answer.decision.status
        if status != following and not (consent is not None and status == SUBMITTED):
            work.claims.change_status(answer.control_number, following, now)
    return False


def _is_anchored(office: Office, control_number: str, *, dry_run: bool) -> bool:
    if dry_run and not office.home.has_store:
        return False
    with office.store.reading() as work:
        return work.invoice_rolls.place_of(control_number) is not None


def _follow_correction(work: UnitOfWork, answer: Answer, now: int) -> None:
    """Keep that a replacement or void took its claim's place, as the payer answered; once, and only where both are known."""
    claim = work.claims.get(answer.control_number).claim
    earlier = work.claims.find(claim.payer_control_number) if claim.frequency in CORRECTIONS else None
    refused = any(entry.edit == EDIT and entry.outcome == "deny" for entry in answer.decision.trace)
    if earlier is None or refused or answer.decision.status == PENDED:
        return
    if work.replacements.successor(earlier.control_number) is None:
        work.replacements.add(answer.control_number, earlier.control_number, now)
        work.claims.change_status(earlier.control_number, REVERSED, now, f"corrected by claim {answer.control_number}")


def _first_cause(answer: Answer) -> str:
    outcome = {DENIED: "deny", PENDED: "pend"}.get(answer.decision.status, "")
    return next((e.why for e in answer.decision.trace if e.outcome == outcome or (not outcome and e.edit == EDIT)), "")


def _rejected(submission: Submission) -> list[Outcome]:
    return [
        Outcome(number, "rejected", next((error.message for error in each.errors_of(number)), ""))
        for each in received(submission)
        for number, claim in each.in_order()
        if claim is None
    ]


def _keep_rejections(office: Office, file: Path, submission: Submission) -> None:
    """Keep what is turned away of a file until it is handed over again under its name, for `claims work`."""
    from claims.store.rows import Rejection

    turned_away = [(outcome.claim, outcome.why) for outcome in _rejected(submission)]
    if not turned_away and not goes_on(submission):
        turned_away = [("", first_cause(submission))]
    now = office.chain.head().timestamp
    found = [Rejection(submission.sha256, file.name, number, cause, now) for number, cause in turned_away]
    with office.store.unit_of_work() as work:
        work.rejections.put(file.name, submission.sha256, found)


def _handed_records(records: Sequence[EncounterRecord]) -> bytes:
    """The payer checks services, person and signature; what else the record knows stays with the provider."""
    return dump_records([without_context(record) for record in records])


def _write_package(out: Path, file: Path, data: bytes, records: bytes, anchored: Anchored | None) -> dict[str, str]:
    out.mkdir(parents=True, exist_ok=True)
    ending = ".json" if looks_like_fhir(data) else ".837"
    claims, evidence = out / f"{file.stem}{ending}", out / f"{file.stem}.records.json"
    if claims.resolve() != file.resolve():
        write_private(claims, data)
    write_private(evidence, records)
    files = {"claims": str(claims), "records": str(evidence)}
    if anchored is not None and anchored.rolls:
        rolls = out / f"{file.stem}{SUFFIX}"
        write_rolls(rolls, anchored.rolls)
        files["rolls"] = str(rolls)
    return files
