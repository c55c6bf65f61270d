"""X12 syntax: delimiters as an interchange declares them, and segments with their place (X12.6, ASC X12N guides appendix B)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

ISA_LENGTH = 106
_ISA_SEPARATORS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)


class SyntaxProblem(ValueError):
    """Text that is not an X12 interchange; the message says why and `code` is the TA1's note code (TA105)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four delimiters of one interchange: bytes 4 (element), 105 (component), 106 (segment) and ISA11 (repetition)."""

    element: str = "*"
    component: str = ":"
    segment: str = "~"
    repetition: str = "^"


class Segment(NamedTuple):
    """One segment: its identifier and elements as text, and its place.

    `position` counts from 1 in whatever holds the segment: in a transaction set ST is 1. A named tuple, for a file has
    thousands of segments and nothing is made faster.
    """

    text: str
    elements: tuple[str, ...]
    delimiters: Delimiters
    position: int = 0

    @property
    def identifier(self) -> str:
        """The segment identifier, such as `CLM`."""
        return self.elements[0]

    def get(self, element: int) -> str:
        """Return an element by number from 1; an absent one is empty."""
        elements = self.elements
        return elements[element] if element < len(elements) else ""

    def part(self, element: int, component: int) -> str:
        """Return a component of a composite element, both from 1; an absent one is empty."""
        parts = self.parts(element)
        return parts[component - 1] if component <= len(parts) else ""

    def parts(self, element: int) -> tuple[str, ...]:
        """Return all components of an element; an absent element has one, empty."""
        elements = self.elements
        return tuple(elements[element].split(self.delimiters.component)) if element < len(elements) else ("",)


_new = tuple.__new__


def read_delimiters(text: str) -> Delimiters:
    """Read the delimiters from an ISA segment at the start of `text`.

    Raises SyntaxProblem where there is no ISA, where it is shorter than its fixed 106 characters, or where its elements do
    not stand at their fixed places.
    """
    if not text.startswith("ISA"):
        raise SyntaxProblem("024", "this is not an X12 file: it does not begin with ISA")
    if len(text) < ISA_LENGTH:
        raise SyntaxProblem("023", f"the ISA segment ends after {len(text)} of its {ISA_LENGTH} characters")
    element = text[3]
    if element.isalnum() or element.isspace():
        raise SyntaxProblem("026", "the character after ISA cannot separate elements")
    if any(text[place] != element for place in _ISA_SEPARATORS):
        raise SyntaxProblem(
            "026", f"the ISA segment is not laid out in {ISA_LENGTH} characters with its separator at the fixed places"
        )
    delimiters = Delimiters(element, text[104], text[105], text[82])
    if delimiters.segment.isalnum() or delimiters.segment == " ":
        raise SyntaxProblem("004", "the character after ISA16 cannot end a segment")
    if delimiters.component.isalnum() or delimiters.component.isspace():
        raise SyntaxProblem("027", "ISA16 cannot separate components")
    if len({delimiters.element, delimiters.component, delimiters.segment}) < 3:
        raise SyntaxProblem("022", "the ISA segment uses one character for two delimiters")
    return delimiters


@dataclass(frozen=True, slots=True)
class Stretch:
    """One interchange's text, cut at the next ISA, as its segments' texts; `rest` is what stands after the last terminator."""

    delimiters: Delimiters
    texts: tuple[str, ...]
    rest: str

    @property
    def segments(self) -> Iterator[Segment]:
        """The segments, read one by one; they have no position yet."""
        return (read_segment(text, self.delimiters) for text in self.texts)


def read_stretches(text: str) -> Iterator[Stretch]:
    """Split a file into its interchanges, each by its own delimiters, in one pass over the text.

    Raises SyntaxProblem where an interchange does not begin as one.
    """
    start = _skip_blank(text, 0)
    while start < len(text):
        delimiters = read_delimiters(text[start : start + ISA_LENGTH])
        boundary = re.compile(re.escape(delimiters.segment) + r"(?=\s*ISA[^A-Za-z0-9\s])")
        found = boundary.search(text, start + ISA_LENGTH)
        end = found.end() if found else len(text)
        *pieces, rest = text[start:end].split(delimiters.segment)
        yield Stretch(delimiters, tuple(pieces), rest.strip())
        start = _skip_blank(text, end)


def read_segment(text: str, delimiters: Delimiters, position: int = 0) -> Segment:
    """Split one segment's text, without its terminator; the line breaks that wrap a file are dropped."""
    clean = text.strip("\r\n")
    # What the class's own constructor does, without its call: this runs once for every segment of a file.
    return _new(Segment, (clean, tuple(clean.split(delimiters.element)), delimiters, position))


def _skip_blank(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    return start


def decode(data: bytes) -> str:
    """Read the bytes of a file: UTF-8, and byte for byte where it is not; a byte order mark is dropped."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
