"""A payer's remittances: one 835 for each payment on the chain, and ones that pay nothing for denials and corrections."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from claims.formats.x12.remittance_writer import write_835
from claims.model.decision import DENIED, PAID, REVERSED
from claims.model.money import ZERO, Money
from claims.model.party import Address, Payer
from claims.model.payment import Payment
from claims.model.remittance import ProviderAdjustment, Remittance
from claims.service.calendar import date_at
from claims.service.debts import corrections_of_debts, netted_of_corrections
from claims.service.errors import BooksDiffer
from claims.service.home import PAYER
from claims.service.indexing import Netted, debts_netted, follow_chain
from claims.service.office import Office
from claims.service.private_file import write_private
from claims.service.replacing import lineage_paid
from claims.service.settled_claims import settled_by
from claims.settlement.remittance import Finalised, build_remittance, trace_number
from claims.settlement.reversal import PendingOffset, reversal_of

if TYPE_CHECKING:
    from claims.store.rows import Replacement, StoredClaim
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
    """Write an 835 for every payment that has none yet, for each provider's denials, and for each correction of what was paid.

    Returns what was written. A claim that was paid and then replaced or voided is told first as it was paid, then reversed
    (CLP02 22) beside its correction; what the reversal takes stands in PLB and stays a pending offset. Everything is told
    once: repeating it writes nothing. Raises BooksDiffer where the chain paid another amount than was decided; the other
    payments are told all the same.
    """
    office.require(PAYER)
    follow_chain(office)
    written: list[Written | None] = []
    differing = []
    with office.store.reading() as work:
        payments = work.payments.all()
        denied = _denied_by_provider(work)
    for payment in payments:
        try:
            written.append(_remit_payment(office, payment, folder))
        except BooksDiffer as difference:
            differing.append(difference)
    written += [_remit_denials(office, claims, folder) for claims in denied]
    written += _remit_corrections(office, folder)
    if differing:
        raise differing[0]
    return tuple(done for done in written if done is not None)


def _remit_payment(office: Office, payment: Payment, folder: Path) -> Written | None:
    with office.store.unit_of_work() as work:
        if work.remittances.of_payment(payment.identifier) is not None:
            return None
        told = _told(work, settled_by(work, payment), moved=True, revised=_revised(work, payment))
        if not told.finalised:
            return None  # A payment of another home's decisions on the same book.
        remittance = build_remittance(
            told.finalised,
            adjustments=told.adjustments(payment.day) + _netted(work, office, payment),
            payer=_payer(office),
            payee=told.finalised[0].claim.billing,
            payment=payment.identifier,
            day=payment.day,
            transaction_hash=payment.transaction_hash,
            payer_tax_id=office.home.tax_id,
            payer_address=_address(office),
        )
        if remittance.paid != payment.told:
            netted = f" after {payment.netted} for debts" if payment.netted else ""
            raise BooksDiffer(
                f"payment {trace_number(payment.identifier)}: the chain paid {payment.paid} and credited "
                f"{payment.credited}{netted}, the decisions say {remittance.paid}"
            )
        return _write(work, office, remittance, told, folder, payment.identifier)


def _revised(work: UnitOfWork, payment: Payment) -> frozenset[str]:
    """The corrections of which the payment bears what the claim is paid more: their reversal moves with it."""
    revisions = [
        due for part in payment.parts if part.paid_before and part.claim for due in work.revisions.of_claim(part.claim)
    ]
    return frozenset(due.control_number for due in revisions)


def _netted(work: UnitOfWork, office: Office, payment: Payment) -> tuple[ProviderAdjustment, ...]:
    """The PLB WO of what the payment kept back, by the claim that each debt came of, as the correction told it."""
    told: list[ProviderAdjustment] = []
    if not payment.netted:
        return ()
    corrections = corrections_of_debts(work, office)
    for netted in debts_netted(work, office, payment):
        reference = _reference(work, corrections.get((payment.payee.lower(), netted.debt)), netted)
        told += PendingOffset(reference, netted.amount).taken(payment.day)
    return tuple(told)


def _reference(work: UnitOfWork, correction: str | None, netted: Netted) -> str:
    """What the correction's 835 called the claim that it took back; where this home knows no correction, the claim itself."""
    earlier = None if correction is None else _told_before(work, correction)
    if earlier is not None:
        return earlier.control_number
    claims = () if netted.claim is None else work.claims.by_claim_id(netted.claim)
    return claims[0].control_number if claims else f"DEBT {netted.debt}"


def _denied_by_provider(work: UnitOfWork) -> list[tuple[StoredClaim, ...]]:
    grouped: dict[tuple[str, str], list[StoredClaim]] = {}
    for stored in work.claims.by_status(DENIED, REVERSED):
        latest = work.decisions.latest(stored.control_number)
        denied = latest is not None and latest.decision.status == DENIED
        if denied and not work.remittances.of_claim(stored.control_number):
            grouped.setdefault((stored.claim.billing.npi, stored.source_sha256), []).append(stored)
    return [tuple(claims) for claims in grouped.values()]


def _remit_denials(office: Office, claims: Sequence[StoredClaim], folder: Path) -> Written | None:
    """Denied claims always get an 835 (ADJUDICATION §1): it pays nothing, and its number follows from the claims.

    None where another run told of all of them since they were listed.
    """
    with office.store.unit_of_work() as work:
        untold = [stored for stored in claims if not work.remittances.of_claim(stored.control_number)]
        if not untold:
            return None
        identifier = hashlib.sha256("/".join(stored.control_number for stored in untold).encode()).digest()
        return _remit_nothing(work, office, _told(work, untold), identifier, folder)


def _remit_nothing(work: UnitOfWork, office: Office, told: _Told, identifier: bytes, folder: Path) -> Written:
    day = date_at(office.chain.head().timestamp)
    remittance = build_remittance(
        told.finalised,
        adjustments=told.adjustments(day),
        payer=_payer(office),
        payee=told.finalised[0].claim.billing,
        payment=identifier,
        day=day,
        payer_tax_id=office.home.tax_id,
        payer_address=_address(office),
    )
    return _write(work, office, remittance, told, folder, None)


def _remit_corrections(office: Office, folder: Path) -> list[Written]:
    """Tell of replacements and voids whose money does not move now: each in an 835 of its own, in the order they came."""
    written = []
    with office.store.reading() as work:
        steps = work.replacements.all()
    for step in steps:
        with office.store.unit_of_work() as work:
            if not _due(work, step) or _paid_more_soon(work, step.control_number):
                continue
            _leave_as_offset(work, office, step.control_number)
            identifier = hashlib.sha256(f"correction/{step.control_number}".encode()).digest()
            told = _told(work, [work.claims.get(step.control_number)])
            written.append(_remit_nothing(work, office, told, identifier, folder))
    return written


def _paid_more_soon(work: UnitOfWork, control_number: str) -> bool:
    """Whether the chain is to pay what a correction is more: its payment then tells of it."""
    from claims.store.rows import DUE, UNDER_WAY

    due, state = work.revisions.find(control_number), work.revisions.state(control_number)
    if due is None or state is None or due.terms.paid < due.paid_before.cents:
        return False
    return state.state == UNDER_WAY or (state.state == DUE and not state.reason)


def _leave_as_offset(work: UnitOfWork, office: Office, control_number: str) -> None:
    """What the contract would not pay more is told as an offset, and is not asked of it again."""
    from claims.store.rows import DUE, OFFSET

    due, state = work.revisions.find(control_number), work.revisions.state(control_number)
    if due is not None and state is not None and state.state == DUE and due.terms.paid > due.paid_before.cents:
        work.revisions.change(control_number, OFFSET, office.chain.head().timestamp, reason=state.reason)


def _due(work: UnitOfWork, step: Replacement) -> bool:
    """Whether a reversal is to be told that no payment and no denial carried: of a claim that was told of and stands corrected."""
    earlier = _told_before(work, step.control_number)
    remittances = work.remittances.of_claim(step.control_number)
    if earlier is None or any(earlier.control_number in remittance.claims for remittance in remittances):
        return False
    latest = work.decisions.latest(step.control_number)
    if latest is None or remittances or latest.decision.status == REVERSED:
        return latest is not None
    return (
        latest.decision.status == PAID
        and lineage_paid(work, step.control_number)
        and not _paid_itself(work, work.claims.get(step.control_number))
    )


def _paid_itself(work: UnitOfWork, stored: StoredClaim) -> bool:
    if stored.claim_id is None:
        return False
    return any(stored in settled_by(work, payment) for payment in work.payments.of_claim(stored.claim_id))


def _told_before(work: UnitOfWork, control_number: str) -> StoredClaim | None:
    """The claim that a correction takes back in the provider's books: the last one before it that an 835 told of."""
    step = work.replacements.of(control_number)
    while step is not None:
        if work.remittances.of_claim(step.replaces):
            return work.claims.get(step.replaces)
        step = work.replacements.of(step.replaces)
    return None


@dataclass(frozen=True, slots=True)
class _Told:
    """What one 835 tells: its claims in order, and by the correction's control number what is settled later."""

    finalised: list[Finalised]
    control_numbers: tuple[str, ...]
    offsets: tuple[tuple[StoredClaim, PendingOffset], ...]

    def adjustments(self, day: date) -> tuple[ProviderAdjustment, ...]:
        """The PLB that keeps what is settled later out of BPR02."""
        return tuple(adjustment for _, offset in self.offsets for adjustment in offset.told(day))


def _told(
    work: UnitOfWork, claims: Sequence[StoredClaim], *, moved: bool = False, revised: frozenset[str] = frozenset()
) -> _Told:
    """Gather claims with the reversals that go before them; `moved` says that the chain pays them by this very 835.

    Of those that are `revised`, by control number, it pays what they are more than the claims that they reverse.
    """
    finalised, numbers, offsets = [], [], []
    for stored in claims:
        latest = work.decisions.latest(stored.control_number)
        if latest is None:
            continue
        decision, paid_later = latest.decision, ZERO
        earlier = _told_before(work, stored.control_number)
        known = work.remittances.of_claim(stored.control_number)
        before = None if earlier is None else work.decisions.latest(earlier.control_number)
        if earlier is not None and before is not None:
            finalised.append(Finalised(earlier.claim, reversal_of(before.decision), earlier.control_number))
            numbers.append(earlier.control_number)
        numbers.append(stored.control_number)
        if decision.status != REVERSED and not known:
            finalised.append(Finalised(stored.claim, decision, stored.control_number))
            paid_later = ZERO if moved else decision.paid
        if stored.control_number in revised:
            continue
        if earlier is not None and before is not None and before.decision.paid != paid_later:
            offsets.append((stored, PendingOffset(earlier.control_number, before.decision.paid - paid_later)))
    return _Told(finalised, tuple(numbers), tuple(offsets))


def pending_offsets(office: Office) -> list[dict[str, str]]:
    """Return what remains to be settled with providers after corrections, oldest first for each.

    `direction` is `from provider` or `to provider`; `amount` is without sign, less what payments on the chain have kept back
    for it. What is owed by a provider is kept back where the chain was told of the correction; see `claims settle run`.
    """
    office.require(PAYER)
    found = []
    with office.store.reading() as work:
        netted = netted_of_corrections(work, office)
        for offset in work.offsets.all():
            stored = work.claims.get(offset.control_number)
            step = work.replacements.of(offset.control_number)
            left = offset.amount - netted.get(offset.control_number, ZERO)
            if not left:
                continue
            found.append(
                {
                    "provider": offset.billing_npi,
                    "claim": stored.claim.number,
                    "control_number": offset.control_number,
                    "corrects": "" if step is None else step.replaces,
                    "direction": "from provider" if left > ZERO else "to provider",
                    "amount": str(left if left > ZERO else -left),
                    "remittance": offset.remittance,
                }
            )
    return found


def _address(office: Office) -> Address:
    home = office.home
    return Address(home.street, "", home.city, home.state, home.postal_code)


def _payer(office: Office) -> Payer:
    return Payer(name=office.home.name, identifier=office.home.identifier)


def _write(
    work: UnitOfWork,
    office: Office,
    remittance: Remittance,
    told: _Told,
    folder: Path,
    payment: bytes | None,
) -> Written:
    from claims.store.rows import Offset, StoredRemittance

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
            claims=told.control_numbers,
        )
    )
    for stored, offset in told.offsets:
        npi = stored.claim.billing.npi
        work.offsets.add(Offset(stored.control_number, npi, offset.amount, remittance.trace, now))
    return Written(
        trace=remittance.trace,
        paid=remittance.paid,
        claims=tuple(dict.fromkeys(item.claim.number for item in told.finalised)),
        path=path,
        transaction=remittance.transaction_hash,
    )
