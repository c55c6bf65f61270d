"""A payer's remittances: one 835 for each payment on the chain, and one that pays nothing for claims that were denied."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from claims.formats.x12.remittance_writer import write_835
from claims.model.decision import DENIED, PAID
from claims.model.money import Money
from claims.model.party import Address, Payer
from claims.model.payment import Payment
from claims.model.remittance import Remittance
from claims.service.calendar import date_at
from claims.service.errors import BooksDiffer
from claims.service.home import PAYER
from claims.service.office import Office
from claims.service.private_file import write_private
from claims.settlement.payments import read_payments
from claims.settlement.remittance import Finalised, build_remittance, trace_number

if TYPE_CHECKING:
    from claims.store.rows import StoredClaim
    from claims.store.work import UnitOfWork

REMITTED = "remitted"


@dataclass(frozen=True, slots=True)
class Written:
    """One 835 that was written: its trace number (TRN02), BPR02, its claims by the provider's number, and its file."""

    trace: str
    paid: Money
    claims: tuple[str, ...]
    path: Path
    transaction: bytes


def export_remittances(office: Office, folder: Path) -> tuple[Written, ...]:
    """Write an 835 for every payment that has none yet, and one for each provider with denials; returns what was written.

    A payment is told once: repeating it writes nothing. Raises BooksDiffer where the chain paid another amount than was
    decided; the other payments are told all the same.
    """
    office.require(PAYER)
    _follow(office)
    written, differing = [], []
    with office.store.reading() as work:
        payments = work.payments.all()
        denied = _denied_by_provider(work)
    for payment in payments:
        try:
            done = _remit_payment(office, payment, folder)
        except BooksDiffer as difference:
            differing.append(difference)
            continue
        if done is not None:
            written.append(done)
    written += [_remit_denials(office, claims, folder) for claims in denied]
    if differing:
        raise differing[0]
    return tuple(written)


def _follow(office: Office) -> None:
    """Take the book's payments from the chain into the store; a payment that is known stays as it is."""
    from claims.chain.deployment import read_record

    head = office.chain.head()
    confirmed = head.number - office.chain.profile.confirmations + 1
    begun = read_record(office.chain, office.deployment_file)[office.book_label].block or 0
    with office.store.reading() as work:
        known = work.payments.all()
    # The last known block is read again: it may hold payments that were not confirmed together with it.
    start = max((payment.block for payment in known), default=begun)
    found = tuple(read_payments(office.chain, office.addresses["InsurerBook"], start, confirmed))
    with office.store.unit_of_work() as work:
        for payment in found:
            work.payments.add(payment)
            for stored in _settled_by(work, payment):
                if stored.status == PAID:
                    work.claims.change_status(stored.control_number, "settled", head.timestamp)


def _settled_by(work: UnitOfWork, payment: Payment) -> list[StoredClaim]:
    """The claims that a payment paid: one that was denied or waits may bear the same id, where it was sent twice."""
    found = []
    for identifier in payment.claims:
        for stored in work.claims.by_claim_id(identifier):
            latest = work.decisions.latest(stored.control_number)
            if latest is not None and latest.decision.status == PAID:
                found.append(stored)
    return found


def _remit_payment(office: Office, payment: Payment, folder: Path) -> Written | None:
    with office.store.unit_of_work() as work:
        if work.remittances.of_payment(payment.identifier) is not None:
            return None
        finalised = _finalised(work, _settled_by(work, payment))
        if not finalised:
            return None  # A payment of another home's decisions on the same book.
        remittance = build_remittance(
            finalised,
            payer=_payer(office),
            payee=finalised[0].claim.billing,
            payment=payment.identifier,
            day=payment.day,
            transaction_hash=payment.transaction_hash,
            payer_tax_id=office.home.tax_id,
            payer_address=_address(office),
        )
        if remittance.paid != payment.paid + payment.credited:
            raise BooksDiffer(
                f"payment {trace_number(payment.identifier)}: the chain paid {payment.paid} and credited {payment.credited}, "
                f"the decisions say {remittance.paid}"
            )
        return _write(work, office, remittance, finalised, folder, payment.identifier)


def _denied_by_provider(work: UnitOfWork) -> list[tuple[StoredClaim, ...]]:
    grouped: dict[tuple[str, str], list[StoredClaim]] = {}
    for stored in work.claims.by_status(DENIED):
        if not work.remittances.of_claim(stored.control_number):
            grouped.setdefault((stored.claim.billing.npi, stored.source_sha256), []).append(stored)
    return [tuple(claims) for claims in grouped.values()]


def _remit_denials(office: Office, claims: Sequence[StoredClaim], folder: Path) -> Written:
    """Denied claims always get an 835 (ADJUDICATION §1): it pays nothing, and its number follows from the claims."""
    identifier = hashlib.sha256("/".join(stored.control_number for stored in claims).encode()).digest()
    with office.store.unit_of_work() as work:
        finalised = _finalised(work, claims)
        remittance = build_remittance(
            finalised,
            payer=_payer(office),
            payee=finalised[0].claim.billing,
            payment=identifier,
            day=date_at(office.chain.head().timestamp),
            payer_tax_id=office.home.tax_id,
            payer_address=_address(office),
        )
        return _write(work, office, remittance, finalised, folder, None)


def _finalised(work: UnitOfWork, claims: Sequence[StoredClaim]) -> list[Finalised]:
    finalised = []
    for stored in claims:
        latest = work.decisions.latest(stored.control_number)
        if latest is not None:
            finalised.append(Finalised(stored.claim, latest.decision, stored.control_number))
    return finalised


def _address(office: Office) -> Address:
    home = office.home
    return Address(home.street, "", home.city, home.state, home.postal_code)


def _payer(office: Office) -> Payer:
    return Payer(name=office.home.name, identifier=office.home.identifier)


def _write(
    work: UnitOfWork,
    office: Office,
    remittance: Remittance,
    finalised: Sequence[Finalised],
    folder: Path,
    payment: bytes | None,
) -> Written:
    from claims.store.rows import StoredRemittance

    number = work.control_numbers.next("remittance")
    now = office.chain.head().timestamp
    data = write_835(
        remittance,
        sender=office.home.identifier,
        receiver=remittance.payee.npi,
        created=datetime.fromtimestamp(now, UTC),
        control_number=number,
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{remittance.trace}.835"
    write_private(path, data)
    work.remittances.add(
        StoredRemittance(
            trace=remittance.trace,
            payment=payment,
            interchange_number=number,
            group_number=number,
            transaction_number=1,
            sha256=hashlib.sha256(data).hexdigest(),
            path=str(path),
            created_at=now,
            claims=tuple(item.payer_control_number for item in finalised),
        )
    )
    return Written(
        trace=remittance.trace,
        paid=remittance.paid,
        claims=tuple(item.claim.number for item in finalised),
        path=path,
        transaction=remittance.transaction_hash,
    )
