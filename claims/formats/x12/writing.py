"""Writing X12: segments as plain values, data made safe for the wire, and the envelope with its counts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from claims.formats.x12.syntax import Delimiters
from claims.model.money import Money

Composite = tuple[str, ...]


class Repeated(tuple[str, ...]):
    """An element that is given several times, such as the service types of EB03; each is a simple value."""

    __slots__ = ()


Element = str | Composite
Row = tuple[Element, ...]
"""One segment to be written: its identifier, then its elements; a tuple among them is a composite."""

_SPECIAL = frozenset(" !\"&'()*+,-./:;?=%@[]_{}\\|<>~^`#$")
_COMPONENT_SEPARATORS = ":>|\\"
_ELEMENT_SEPARATORS = "*|"
_SEGMENT_TERMINATORS = "~"
_REPETITION_SEPARATORS = "^"


class WriteProblem(ValueError):
    """Something that cannot be written as X12; the message names the element and never its value."""


_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l"}
)


def free_text(text: str, longest: int) -> str:
    """Make a name or an address safe: letters lose their accents; what X12 lacks, and every delimiter, becomes a blank.

    A name is for people to read, so a near spelling serves; an identifier goes through `exact` instead.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    kept = "".join(_safe(character) for character in plain if not unicodedata.combining(character))
    return " ".join(kept.split())[:longest].rstrip()


def _safe(character: str) -> str:
    if character in "*:~^" or not _allowed(character):
        return " "
    return character


def _allowed(character: str) -> bool:
    return character in _SPECIAL or (character.isascii() and character.isalnum())


def exact(text: str, name: str, longest: int, shortest: int = 1) -> str:
    """Return an identifier unchanged; raises WriteProblem where X12 cannot carry it, for a changed identifier is another's."""
    value = text.strip()
    if not shortest <= len(value) <= longest:
        raise WriteProblem(f"{name} needs {shortest} to {longest} characters and has {len(value)}")
    if not all(_allowed(character) for character in value):
        raise WriteProblem(f"{name} holds a character that X12 does not have")
    return value


def amount(money: Money) -> str:
    """Write money as an X12 decimal with two places."""
    return str(money)


def number(value: Decimal) -> str:
    """Write a quantity as an X12 decimal, without exponent and without zeros that say nothing."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(value: date) -> str:
    """Write a date as CCYYMMDD."""
    return value.strftime("%Y%m%d")


def transaction_set(kind: str, control_number: str, version: str, body: Sequence[Row]) -> list[Row]:
    """Wrap a body into ST and SE; SE01 counts them both. `version` is ST03, left out where the guide has none."""
    header: Row = ("ST", kind, control_number, version) if version else ("ST", kind, control_number)
    return [header, *body, ("SE", str(len(body) + 2), control_number)]


def functional_group(
    functional: str,
    sender: str,
    receiver: str,
    created: datetime,
    control_number: str,
    version: str,
    sets: Sequence[Sequence[Row]],
) -> list[Row]:
    """Wrap transaction sets into GS and GE."""
    stamp = (created.strftime("%Y%m%d"), created.strftime("%H%M"))
    header = ("GS", functional, sender, receiver, *stamp, control_number, "X", version)
    body = [row for rows in sets for row in rows]
    return [header, *body, ("GE", str(len(sets)), control_number)]


def interchange(
    sender: tuple[str, str],
    receiver: tuple[str, str],
    created: datetime,
    control_number: int,
    usage: str,
    body: Sequence[Row],
    groups: int,
) -> bytes:
    """Wrap rows into ISA and IEA and write them out, one segment to a line.

    `sender` and `receiver` are (qualifier, identifier). The delimiters are the usual ones, unless an identifier that must be
    echoed unchanged contains one: then another that occurs nowhere is declared in the ISA.
    """
    if not 0 < control_number <= 999_999_999:
        raise WriteProblem("an interchange control number has one to nine digits")
    if usage not in ("P", "T"):
        raise WriteProblem("the usage indicator is P or T")
    marks = _choose_delimiters([*body, (sender[1], receiver[1])])
    control = f"{control_number:09d}"
    header = marks.element.join(
        (
            "ISA",
            "00",
            " " * 10,
            "00",
            " " * 10,
            sender[0],
            exact(sender[1], "the sender's identifier", 15).ljust(15),
            receiver[0],
            exact(receiver[1], "the receiver's identifier", 15).ljust(15),
            created.strftime("%y%m%d"),
            created.strftime("%H%M"),
            marks.repetition,
            "00501",
            control,
            "0",
            usage,
            marks.component,
        )
    )
    lines = [header, *(_line(row, marks) for row in body), _line(("IEA", str(groups), control), marks)]
    return "".join(f"{line}{marks.segment}\n" for line in lines).encode("ascii")


def _line(row: Row, marks: Delimiters) -> str:
    elements = [element if isinstance(element, str) else _join(element, marks) for element in row]
    while elements and not elements[-1]:
        elements.pop()
    return marks.element.join(elements)


def _join(composite: Composite, marks: Delimiters) -> str:
    parts = list(composite)
    while parts and not parts[-1]:
        parts.pop()
    return (marks.repetition if isinstance(composite, Repeated) else marks.component).join(parts)


def _values(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        for element in row:
            if isinstance(element, str):
                yield element
            else:
                yield from element


def _choose_delimiters(rows: Sequence[Row]) -> Delimiters:
    used = {character for value in _values(rows) for character in value}
    taken: set[str] = set()

    def choose(candidates: str) -> str:
        for candidate in candidates:
            if candidate not in used and candidate not in taken:
                taken.add(candidate)
                return candidate
        raise WriteProblem("the identifiers use up every character that could separate them")

    return Delimiters(
        element=choose(_ELEMENT_SEPARATORS),
        component=choose(_COMPONENT_SEPARATORS),
        segment=choose(_SEGMENT_TERMINATORS + "!"),
        repetition=choose(_REPETITION_SEPARATORS + "{"),
    )
