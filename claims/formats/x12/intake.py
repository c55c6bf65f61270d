"""An 837 file read into claims, with everything that is wrong in it (ADJUDICATION §1).

First the envelope, then the guide (pyx12's maps), then our own checks. A finding of the guide rejects its transaction set; a
finding of our own in one claim turns away that claim alone. A file that is known to keep the guide is read without the maps,
many times as fast. Nothing here raises for a bad file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from claims.formats.x12.claim_reader import ClaimReader, Partner, PartyReader, read_received
from claims.formats.x12.envelope import RawGroup, RawInterchange, RawTransaction, read_envelope
from claims.formats.x12.guide import CONTROL_MAP, GUIDES, check_header, check_transaction
from claims.formats.x12.hierarchy import Level, read_levels
from claims.formats.x12.shape import INSTITUTIONAL, PROFESSIONAL
from claims.formats.x12.syntax import Segment
from claims.model.claim import Claim
from claims.model.submission import (
    Correspondent,
    Group,
    IntakeError,
    Interchange,
    RejectedClaim,
    Submission,
    Transaction,
)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is read: what this payer asks for, and whether the guide's maps are asked too."""

    partner: Partner
    validated: bool


def read_submission(
    data: bytes,
    *,
    strict_npi: bool = False,
    payer: str = "",
    seen_interchanges: Callable[[str], bool] | None = None,
    validated: bool = False,
) -> Submission:
    """Read a file of 837P or 837I interchanges; what is wrong with it is in the result, never raised.

    `strict_npi` also checks the check digit of every NPI (published samples use invalid ones). `payer`, where it is given,
    rejects claims that are sent to another payer identifier. `seen_interchanges` is asked for each interchange's
    `interchange_key` whether it came before; a repeated one is rejected whole. Within the file itself a repeated interchange
    is always rejected. `validated` says that the file passed an intake like this one before: the guide's maps, the situations
    and the code sets are not asked again; the envelope, the levels, the sums and this payer's own rules are.
    """
    manner = Manner(Partner(strict_npi, payer), validated)
    raw, unread = read_envelope(data)
    seen: set[str] = set()
    interchanges = []
    for interchange in raw:
        read = _read_interchange(interchange, manner)
        key = interchange_key(read)
        if key in seen or (seen_interchanges is not None and seen_interchanges(key)):
            message = "an interchange of this control number from this sender came before: it is not processed again"
            repeated = IntakeError("interchange", "025", message, segment="ISA", element=13)
            read = _with_error(read, repeated)
        seen.add(key)
        interchanges.append(read)
    return Submission(tuple(interchanges), hashlib.sha256(data).hexdigest(), tuple(unread))


def interchange_key(interchange: Interchange) -> str:
    """What makes an interchange the same one sent again: sender, receiver, control number (ISA05–08, ISA13)."""
    sender = f"{interchange.sender_qualifier}:{interchange.sender}"
    receiver = f"{interchange.receiver_qualifier}:{interchange.receiver}"
    return f"{sender}|{receiver}|{interchange.control_number}"


def _with_error(interchange: Interchange, error: IntakeError) -> Interchange:
    return replace(interchange, errors=(*interchange.errors, error))


def _read_interchange(raw: RawInterchange, manner: Manner) -> Interchange:
    header = raw.header
    errors = list(raw.errors)
    if header.get(12) != "00501":
        errors.append(IntakeError("interchange", "017", "ISA12 is not 00501", segment="ISA", element=12))
    elif not manner.validated:
        errors += check_header(header, "/ISA_LOOP/ISA", CONTROL_MAP, "interchange")
        if raw.trailer is not None:
            errors += check_header(raw.trailer, "/ISA_LOOP/IEA", CONTROL_MAP, "interchange")
    return Interchange(
        sender_qualifier=header.get(5),
        sender=header.get(6).rstrip(),
        receiver_qualifier=header.get(7),
        receiver=header.get(8).rstrip(),
        control_number=header.get(13),
        usage=header.get(15),
        date=header.get(9),
        time=header.get(10),
        groups=tuple(_read_group(group, manner) for group in raw.groups),
        errors=tuple(errors),
        acknowledge=header.get(14) == "1",
    )


def _read_group(raw: RawGroup, manner: Manner) -> Group:
    header = raw.header
    functional, version = header.get(1), header.get(8)
    guide = GUIDES.get((functional, version)) if functional == "HC" else None
    errors = list(raw.errors)
    if guide is None:
        unsupported = _unsupported(functional)
        errors.append(unsupported)
        transactions = tuple(_unread_transaction(transaction, unsupported) for transaction in raw.transactions)
    else:
        _, known, map_name = guide
        if not manner.validated:
            errors += check_header(header, "/ISA_LOOP/GS_LOOP/GS", map_name, "group", known)
            if raw.trailer is not None:
                errors += check_header(raw.trailer, "/ISA_LOOP/GS_LOOP/GE", map_name, "group")
        transactions = tuple(
            _read_transaction(transaction, version, known, map_name, manner) for transaction in raw.transactions
        )
    return Group(functional, header.get(6), version, header.get(2), header.get(3), transactions, tuple(errors))


def _unsupported(functional: str) -> IntakeError:
    if functional != "HC":
        return IntakeError("group", "1", "GS01 is not HC: no health care claims here", segment="GS", element=1)
    message = "GS08 is none of 005010X222A1, 005010X222A2, 005010X223A2, 005010X223A3"
    return IntakeError("group", "2", message, segment="GS", element=8)


def _unread_transaction(raw: RawTransaction, cause: IntakeError) -> Transaction:
    unread = _header_error("I6", f"not read, for {cause.message}", 0, raw.control_number)
    return Transaction(
        control_number=raw.control_number,
        version=raw.segments[0].get(3),
        purpose="",
        received=None,
        claims=(),
        errors=(*raw.errors, unread),
        segments=len(raw.segments),
        claim_numbers=_claim_numbers(raw.segments),
        identifier=raw.segments[0].get(1),
    )


def _read_transaction(
    raw: RawTransaction, group_version: str, known: str, map_name: str, manner: Manner
) -> Transaction:
    header, number = raw.segments[0], raw.control_number
    errors = list(raw.errors)
    if header.get(1) != "837":
        errors.append(_header_error("1", "ST01 is not 837", 1, number))
    elif GUIDES.get(("HC", header.get(3)), ("", "", ""))[2] != map_name:
        errors.append(_header_error("I6", "ST03 is not the implementation guide of GS08", 3, number))
    else:
        if not manner.validated:
            errors += check_transaction(raw.segments, map_name, known)[0]
        errors += _hierarchy_errors(raw.segments, number)
    begin = next((segment for segment in raw.segments[:3] if segment.identifier == "BHT"), None)
    received = read_received(begin)
    claims: list[Claim] = []
    rejected: list[RejectedClaim] = []
    top = Level()
    if not errors:
        shape = PROFESSIONAL if known == "005010X222A1" else INSTITUTIONAL
        levels = read_levels(raw.segments, shape.names)
        top = levels.top
        is_report = begin is not None and begin.get(6) == "RP"
        reader = ClaimReader(shape, received, is_report, number, manner.partner, PartyReader(), manner.validated)
        for place, level in enumerate(levels.claims):
            read = reader.read(level, place)
            if isinstance(read, Claim):
                claims.append(read)
            else:
                rejected.append(read)
                errors += read.errors
    return Transaction(
        control_number=number,
        version=header.get(3) or group_version,
        purpose=begin.get(6) if begin else "",
        received=received,
        claims=tuple(claims),
        errors=tuple(errors),
        segments=len(raw.segments),
        reference=begin.get(3) if begin else "",
        claim_numbers=_claim_numbers(raw.segments),
        identifier=header.get(1),
        rejected=tuple(rejected),
        submitter=_correspondent(top, "1000A"),
        receiver=_correspondent(top, "1000B"),
    )


def _correspondent(top: Level, loop: str) -> Correspondent:
    name = top.find(loop, "NM1")
    if name is None:
        return Correspondent()
    return Correspondent(name.get(3), name.get(9), name.get(4), name.get(2) == "1")


def _header_error(code: str, message: str, element: int, number: str) -> IntakeError:
    return IntakeError("transaction", code, message, segment="ST", position=1, element=element, transaction=number)


def _claim_numbers(segments: Sequence[Segment]) -> tuple[str, ...]:
    return tuple(segment.get(1) for segment in segments if segment.elements[0] == "CLM")


def _hierarchy_errors(segments: Sequence[Segment], number: str) -> list[IntakeError]:
    """HL01 counts from 1; HL02 names a level above that is still open; HL04 says whether levels hang under it."""
    errors: list[IntakeError] = []
    open_levels: list[str] = []
    levels = [segment for segment in segments if segment.elements[0] == "HL"]
    parents = {segment.get(2) for segment in levels}
    for count, segment in enumerate(levels, start=1):
        if segment.get(1) != str(count):
            message = f"HL01 of hierarchical level {count} does not run on from 1"
            errors.append(_level_error("7", message, segment, 1, number))
        parent = segment.get(2)
        if parent and parent not in open_levels:
            message = f"HL02 of hierarchical level {count} names no level that it can hang under"
            errors.append(_level_error("7", message, segment, 2, number))
        if segment.get(4) != ("1" if segment.get(1) in parents else "0"):
            message = f"HL04 of hierarchical level {count} is 1 where levels hang under it, and 0 where none does"
            errors.append(_level_error("7", message, segment, 4, number))
        while open_levels and open_levels[-1] != parent:
            open_levels.pop()
        open_levels.append(segment.get(1))
    return errors


def _level_error(code: str, message: str, segment: Segment, element: int, number: str) -> IntakeError:
    return IntakeError(
        "element",
        code,
        message,
        segment="HL",
        position=segment.position,
        element=element,
        snip=2,
        transaction=number,
    )
