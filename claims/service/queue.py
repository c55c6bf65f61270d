"""A payer's queue: the claims that wait, and what a named person decides of one, under that person's own key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claims.adjudication.codes import NEEDS_REMARK
from claims.adjudication.document import canonical_bytes
from claims.adjudication.findings import PEND
from claims.adjudication.review import PRICE
from claims.model.coding import decode
from claims.model.decision import PENDED, Decision, TraceEntry
from claims.model.evidence import EncounterRecord
from claims.model.money import ZERO, Money
from claims.model.review import DENY, RELEASABLE, RELEASE, Review
from claims.service.adjudicating import answer_reviewed, open_run
from claims.service.calendar import date_at
from claims.service.decision_file import Answer, write_decisions
from claims.service.errors import ClaimPending, UsageError
from claims.service.home import PARTY_KEYS, PAYER
from claims.service.office import Office
from claims.service.payer_run import Inputs, deadline
from claims.service.reviewing import review_digest
from claims.service.rules import enrolled_members, read_rules

if TYPE_CHECKING:
    from claims.store.rows import StoredClaim, StoredDecision
    from claims.store.work import UnitOfWork

CARC = re.compile(r"[A-Z]{0,2}[0-9]{1,3}")
RARC = re.compile(r"(?:MA|M|N)[0-9]{1,4}")
LONGEST_REASON = 400


@dataclass(frozen=True, slots=True)
class Waiting:
    """A claim that waits: why, since when, until when, and how much is at stake.

    `age` is in days since it was received. `deadline` is the last day of the plan's days for evidence; from the day after it,
    `overdue`, adjudicating again denies for want of evidence. `releasable` is whether a person may pass all of `reasons`.
    """

    claim: str
    control_number: str
    billing_npi: str
    reasons: tuple[TraceEntry, ...]
    age: int
    deadline: date
    overdue: bool
    charge: Money
    releasable: bool


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came of a person's review: the answer to the claim, the review with its signature, and the provider's file."""

    answer: Answer
    review: Review
    signature: bytes
    file: Path | None


class _Undo(Exception):
    """Ends a unit of work without keeping it."""


def waiting_claims(office: Office) -> tuple[Waiting, ...]:
    """Return the claims that wait, the nearest deadline first."""
    office.require(PAYER)
    today = date_at(office.chain.head().timestamp)
    found = []
    with office.store.reading() as work:
        for stored in work.claims.by_status(PENDED):
            latest = work.decisions.latest(stored.control_number)
            if latest is not None:
                found.append(_waiting(stored, latest, today))
    return tuple(sorted(found, key=lambda each: (each.deadline, each.claim, each.control_number)))


def release(
    office: Office,
    number: str,
    *,
    key: str,
    reason: str,
    prices: Mapping[int, Money] | None = None,
    out: Path | None = None,
    dry_run: bool = False,
) -> Reviewed:
    """Pass what makes a claim wait, decide it anew, and keep who released it and why under that person's signature.

    Near duplicates, statistics and lines without a price can be passed; for the last, `prices` says what is allowed, by line.
    `out` is the folder for the decision file that the provider settles with. Raises ClaimPending where the claim waits for
    something else, UsageError where it does not wait, or the key, the reason or a price cannot be used.
    """
    stored, latest = _found(office, number)
    pends = _pends(latest.decision)
    fixed = [entry for entry in pends if entry.edit not in RELEASABLE]
    if fixed:
        raise ClaimPending(
            f"claim {stored.claim.number} waits for what nobody can release ({fixed[0].edit}: {fixed[0].why}); "
            f"to cure it: {fixed[0].cure or 'decide it with `claims queue deny`'}"
        )
    allowed = _prices(latest.decision, pends, prices or {})
    edits = tuple(sorted({entry.edit for entry in pends}))
    terms: dict[str, Any] = {"act": RELEASE, "edits": edits, "prices": allowed}
    return _review(office, stored, latest, key, reason, terms, out, dry_run=dry_run)


def deny(
    office: Office,
    number: str,
    *,
    key: str,
    carc: str,
    remark: str = "",
    reason: str,
    out: Path | None = None,
    dry_run: bool = False,
) -> Reviewed:
    """Deny every line of a claim that waits, with this reason code (group CO), under a person's signature.

    Raises UsageError where the claim does not wait, or the key, the reason, the codes cannot be used.
    """
    if not CARC.fullmatch(carc):
        raise UsageError(f"--carc is a claim adjustment reason code such as 252, not {carc!r}")
    if remark and not RARC.fullmatch(remark):
        raise UsageError(f"--remark is a remittance advice remark code such as N706, not {remark!r}")
    if carc in NEEDS_REMARK and not remark:
        raise UsageError(f"reason {carc} says too little alone: give a remark code with --remark")
    stored, latest = _found(office, number)
    terms: dict[str, Any] = {"act": DENY, "carc": carc, "remark": remark}
    return _review(office, stored, latest, key, reason, terms, out, dry_run=dry_run)


def _waiting(stored: StoredClaim, latest: StoredDecision, today: date) -> Waiting:
    inputs = decode(Inputs, latest.inputs)
    due, pends = deadline(inputs.plan, inputs.received), _pends(latest.decision)
    return Waiting(
        claim=stored.claim.number,
        control_number=stored.control_number,
        billing_npi=stored.claim.billing.npi,
        reasons=pends,
        age=(today - inputs.received).days,
        deadline=due,
        overdue=today > due,
        charge=stored.claim.charge,
        releasable=all(entry.edit in RELEASABLE for entry in pends),
    )


def _pends(decision: Decision) -> tuple[TraceEntry, ...]:
    return tuple(entry for entry in decision.trace if entry.outcome == PEND)


def _found(office: Office, number: str) -> tuple[StoredClaim, StoredDecision]:
    office.require(PAYER)
    with office.store.reading() as work:
        by_control = work.claims.find(number)
        known = (by_control,) if by_control is not None else work.claims.by_number(number)
        waiting = [stored for stored in known if stored.status == PENDED]
        if not waiting:
            what = f"is {known[-1].status}" if known else "is not known here"
            raise UsageError(f"claim {number} {what}: only a claim that waits can be reviewed; see `claims queue`")
        if len(waiting) > 1:
            numbers = ", ".join(stored.control_number for stored in waiting)
            raise UsageError(f"{len(waiting)} claims that wait are numbered {number}: name one of {numbers}")
        latest = work.decisions.latest(waiting[0].control_number)
    if latest is None:
        raise UsageError(f"claim {number} was never decided: run `claims adjudicate` first")
    return waiting[0], latest


def _prices(
    decision: Decision, pends: tuple[TraceEntry, ...], prices: Mapping[int, Money]
) -> tuple[tuple[int, Money], ...]:
    unpriced = {entry.line for entry in pends if entry.edit == PRICE}
    for line in sorted(prices):
        if line not in unpriced:
            raise UsageError(f"line {line} does not wait for a price; --allow is for lines that do")
    for each in decision.lines:
        if each.line not in unpriced:
            continue
        if each.line not in prices:
            raise UsageError(
                f"line {each.line} has no price: say what is allowed for it, such as --allow {each.line}={each.charge}"
            )
        if not ZERO < prices[each.line] <= each.charge:
            raise UsageError(f"line {each.line}: allow more than nothing and at most its charge, {each.charge}")
    return tuple(sorted(prices.items()))


def _review(
    office: Office,
    stored: StoredClaim,
    latest: StoredDecision,
    key: str,
    reason: str,
    terms: Mapping[str, Any],
    out: Path | None,
    *,
    dry_run: bool,
) -> Reviewed:
    from claims.store.rows import SignedReview

    if key in PARTY_KEYS[PAYER]:
        raise UsageError(
            f"the key {key} is the payer's, not a person's: make the reviewer's own with `claims home key NAME`"
        )
    if not reason.strip() or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise UsageError(f"--reason needs one line of at most {LONGEST_REASON} characters; the provider reads it")
    signer = office.keystore.unlock(key, office.passphrase or "")
    control_number, inputs = stored.control_number, decode(Inputs, latest.inputs)
    review = Review(
        payer=office.home.identifier,
        claim=control_number,
        revision=latest.revision + 1,
        considered=hashlib.sha256(canonical_bytes(latest.decision)).digest(),
        reviewer=key,
        address=signer.address,
        at=office.chain.head().timestamp,
        reason=reason.strip(),
        **terms,
    )
    signature = signer.sign_digest(review_digest(review))
    rules = read_rules(office.home, enrolled=enrolled_members(office))
    with office.store.reading() as work:
        records = _records(work, inputs, stored.claim.number)
    run = open_run(office, rules, records, {stored.claim.rank}, received=inputs.received)
    with suppress(_Undo), office.store.unit_of_work() as work:
        if work.decisions.latest(control_number) != latest or work.claims.get(control_number).status != PENDED:
            raise UsageError(
                f"claim {stored.claim.number} was decided by another command at this moment; look at it again"
            )
        answer = answer_reviewed(work, run, stored, review)
        work.reviews.add(SignedReview(control_number, review.revision, review, signature))
        if dry_run:
            raise _Undo
    file = None
    if out is not None and not dry_run:
        out.mkdir(parents=True, exist_ok=True)
        file = out / f"{control_number}.decisions.json"
        write_decisions(file, office.home.identifier, [answer])
    return Reviewed(answer, review, signature, file)


def _records(work: UnitOfWork, inputs: Inputs, number: str) -> tuple[EncounterRecord, ...]:
    """The records that the claim waited with, as the store kept them."""
    from claims.evidence.typed_data import attestation_digest

    found = []
    for encounter in inputs.evidence:
        for kept in reversed(work.records.by_identifier(encounter.identifier, encounter.provider_npi)):
            record = kept.record
            if attestation_digest(record.practitioner, record.attestation) == encounter.digest:
                found.append(record)
                break
        else:
            raise UsageError(
                f"encounter record {encounter.identifier} of claim {number} is not in this home: adjudicate its file again"
            )
    return tuple(found)
