"""The books against the 835s: the chain's logs and a folder of files, and not the home's own store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claims.formats.x12.remittance_check import balance_findings, read_remittances
from claims.model.money import ZERO, total
from claims.model.payment import Payment
from claims.service.errors import UsageError
from claims.service.home import PAYER
from claims.service.office import Office, book_label
from claims.settlement.payments import read_payments
from claims.settlement.reconciliation import Difference, Reconciliation, ToldClaim, ToldPayment, reconcile
from claims.settlement.remittance import trace_number
from claims.settlement.reversal import RECOVERY

if TYPE_CHECKING:
    from claims.formats.x12.remittance_reader import ReadRemittance

SUFFIX = ".835"


@dataclass(frozen=True, slots=True)
class Books:
    """What was reconciled: the books by payer, the blocks that were read, both included, and the outcome."""

    books: dict[str, str]
    from_block: int
    to_block: int
    outcome: Reconciliation


def reconcile_books(
    office: Office, folder: Path, *, from_block: int | None = None, to_block: int | None = None
) -> Books:
    """Hold the payments in the books' logs against the 835s in a folder: a payer's own book, or what a provider was paid.

    Read are the blocks from the deployment to the last confirmed one, or those given; an 835 of a payment outside of them
    counts as one without a payment. Raises UsageError for an empty range, NotADirectoryError.
    """
    from claims.chain.deployment import read_record

    told = tuple(_told(folder))
    payers = [office.home.identifier] if office.home.role == PAYER else sorted(office.books)
    books = {payer: office.book_of(payer) for payer in payers}
    record = read_record(office.chain, office.deployment_file)
    begun = {payer: record[book_label(payer)].block or 0 for payer in books}
    first = min(begun.values(), default=0) if from_block is None else from_block
    last = office.chain.head().number - office.chain.profile.confirmations + 1 if to_block is None else to_block
    if not 0 <= first <= last:
        raise UsageError(f"there are no blocks {first} to {last}: give --from-block no greater than --to-block")
    payments: list[Payment] = []
    for payer, book in books.items():
        payments += read_payments(office.chain, book, max(first, begun[payer]), last)
    if office.home.role != PAYER:
        own = {office.keystore.address(name).lower() for name in office.keystore.names()}
        payments = [payment for payment in payments if payment.payee.lower() in own]
    return Books(books, first, last, reconcile(payments, told))


def _told(folder: Path) -> Iterator[ToldPayment]:
    """The 835s of a folder; a file that is called one and holds none is told as unsound.

    Hidden files are none: a writer that was killed may have left a draft of an 835, which was never handed over.
    """
    for path in sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")):
        named = path.suffix.lower() == SUFFIX
        data = path.read_bytes()
        if not named and not data.startswith(b"ISA"):
            continue
        remittances = read_remittances(data)
        if named and not remittances:
            yield ToldPayment("", ZERO, (), ZERO, path.name, ("it holds no remittance",))
        yield from (_payment(remittance, path) for remittance in remittances)


def _payment(read: ReadRemittance, path: Path) -> ToldPayment:
    taken = total(amount for reason, _, amount in read.adjustments if reason == RECOVERY and amount > ZERO)
    claims = tuple(ToldClaim(c.number, c.payer_control_number, c.status, c.paid) for c in read.claims)
    faults = [problem.message for problem in read.problems]
    faults += [str(finding) for finding in balance_findings(read)]
    return ToldPayment(read.trace, read.paid, claims, taken, path.name, tuple(faults[:1]))


def reconciliation_document(books: Books) -> dict[str, Any]:
    """Return what `claims settle reconcile --json` prints; amounts are dollars as text."""
    outcome, totals = books.outcome, books.outcome.totals
    return {
        "exact": outcome.exact,
        "books": books.books,
        "from_block": books.from_block,
        "to_block": books.to_block,
        "totals": {
            "claims": totals.claims,
            "payments": totals.payments,
            "gross": str(totals.gross),
            "netted": str(totals.netted),
            "credited": str(totals.credited),
            "paid": str(totals.paid),
            "remittances": totals.remittances,
            "remitted": str(totals.told),
            "remittances_that_pay_nothing": totals.nothing_paid,
        },
        "payments": [
            {
                "payment": "0x" + row.payment.identifier.hex(),
                "trace": trace_number(row.payment.identifier),
                "payee": row.payment.payee,
                "block": row.payment.block,
                "claims": len(row.payment.parts),
                "gross": str(row.payment.gross),
                "netted": str(row.payment.netted),
                "credited": str(row.payment.credited),
                "paid": str(row.payment.paid),
                "remitted": None if row.told is None else str(row.told),
                "exact": row.exact,
            }
            for row in outcome.payments
        ],
        "differences": [_difference(difference) for difference in outcome.differences],
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "kind": difference.kind,
        "what": difference.what,
        "trace": difference.trace,
        "claim": difference.claim,
        "control_number": difference.control_number,
        "cents": difference.by.cents,
        "files": list(difference.files),
    }
