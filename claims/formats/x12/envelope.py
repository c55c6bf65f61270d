"""The envelope of a file: interchanges, groups and transaction sets, with what their headers and trailers get wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from claims.formats.x12.syntax import Delimiters, Segment, Stretch, SyntaxProblem, decode, read_segment, read_stretches
from claims.model.submission import IntakeError


@dataclass(slots=True)
class RawTransaction:
    """The segments from ST to SE (SE may be missing) and the errors of the pair; positions count from ST = 1."""

    segments: list[Segment]
    errors: list[IntakeError] = field(default_factory=list)

    @property
    def control_number(self) -> str:
        """ST02."""
        return self.segments[0].get(2)


@dataclass(slots=True)
class RawGroup:
    """GS, its transaction sets, GE (None where missing), and the errors of the pair."""

    header: Segment
    trailer: Segment | None = None
    transactions: list[RawTransaction] = field(default_factory=list)
    errors: list[IntakeError] = field(default_factory=list)


@dataclass(slots=True)
class RawInterchange:
    """ISA, its groups, IEA (None where missing), the TA1s between them (`loose`), and the errors of the pair."""

    header: Segment
    delimiters: Delimiters
    trailer: Segment | None = None
    loose: list[Segment] = field(default_factory=list)
    groups: list[RawGroup] = field(default_factory=list)
    errors: list[IntakeError] = field(default_factory=list)


def read_envelope(data: bytes) -> tuple[list[RawInterchange], list[IntakeError]]:
    """Read a file's interchanges; the second part holds what is wrong with text that is no interchange at all.

    Never raises for bad content: a file of any bytes gives errors as data.
    """
    interchanges: list[RawInterchange] = []
    errors: list[IntakeError] = []
    text = decode(data)
    if not text.strip():
        return [], [IntakeError("interchange", "023", "the file is empty")]
    try:
        interchanges.extend(_Reader(stretch).read() for stretch in read_stretches(text))
    except SyntaxProblem as problem:
        errors.append(IntakeError("interchange", problem.code, str(problem), segment="ISA"))
    return interchanges, errors


_ENVELOPE = frozenset({"GS", "ST", "SE", "GE", "IEA"})


class _Reader:
    """Sorts the segments of one interchange into groups and transaction sets."""

    def __init__(self, stretch: Stretch) -> None:
        self.stretch = stretch
        self.interchange = RawInterchange(read_segment(stretch.texts[0], stretch.delimiters), stretch.delimiters)
        self.group: RawGroup | None = None
        self.transaction: RawTransaction | None = None
        self.stray = 0

    def read(self) -> RawInterchange:
        marks = self.stretch.delimiters
        held: list[Segment] | None = None
        for text in self.stretch.texts[1:]:
            segment = read_segment(text, marks, 0 if held is None else len(held) + 1)
            if held is not None and segment.elements[0] not in _ENVELOPE:
                held.append(segment)
            else:
                self._place(segment)
                held = None if self.transaction is None else self.transaction.segments
        self._finish()
        return self.interchange

    def _place(self, segment: Segment) -> None:
        if self.interchange.trailer is not None:
            self.stray += 1
            return
        match segment.identifier:
            case "GS":
                self._close_group()
                self.group = RawGroup(segment)
                self.interchange.groups.append(self.group)
            case "ST" if self.group is not None:
                self._close_transaction()
                self.transaction = RawTransaction([_placed(segment, 1)])
                self.group.transactions.append(self.transaction)
            case "SE" if self.transaction is not None:
                self.transaction.segments.append(segment)
                self.transaction.errors.extend(_set_trailer_errors(self.transaction))
                self.transaction = None
            case "GE" if self.group is not None:
                self._close_transaction()
                self.group.trailer = segment
                self.group.errors.extend(_group_trailer_errors(self.group))
                self.group = None
            case "IEA":
                self._close_group()
                self.interchange.trailer = segment
                self.interchange.errors.extend(_interchange_trailer_errors(self.interchange))
            case "TA1" if self.group is None:
                self.interchange.loose.append(segment)
            case _:
                self.stray += 1

    def _close_transaction(self) -> None:
        if self.transaction is not None:
            number = self.transaction.control_number
            self.transaction.errors.append(
                IntakeError("transaction", "2", "the transaction set has no SE", segment="SE", transaction=number)
            )
            self.transaction = None

    def _close_group(self) -> None:
        self._close_transaction()
        if self.group is not None:
            self.group.errors.append(IntakeError("group", "3", "the functional group has no GE", segment="GE"))
            self.group = None

    def _finish(self) -> None:
        errors = self.interchange.errors
        self._close_group()
        if self.stretch.rest:
            errors.append(
                IntakeError(
                    "interchange", "023", "the file ends inside a segment, before its terminator", segment="IEA"
                )
            )
        if self.interchange.trailer is None:
            errors.append(IntakeError("interchange", "023", "the interchange has no IEA", segment="IEA"))
        if not self.interchange.groups and not self.interchange.loose:
            errors.append(IntakeError("interchange", "024", "the interchange holds no functional group", segment="GS"))
        if self.stray:
            errors.append(
                IntakeError(
                    "interchange",
                    "022",
                    f"{self.stray} segments stand outside every transaction set; do the delimiters match the ISA's?",
                )
            )
        errors.extend(_repeated_groups(self.interchange.groups))


def _placed(segment: Segment, position: int) -> Segment:
    return Segment(segment.text, segment.elements, segment.delimiters, position)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def _set_trailer_errors(transaction: RawTransaction) -> Iterable[IntakeError]:
    trailer = transaction.segments[-1]
    number, counted = transaction.control_number, len(transaction.segments)
    if _whole(trailer.get(1)) != counted:
        yield IntakeError(
            "transaction",
            "4",
            f"SE01 does not count the transaction set's {counted} segments",
            segment="SE",
            position=counted,
            element=1,
            transaction=number,
        )
    if trailer.get(2) != number:
        yield IntakeError(
            "transaction",
            "3",
            "SE02 is not the control number of ST02",
            segment="SE",
            position=counted,
            element=2,
            transaction=number,
        )


def _group_trailer_errors(group: RawGroup) -> Iterable[IntakeError]:
    trailer = group.trailer
    if trailer is None:
        return
    if _whole(trailer.get(1)) != len(group.transactions):
        message = f"GE01 does not count the group's {len(group.transactions)} transaction sets"
        yield IntakeError("group", "5", message, segment="GE", element=1)
    if trailer.get(2) != group.header.get(6):
        yield IntakeError("group", "4", "GE02 is not the control number of GS06", segment="GE", element=2)
    seen: set[str] = set()
    for transaction in group.transactions:
        number = transaction.control_number
        if number in seen:
            message = "ST02 is not unique in its group"
            transaction.errors.append(
                IntakeError("transaction", "23", message, segment="ST", position=1, element=2, transaction=number)
            )
        seen.add(number)


def _interchange_trailer_errors(interchange: RawInterchange) -> Iterable[IntakeError]:
    trailer = interchange.trailer
    if trailer is None:
        return
    if _whole(trailer.get(1)) != len(interchange.groups):
        message = f"IEA01 does not count the interchange's {len(interchange.groups)} functional groups"
        yield IntakeError("interchange", "021", message, segment="IEA", element=1)
    if trailer.get(2) != interchange.header.get(13):
        yield IntakeError("interchange", "001", "IEA02 is not the control number of ISA13", segment="IEA", element=2)


def _repeated_groups(groups: list[RawGroup]) -> Iterable[IntakeError]:
    seen: set[str] = set()
    for group in groups:
        number = group.header.get(6)
        if number in seen:
            group.errors.append(
                IntakeError("group", "19", "GS06 is not unique in its interchange", segment="GS", element=6)
            )
        seen.add(number)
    return ()
