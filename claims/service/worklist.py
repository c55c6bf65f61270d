"""A provider's Monday morning: what waits for somebody, in the order in which money is lost over it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from claims.evidence.addresses import same_address
from claims.model.coding import decode
from claims.model.decision import DENIED, PAID, PENDED, Decision, LineDecision, TraceEntry
from claims.model.evidence import EncounterRecord
from claims.model.money import Money, total
from claims.service.calendar import date_at
from claims.service.decision_file import Answer
from claims.service.home import PROVIDER
from claims.service.office import Office
from claims.service.remittance_reading import RemittanceFile, read_remittance_file
from claims.service.submitting import PRESENTED, SETTLED, SUBMITTED
from claims.settlement.remittance import trace_number

if TYPE_CHECKING:
    from claims.store.rows import StoredClaim
    from claims.store.work import UnitOfWork

NO_CURE = "nothing is known to cure it: appeal, or write it off"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: what it is about, why it waits, which claims it is of, until when, and the money at stake.

    Encounters, files and payments go by their names and numbers, claims by the provider's own (CLM01); nobody is named.
    """

    subject: str
    why: str
    claims: tuple[str, ...] = ()
    deadline: date | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of work: its name, what to do about all of it, and the tasks."""

    name: str
    title: str
    todo: str
    tasks: tuple[Task, ...]


def work_list(office: Office, *, remittances: Path | None = None) -> tuple[Section, ...]:
    """Return what a provider's home has to do, section by section; a section with nothing to do is there too, and empty.

    `remittances` is the folder in which the payer's 835s arrive: what stands there and is not posted is listed as well.
    """
    office.require(PROVIDER)
    today = date_at(office.chain.head().timestamp)
    arrived = _arrived(remittances)
    with office.store.reading() as work:
        claims = _standing(work.claims.all())
        return (
            Section(
                "unsigned",
                "Encounters without a signature",
                "have the clinician sign them with `claims encounter attest`; unsigned work is not paid",
                _unsigned(office, work),
            ),
            Section(
                "rejected",
                "Files and claims turned away",
                "correct them and hand the file over again with `claims claim submit`; the payer has not received them",
                _rejected(work),
            ),
            Section(
                "pended",
                "Claims that wait for something",
                "send what is missing before the deadline, and have the payer adjudicate again",
                _pended(work, claims, today),
            ),
            Section(
                "denied",
                "Denials, by what cures them",
                "cure the largest first; `claims claim explain NUMBER` tells each line's story",
                _denied(work, claims),
            ),
            Section(
                "unsettled",
                "Approved and not settled",
                "settle them with `claims claim submit --decisions` before the signature runs out",
                _unsettled(work, claims, today),
            ),
            Section(
                "unposted",
                "Payments and 835s that are not posted",
                "post each 835 with `claims remit post FILE`; ask the payer for one that is missing",
                _unposted(work, arrived),
            ),
            Section(
                "untold",
                "Settled claims without an 835",
                "ask the payer for the 835, or post the one that tells of them",
                _untold(work, claims),
            ),
        )


def _standing(claims: Sequence[StoredClaim]) -> tuple[StoredClaim, ...]:
    """The claims that count: not those that were sent again under their number, nor those that another one corrects."""
    in_order = sorted(claims, key=lambda each: (each.recorded_at, each.status != DENIED, each.control_number))
    latest = {(each.claim.billing.npi, each.claim.number): each.control_number for each in in_order}
    corrected = {each.claim.payer_control_number for each in claims if each.claim.payer_control_number}
    return tuple(
        each
        for each in claims
        if latest[each.claim.billing.npi, each.claim.number] == each.control_number
        and each.control_number not in corrected
    )


def _unsigned(office: Office, work: UnitOfWork) -> tuple[Task, ...]:
    best: dict[tuple[str, str, int], EncounterRecord] = {}
    for kept in work.records.all():
        record = kept.record
        best[record.identifier, record.provider_npi, record.practitioner] = record
    open_records = [record for record in best.values() if not record.signature]
    who = {practitioner: _signer(office, practitioner) for practitioner in {r.practitioner for r in open_records}}
    return tuple(
        Task(f"encounter {record.identifier}", who[record.practitioner])
        for record in sorted(open_records, key=lambda r: (r.practitioner, r.identifier, r.provider_npi))
    )


def _signer(office: Office, practitioner: int) -> str:
    """Who has to sign: the registry's id, and the key by its name where this home has it."""
    registered = str(office.read("Registry", "practitionerOf", practitioner)["key"])
    if not int(registered, 16):
        return f"practitioner {practitioner} has to sign, and the payer has not enrolled them"
    for name in office.keystore.names():
        if same_address(office.keystore.address(name), registered):
            return f"practitioner {practitioner} has to sign, with the key {name}"
    return f"practitioner {practitioner} has to sign, with the key {registered}"


def _rejected(work: UnitOfWork) -> tuple[Task, ...]:
    tasks = []
    for rejection in work.rejections.all():
        later = [c for c in work.claims.by_number(rejection.number) if c.recorded_at >= rejection.at]
        if rejection.number and later:
            continue
        subject = f"claim {rejection.number}" if rejection.number else f"file {rejection.file}"
        claims = (rejection.number,) if rejection.number else ()
        why = f"{rejection.cause} (in {rejection.file})" if rejection.number else rejection.cause
        tasks.append(Task(subject, why, claims))
    return tuple(tasks)


def _pended(work: UnitOfWork, claims: Iterable[StoredClaim], today: date) -> tuple[Task, ...]:
    tasks = []
    for stored in claims:
        latest = work.decisions.latest(stored.control_number)
        if stored.status != PENDED or latest is None:
            continue
        due = decode(Answer, latest.inputs).deadline
        told = list(dict.fromkeys(_cause(entry) for entry in latest.decision.trace if entry.outcome == "pend"))
        if due is not None and today > due:
            told.insert(0, "its time is over, and it will be denied")
        number = stored.claim.number
        tasks.append(Task(f"claim {number}", "; ".join(told), (number,), due, stored.claim.charge))
    return tuple(sorted(tasks, key=lambda task: (task.deadline or date.max, task.subject)))


def _cause(entry: TraceEntry) -> str:
    return f"{entry.why}: {entry.cure}" if entry.cure else entry.why


def _denied(work: UnitOfWork, claims: Iterable[StoredClaim]) -> tuple[Task, ...]:
    """One task for each cure, the largest sum first: denied claims, and denied lines of claims that were paid."""
    found: dict[str, list[tuple[str, str, Money]]] = {}
    for stored in claims:
        latest = work.decisions.latest(stored.control_number)
        if latest is None or latest.decision.status not in (PAID, DENIED):
            continue
        for line in latest.decision.lines:
            entry = _denial(latest.decision, line)
            if entry is not None:
                codes = " and ".join(f"{a.group}-{a.reason}" for a in line.adjustments)
                found.setdefault(entry.cure or NO_CURE, []).append((stored.claim.number, codes, line.charge))
    tasks = [
        Task(
            cure,
            ", ".join(dict.fromkeys(codes for _, codes, _ in lines)),
            tuple(sorted({number for number, _, _ in lines})),
            None,
            total(charge for _, _, charge in lines),
        )
        for cure, lines in found.items()
    ]
    return tuple(sorted(tasks, key=lambda task: (-(task.amount or Money(0)).cents, task.subject)))


def _denial(decision: Decision, line: LineDecision) -> TraceEntry | None:
    """What denied a line; None for a line that is not denied, or that charged nothing."""
    if not line.denied or not line.charge:
        return None
    return next((e for e in decision.trace if e.outcome == "deny" and e.line in (line.line, None)), None)


def _unsettled(work: UnitOfWork, claims: Iterable[StoredClaim], today: date) -> tuple[Task, ...]:
    tasks = []
    for stored in claims:
        latest = work.decisions.latest(stored.control_number)
        if stored.status not in (PRESENTED, SUBMITTED) or latest is None or latest.decision.status != PAID:
            continue
        signed = decode(Answer, latest.inputs).signed
        if signed is None:
            continue  # The chain paid what it corrects: there is nothing to send.
        due = date_at(signed.deadline)
        failures = [intent.failure for intent in work.outbox.of_claim(stored.control_number) if intent.failure]
        why = failures[-1] if failures else "the payer approved it"
        if today > due:
            why += "; the signature ran out: have the payer adjudicate the file again"
        number = stored.claim.number
        tasks.append(Task(f"claim {number}", why, (number,), due, latest.decision.paid))
    return tuple(sorted(tasks, key=lambda task: (task.deadline or date.max, task.subject)))


def _arrived(folder: Path | None) -> tuple[RemittanceFile, ...]:
    if folder is None:
        return ()
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".835" and path.is_file())
    return tuple(read_remittance_file(path) for path in files)


def _unposted(work: UnitOfWork, arrived: Sequence[RemittanceFile]) -> tuple[Task, ...]:
    waiting: dict[str, Task] = {}
    for payment in work.payments.all():
        trace = trace_number(payment.identifier)
        if work.postings.find(trace) is None:
            paid = payment.told
            numbers = [c.claim.number for name in payment.claims for c in work.claims.by_claim_id(name)]
            why = f"paid on the chain on {payment.day}; its 835 is not posted"
            waiting[trace] = Task(f"payment {trace}", why, tuple(dict.fromkeys(numbers)), None, paid)
    unsound = []
    for file in arrived:
        if not file.report.remittances or not file.report.balances:
            unsound.append(Task(f"file {file.path}", "it does not balance: ask the payer for a sound one"))
            continue
        for remittance in file.report.remittances:
            if work.postings.find(remittance.trace) is None:
                numbers = [claim.number for claim in remittance.claims]
                why = f"its 835 is {file.path}"
                if remittance.trace not in waiting and remittance.paid:
                    why += "; this home knows no such payment yet"
                waiting[remittance.trace] = Task(
                    f"payment {remittance.trace}", why, tuple(dict.fromkeys(numbers)), None, remittance.paid
                )
    return (*waiting.values(), *unsound)


def _untold(work: UnitOfWork, claims: Iterable[StoredClaim]) -> tuple[Task, ...]:
    tasks = []
    for stored in claims:
        if stored.status != SETTLED or work.postings.of_claim(stored.control_number):
            continue
        payments = () if stored.claim_id is None else work.payments.of_claim(stored.claim_id)
        traces = ", ".join(trace_number(payment.identifier) for payment in payments)
        why = f"paid by payment {traces}" if traces else "settled"
        number = stored.claim.number
        tasks.append(Task(f"claim {number}", why, (number,), None, total(p.paid + p.credited for p in payments)))
    return tuple(tasks)
