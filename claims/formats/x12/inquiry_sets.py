"""Small transaction sets (270, 276, 834) out of their envelope, all or nothing, with the levels that HL segments make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from claims.formats.x12.envelope import RawGroup, RawInterchange, RawTransaction, read_envelope
from claims.formats.x12.syntax import Segment
from claims.formats.x12.values import ValueProblem, read_date
from claims.model.inquiry import Envelope, Party
from claims.model.party import Person
from claims.model.submission import IntakeError


class SetProblem(ValueError):
    """A file that cannot be read as what it should be; `errors` says what is wrong, each with its place and no value of it."""

    def __init__(self, errors: Iterable[IntakeError]) -> None:
        self.errors = tuple(errors)
        super().__init__(self.errors[0].message)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of transaction set: ST01, GS01, and the versions of the guide that are read (GS08, ST03)."""

    identifier: str
    functional: str
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """One interchange of a file with its groups; every transaction set in it is of the kind that was asked for."""

    raw: RawInterchange

    @property
    def groups(self) -> list[RawGroup]:
        """Its functional groups in order."""
        return self.raw.groups

    @property
    def transactions(self) -> Iterator[RawTransaction]:
        """Its transaction sets in order."""
        return (transaction for group in self.raw.groups for transaction in group.transactions)

    def element(self, number: int) -> str:
        """An element of ISA, without the blanks that fill it up."""
        return self.raw.header.get(number).strip()


def unwrap(data: bytes, kind: Kind) -> tuple[Unwrapped, ...]:
    """Read a file's interchanges; raises SetProblem where an envelope is broken or anything in it is of another kind."""
    interchanges, errors = read_envelope(data)
    for interchange in interchanges:
        errors += interchange.errors
        for group in interchange.groups:
            errors += group.errors
            if group.header.get(1) != kind.functional or group.header.get(8) not in kind.versions:
                message = f"this is no group of {kind.identifier}s: GS01 {kind.functional} and GS08 {kind.versions[0]} are read"
                errors.append(IntakeError("group", "1", message, segment="GS", element=8))
            if not group.transactions:
                errors.append(IntakeError("group", "5", "the functional group holds no transaction set", segment="GS"))
            for transaction in group.transactions:
                errors += transaction.errors
                errors += _kind_errors(transaction, kind)
    if errors:
        raise SetProblem(errors)
    return tuple(Unwrapped(interchange) for interchange in interchanges)


def _kind_errors(transaction: RawTransaction, kind: Kind) -> Iterator[IntakeError]:
    header = transaction.segments[0]
    if header.get(1) != kind.identifier:
        yield fault(transaction, header, 1, f"ST01 must be {kind.identifier}")
    elif header.get(3) not in ("", *kind.versions):
        yield fault(transaction, header, 3, f"ST03 must be {kind.versions[0]}")


def fault(transaction: RawTransaction, segment: Segment, element: int, message: str, loop: str = "") -> IntakeError:
    """An error at a segment of a transaction set; the message must not repeat what stands there."""
    return IntakeError(
        "segment" if element == 0 else "element",
        "8" if element == 0 else "7",
        message,
        segment=segment.identifier,
        position=segment.position,
        element=element,
        loop=loop,
        snip=2,
        transaction=transaction.control_number,
    )


@dataclass(slots=True)
class HierarchicalLevel:
    """One level of a transaction set: HL03, its segments (HL first), and the levels below it."""

    code: str
    segments: list[Segment]
    children: list[HierarchicalLevel] = field(default_factory=list)

    def find(self, identifier: str, qualifiers: Sequence[str] = ()) -> Segment | None:
        """The first such segment; `qualifiers` are allowed values of its first element, where they matter."""
        for segment in self.segments:
            if segment.identifier == identifier and (not qualifiers or segment.get(1) in qualifiers):
                return segment
        return None

    def all(self, identifier: str) -> list[Segment]:
        """Every such segment in order."""
        return [segment for segment in self.segments if segment.identifier == identifier]


def read_hierarchy(
    transaction: RawTransaction, parents: Mapping[str, str], errors: list[IntakeError]
) -> tuple[list[Segment], list[HierarchicalLevel]]:
    """Sort a transaction set into the segments before its first HL and its top levels.

    `parents` names the level above each (HL03 to HL03, empty for the top). What does not fit (a number used twice, a parent
    that does not exist or is of the wrong kind) is added to `errors`.
    """
    before: list[Segment] = []
    roots: list[HierarchicalLevel] = []
    by_number: dict[str, HierarchicalLevel] = {}
    level: HierarchicalLevel | None = None
    for segment in transaction.segments[1:-1]:
        if segment.identifier != "HL":
            (before if level is None else level.segments).append(segment)
            continue
        code, number, above = segment.get(3), segment.get(1), segment.get(2)
        level = HierarchicalLevel(code, [segment])
        if number in by_number or not number:
            errors.append(fault(transaction, segment, 1, "HL01 is missing or stands for an earlier level already"))
        if code not in parents:
            errors.append(fault(transaction, segment, 3, "HL03 is no level of this transaction set"))
            continue
        parent = by_number.get(above)
        if not parents[code]:
            roots.append(level)
            if above:
                errors.append(fault(transaction, segment, 2, "the top level has no level above it"))
        elif parent is None or parent.code != parents[code]:
            errors.append(fault(transaction, segment, 2, f"HL02 names no earlier level {parents[code]}"))
        else:
            parent.children.append(level)
        by_number[number] = level
    if not roots:
        errors.append(fault(transaction, transaction.segments[0], 0, "the transaction set holds no level (HL)"))
    return before, roots


def read_name(name: Segment | None, facts: Segment | None) -> Person:
    """Read a person from NM1 and DMG; a birth date that cannot be read is left out."""
    if name is None:
        return Person("")
    return Person(
        last_name=name.get(3),
        first_name=name.get(4),
        middle_name=name.get(5),
        suffix=name.get(7),
        birth_date=birth_date(facts)[0],
        gender=facts.get(3) if facts is not None else "",
    )


def birth_date(facts: Segment | None) -> tuple[date | None, bool]:
    """Read DMG02: the day or None, and whether something stands there that is no day."""
    if facts is None or not facts.get(2):
        return None, False
    try:
        return read_date(facts.get(2)), False
    except ValueProblem:
        return None, True


def require(
    transaction: RawTransaction,
    level: HierarchicalLevel,
    identifier: str,
    qualifiers: Sequence[str],
    loop: str,
    errors: list[IntakeError],
) -> Segment | None:
    """The segment of a level that the guide requires; where it is missing, that is added to `errors`."""
    found = level.find(identifier, qualifiers)
    if found is None:
        message = f"{identifier}*{'/'.join(qualifiers)} of loop {loop} is missing"
        errors.append(fault(transaction, level.segments[0], 0, message, loop))
    return found


def read_party(name: Segment | None) -> Party:
    """Read whom an NM1 names, to be repeated as it came."""
    if name is None:
        return Party("")
    return Party(
        entity=name.get(1),
        name=name.get(3),
        first_name=name.get(4),
        middle_name=name.get(5),
        suffix=name.get(7),
        is_person=name.get(2) == "1",
        qualifier=name.get(8),
        identifier=name.get(9),
    )


def envelope_of(interchange: Unwrapped, group: RawGroup) -> Envelope:
    """Who sent an inquiry to whom, for the answer's envelope."""
    return Envelope(
        sender_qualifier=interchange.element(5),
        sender=interchange.element(6),
        receiver_qualifier=interchange.element(7),
        receiver=interchange.element(8),
        group_sender=group.header.get(2).strip(),
        group_receiver=group.header.get(3).strip(),
        usage="T" if interchange.element(15) == "T" else "P",
    )
