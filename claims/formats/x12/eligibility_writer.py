"""Answers about patients' cover as a 271 (guide 005010X279A1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from claims.formats.x12.answer_writer import Levels, answer_interchange, party
from claims.formats.x12.writing import Repeated, Row, amount, day, exact, free_text, number, transaction_set
from claims.model.eligibility import Benefit, EligibilityAnswer, EligibilityInquiry, EligibilityRequest, ReceiverInquiry

VERSION = "005010X279A1"
CORRECT_AND_RESUBMIT = "C"


@dataclass(frozen=True, slots=True)
class EligibilityResponse:
    """A 270 and the answers to its patients; `refused` has AAA03 of those who ask and are told nothing."""

    request: EligibilityRequest
    answers: Mapping[EligibilityInquiry, EligibilityAnswer]
    refused: Mapping[ReceiverInquiry, str] = field(default_factory=dict)


def write_271(
    responses: Sequence[EligibilityResponse], *, payer_handle: str, created: datetime, control_number: int
) -> bytes:
    """Write one 271 for each 270 of one interchange and group; `payer_handle` is TRN03 of the payer's own trace number.

    Raises WriteProblem where an identifier that must come back unchanged cannot be written.
    """
    sets = [
        transaction_set("271", str(position).zfill(4), VERSION, list(_body(response, payer_handle, created)))
        for position, response in enumerate(responses, 1)
    ]
    return answer_interchange(responses[0].request.envelope, "HB", VERSION, sets, created, control_number)


def _body(response: EligibilityResponse, handle: str, created: datetime) -> Iterator[Row]:
    request = response.request
    reference = exact(request.reference, "BHT03", 50) if request.reference else ""
    yield ("BHT", "0022", "11", reference, day(created.date()), created.strftime("%H%M"))
    levels = Levels()
    for source in request.sources:
        payer, row = levels.open("20", "", True)
        yield row
        yield party(source.source)
        for asking in source.receivers:
            refused = response.refused.get(asking)
            receiver, row = levels.open("21", payer, refused is None)
            yield row
            yield party(asking.receiver)
            if refused is not None:
                yield _reject(refused)
                continue
            yield from _patients([response.answers[patient] for patient in asking.patients], levels, receiver, handle)


def _patients(answers: Sequence[EligibilityAnswer], levels: Levels, above: str, handle: str) -> Iterator[Row]:
    """Subscriber levels, each with its dependents; dependents of one subscriber stand together, as they were asked about."""
    position = 0
    while position < len(answers):
        answer = answers[position]
        subscriber = answer.inquiry.subscriber
        if answer.inquiry.dependent is None:
            _, row = levels.open("22", above, False)
            yield row
            yield from _patient(answer, handle)
            position += 1
            continue
        group = []
        while position < len(answers) and answers[position].inquiry.dependent is not None:
            if answers[position].inquiry.subscriber != subscriber:
                break
            group.append(answers[position])
            position += 1
        unknown = all(each.about_subscriber for each in group)
        # A subscriber who is not found ends the answer there: nothing can be told of a dependent.
        insured, row = levels.open("22", above, not unknown)
        yield row
        if unknown:
            yield from _traces(group[0], handle)
        yield party(group[0].subscriber)
        if unknown:
            yield _reject(group[0].reject)
            continue
        for each in group:
            _, row = levels.open("23", insured, False)
            yield row
            yield from _patient(each, handle)


def _patient(answer: EligibilityAnswer, handle: str) -> Iterator[Row]:
    inquiry = answer.inquiry
    yield from _traces(answer, handle)
    yield party(answer.patient)
    if answer.reject:
        yield _reject(answer.reject)
    if answer.birth_date is not None:
        yield ("DMG", "D8", day(answer.birth_date), free_text(inquiry.gender, 1))
    if answer.reject:
        return
    if inquiry.dependent is not None and inquiry.relationship:
        yield ("INS", "N", exact(inquiry.relationship, "INS02", 2, 2))
    if answer.begins is not None:
        yield ("DTP", "346", "D8", day(answer.begins))
    if answer.through is not None:
        yield ("DTP", "347", "D8", day(answer.through))
    for benefit in answer.benefits:
        yield _benefit(benefit)


def _traces(answer: EligibilityAnswer, handle: str) -> Iterator[Row]:
    for trace in answer.inquiry.traces:
        number_ = exact(trace.number, "TRN02", 50)
        yield ("TRN", "2", number_, free_text(trace.originator, 10), free_text(trace.division, 50))
    yield ("TRN", "1", exact(answer.trace, "TRN02", 50), handle)


def _reject(reason: str) -> Row:
    return ("AAA", "N", "", reason, CORRECT_AND_RESUBMIT)


def _benefit(benefit: Benefit) -> Row:
    return (
        "EB",
        benefit.code,
        benefit.level,
        Repeated(exact(code, "a service type in EB03", 2) for code in benefit.service_types),
        "",
        free_text(benefit.plan, 50),
        benefit.period,
        "" if benefit.amount is None else amount(benefit.amount),
        "" if benefit.share is None else number(benefit.share),
        "",
        "",
        "",
        benefit.network,
    )
