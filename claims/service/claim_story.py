"""Where a claim stands, and why: from the home's own store, with what the chain says beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from claims.adjudication.document import document_of
from claims.model.coding import decode
from claims.model.review import RELEASE
from claims.service.calendar import date_at
from claims.service.deciding import story_of
from claims.service.decision_file import Answer
from claims.service.errors import UsageError
from claims.service.home import PAYER
from claims.service.indexing import follow_chain
from claims.service.office import Office
from claims.service.payer_run import Inputs
from claims.service.reviewing import signature_holds

if TYPE_CHECKING:
    from claims.store.rows import StoredClaim
    from claims.store.work import UnitOfWork


def claim_status(office: Office, number: str) -> list[dict[str, Any]]:
    """Return where each claim of this number stands: statuses with their times, transactions, payments and remittances.

    `number` is the provider's own (CLM01) or the payer's control number. Raises UsageError where the home knows none. The
    chain is followed first, so that what was paid meanwhile is told.
    """
    follow_chain(office)
    with office.store.reading() as work:
        return [_status(work, stored) for stored in _found(work, office, number)]


def claim_explanation(office: Office, number: str) -> list[dict[str, Any]]:
    """Return each claim's decision and its story, line by line, in plain words; pended and denied ones with their cure."""
    told = []
    with office.store.reading() as work:
        for stored in _found(work, office, number):
            latest = work.decisions.latest(stored.control_number)
            if latest is None:
                story, document = (
                    [f"Claim {stored.claim.number} is {stored.status}: the payer has not answered yet."],
                    None,
                )
            elif office.home.role == PAYER:
                plan = decode(Inputs, latest.inputs).plan
                story, document = list(story_of(latest.decision, plan)), document_of(latest.decision)
                story += _review(work, stored.control_number, latest.revision)
            else:
                story, document = list(decode(Answer, latest.inputs).story), document_of(latest.decision)
            told.append(
                {
                    "claim": stored.claim.number,
                    "control_number": stored.control_number,
                    "status": stored.status,
                    "story": story,
                    "decision": document,
                }
            )
    return told


def _review(work: UnitOfWork, control_number: str, revision: int) -> list[str]:
    """Say who decided this version, where a person did, and whether the signature holds."""
    signed = work.reviews.of_version(control_number, revision)
    if signed is None:
        return []
    review = signed.review
    done = "released" if review.act == RELEASE else "denied"
    holds = "the signature holds" if signature_holds(signed) else "THE SIGNATURE DOES NOT HOLD"
    return [f"It was {done} by {review.reviewer} ({review.address}) on {date_at(review.at)}; {holds}."]


def _found(work: UnitOfWork, office: Office, number: str) -> tuple[StoredClaim, ...]:
    by_control = work.claims.find(number)
    found = (by_control,) if by_control is not None else work.claims.by_number(number)
    if not found:
        raise UsageError(f"{office.home.folder} knows no claim {number}: give its CLM01 or the payer's control number")
    return found


def _status(work: UnitOfWork, stored: StoredClaim) -> dict[str, Any]:
    claim_id = stored.claim_id
    payments = () if claim_id is None else work.payments.of_claim(claim_id)
    return {
        "claim": stored.claim.number,
        "control_number": stored.control_number,
        "status": stored.status,
        "charge": str(stored.claim.charge),
        "claim_id": None if claim_id is None else "0x" + claim_id.hex(),
        "history": [
            {"status": change.status, "at": change.at, "note": change.note}
            for change in work.claims.statuses(stored.control_number)
        ],
        "transactions": [
            {
                "kind": intent.kind,
                "state": intent.state,
                "failure": intent.failure,
                "hashes": ["0x" + t.transaction_hash.hex() for t in work.outbox.transactions(intent.idempotency_key)],
            }
            for intent in work.outbox.of_claim(stored.control_number)
        ],
        "payments": [
            {
                "payment": "0x" + payment.identifier.hex(),
                "paid": str(payment.paid),
                "credited": str(payment.credited),
                "netted": str(payment.netted),
                "transaction": "0x" + payment.transaction_hash.hex(),
            }
            for payment in payments
        ],
        "remittances": [found.path for found in work.remittances.of_claim(stored.control_number)],
    }
