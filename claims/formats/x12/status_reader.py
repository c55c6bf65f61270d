"""A 276 (guide 005010X212) read into which claims are asked about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

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
from claims.formats.x12.syntax import Segment
from claims.formats.x12.values import ValueProblem, read_amount, read_number, read_period
from claims.model.inquiry import Party
from claims.model.money import Money
from claims.model.status import (
    LineInquiry,
    PatientInquiry,
    ProviderInquiry,
    ReceiverInquiry,
    SourceInquiry,
    StatusInquiry,
    StatusRequest,
)
from claims.model.submission import IntakeError

KIND = Kind("276", "HR", ("005010X212", "005010X212E1"))
SOURCE, RECEIVER, PROVIDER, SUBSCRIBER, DEPENDENT = "20", "21", "19", "22", "23"
_PARENTS = {SOURCE: "", RECEIVER: SOURCE, PROVIDER: RECEIVER, SUBSCRIBER: PROVIDER, DEPENDENT: SUBSCRIBER}
_ECHOED = ("BLT", "XZ", "D9")


def read_276(data: bytes) -> tuple[StatusRequest, ...]:
    """Read the 276s of a file. Raises SetProblem with everything that is wrong in envelope, levels, required segments, values."""
    errors: list[IntakeError] = []
    requests = [
        _Reader(transaction, errors).read(interchange, group)
        for interchange in unwrap(data, KIND)
        for group in interchange.groups
        for transaction in group.transactions
    ]
    if errors:
        raise SetProblem(errors)
    return tuple(requests)


class _Reader:
    """Reads one transaction set; what is wrong goes into `errors`."""

    def __init__(self, transaction: RawTransaction, errors: list[IntakeError]) -> None:
        self.transaction = transaction
        self.errors = errors

    def read(self, interchange: Unwrapped, group: RawGroup) -> StatusRequest:
        """Read the transaction set from BHT on."""
        before, roots = read_hierarchy(self.transaction, _PARENTS, self.errors)
        begin = before[0] if before else self.transaction.segments[0]
        if begin.identifier != "BHT" or begin.get(1) != "0010":
            self._wrong(begin, 0, "the transaction set does not begin with BHT*0010")
        return StatusRequest(
            envelope=envelope_of(interchange, group),
            control_number=self.transaction.control_number,
            reference=begin.get(3),
            sources=tuple(self._source(level) for level in roots),
        )

    def _source(self, level: HierarchicalLevel) -> SourceInquiry:
        source = self._party(level, "PR", "2100A")
        if not level.children:
            self._wrong(level.segments[0], 0, "nobody asks this payer: there is no level 21")
        return SourceInquiry(source, tuple(self._receiver(below) for below in level.children))

    def _receiver(self, level: HierarchicalLevel) -> ReceiverInquiry:
        return ReceiverInquiry(
            self._party(level, "41", "2100B"), tuple(self._provider(below) for below in level.children)
        )

    def _provider(self, level: HierarchicalLevel) -> ProviderInquiry:
        provider = self._party(level, "1P", "2100C")
        patients: list[PatientInquiry] = []
        for below in level.children:
            subscriber = self._party(below, "IL", "2100D")
            if not below.children or below.find("TRN") is not None:
                patients.append(self._patient(below, subscriber, None))
            patients += [
                self._patient(dependent, subscriber, self._party(dependent, "QC", "2100E"))
                for dependent in below.children
            ]
        return ProviderInquiry(provider, tuple(patients))

    def _party(self, level: HierarchicalLevel, entity: str, loop: str) -> Party:
        return read_party(require(self.transaction, level, "NM1", (entity,), loop, self.errors))

    def _patient(self, level: HierarchicalLevel, subscriber: Party, dependent: Party | None) -> PatientInquiry:
        facts = level.find("DMG")
        born, unreadable = birth_date(facts)
        if unreadable and facts is not None:
            self._wrong(facts, 2, "DMG02 is no day of the calendar")
        starts = [index for index, segment in enumerate(level.segments) if segment.identifier == "TRN"]
        if not starts:
            self._wrong(level.segments[0], 0, "no claim is asked about: TRN is missing")
        claims = [self._claim(level.segments[a:b]) for a, b in pairwise([*starts, len(level.segments)])]
        return PatientInquiry(subscriber, dependent, born, tuple(claims))

    def _claim(self, segments: list[Segment]) -> StatusInquiry:
        trace = segments[0]
        if trace.get(1) != "1" or not trace.get(2):
            self._wrong(trace, 2, "TRN must be TRN*1 with a trace number")
        services = [index for index, segment in enumerate(segments) if segment.identifier == "SVC"]
        own = segments[: services[0]] if services else segments
        references = {segment.get(1): segment.get(2).strip() for segment in own if segment.identifier == "REF"}
        charge = next((s for s in own if s.identifier == "AMT" and s.get(1) == "T3"), None)
        period = self._period(own)
        return StatusInquiry(
            trace=trace.get(2),
            number=references.get("EJ", ""),
            payer_control_number=references.get("1K", ""),
            echoed=tuple((name, references[name]) for name in _ECHOED if references.get(name)),
            charge=None if charge is None else self._amount(charge, 2),
            begins=period[0] if period else None,
            ends=period[1] if period else None,
            lines=tuple(self._line(segments[a:b]) for a, b in pairwise([*services, len(segments)])),
        )

    def _line(self, segments: list[Segment]) -> LineInquiry:
        service = segments[0]
        period = self._period(segments)
        if not service.part(1, 2):
            self._wrong(service, 1, "SVC01 names no service")
        return LineInquiry(
            qualifier=service.part(1, 1),
            procedure=service.part(1, 2),
            modifiers=tuple(filter(None, service.parts(1)[2:6])),
            charge=self._amount(service, 2),
            revenue_code=service.get(4),
            units=self._units(service),
            begins=period[0] if period else None,
            ends=period[1] if period else None,
            control_number=next((s.get(2) for s in segments if s.identifier == "REF" and s.get(1) == "FJ"), ""),
        )

    def _amount(self, segment: Segment, element: int) -> Money | None:
        try:
            return read_amount(segment.get(element))
        except ValueProblem as problem:
            self._wrong(segment, element, f"{segment.identifier}{element:02d} {problem}")
            return None

    def _units(self, service: Segment) -> Decimal:
        try:
            return read_number(service.get(7)) if service.get(7) else Decimal(1)
        except ValueProblem as problem:
            self._wrong(service, 7, f"SVC07 {problem}")
            return Decimal(1)

    def _period(self, segments: list[Segment]) -> tuple[date, date] | None:
        found = next((s for s in segments if s.identifier == "DTP" and s.get(1) == "472"), None)
        if found is None:
            return None
        try:
            return read_period(found.get(2), found.get(3))
        except ValueProblem as problem:
            self._wrong(found, 3, f"DTP03 {problem}")
            return None

    def _wrong(self, segment: Segment, element: int, message: str) -> None:
        self.errors.append(fault(self.transaction, segment, element, message))
