"""A payer's answer to a file: acknowledged, decided against its own records, kept, signed, and paid where it was asked to."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claims.adjudication.document import document_of, rejected_document
from claims.adjudication.engine import prepare
from claims.adjudication.findings import PEND
from claims.adjudication.history import past_lines
from claims.adjudication.members import Members
from claims.evidence.document import load_records
from claims.evidence.errors import RecordError
from claims.model.claim import Claim
from claims.model.coding import decode, encode
from claims.model.decision import PAID, PENDED, Decision
from claims.model.evidence import EncounterRecord, VerifiedEncounter
from claims.model.member import Authorization
from claims.model.review import Review
from claims.model.submission import Submission
from claims.service.anchored import (
    RollIntake,
    anchored_invoice,
    becomes_due,
    check_rolls,
    keep_rolls,
    told_rolls,
)
from claims.service.answers import MOST_INTERCHANGES, Answers, answer_file
from claims.service.calendar import date_at
from claims.service.deciding import decide, story_of
from claims.service.decision_file import Answer, write_decisions
from claims.service.errors import ClaimPending, UsageError
from claims.service.evidence import verify_records
from claims.service.home import PAYER
from claims.service.intake import error_document, loose_errors
from claims.service.intake import received as received_sets
from claims.service.numbering import numbered_claims
from claims.service.office import Office
from claims.service.payer_run import Correction, Inputs, Run, deadline
from claims.service.practice import practice_figures
from claims.service.private_file import write_private
from claims.service.receiving import receive, remember
from claims.service.replacing import correction_of, take_place, taken_back
from claims.service.revising import revision_due
from claims.service.rules import Rules, enrolled_members, read_rules
from claims.service.sending import carry_out
from claims.service.signing import answered_on_chain, decide_key, signed_answer
from claims.settlement.signed_decision import SignedDecision

if TYPE_CHECKING:
    from claims.store.rows import EnrolledProvider, StoredClaim
    from claims.store.work import UnitOfWork

ENCOUNTER_REPORT = "recorded"


class _Undo(Exception):
    """Ends a unit of work without keeping it."""


def adjudicate_for_payer(
    office: Office,
    file: Path,
    *,
    evidence: Path | None = None,
    rolls: Path | None = None,
    plan: Path | None = None,
    members: Path | None = None,
    providers: Path | None = None,
    received: date | None = None,
    decided: date | None = None,
    out: Path | None = None,
    pay: bool = False,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Answer an 837: write its 999 and a decision file beside it (or in `out`), and keep every decision.

    The whole file is decided in one unit of work: what is wrong with the evidence or the documents changes nothing.
    Repeating it gives the decisions that were made, signs again what had become stale, and decides anew what was pended.
    `pay` sends the decisions of claims that were submitted on the chain. `rolls` are what the provider anchored of the file:
    what is approved of it becomes due for `claims settle run`. Returns what `claims adjudicate --json` prints.
    """
    office.require(PAYER)
    submission = receive(office, file)
    enrolled_people = enrolled_members(office)
    rules = read_rules(office.home, plan=plan, members=members, providers=providers, enrolled=enrolled_people)
    records = () if evidence is None else load_records(evidence.read_bytes())
    ranks = {claim.rank for claim in submission.claims}
    numbered = numbered_claims(submission)
    intake: tuple[RollIntake, ...] = ()
    if rolls is not None:
        intake = check_rolls(office, rolls, file.read_bytes(), {control: claim.number for control, claim in numbered})
    run = open_run(office, rules, records, ranks, received=received, decided=decided, pay=pay and not dry_run)
    now = run.now
    answers: list[Answer] = []
    known = False
    reports: list[str] = []
    acknowledged = Answers(b"", b"")
    with suppress(_Undo), office.store.unit_of_work() as work:
        run.users.clear()
        known = bool(work.claims.by_source(submission.sha256))
        remember(work, submission, date_at(now))
        keep_rolls(work, intake, submission.sha256, now)
        for control_number, claim in numbered:
            if claim.is_encounter_report:
                _record(work, run, control_number, claim, submission.sha256, ENCOUNTER_REPORT)
                reports.append(claim.number)
            else:
                answers.append(_answer(work, run, control_number, claim, submission.sha256))
        first, *_ = [
            work.control_numbers.next("acknowledgement")
            for _ in range(max(1, MOST_INTERCHANGES * len(submission.interchanges)))
        ]
        acknowledged = answer_file(
            submission,
            created=datetime.fromtimestamp(now, UTC),
            control_number=first,
            payer_numbers=[control_number for control_number, _ in numbered],
        )
        if dry_run:
            raise _Undo
    result: dict[str, Any] = {
        "claims": [*map(_printed, answers), *_rejected(submission)],
        "encounter_reports": reports,
        "rolls": told_rolls(intake),
        "errors": [error_document(error) for error in loose_errors(submission)],
        "files": {},
        "payments": [],
    }
    if not dry_run:
        result["files"] = _write_files(office, file, out or file.parent, acknowledged, answers, known=known)
        result["payments"] = _pay(run, answers)
    return result


def open_run(
    office: Office,
    rules: Rules,
    records: Sequence[EncounterRecord],
    ranks: Iterable[int],
    *,
    received: date | None = None,
    decided: date | None = None,
    pay: bool = False,
) -> Run:
    """Make ready what claims are decided with: the records verified for each of these ranks, the time, the signer.

    Raises RecordError where a record was changed after it was sealed, UsageError where two have one name.
    """
    now = office.chain.head().timestamp
    with office.store.reading() as work:
        enrolled = {row.provider.npi: row for row in work.providers.all()}
    return Run(
        office=office,
        rules=rules,
        terms=prepare(rules.plan, office.tables),
        members=Members(rules.members),
        records=_by_identifier(records),
        evidence={rank: _verified(office, records, enrolled, rank) for rank in ranks},
        now=now,
        received=received,
        decided=decided or date_at(now),
        adjudicator=office.signer("adjudicator"),
        epoch=office.read("InsurerBook", "controls")["epoch"],
        book=office.book_domain,
        pay=pay,
        tables=office.tables,
    )


def _by_identifier(records: Sequence[EncounterRecord]) -> dict[str, EncounterRecord]:
    found: dict[str, EncounterRecord] = {}
    for record in records:
        if record.identifier in found:
            raise UsageError(f"two encounter records are named {record.identifier}; hand over one of each name")
        found[record.identifier] = record
    return found


def _verified(
    office: Office, records: Sequence[EncounterRecord], enrolled: dict[str, EnrolledProvider], rank: int
) -> tuple[VerifiedEncounter, ...]:
    verified = verify_records(office, records, rank=rank, enrolled=enrolled)
    for encounter in verified:
        if encounter.problem == "salt-mismatch":
            raise RecordError(
                f"encounter record {encounter.identifier}: its values with their salts do not give the attested roots; "
                "nothing was recorded: ask the provider for the record as it was sealed"
            )
    return verified


def _record(work: UnitOfWork, run: Run, control_number: str, claim: Claim, sha256: str, status: str) -> None:
    from claims.store.rows import StoredClaim

    if work.claims.find(control_number) is None:
        received = run.received or claim.received
        work.claims.add(StoredClaim(control_number, claim, sha256, received, status, recorded_at=run.now))


def _answer(work: UnitOfWork, run: Run, control_number: str, claim: Claim, sha256: str) -> Answer:
    """Decide a claim, or give the answer that it had; only what pended is decided again."""
    stored, latest = work.claims.find(control_number), work.decisions.latest(control_number)
    if stored is not None and latest is not None and stored.status != PENDED:
        inputs = decode(Inputs, latest.inputs)
        signed = _signed(work, run, control_number, stored.claim, latest.revision, latest.decision, inputs)
        return _told(run, control_number, claim, latest.decision, signed)
    inputs, decision = _decide(work, run, control_number, claim)
    if latest is not None and latest.decision == decision:
        signed = _signed(work, run, control_number, claim, latest.revision, decision, inputs)
        return _told(run, control_number, claim, decision, signed)
    return _keep(work, run, control_number, claim, sha256, inputs, decision)


def answer_reviewed(work: UnitOfWork, run: Run, stored: StoredClaim, review: Review) -> Answer:
    """Decide a claim that waits by what a person decided of it, and keep the decision as every other is kept.

    Raises ClaimPending where something that the review does not speak of makes the claim wait all the same.
    """
    inputs, decision = _decide(work, run, stored.control_number, stored.claim, review)
    if decision.status == PENDED:
        causes = dict.fromkeys(f"{entry.edit}: {entry.why}" for entry in decision.trace if entry.outcome == PEND)
        raise ClaimPending(f"claim {stored.claim.number} waits all the same, nothing was kept: {'; '.join(causes)}")
    return _keep(work, run, stored.control_number, stored.claim, stored.source_sha256, inputs, decision)


def _signed(
    work: UnitOfWork, run: Run, control_number: str, claim: Claim, revision: int, decision: Decision, inputs: Inputs
) -> SignedDecision | None:
    """Sign a decision, or have an approval of an anchored claim wait for its batch, and a correction for its revision."""
    if work.revisions.find(control_number) is not None:
        return None
    if becomes_due(work, run, control_number, claim, revision, decision, inputs):
        return None
    return signed_answer(work, run, control_number, claim, revision, decision)


def _decide(
    work: UnitOfWork, run: Run, control_number: str, claim: Claim, review: Review | None = None
) -> tuple[Inputs, Decision]:
    correction = correction_of(work, claim, _person(run, claim))
    with taken_back(work, correction, run.now) as tentative:
        inputs = replace(_inputs(work, run, claim, correction), review=review)
        if correction is None:
            anchored = anchored_invoice(work, run, control_number, claim, _person(run, claim) or "")
            inputs = replace(inputs, anchored=anchored)
        decision = decide(inputs, run.terms, run.tables)
        if decision.status == PENDED:
            tentative.undo()
    return inputs, decision


def _person(run: Run, claim: Claim) -> str | None:
    members = run.members.fitting(claim)
    return members[0].person if len(members) == 1 else None


def _inputs(work: UnitOfWork, run: Run, claim: Claim, correction: Correction | None = None) -> Inputs:
    members = run.members.fitting(claim)
    lineage = _lineage(work, correction)
    person = _person(run, claim)
    offered = tuple(_offered(run.evidence[claim.rank], claim, person))
    users = {e.identifier: _users(work, run, run.records[e.identifier], claim.rank) for e in offered}
    # What a claim's lineage spent on the chain is its own: the correction rests on it again.
    own = {e.identifier for e in offered if e.problem == "spent" and users[e.identifier] <= lineage and lineage}
    evidence = tuple(replace(e, problem="") if e.identifier in own else e for e in offered)
    if correction is not None and correction.replaces and any(users[name] for name in own):
        correction = replace(correction, settled=True)
    named = {claim.billing.npi} | {e.practitioner_npi for e in evidence}
    named |= {rendering.npi for line in claim.lines if (rendering := claim.rendering_of(line)) is not None}
    if claim.referring is not None:
        named.add(claim.referring.npi)
    family = members[0].family if person is not None else ""
    years = sorted({run.terms.year_of(line.begins) for line in claim.lines})
    return Inputs(
        plan=run.rules.plan,
        claim=claim,
        members=members,
        providers=None if run.rules.providers is None else tuple(p for p in run.rules.providers if p.npi in named),
        evidence=evidence,
        history=() if person is None else work.history.of_person(person),
        accumulators=()
        if person is None
        else tuple((year, work.accumulators.of_person(person, year)) for year in years),
        spent=tuple(e.identifier for e in evidence if users[e.identifier] - lineage),
        received=run.received or claim.received,
        decided=run.decided,
        trace_salt=secrets.token_bytes(32),
        correction=correction,
        authorizations=_authorizations(work, run, person),
        tables=None if run.tables is None else run.tables.versions,
        family_accumulators=tuple((year, work.accumulators.of_family(family, year)) for year in years)
        if family
        else None,
        practice=practice_figures(work, run.terms, claim, run.rules.providers),
    )


def _offered(evidence: Sequence[VerifiedEncounter], claim: Claim, person: str | None) -> Iterator[VerifiedEncounter]:
    """Give the billing provider's encounters that the engine may look at: of the claim's person, of a line's day, or named.

    What no line can be matched to or mistaken for is left out: a file's every record would else be kept with its every claim.
    """
    days = {line.begins for line in claim.lines}
    named = set(claim.evidence).union(*(line.evidence for line in claim.lines))
    for each in evidence:
        if each.provider_npi == claim.billing.npi and (
            person is None
            or each.person == person
            or each.identifier in named
            or any(service.begins in days for service in each.services)
        ):
            yield each


def _authorizations(work: UnitOfWork, run: Run, person: str | None) -> tuple[Authorization, ...] | None:
    """The person's authorisations with what claims have taken of them so far; None where the payer keeps none."""
    if run.rules.authorizations is None:
        return None
    used = work.authorization_uses.used()
    return tuple(
        replace(each, used=each.used + used.get(each.number, Decimal(0)))
        for each in run.rules.authorizations
        if each.person == person
    )


def _lineage(work: UnitOfWork, correction: Correction | None) -> frozenset[str]:
    """The claims whose evidence a correction may use again; none for an original."""
    if correction is None or not correction.replaces:
        return frozenset()
    return work.replacements.lineage(correction.replaces)


def _users(work: UnitOfWork, run: Run, record: EncounterRecord, rank: int) -> frozenset[str]:
    """The control numbers of the claims that this record was decided for; each is looked up once in a run's unit of work."""
    found = set()
    for sequence in _burnt(record):
        place = (record.practitioner, sequence, rank)
        if place not in run.users:
            run.users[place] = work.evidence_uses.user(*place)
        found.add(run.users[place])
    return frozenset(user for user in found if user)


def _burnt(record: EncounterRecord) -> tuple[int, ...]:
    """The sequences whose bits a payment of this record spends: its own, and the one that it replaces."""
    attestation = record.attestation
    return (attestation.sequence, attestation.supersedes) if attestation.supersedes else (attestation.sequence,)


def _keep(
    work: UnitOfWork,
    run: Run,
    control_number: str,
    claim: Claim,
    sha256: str,
    inputs: Inputs,
    decision: Decision,
) -> Answer:
    """Keep a decision with all that follows from it, in the unit of work that decided it."""
    from claims.store.rows import StoredDecision

    _record(work, run, control_number, claim, sha256, decision.status)
    revision = work.decisions.next_revision(control_number)
    if work.claims.get(control_number).status != decision.status:
        work.claims.change_status(control_number, decision.status, run.now)
    work.decisions.add(StoredDecision(control_number, revision, decision, run.now, encode(inputs)))
    if decision.status == PAID:
        work.accumulators.add(control_number, revision, decision.usage, run.now)
        work.history.put(control_number, past_lines(claim, decision, control_number))
        for record in run.backing(decision):
            for sequence in _burnt(record):
                work.evidence_uses.add(record.practitioner, sequence, claim.rank, control_number)
                run.users.pop((record.practitioner, sequence, claim.rank), None)
            work.records.add(record, run.now)
        work.authorization_uses.put(control_number, decision.authorization_uses)
    elif decision.status == PENDED:
        # A person may decide it later, without the file at hand.
        for encounter in inputs.evidence:
            work.records.add(run.records[encounter.identifier], run.now)
    if inputs.correction is not None:
        take_place(work, control_number, inputs.correction, decision, run.now)
        revision_due(work, run, control_number, claim, revision, decision, inputs)
    signed = _signed(work, run, control_number, claim, revision, decision, inputs)
    return _told(run, control_number, claim, decision, signed)


def _told(run: Run, control_number: str, claim: Claim, decision: Decision, signed: SignedDecision | None) -> Answer:
    due = deadline(run.rules.plan, run.received or claim.received) if decision.status == PENDED else None
    return Answer(control_number, claim.billing.npi, decision, signed, story_of(decision, run.rules.plan), due)


def _pay(run: Run, answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Send what this run put into the outbox: the answers to claims that wait on the chain. One refusal stops no other."""
    from claims.chain.errors import Reverted

    sent = []
    for answer in answers:
        if answer.signed is None or not run.pay:
            continue
        key = decide_key(answer.signed)
        with run.office.store.reading() as work:
            if work.outbox.find(key) is None:
                continue
        told: dict[str, Any] = {"claim": answer.decision.claim, "transaction": None, "gas": None}
        try:
            receipt = carry_out(run.office, run.office.signer("insurer"), key)
            told |= {"transaction": "0x" + receipt.transaction.hex(), "gas": receipt.gas_used}
        except Reverted as refusal:
            if answered_on_chain(run.office, answer.signed):
                continue  # Anybody may send an answer: the provider was quicker, or an earlier signature was mined.
            told["refused"] = str(refusal)
        sent.append(told)
    return sent


def _printed(answer: Answer) -> dict[str, Any]:
    return document_of(answer.decision) | {
        "control_number": answer.control_number,
        "claim_id": None if answer.signed is None else "0x" + answer.signed.decision.invoice.hex(),
    }


def _rejected(submission: Submission) -> list[dict[str, Any]]:
    return [
        rejected_document(number, each.errors_of(number))
        for each in received_sets(submission)
        for number, claim in each.in_order()
        if claim is None
    ]


def _write_files(
    office: Office, file: Path, folder: Path, acknowledged: Answers, answers: Sequence[Answer], *, known: bool
) -> dict[str, str]:
    """Write 999, 277CA and decisions; a file that was answered before keeps its answers, another of its name gets its own."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, ending, data in (
        ("acknowledgement", ".999", acknowledged.acknowledgement),
        ("claim_acknowledgement", ".277", acknowledged.claim_acknowledgement),
    ):
        target = folder / f"{file.stem}{ending}"
        if not (known and target.exists()):
            target.unlink(missing_ok=True)
            if data:
                write_private(target, data)
        if target.exists():
            files[name] = str(target)
    if answers:
        decided = folder / f"{file.stem}.decisions.json"
        write_decisions(decided, office.home.identifier, answers)
        files["decisions"] = str(decided)
    return files
