"""A provider posts an 835: it must balance, and pay what the chain paid."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from claims.model.money import Money
from claims.model.payment import Payment
from claims.service.errors import BooksDiffer, FileRejected, UsageError
from claims.service.home import PROVIDER
from claims.service.homes import billing_key
from claims.service.office import Office, book_label
from claims.service.remittance_reading import RemittanceFile, read_remittance_file, require_remittance
from claims.service.submitting import PRESENTED, SETTLED, SUBMITTED
from claims.settlement.payments import read_payments
from claims.settlement.remittance import trace_number

if TYPE_CHECKING:
    from claims.formats.x12.remittance_reader import ReadRemittance
    from claims.store.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Posted:
    """One remittance of a file: TRN02, BPR02, the claims by the provider's number; `payment` None where it pays nothing.

    `fresh` is whether it was posted now, and not before.
    """

    trace: str
    paid: Money
    claims: tuple[str, ...]
    payment: bytes | None
    fresh: bool


def post_remittance(office: Office, file: Path, *, dry_run: bool = False) -> tuple[Posted, ...]:
    """Mark an 835 as posted, after it was found to balance and its BPR02 to be the payment on the chain.

    All of the file is posted or nothing; repeating it posts nothing twice. A claim that the payer's own transaction paid is
    settled from then on. Raises FileRejected where it holds no remittance or does not balance, UsageError where it pays
    somebody else, BooksDiffer where the chain paid another amount or nothing, StoreConflict where another 835 with its trace
    was posted.
    """
    office.require(PROVIDER)
    read = read_remittance_file(file)
    require_balance(read)
    _require_ours(office, read)
    payments = {remittance.trace: _paid(office, remittance) for remittance in read.report.remittances}
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    posted = []
    with office.store.reading() as work:
        known = {trace for trace in payments if work.postings.find(trace) is not None}
    for remittance in read.report.remittances:
        payment = payments[remittance.trace]
        posted.append(
            Posted(
                remittance.trace,
                remittance.paid,
                tuple(claim.number for claim in remittance.claims),
                None if payment is None else payment.identifier,
                remittance.trace not in known,
            )
        )
    if not dry_run:
        now = office.chain.head().timestamp
        with office.store.unit_of_work() as work:
            for remittance in read.report.remittances:
                _post(work, remittance, payments[remittance.trace], file, sha256, now)
    return tuple(posted)


def require_balance(read: RemittanceFile) -> None:
    """Refuse a file that holds no remittance or does not balance; raises FileRejected naming the first cause."""
    require_remittance(read)
    if not read.report.balances:
        causes = [str(finding) for finding in read.report.findings] or ["a figure of it cannot be read"]
        raise FileRejected(
            f"{read.path.name} does not balance and was not posted, ask the payer for a sound one: {causes[0]}"
        )
    traces = [remittance.trace for remittance in read.report.remittances]
    if not all(traces) or len(set(traces)) != len(traces):
        raise FileRejected(
            f"{read.path.name} was not posted: each of its remittances needs a trace number (TRN02) of its own"
        )


def _require_ours(office: Office, read: RemittanceFile) -> None:
    keys = office.keystore.names()
    for parties in read.parties:
        payee = parties.payee_identifier
        if payee != office.home.tax_id and billing_key(office.home, payee or "-") not in keys:
            raise UsageError(f"{read.path.name} pays {payee or 'nobody that it names'}, which is no NPI of this home")


def _paid(office: Office, remittance: ReadRemittance) -> Payment | None:
    """The payment on the chain that a remittance tells of; None where it rightly tells of none."""
    payment = _on_chain(office, remittance.trace)
    if payment is None:
        if remittance.paid:
            raise BooksDiffer(
                f"remittance {remittance.trace} pays {remittance.paid}, and the chain has no payment of this number; "
                "nothing was posted"
            )
        return None
    own = {office.keystore.address(name).lower() for name in office.keystore.names()}
    if payment.payee.lower() not in own:
        raise BooksDiffer(
            f"the payment of remittance {remittance.trace} went to {payment.payee}, no address of this home"
        )
    if payment.told != remittance.paid:
        raise BooksDiffer(
            f"remittance {remittance.trace} pays {remittance.paid}, the chain paid {payment.paid} and credited "
            f"{payment.credited}; nothing was posted"
        )
    return payment


def _on_chain(office: Office, trace: str) -> Payment | None:
    """Find a payment by its trace: in its block where this home knows it, else in all that the books did."""
    with office.store.reading() as work:
        known = next((p for p in work.payments.all() if trace_number(p.identifier) == trace), None)
    for book, first, last in _spans(office, known):
        for payment in read_payments(office.chain, book, first, last):
            if trace_number(payment.identifier) == trace:
                return payment
    return None


def _spans(office: Office, known: Payment | None) -> Iterator[tuple[str, int, int]]:
    from claims.chain.deployment import read_record

    record = read_record(office.chain, office.deployment_file)
    confirmed = office.chain.head().number - office.chain.profile.confirmations + 1
    for payer, book in office.books.items():
        if known is not None:
            yield book, known.block, known.block
        else:
            yield book, record[book_label(payer)].block or 0, confirmed


def _post(
    work: UnitOfWork, remittance: ReadRemittance, payment: Payment | None, file: Path, sha256: str, now: int
) -> None:
    from claims.store.rows import Posting

    if payment is not None:
        work.payments.add(payment)
        for claim in remittance.claims:
            stored = work.claims.find(claim.payer_control_number)
            if stored is None or stored.status not in (PRESENTED, SUBMITTED) or not claim.paid:
                continue
            if stored.claim_id is None and len(payment.claims) == len(remittance.claims) == 1:
                work.claims.name_on_chain(stored.control_number, payment.claims[0])
            work.claims.change_status(stored.control_number, SETTLED, now)
    work.postings.add(
        Posting(
            trace=remittance.trace,
            payment=None if payment is None else payment.identifier,
            amount=remittance.paid,
            sha256=sha256,
            path=str(file),
            posted_at=now,
            claims=tuple(claim.payer_control_number for claim in remittance.claims),
        )
    )
