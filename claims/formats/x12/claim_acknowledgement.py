"""The 277CA: each claim of an accepted transaction set is accepted or rejected by itself (guide 005010X214).

A transaction set that the 999 rejects has none, nor has an interchange that a TA1 rejects. The hierarchy is the guide's:
information source (20), information receiver (21), billing provider (19), patient (PT), and the claims under the patient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from claims.formats.x12.answering import answer_interchange, application_party
from claims.formats.x12.writing import (
    Composite,
    Row,
    WriteProblem,
    amount,
    day,
    exact,
    free_text,
    functional_group,
    transaction_set,
)
from claims.model.claim import Claim
from claims.model.money import Money, total
from claims.model.party import Person, Provider
from claims.model.submission import Correspondent, Interchange, RejectedClaim, Submission, Transaction

VERSION = "005010X214"

_RECEIVED, _ADJUDICATED, _REPORTED = ("A1", "19", "PR"), ("A2", "20", "PR"), ("A1", "19", "PR")
_PROVIDER_RECEIVED = ("A1", "19", "40")
_BROKEN_SYNTAX = "A3:684"
_ACCEPT, _REJECT = "WQ", "U"
_UNKNOWN = "UNKNOWN"
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class _Answered:
    """One claim of a 277CA: what it repeats of the claim, and its statuses with a text each."""

    number: str
    charge: Money
    billing: Provider
    patient: Person
    member_number: str
    period: tuple[date, date] | None
    statuses: tuple[tuple[Composite, str], ...]
    accepted: bool
    payer_number: str = ""
    clearinghouse_number: str = ""
    type_of_bill: str = ""


def write_277ca(
    submission: Submission, *, created: datetime, control_number: int, payer_numbers: Sequence[str] = ()
) -> bytes:
    """Write the 277CAs of all sound interchanges, each in an interchange of its own, numbered from `control_number`.

    `payer_numbers` are the payer's control numbers (REF*1K) of `submission.claims`, in their order; left out where there are
    none yet. Empty where no transaction set was accepted.
    """
    numbers = iter(payer_numbers)
    written = b""
    for received in submission.interchanges:
        if received.errors:
            continue
        rows = _interchange(received, created, control_number, numbers)
        if rows:
            groups = sum(row[0] == "GS" for row in rows)
            written += answer_interchange(received, created, control_number, rows, groups)
            control_number += 1
    return written


def _interchange(received: Interchange, created: datetime, control_number: int, numbers: Iterator[str]) -> list[Row]:
    rows: list[Row] = []
    groups = 0
    for group in received.groups:
        if group.errors:
            continue
        answered = [
            (transaction, list(_claims(transaction, numbers)))
            for transaction in group.transactions
            if transaction.accepted
        ]
        bodies = [
            transaction_set(
                "277", f"{place:04d}", VERSION, _body(transaction, claims, created, f"{control_number:09d}")
            )
            for place, (transaction, claims) in enumerate((each for each in answered if each[1]), start=1)
        ]
        if bodies:
            groups += 1
            ours, theirs = application_party(group.receiver), application_party(group.sender)
            rows += functional_group("HN", ours, theirs, created, str(groups), VERSION, bodies)
    return rows


def _claims(transaction: Transaction, numbers: Iterator[str]) -> Iterator[_Answered]:
    """Give every claim that was sent, in order, those that go on and those that do not."""
    rejected = {claim.place: claim for claim in transaction.rejected}
    accepted = iter(transaction.claims)
    for place in range(len(transaction.claims) + len(rejected)):
        if place in rejected:
            yield _rejected(rejected[place])
        else:
            yield _accepted(next(accepted), next(numbers, ""))


def _accepted(claim: Claim, payer_number: str) -> _Answered:
    facts = claim.institutional
    if facts is not None:
        period = (facts.begins, facts.ends)
    else:
        period = (min(line.begins for line in claim.lines), max(line.ends for line in claim.lines))
    return _Answered(
        number=claim.number,
        charge=claim.charge,
        billing=claim.billing,
        patient=claim.patient,
        member_number=claim.member_number,
        period=period,
        statuses=((_REPORTED if claim.is_encounter_report else _ADJUDICATED, ""),),
        accepted=True,
        payer_number=payer_number,
        clearinghouse_number=claim.clearinghouse_number,
        type_of_bill="" if facts is None else facts.type_of_bill + claim.frequency,
    )


def _rejected(claim: RejectedClaim) -> _Answered:
    found: dict[str, str] = {}
    for error in claim.errors:
        found.setdefault(error.status or _BROKEN_SYNTAX, error.message)
    return _Answered(
        number=claim.number,
        charge=claim.charge,
        billing=claim.billing,
        patient=claim.patient,
        member_number=claim.member_number,
        period=None if claim.begins is None or claim.ends is None else (claim.begins, claim.ends),
        statuses=tuple((tuple(status.split(":")), message) for status, message in found.items()),
        accepted=False,
        clearinghouse_number=claim.clearinghouse_number,
        type_of_bill=claim.type_of_bill,
    )


def _body(transaction: Transaction, claims: Sequence[_Answered], created: datetime, trace: str) -> list[Row]:
    today = day(created.date())
    received = day(transaction.received) if transaction.received else today
    reference = _identifier(transaction.reference, 50)
    rows: list[Row] = [
        ("BHT", "0085", "08", reference, today, created.strftime("%H%M"), "TH"),
        ("HL", "1", "", "20", "1"),
        _correspondent("PR", transaction.receiver),
        ("TRN", "1", trace),
        ("DTP", "050", "D8", received),
        ("DTP", "009", "D8", today),
        ("HL", "2", "1", "21", "1"),
        _correspondent("41", transaction.submitter),
        ("TRN", "2", reference),
        ("STC", _RECEIVED, today, _ACCEPT, amount(total(claim.charge for claim in claims))),
        *_totals(claims, "90", "AA"),
    ]
    level = 2
    for billing, billed in _grouped(claims, lambda claim: claim.billing):
        level += 1
        provider = level
        rows += [("HL", str(level), "2", "19", "1"), _provider(billing), ("TRN", "1", "0")]
        rows.append(("STC", _PROVIDER_RECEIVED, "", _ACCEPT, amount(total(claim.charge for claim in billed))))
        rows += _totals(billed, "QA", "QC")
        for (patient, member_number), treated in _grouped(billed, lambda claim: (claim.patient, claim.member_number)):
            level += 1
            rows += [("HL", str(level), str(provider), "PT"), _patient(patient, member_number)]
            for claim in treated:
                rows += _claim(claim, today, received)
    return rows


def _grouped(claims: Sequence[_Answered], key: Callable[[_Answered], _Key]) -> Iterable[tuple[_Key, list[_Answered]]]:
    groups: dict[_Key, list[_Answered]] = {}
    for claim in claims:
        groups.setdefault(key(claim), []).append(claim)
    return groups.items()


def _totals(claims: Sequence[_Answered], accepted: str, rejected: str) -> Iterator[Row]:
    """Counts, then amounts, of what was accepted and of what was not; what there is none of is left out."""
    parts = [[claim for claim in claims if claim.accepted is verdict] for verdict in (True, False)]
    for part, qualifier in zip(parts, (accepted, rejected), strict=True):
        if part:
            yield ("QTY", qualifier, str(len(part)))
    for part, qualifier in zip(parts, ("YU", "YY"), strict=True):
        if part:
            yield ("AMT", qualifier, amount(total(claim.charge for claim in part)))


def _claim(claim: _Answered, today: str, received: str) -> Iterator[Row]:
    yield ("TRN", "2", _identifier(claim.number, 50))
    for status, message in claim.statuses:
        action = _ACCEPT if claim.accepted else _REJECT
        yield ("STC", status, today, action, amount(claim.charge), *[""] * 7, free_text(message, 264))
    if claim.payer_number:
        yield ("REF", "1K", claim.payer_number)
    if claim.clearinghouse_number:
        yield ("REF", "D9", _identifier(claim.clearinghouse_number, 50))
    if claim.type_of_bill:
        yield ("REF", "BLT", _identifier(claim.type_of_bill, 50))
    if claim.period is None:
        # The guide wants a date even of a claim whose own cannot be read: it gets the day on which it came.
        yield ("DTP", "472", "D8", received)
    elif claim.period[0] == claim.period[1]:
        yield ("DTP", "472", "D8", day(claim.period[0]))
    else:
        yield ("DTP", "472", "RD8", f"{day(claim.period[0])}-{day(claim.period[1])}")


def _correspondent(entity: str, party: Correspondent) -> Row:
    person = "1" if party.is_person and entity != "PR" else "2"
    first = free_text(party.first_name, 35) if person == "1" else ""
    return ("NM1", entity, person, _name(party.name), first, "", "", "", "46", _identifier(party.identifier, 80))


def _provider(provider: Provider) -> Row:
    person = "1" if provider.is_person else "2"
    first = free_text(provider.first_name, 35) if provider.is_person else ""
    qualifier, number = ("XX", provider.npi) if provider.npi else ("FI", provider.tax_id)
    return ("NM1", "85", person, _name(provider.name), first, "", "", "", qualifier, _identifier(number, 80))


def _patient(patient: Person, member_number: str) -> Row:
    first, middle = free_text(patient.first_name, 35), free_text(patient.middle_name, 25)
    suffix, number = free_text(patient.suffix, 10), _identifier(member_number, 80)
    return ("NM1", "QC", "1", _name(patient.last_name), first, middle, "", suffix, "MI", number)


def _name(text: str) -> str:
    return free_text(text, 60) or _UNKNOWN


def _identifier(text: str, longest: int) -> str:
    """Echo an identifier unchanged; one that X12 cannot carry is made safe, for a claim must not go without its answer."""
    try:
        return exact(text, "an identifier", longest)
    except WriteProblem:
        return free_text(text, longest) or _UNKNOWN
