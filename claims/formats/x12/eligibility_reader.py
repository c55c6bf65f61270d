"""A 270 (guide 005010X279A1) read into what is asked about whom."""

from __future__ import annotations

from datetime import date

from claims.formats.x12.envelope import RawGroup, RawTransaction
from claims.formats.x12.inquiry_sets import (
    HierarchicalLevel,
    Kind,
    SetProblem,
    Unwrapped,
    birth_date,
    envelope_of,
    fault,
    read_hierarchy,
    read_party,
    require,
    unwrap,
)
from claims.formats.x12.values import ValueProblem, read_date, read_period
from claims.model.eligibility import (
    HEALTH_PLAN,
    EligibilityInquiry,
    EligibilityRequest,
    ReceiverInquiry,
    SourceInquiry,
    Trace,
)
from claims.model.inquiry import Party
from claims.model.submission import IntakeError

KIND = Kind("270", "HS", ("005010X279A1", "005010X279"))
SOURCE, RECEIVER, SUBSCRIBER, DEPENDENT = "20", "21", "22", "23"
_PARENTS = {SOURCE: "", RECEIVER: SOURCE, SUBSCRIBER: RECEIVER, DEPENDENT: SUBSCRIBER}
_SOURCES = ("2B", "36", "GP", "P5", "PR")
_RECEIVERS = ("1P", "2B", "36", "80", "FA", "GP", "P5", "PR")


def read_270(data: bytes) -> tuple[EligibilityRequest, ...]:
    """Read the 270s of a file. Raises SetProblem with everything that is wrong in envelope, levels and required segments.

    What is wrong with one patient's data (a birth date that is none, a number that is missing) is no such error: the 271
    tells it about that patient.
    """
    errors: list[IntakeError] = []
    requests = [
        _read(interchange, group, transaction, errors)
        for interchange in unwrap(data, KIND)
        for group in interchange.groups
        for transaction in group.transactions
    ]
    if errors:
        raise SetProblem(errors)
    return tuple(request for request in requests if request is not None)


def _read(
    interchange: Unwrapped, group: RawGroup, transaction: RawTransaction, errors: list[IntakeError]
) -> EligibilityRequest | None:
    before, roots = read_hierarchy(transaction, _PARENTS, errors)
    begin = before[0] if before else transaction.segments[0]
    created = date.min
    if begin.identifier != "BHT" or begin.get(1) != "0022":
        errors.append(fault(transaction, begin, 0, "the transaction set does not begin with BHT*0022"))
        return None
    try:
        created = read_date(begin.get(4))
    except ValueProblem as problem:
        errors.append(fault(transaction, begin, 4, f"BHT04 {problem}"))
    return EligibilityRequest(
        envelope=envelope_of(interchange, group),
        control_number=transaction.control_number,
        reference=begin.get(3),
        created=created,
        sources=tuple(_source(transaction, level, errors) for level in roots),
    )


def _source(transaction: RawTransaction, level: HierarchicalLevel, errors: list[IntakeError]) -> SourceInquiry:
    name = require(transaction, level, "NM1", _SOURCES, "2100A", errors)
    if not level.children:
        errors.append(fault(transaction, level.segments[0], 0, "nobody asks this payer: there is no level 21", "2000A"))
    return SourceInquiry(read_party(name), tuple(_receiver(transaction, below, errors) for below in level.children))


def _receiver(transaction: RawTransaction, level: HierarchicalLevel, errors: list[IntakeError]) -> ReceiverInquiry:
    name = require(transaction, level, "NM1", _RECEIVERS, "2100B", errors)
    if not level.children:
        errors.append(fault(transaction, level.segments[0], 0, "nobody is asked about: there is no level 22", "2000B"))
    patients: list[EligibilityInquiry] = []
    for below in level.children:
        insured = read_party(require(transaction, below, "NM1", ("IL",), "2100C", errors))
        if not below.children or below.find("EQ") is not None:
            patients.append(_patient(transaction, below, insured, None, errors))
        for dependent in below.children:
            named = read_party(require(transaction, dependent, "NM1", ("03",), "2100D", errors))
            patients.append(_patient(transaction, dependent, insured, named, errors))
    return ReceiverInquiry(read_party(name), tuple(patients))


def _patient(
    transaction: RawTransaction,
    level: HierarchicalLevel,
    subscriber: Party,
    dependent: Party | None,
    errors: list[IntakeError],
) -> EligibilityInquiry:
    asked = level.all("EQ")
    if not asked:
        errors.append(
            fault(transaction, level.segments[0], 0, "nothing is asked about this patient: EQ is missing", "2110")
        )
    types = [part for segment in asked for part in segment.get(1).split(segment.delimiters.repetition) if part]
    facts, insured = level.find("DMG"), level.find("INS")
    born, _ = birth_date(facts)
    period, bad = None, False
    when = level.find("DTP", ("291",))
    if when is not None:
        try:
            period = read_period(when.get(2), when.get(3))
        except ValueProblem:
            bad = True
    return EligibilityInquiry(
        subscriber=subscriber,
        dependent=dependent,
        traces=tuple(Trace(s.get(2), s.get(3), s.get(4)) for s in level.all("TRN")[:2]),
        birth_text=facts.get(2) if facts is not None else "",
        birth_date=born,
        gender=facts.get(3) if facts is not None else "",
        relationship=insured.get(2) if insured is not None else "",
        begins=period[0] if period else None,
        ends=period[1] if period else None,
        bad_date=bad,
        service_types=tuple(dict.fromkeys(types)) or (HEALTH_PLAN,),
    )
