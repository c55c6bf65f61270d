"""The answers to a file: TA1 for its envelope, 999 for its groups and transaction sets (guide 005010X231A1).

IK404, the copy of the bad value, stays empty: an answer that is filed and forwarded is no place for a patient's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from claims.formats.x12.answering import answer_interchange, application_party
from claims.formats.x12.codes import ELEMENT_WORDS, SEGMENT_WORDS
from claims.formats.x12.envelope import read_envelope
from claims.formats.x12.syntax import Segment
from claims.formats.x12.writing import Row, free_text, functional_group, transaction_set
from claims.model.submission import Group, IntakeError, Interchange, Submission, Transaction

VERSION = "005010X231A1"

_SEGMENT_CODES = frozenset(["1", "2", "3", "4", "5", "6", "7", "8", "I4", "I6", "I7", "I8", "I9"])
_SET_CODES = frozenset(["1", "2", "3", "4", "5", "6", "7", "18", "19", "23", "I5", "I6"])
_GROUP_CODES = frozenset(["1", "2", "3", "4", "5", "6", "19"])
_MOST_CODES = 5
_LONGEST_LOOP = 4
_LAST_SYNTAX_TYPE = 2


def acknowledge(submission: Submission, *, created: datetime, control_number: int) -> bytes:
    """Write all that a submitter gets at once: the TA1s, then the 999s; interchanges are numbered from `control_number`."""
    envelopes = write_ta1(submission, created=created, control_number=control_number)
    following = control_number + sum(map(_wants_ta1, submission.interchanges))
    return envelopes + write_999(submission, created=created, control_number=following)


def write_ta1(submission: Submission, *, created: datetime, control_number: int) -> bytes:
    """Write a TA1 for each interchange that is rejected whole or that asks for one (ISA14), each in its own interchange.

    Empty where there is none, and where the file is no X12 at all: then there is nobody to answer.
    """
    asking = filter(_wants_ta1, submission.interchanges)
    return b"".join(
        answer_interchange(received, created, control_number + place, [_ta1(received)], 0)
        for place, received in enumerate(asking)
    )


def write_999(submission: Submission, *, created: datetime, control_number: int) -> bytes:
    """Write the 999s of all sound interchanges: one interchange for each, with a group and an ST for each group received.

    A transaction set is accepted (A), accepted though claims in it break the guide (E), or rejected (R). A claim that breaks
    SNIP types 3 to 7 is no matter of a 999: `write_277ca` rejects it. An interchange whose envelope is broken gets a TA1
    instead; empty where no interchange is sound.
    """
    sound = [received for received in submission.interchanges if not received.errors]
    return b"".join(_answer_groups(received, created, control_number + place) for place, received in enumerate(sound))


def _wants_ta1(received: Interchange) -> bool:
    return bool(received.errors) or received.acknowledge


def _answer_groups(received: Interchange, created: datetime, control_number: int) -> bytes:
    rows: list[Row] = []
    for place, group in enumerate(received.groups, start=1):
        body = [transaction_set("999", f"{place:04d}", VERSION, list(_group(group)))]
        ours, theirs = application_party(group.receiver), application_party(group.sender)
        rows += functional_group("FA", ours, theirs, created, str(place), VERSION, body)
    return answer_interchange(received, created, control_number, rows, len(received.groups))


def _ta1(received: Interchange) -> Row:
    note = received.errors[0].code if received.errors else "000"
    verdict = "R" if received.errors else "A"
    control = free_text(received.control_number, 9).zfill(9)
    return ("TA1", control, free_text(received.date, 6), free_text(received.time, 4), verdict, note)


def _group(group: Group) -> Iterator[Row]:
    yield ("AK1", free_text(group.functional, 2), free_text(group.control_number, 9), free_text(group.version, 12))
    for transaction in group.transactions:
        yield from _transaction(transaction)
    counts = [transaction.verdict for transaction in group.transactions]
    accepted = 0 if group.errors else sum(verdict != "R" for verdict in counts)
    codes = _codes((error.code for error in group.errors), _GROUP_CODES)
    yield ("AK9", _group_verdict(group, accepted), str(len(counts)), str(len(counts)), str(accepted), *codes)


def _group_verdict(group: Group, accepted: int) -> str:
    verdicts = {transaction.verdict for transaction in group.transactions}
    if not accepted:
        return "R"
    if "R" in verdicts:
        return "P"
    return "E" if "E" in verdicts else "A"


def _transaction(transaction: Transaction) -> Iterator[Row]:
    kind, number = free_text(transaction.identifier, 3), free_text(transaction.control_number, 9)
    yield ("AK2", kind, number, free_text(transaction.version, 35))
    told = [error for error in transaction.errors if error.level != "claim" or error.snip <= _LAST_SYNTAX_TYPE]
    placed = [error for error in told if error.position and error.segment and error.level != "transaction"]
    placed.sort(key=lambda error: (error.position, error.segment, error.loop, error.claim, _segment_code(error)))
    for key, errors in groupby(placed, key=lambda e: (e.position, e.segment, e.loop, e.claim, _segment_code(e))):
        yield from _segment(*key, list(errors))
    yield ("IK5", transaction.verdict, *_codes(_set_codes(told), _SET_CODES))


def _segment_code(error: IntakeError) -> str:
    if error.element or error.code not in _SEGMENT_CODES:
        return "8"
    return error.code


def _segment(position: int, segment: str, loop: str, claim: str, code: str, errors: list[IntakeError]) -> Iterator[Row]:
    yield ("IK3", segment, str(position), loop[:_LONGEST_LOOP], code)
    if claim:
        yield ("CTX", ("CLM01", free_text(claim, 35)))
    for error in errors:
        if error.element:
            place = (str(error.element), str(error.component) if error.component else "")
            yield ("IK4", place, error.data_element, error.code)


def _set_codes(errors: Iterable[IntakeError]) -> Iterator[str]:
    for error in errors:
        if error.level == "transaction":
            yield error.code
        else:
            yield "5" if error.snip == 1 else "I5"


def _codes(codes: Iterable[str], known: frozenset[str]) -> list[str]:
    return [code for code in dict.fromkeys(codes) if code in known][:_MOST_CODES]


_VERDICTS = {
    "A": "accepted",
    "E": "accepted, but some of its claims are rejected",
    "P": "partly accepted",
    "R": "rejected",
}


def describe_999(data: bytes) -> list[str]:
    """Say in plain words what a file of TA1s and 999s tells; its codes stay in brackets. Anybody's 999 is read."""
    interchanges, errors = read_envelope(data)
    lines = [error.message for error in errors]
    for received in interchanges:
        for group in received.groups:
            for transaction in group.transactions:
                lines += filter(None, map(_words, transaction.segments))
        lines += [_ta1_words(row) for row in received.loose if row.identifier == "TA1"]
    return lines


def _ta1_words(segment: Segment) -> str:
    verdict = _VERDICTS.get(segment.get(4), segment.get(4))
    note = "" if segment.get(5) in ("", "000") else f" (note {segment.get(5)})"
    return f"interchange {segment.get(1)}: {verdict}{note}"


def _words(segment: Segment) -> str:
    verdict = _VERDICTS.get(segment.get(1), segment.get(1))
    codes = [code for code in segment.elements[2:] if code]
    match segment.identifier:
        case "AK1":
            return f"group {segment.get(2)} ({segment.get(3)})"
        case "AK2":
            return f"  transaction set {segment.get(2)}"
        case "IK3":
            loop = f" in loop {segment.get(3)}" if segment.get(3) else ""
            what = SEGMENT_WORDS.get(segment.get(4), "is in error")
            return f"    segment {segment.get(2)}{loop}: {segment.get(1)} {what} ({segment.get(4)})"
        case "CTX" if segment.part(1, 1) == "CLM01":
            return f"      of claim {segment.part(1, 2)}"
        case "IK4":
            component = f"-{segment.part(1, 2)}" if segment.part(1, 2) else ""
            what = ELEMENT_WORDS.get(segment.get(3), "is in error")
            return f"      element {segment.part(1, 1)}{component} {what} ({segment.get(3)})"
        case "IK5":
            return f"    {verdict} ({', '.join(codes)})" if codes else f"    {verdict}"
        case "AK9":
            return f"  {verdict}: {segment.get(4)} of {segment.get(3)} transaction sets accepted"
    return ""
