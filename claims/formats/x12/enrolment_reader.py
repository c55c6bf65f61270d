"""An 834 (guide 005010X220A1) read into what is to be done with each member."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from claims.formats.x12.envelope import RawTransaction
from claims.formats.x12.inquiry_sets import Kind, SetProblem, birth_date, fault, read_name, unwrap
from claims.formats.x12.syntax import Segment
from claims.formats.x12.values import ValueProblem, read_period
from claims.model.enrolment import (
    ADD,
    AUDIT,
    CHANGE,
    CORRECT,
    DELETE,
    END,
    NO_CHANGE,
    REINSTATE,
    SUBSCRIBER,
    Cover,
    Enrolment,
    MemberMaintenance,
    claimed_relationship,
)
from claims.model.submission import IntakeError

KIND = Kind("834", "BE", ("005010X220A1", "005010X220"))
_MEMBER = (CHANGE, ADD, END, REINSTATE, AUDIT)
_COVER = (*_MEMBER, DELETE, CORRECT, NO_CHANGE)


def read_834(data: bytes) -> tuple[Enrolment, ...]:
    """Read the 834s of a file, each with its members in order.

    Raises SetProblem with everything that is wrong: a broken envelope, a segment that the guide requires and that is missing,
    a maintenance code that it does not know, a date that is none. A file is read whole or not at all.
    """
    errors: list[IntakeError] = []
    found: list[Enrolment] = []
    place = 0
    for interchange in unwrap(data, KIND):
        for transaction in interchange.transactions:
            reader = _Reader(transaction, errors)
            members = []
            for loop in reader.loops():
                place += 1
                members.append(reader.member(loop, place))
            found.append(
                Enrolment(
                    sender=f"{interchange.element(5)}/{interchange.element(6)}",
                    interchange_number=interchange.element(13),
                    control_number=transaction.control_number,
                    members=tuple(members),
                )
            )
    if errors:
        raise SetProblem(errors)
    return tuple(found)


class _Reader:
    """Reads one transaction set; what is wrong goes into `errors`."""

    def __init__(self, transaction: RawTransaction, errors: list[IntakeError]) -> None:
        self.transaction = transaction
        self.errors = errors

    def loops(self) -> Iterator[list[Segment]]:
        """The segments of each INS loop, after the header was looked at."""
        header, starts = self.transaction.segments[0], []
        body = self.transaction.segments[1:-1]
        for index, segment in enumerate(body):
            if segment.identifier == "INS":
                starts.append(index)
        top = body[: starts[0]] if starts else body
        if not top or top[0].identifier != "BGN":
            self._wrong(header, 0, "the transaction set does not begin with BGN")
        for entity, who in (("P5", "the sponsor"), ("IN", "the payer")):
            if not any(segment.identifier == "N1" and segment.get(1) == entity for segment in top):
                self._wrong(header, 0, f"{who} (N1*{entity}) is not named")
        if not starts:
            self._wrong(header, 0, "the transaction set names no member (INS)")
        for start, end in pairwise([*starts, len(body)]):
            yield body[start:end]

    def member(self, loop: list[Segment], place: int) -> MemberMaintenance:
        """Read one INS loop."""
        ins = loop[0]
        covers_from = next((index for index, segment in enumerate(loop) if segment.identifier == "HD"), len(loop))
        own, covers = loop[:covers_from], loop[covers_from:]
        if ins.get(1) not in ("Y", "N"):
            self._wrong(ins, 1, "INS01 must say whether this is the subscriber: Y or N")
        if ins.get(3) not in _MEMBER:
            self._wrong(ins, 3, f"INS03 is none of {', '.join(_MEMBER)}")
        number = self._reference(own, "0F")
        if not number:
            self._wrong(ins, 0, "the subscriber's number (REF*0F) is missing")
        name = _named(own, "IL", "74")
        if name is None or not name.get(3):
            self._wrong(name or ins, 3 if name else 0, "the member's last name (NM1*IL) is missing")
        facts = _after(own, name, "DMG")
        if birth_date(facts)[1] and facts is not None:
            self._wrong(facts, 2, "DMG02 is no day of the calendar")
        former = _named(own, "70")
        dates = {
            qualifier: self._date(segment)
            for segment in own
            if segment.identifier == "DTP" and (qualifier := segment.get(1)) in ("356", "357", "303")
        }
        return MemberMaintenance(
            place=place,
            maintenance=ins.get(3),
            relationship=SUBSCRIBER if ins.get(1) == "Y" else claimed_relationship(ins.get(2)),
            subscriber_number=number,
            person=read_name(name, facts),
            covers=tuple(self._covers(covers)),
            group_number=self._reference(own, "1L"),
            begins=dates.get("356"),
            through=dates.get("357"),
            effective=dates.get("303"),
            formerly=None if former is None else read_name(former, _after(own, former, "DMG")),
        )

    def _covers(self, segments: list[Segment]) -> Iterator[Cover]:
        starts = [index for index, segment in enumerate(segments) if segment.identifier == "HD"]
        for start, end in pairwise([*starts, len(segments)]):
            head = segments[start]
            if head.get(1) not in _COVER:
                self._wrong(head, 1, f"HD01 is none of {', '.join(_COVER)}")
            if not head.get(3):
                self._wrong(head, 3, "HD03, the insurance line, is missing")
            dates = {
                segment.get(1): self._period(segment)
                for segment in segments[start + 1 : end]
                if segment.identifier == "DTP" and segment.get(1) in ("348", "349")
            }
            begins, ends = dates.get("348"), dates.get("349")
            # An RD8 period in DTP*348 tells the last day as well.
            last = ends[1] if ends else begins[1] if begins and begins[1] != begins[0] else None
            if begins and last and last < begins[0]:
                self._wrong(head, 0, "the cover ends (DTP*349) before it begins (DTP*348)")
            yield Cover(head.get(1), head.get(3), begins[0] if begins else None, last)

    def _date(self, segment: Segment) -> date | None:
        period = self._period(segment)
        return period[0] if period else None

    def _period(self, segment: Segment) -> tuple[date, date] | None:
        try:
            return read_period(segment.get(2), segment.get(3))
        except ValueProblem as problem:
            self._wrong(segment, 3, f"DTP03 {problem}")
            return None

    def _reference(self, segments: list[Segment], qualifier: str) -> str:
        return next((s.get(2).strip() for s in segments if s.identifier == "REF" and s.get(1) == qualifier), "")

    def _wrong(self, segment: Segment, element: int, message: str) -> None:
        self.errors.append(fault(self.transaction, segment, element, message))


def _named(segments: list[Segment], *entities: str) -> Segment | None:
    return next((s for s in segments if s.identifier == "NM1" and s.get(1) in entities), None)


def _after(segments: list[Segment], name: Segment | None, identifier: str) -> Segment | None:
    """The segment that belongs to a name: it stands after it and before the next name."""
    if name is None:
        return None
    for segment in segments[segments.index(name) + 1 :]:
        if segment.identifier == "NM1":
            return None
        if segment.identifier == identifier:
            return segment
    return None
