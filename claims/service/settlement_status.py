"""Where settlement in batches stands: what is queued, sent, confirmed, skipped or failed, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from claims.model.money import Money
from claims.service.home import PAYER
from claims.service.indexing import follow_chain
from claims.service.office import Office
from claims.service.outcomes import take_outcomes
from claims.service.revising import revision_document
from claims.service.skip_reasons import cure_of

if TYPE_CHECKING:
    from claims.service.settling import SettleRun
    from claims.store.rows import DueRevision, Settlement, SettlementBatch
    from claims.store.work import UnitOfWork


def settlement_status(office: Office) -> dict[str, Any]:
    """Return what `claims settle status --json` prints: each batch, each claim that waits or was left out, and the sums.

    The chain is followed first, so that what was mined meanwhile is told. A batch is queued, signed, sent, confirmed or
    failed; a claim is due, batched, settled or skipped; a correction of what was paid is due, under way, revised or left as an
    offset, and `corrections` are those that are not revised.
    """
    from claims.store.rows import DUE, OFFSET, UNDER_WAY

    office.require(PAYER)
    follow_chain(office)
    take_outcomes(office)
    with office.store.reading() as work:
        counts = work.settlements.counts()
        batches = [_batch(work, batch, counts) for batch in work.settlements.batches()]
        claims = [_claim(work, row) for row in work.settlements.in_state("due", "batched", "skipped")]
        corrections = [_correction(work, due) for due in work.revisions.in_state(DUE, UNDER_WAY, OFFSET)]
    totals: dict[str, int] = {}
    for (_, state), count in counts.items():
        totals[state] = totals.get(state, 0) + count
    return {
        "claims": {state: totals.get(state, 0) for state in ("due", "batched", "settled", "skipped")},
        "batches": batches,
        "open": claims,
        "corrections": corrections,
    }


def _batch(work: UnitOfWork, batch: SettlementBatch, counts: dict[tuple[bytes | None, str], int]) -> dict[str, Any]:
    intent = work.outbox.get(batch.intent)
    rows = [row for row in work.outbox.transactions(batch.intent) if not row.cancels]
    return {
        "batch": "0x" + batch.batch.hex(),
        "state": intent.state,
        "failure": intent.failure,
        "claims": batch.claims,
        "providers": batch.providers,
        "rolls": batch.rolls,
        "paid": str(batch.paid),
        "estimate": batch.estimate,
        "floor": batch.floor,
        "made_at": batch.made_at,
        "settled": counts.get((batch.batch, "settled"), 0),
        "skipped": counts.get((batch.batch, "skipped"), 0),
        "transactions": ["0x" + row.transaction_hash.hex() for row in rows],
        "block": next((row.block for row in rows if row.state == "confirmed"), None),
    }


def _claim(work: UnitOfWork, row: Settlement) -> dict[str, Any]:
    stored = work.claims.get(row.control_number)
    due = work.settlements.due_claim(row.control_number, row.revision)
    return {
        "claim": stored.claim.number,
        "control_number": row.control_number,
        "status": stored.status,
        "state": row.state,
        "paid": None if due is None else str(Money(due.terms.paid)),
        "batch": None if row.batch is None else "0x" + row.batch.hex(),
        "position": row.position,
        "reason": row.reason,
        "cure": cure_of(row.reason) if row.reason else "",
    }


def _correction(work: UnitOfWork, due: DueRevision) -> dict[str, Any]:
    stored = work.claims.get(due.control_number)
    state = work.revisions.state(due.control_number)
    assert state is not None
    return {
        "claim": stored.claim.number,
        "control_number": due.control_number,
        "corrects": due.paid_control_number,
        "state": state.state,
        "paid_before": str(due.paid_before),
        "paid": str(Money(due.terms.paid)),
        "reason": state.reason,
    }


def run_document(run: SettleRun) -> dict[str, Any]:
    """Return what `claims settle run --json` prints; amounts are dollars as text."""
    return {
        "batches": [
            {
                "batch": "0x" + batch.batch.hex(),
                "claims": batch.claims,
                "settled": batch.settled,
                "skipped": batch.skipped,
                "providers": batch.providers,
                "rolls": batch.rolls,
                "sections": batch.sections,
                "paid": str(batch.paid),
                "bytes": batch.size,
                "floor": batch.floor,
                "estimate": batch.estimate,
                "gas": batch.gas,
                "transaction": None if batch.transaction is None else "0x" + batch.transaction.hex(),
                "refusal": batch.refusal,
            }
            for batch in run.batches
        ],
        "refused": [{"control_number": each.claim.control_number, "reason": each.reason} for each in run.refused],
        "revisions": [revision_document(each) for each in run.revisions],
        "settled": run.outcomes.settled,
        "skipped": run.outcomes.skipped,
        "due_again": run.outcomes.released,
        "left": run.left,
        "gas": run.gas,
        "claims": run.claims,
        "remittances": [
            {
                "trace": written.trace,
                "paid": str(written.paid),
                "claims": list(written.claims),
                "file": str(written.path),
            }
            for written in run.written
        ],
        "stopped": run.stopped,
    }
