"""Answers about claims as a 277 (guide 005010X212)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby

from claims.formats.x12.answer_writer import Levels, answer_interchange, party
from claims.formats.x12.writing import Element, Row, amount, day, exact, number, transaction_set
from claims.model.inquiry import Party
from claims.model.status import (
    ClaimStatus,
    LineStatus,
    PatientInquiry,
    ProviderAnswer,
    ReceiverAnswer,
    StatusCode,
    StatusResponse,
)

VERSION = "005010X212"


def write_277(responses: Sequence[StatusResponse], *, created: datetime, control_number: int) -> bytes:
    """Write one 277 for each 276 of one interchange and group.

    Raises WriteProblem where an identifier that must come back unchanged cannot be written.
    """
    sets = []
    for position, response in enumerate(responses, 1):
        body = list(_body(response, f"{control_number:09d}-{position:04d}", created))
        sets.append(transaction_set("277", str(position).zfill(4), VERSION, body))
    return answer_interchange(responses[0].request.envelope, "HN", VERSION, sets, created, control_number)


def _body(response: StatusResponse, reference: str, created: datetime) -> Iterator[Row]:
    yield ("BHT", "0010", "08", reference, day(created.date()), created.strftime("%H%M"), "DG")
    levels = Levels()
    for source, receivers in zip(response.request.sources, response.sources, strict=True):
        payer, row = levels.open("20", "", True)
        yield row
        yield party(source.source)
        for answer in receivers:
            yield from _receiver(answer, response, levels, payer)


def _receiver(answer: ReceiverAnswer, response: StatusResponse, levels: Levels, above: str) -> Iterator[Row]:
    receiver, row = levels.open("21", above, answer.refused is None)
    yield row
    yield party(answer.inquiry.receiver)
    if answer.refused is not None:
        yield ("TRN", "2", exact(response.request.reference or "0", "the 276's BHT03", 50))
        yield ("STC", _code(answer.refused), day(response.on))
        return
    for provider in answer.providers:
        yield from _provider(provider, response.on, levels, receiver)


def _provider(answer: ProviderAnswer, on: date, levels: Levels, above: str) -> Iterator[Row]:
    provider, row = levels.open("19", above, answer.refused is None)
    yield row
    yield party(answer.inquiry.provider)
    if answer.refused is not None:
        # The guide has no number of the inquiry at this level: TRN02 is 0.
        yield ("TRN", "1", "0")
        yield ("STC", _code(answer.refused), day(on))
        return
    asked = zip(answer.inquiry.patients, answer.patients, strict=True)
    for subscriber, together in groupby(asked, key=_subscriber):
        yield from _family(subscriber, list(together), levels, provider)


def _subscriber(asked: tuple[PatientInquiry, tuple[ClaimStatus, ...]]) -> tuple[Party, bool]:
    """What stands under one subscriber level: one subscriber's dependents together, a patient of one's own apart."""
    return asked[0].subscriber, asked[0].dependent is not None


def _family(
    subscriber: tuple[Party, bool],
    asked: Sequence[tuple[PatientInquiry, tuple[ClaimStatus, ...]]],
    levels: Levels,
    above: str,
) -> Iterator[Row]:
    named, has_dependents = subscriber
    insured, row = levels.open("22", above, has_dependents)
    yield row
    yield party(named)
    for inquiry, claims in asked:
        if inquiry.dependent is not None:
            _, row = levels.open("23", insured, None)
            yield row
            yield party(inquiry.dependent)
        for claim in claims:
            yield from _claim(claim)


def _claim(claim: ClaimStatus) -> Iterator[Row]:
    yield ("TRN", "2", exact(claim.trace, "TRN02", 50))
    yield (
        "STC",
        _code(claim.status),
        day(claim.on),
        "",
        "" if claim.charge is None else amount(claim.charge),
        "" if claim.paid is None else amount(claim.paid),
        "" if claim.finalised is None else day(claim.finalised),
        "",
        "" if claim.paid_on is None else day(claim.paid_on),
    )
    if claim.payer_control_number:
        yield ("REF", "1K", exact(claim.payer_control_number, "REF*1K", 50))
    echoed = dict(claim.echoed)
    for qualifier in ("BLT", "EJ", "XZ", "D9"):
        value = claim.number if qualifier == "EJ" else echoed.get(qualifier, "")
        if value:
            yield ("REF", qualifier, exact(value, f"REF*{qualifier}", 50))
    if not any(line.begins for line in claim.lines):
        yield from _days(claim.begins, claim.ends)
    for line in claim.lines:
        yield from _line(line, claim.on)


def _line(line: LineStatus, on: date) -> Iterator[Row]:
    service = (line.qualifier, line.procedure, *line.modifiers)
    yield (
        "SVC",
        tuple(exact(part, "a part of SVC01", 48) for part in service),
        amount(line.charge),
        amount(line.paid),
        exact(line.revenue_code, "SVC04", 48) if line.revenue_code else "",
        "",
        "",
        number(line.units),
    )
    yield ("STC", _code(line.status), day(on))
    if line.control_number:
        yield ("REF", "FJ", exact(line.control_number, "REF*FJ", 50))
    yield from _days(line.begins, line.ends)


def _days(begins: date | None, ends: date | None) -> Iterator[Row]:
    if begins is None:
        return
    if ends is None or ends == begins:
        yield ("DTP", "472", "D8", day(begins))
    else:
        yield ("DTP", "472", "RD8", f"{day(begins)}-{day(ends)}")


def _code(status: StatusCode) -> Element:
    return (status.category, status.code, status.entity)
