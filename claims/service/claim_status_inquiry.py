"""A 276 answered from a payer's claims, decisions and payments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from claims.adjudication.documents import read_providers
from claims.adjudication.members import plain
from claims.formats.x12.inquiry_sets import SetProblem
from claims.formats.x12.status_reader import read_276
from claims.formats.x12.status_writer import write_277
from claims.model.claim import Claim, Line
from claims.model.decision import REVERSED, Decision
from claims.model.inquiry import Party
from claims.model.money import ZERO, Money
from claims.model.status import (
    ClaimStatus,
    LineInquiry,
    LineStatus,
    PatientInquiry,
    ProviderAnswer,
    ProviderInquiry,
    ReceiverAnswer,
    ReceiverInquiry,
    StatusCode,
    StatusInquiry,
    StatusRequest,
    StatusResponse,
)
from claims.service import status_codes
from claims.service.calendar import date_at
from claims.service.errors import FileRejected
from claims.service.home import PAYER
from claims.service.intake import placed
from claims.service.office import Office
from claims.service.private_file import write_private
from claims.service.rules import PROVIDERS

if TYPE_CHECKING:
    from claims.store.rows import StoredClaim
    from claims.store.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Inquired:
    """A 276 that was answered: the responses, and the 277."""

    responses: tuple[StatusResponse, ...]
    path: Path

    @property
    def claims(self) -> Iterator[ClaimStatus]:
        """Every claim's status in order; those of providers that were refused have none."""
        for response in self.responses:
            for receivers in response.sources:
                for receiver in receivers:
                    for provider in receiver.providers:
                        for claims in provider.patients:
                            yield from claims

    @property
    def refused(self) -> Iterator[StatusCode]:
        """The statuses of receivers and providers that are answered as a whole."""
        for response in self.responses:
            for receivers in response.sources:
                for receiver in receivers:
                    if receiver.refused is not None:
                        yield receiver.refused
                    yield from (p.refused for p in receiver.providers if p.refused is not None)


def inquire(office: Office, file: Path, out: Path) -> Inquired:
    """Answer a 276 by a 277 of its name in the folder `out`.

    Raises FileRejected where the file is no sound 276; nothing is written then. A claim that is not found is an answer, and
    so is another provider's claim: nobody learns of other people's claims by asking.
    """
    office.require(PAYER)
    try:
        requests = read_276(file.read_bytes())
    except SetProblem as problem:
        raise FileRejected(f"the file is no sound 276, nothing was answered: {placed(problem.errors[0])}") from None
    created = datetime.fromtimestamp(office.chain.head().timestamp, UTC)
    interchanges = []
    with office.store.unit_of_work() as work:
        desk = _Desk(work, _known_providers(office, work), created.date())
        responses = tuple(desk.answer(request) for request in requests)
        for _, together in groupby(responses, key=lambda response: response.request.envelope):
            number = work.control_numbers.next("claim status")
            interchanges.append(write_277(tuple(together), created=created, control_number=number))
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{file.stem}.277"
    write_private(path, b"".join(interchanges))
    return Inquired(responses, path)


def _known_providers(office: Office, work: UnitOfWork) -> frozenset[str]:
    """The NPIs that the payer has enrolled; empty where it keeps no list, and then nobody is unknown."""
    file = office.home.document(PROVIDERS)
    listed = read_providers(file.read_text(encoding="utf-8")) if file.exists() else ()
    return frozenset([row.provider.npi for row in work.providers.all()] + [provider.npi for provider in listed])


@dataclass(frozen=True, slots=True)
class _Desk:
    """Answers from one unit of work, as of one day."""

    work: UnitOfWork
    providers: frozenset[str]
    today: date

    def answer(self, request: StatusRequest) -> StatusResponse:
        """Answer one 276."""
        sources = tuple(tuple(self._receiver(asking) for asking in source.receivers) for source in request.sources)
        return StatusResponse(request, sources, self.today)

    def _receiver(self, asking: ReceiverInquiry) -> ReceiverAnswer:
        if not any(provider.patients for provider in asking.providers):
            return ReceiverAnswer(asking, refused=status_codes.CANNOT_ANSWER)
        return ReceiverAnswer(asking, tuple(self._provider(provider) for provider in asking.providers))

    def _provider(self, asking: ProviderInquiry) -> ProviderAnswer:
        found = tuple(
            tuple(self._found(asking.provider, patient, claim) for claim in patient.claims)
            for patient in asking.patients
        )
        unknown = bool(self.providers) and asking.provider.identifier not in self.providers
        if not asking.patients or (unknown and not any(claims for patient in found for claims in patient)):
            return ProviderAnswer(asking, refused=status_codes.UNKNOWN_PROVIDER)
        patients = []
        for patient, of_patient in zip(asking.patients, found, strict=True):
            told: list[ClaimStatus] = []
            for inquiry, claims in zip(patient.claims, of_patient, strict=True):
                told += [self._status(inquiry, stored) for stored in claims] or [self._not_found(inquiry)]
            patients.append(tuple(told))
        return ProviderAnswer(asking, tuple(patients))

    def _found(self, provider: Party, patient: PatientInquiry, inquiry: StatusInquiry) -> tuple[StoredClaim, ...]:
        """The claims that an inquiry is about: this provider's, of this patient, by number or else by days and charge."""
        if inquiry.payer_control_number:
            by_control = self.work.claims.find(inquiry.payer_control_number)
            candidates: tuple[StoredClaim, ...] = () if by_control is None else (by_control,)
        elif inquiry.number:
            candidates = self.work.claims.by_number(inquiry.number)
        else:
            candidates = self.work.claims.all() if inquiry.begins is not None else ()
        own = tuple(s for s in candidates if _is_provider(s.claim, provider) and _is_patient(s.claim, patient))
        narrower = tuple(s for s in own if _fits(s.claim, inquiry))
        if inquiry.payer_control_number or inquiry.number:
            return narrower or own
        return narrower

    def _not_found(self, inquiry: StatusInquiry) -> ClaimStatus:
        lines = tuple(_asked_line(line) for line in inquiry.lines)
        return ClaimStatus(
            trace=inquiry.trace,
            status=status_codes.NOT_FOUND,
            on=self.today,
            charge=inquiry.charge,
            number=inquiry.number,
            echoed=inquiry.echoed,
            begins=inquiry.begins,
            ends=inquiry.ends,
            lines=lines,
        )

    def _status(self, inquiry: StatusInquiry, stored: StoredClaim) -> ClaimStatus:
        claim, latest = stored.claim, self.work.decisions.latest(stored.control_number)
        decision = None if latest is None else latest.decision
        payments = () if stored.claim_id is None else self.work.payments.of_claim(stored.claim_id)
        told = self.work.remittances.of_claim(stored.control_number)
        superseded = self.work.replacements.successor(stored.control_number) is not None
        if decision is None:
            status = status_codes.RECORDED if claim.is_encounter_report else status_codes.IN_PROCESS
        else:
            status = status_codes.of_claim(decision, paid_on_chain=bool(payments), superseded=superseded)
        final = decision is not None and status_codes.is_final(decision)
        taken_back = superseded or (decision is not None and decision.status == REVERSED)
        changes = self.work.claims.statuses(stored.control_number)
        return ClaimStatus(
            trace=inquiry.trace,
            status=status,
            on=date_at(changes[-1].at) if changes else self.today,
            charge=claim.charge,
            paid=None if decision is None or not final else ZERO if taken_back else decision.paid,
            finalised=date_at(latest.decided_at) if latest is not None and final else None,
            paid_on=payments[-1].day if payments else None,
            payer_control_number=stored.control_number,
            number=claim.number,
            echoed=inquiry.echoed,
            begins=min(line.begins for line in claim.lines),
            ends=max(line.ends for line in claim.lines),
            lines=tuple(_line_status(asked, claim, decision, status) for asked in inquiry.lines),
            remittance=told[-1].trace if told else "",
        )


def _is_provider(claim: Claim, provider: Party) -> bool:
    """Whether the claim is this provider's: it billed it, or rendered it."""
    if provider.qualifier == "FI":
        return bool(provider.identifier) and claim.billing.tax_id == provider.identifier
    rendering = {found.npi for line in claim.lines if (found := claim.rendering_of(line)) is not None}
    return bool(provider.identifier) and provider.identifier in {claim.billing.npi, *rendering}


def _is_patient(claim: Claim, asked: PatientInquiry) -> bool:
    """Whether the claim is for this patient: number and last name, and first name and birth date where both are given."""
    number, named = plain(asked.subscriber.identifier), asked.dependent or asked.subscriber
    patient = claim.patient
    first, its_first = plain(named.first_name), plain(patient.first_name)
    return (
        (not number or number == plain(claim.member_number))
        and plain(named.name) == plain(patient.last_name)
        and (not first or not its_first or first == its_first)
        and (asked.birth_date is None or patient.birth_date is None or asked.birth_date == patient.birth_date)
    )


def _fits(claim: Claim, inquiry: StatusInquiry) -> bool:
    """Whether days and charge agree with what was asked, as far as it was."""
    if inquiry.charge is not None and inquiry.charge != claim.charge:
        return False
    if inquiry.begins is None or inquiry.ends is None:
        return True
    return any(line.begins <= inquiry.ends and inquiry.begins <= line.ends for line in claim.lines)


def _line_status(asked: LineInquiry, claim: Claim, decision: Decision | None, status: StatusCode) -> LineStatus:
    line = next((line for line in claim.lines if _is_line(line, asked)), None)
    if line is None:
        return _asked_line(asked)
    decided = None if decision is None else next((d for d in decision.lines if d.line == line.number), None)
    return LineStatus(
        qualifier=line.qualifier,
        procedure=line.procedure,
        modifiers=line.modifiers,
        status=status if decision is None or decided is None else status_codes.of_line(decided, decision, status),
        charge=line.charge,
        paid=ZERO if decided is None else max(ZERO, decided.paid),
        units=line.units,
        begins=line.begins,
        ends=line.ends,
        revenue_code=line.revenue_code,
        control_number=asked.control_number,
    )


def _is_line(line: Line, asked: LineInquiry) -> bool:
    if asked.control_number and line.control_number:
        return asked.control_number == line.control_number
    return (
        line.procedure == asked.procedure
        and set(asked.modifiers) <= set(line.modifiers)
        and (asked.begins is None or asked.ends is None or (line.begins <= asked.ends and asked.begins <= line.ends))
    )


def _asked_line(asked: LineInquiry) -> LineStatus:
    """A service that the payer has not, as it was asked about."""
    return LineStatus(
        qualifier=asked.qualifier,
        procedure=asked.procedure,
        modifiers=asked.modifiers,
        status=status_codes.NOT_FOUND,
        charge=asked.charge or Money(0),
        paid=ZERO,
        units=asked.units,
        begins=asked.begins,
        ends=asked.ends,
        revenue_code=asked.revenue_code,
        control_number=asked.control_number,
    )
