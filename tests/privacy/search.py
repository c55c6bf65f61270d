"""Finding a value in whatever form it may have taken: as text, packed, as a number, or as a hash without a salt.

All forms are laid out once and looked up together, so that a megabyte is searched in a fraction of a second.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

from claims.evidence.keccak import keccak256
from claims.evidence.leaves import attested_modifiers, canonical_text, context_leaf, path_bytes, service_leaf
from claims.model.encounter import Service
from tests.privacy.canaries import PEOPLE, VISITS, Canary, Kind, Visit

WORD = 32
PREFIX = 4
"""Every form has at least this many bytes; forms are filed by their first ones."""
SHORTEST_NUMBER = 2**24
"""Smaller numbers are looked for as whole words of calldata and events alone: three bytes stand anywhere by chance."""
HASHES: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("keccak-256", keccak256),
    ("SHA-256", lambda data: hashlib.sha256(data).digest()),
)
SELECTOR = 4
_HEXADECIMAL = re.compile("[0-9a-f]{8,}")
SEPARATORS = ("", "|", ":", "-", "/", " ", ",", "\x00")


@dataclass(frozen=True)
class Found:
    """A canary and the form in which it was found."""

    canary: Canary
    form: str

    def __str__(self) -> str:
        return f"{self.canary.text!r} ({self.canary.kind.name.lower()}) as {self.form}"


class Searcher:
    """Looks for canaries in bytes (calldata, events, refusals, the chain's file) and in text (screens, logs, errors)."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self._bytes: dict[bytes, dict[bytes, Found]] = {}
        self._text: dict[bytes, dict[bytes, Found]] = {}
        self._words: dict[bytes, Found] = {}
        for canary in canaries:
            self._learn(canary)
        for canary, data, form in _combinations():
            self._learn_hashes(canary, data, form)
        for canary, digest, form in _without_salt():
            self._learn_digest(canary, digest, form)

    def in_bytes(self, data: bytes, words_from: int = 0) -> set[Found]:
        """What stands in these bytes; from `words_from` on they are also read as words of 32 bytes."""
        return _look_up(self._bytes, data) | self._in_words(data, words_from)

    def _in_words(self, data: bytes, words_from: int) -> set[Found]:
        found = set()
        for start in range(words_from, len(data) - WORD + 1, WORD):
            word = self._words.get(data[start : start + WORD])
            if word is not None:
                found.add(word)
        return found

    def in_text(self, text: str) -> set[Found]:
        """What stands in this text, in any case, also written as hexadecimal digits or as Python shows bytes."""
        folded = text.casefold()
        found = _look_up(self._text, folded.encode("utf-8", "surrogatepass"))
        for digits in _HEXADECIMAL.findall(folded):
            data = bytes.fromhex(digits[: len(digits) // 2 * 2])
            found |= self.in_bytes(data) | self._in_words(data, SELECTOR)
        return found

    def add_secret(self, name: str, raw: bytes) -> None:
        """Look for a key, a passphrase or a salt too, as bytes and as hexadecimal digits."""
        found = Found(Canary(Kind.SECRET, name), "itself")
        self._file_bytes(raw, found)
        self._file_bytes(raw.hex().encode(), found)
        self._file_text(repr(raw)[2:-1].casefold(), found)

    # laying out the forms

    def _learn(self, canary: Canary) -> None:
        for text in spellings(canary):
            folded = text.casefold()
            self._file_text(folded, Found(canary, f"text {text}"))
            for variant in dict.fromkeys((text, text.upper(), text.lower(), text.title())):
                raw = variant.encode("utf-8")
                self._file_bytes(raw, Found(canary, f"text {variant}"))
                self._file_bytes(raw.hex().encode(), Found(canary, f"hexadecimal text {variant}"))
                for order in ("utf-16-le", "utf-16-be"):
                    self._file_bytes(variant.encode(order), Found(canary, f"text {variant} in {order}"))
                for form, packed in packings(raw):
                    self._learn_hashes(canary, packed, f"{form} text {variant}")
        for what, number in numbers(canary):
            word = number.to_bytes(WORD, "big")
            self._words[word] = Found(canary, f"word {what}")
            self._learn_hashes(canary, word, f"word {what}")
            length = (number.bit_length() + 7) // 8
            self._learn_hashes(canary, number.to_bytes(length, "big"), f"shortest {what}")
            if number >= SHORTEST_NUMBER:
                packed = number.to_bytes(length + PREFIX, "big")
                self._file_bytes(packed, Found(canary, f"packed {what}"))
                self._file_text(f'"{number:#x}"', Found(canary, f"hexadecimal {what}"))
                self._file_text(str(number), Found(canary, f"decimal {what}"))

    def _learn_hashes(self, canary: Canary, data: bytes, form: str) -> None:
        for name, of in HASHES:
            self._learn_digest(canary, of(data), f"{name} of {form}")

    def _learn_digest(self, canary: Canary, digest: bytes, form: str) -> None:
        """A hash may have been cut: its first and its last eight bytes are enough."""
        for part in (digest[:8], digest[-8:]):
            self._file_bytes(part, Found(canary, form))
            self._file_bytes(part.hex().encode(), Found(canary, form))
            self._file_text(repr(part)[2:-1].casefold(), Found(canary, f"{form}, as Python shows it"))

    def _file_bytes(self, form: bytes, found: Found) -> None:
        self._bytes.setdefault(form[:PREFIX], {}).setdefault(form, found)

    def _file_text(self, form: str, found: Found) -> None:
        raw = form.encode("utf-8")
        self._text.setdefault(raw[:PREFIX], {}).setdefault(raw, found)


def _look_up(forms: dict[bytes, dict[bytes, Found]], data: bytes) -> set[Found]:
    found: set[Found] = set()
    for place in range(len(data) - PREFIX + 1):
        here = forms.get(data[place : place + PREFIX])
        if here is not None:
            found.update(what for form, what in here.items() if data.startswith(form, place))
    return found


def spellings(canary: Canary) -> tuple[str, ...]:
    """How a value is written: a date in the ways in which people and files write it, anything else as it is."""
    if canary.day is None:
        return (canary.text,)
    day = canary.day
    written = (
        *("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%d/%m/%Y", "%m%d%Y", "%d.%m.%Y", "%Y/%m/%d"),
        *("%B %d, %Y", "%d %B %Y", "%b %d, %Y", "%d %b %Y"),
    )
    texts = [day.strftime(form) for form in written]
    texts += [f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%B} {day.year}"]
    texts += [f"datetime.date({day.year}, {day.month}, {day.day})"]
    return tuple(dict.fromkeys(texts))


def packings(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """A text as it is, and as a contract packs it into a word."""
    yield "plain", raw
    if len(raw) <= WORD:
        yield "right-padded", raw.ljust(WORD, b"\x00")
        yield "left-padded", raw.rjust(WORD, b"\x00")


def numbers(canary: Canary) -> Iterator[tuple[str, int]]:
    """The value as a number: a date in three ways, a moment in seconds, digits as they stand."""
    if canary.day is not None:
        yield "YYYYMMDD", int(canary.day.strftime("%Y%m%d"))
        yield "days since 1970", (canary.day - date(1970, 1, 1)).days
        midnight = datetime(canary.day.year, canary.day.month, canary.day.day, tzinfo=UTC)
        yield "Unix seconds of midnight", int(midnight.timestamp())
    elif canary.kind is Kind.SERVICE_DATE:
        yield "Unix seconds", int(datetime.fromisoformat(canary.text).timestamp())
    elif canary.text.isdecimal():
        yield "number", int(canary.text)


def _combinations() -> Iterator[tuple[Canary, bytes, str]]:
    """What a careless commitment would hash together: enough to be found by trying all codes and dates."""
    for visit in VISITS:
        canary = Canary(Kind.PROCEDURE, visit.code)
        days = [form for form in spellings(Canary(Kind.SERVICE_DATE, "", visit.day)) if form[:1].isdigit()]
        codes = (visit.code, f"{visit.code}:{visit.modifier}", f"{visit.code}{visit.modifier}", visit.diagnosis)
        whose = (visit.patient.person, visit.patient.member, visit.claim, visit.identifier)
        for one, day, mark in product((*codes, *whose), days, SEPARATORS):
            yield canary, f"{one}{mark}{day}".encode(), f"{one} and date"
            yield canary, f"{day}{mark}{one}".encode(), f"date and {one}"
        for code, who, mark in product(codes, whose, SEPARATORS):
            yield canary, f"{who}{mark}{code}".encode(), f"{who} and {code}"
        for code in codes:
            number = int(visit.day.strftime("%Y%m%d"))
            for day_number in (number, (visit.day - date(1970, 1, 1)).days):
                words = code.encode().ljust(WORD, b"\x00") + day_number.to_bytes(WORD, "big")
                yield canary, words, f"words of {code} and date"
    for one in PEOPLE:
        canary = Canary(Kind.PERSON, one.last)
        for born, mark in product((one.born.isoformat(), one.born.strftime("%Y%m%d")), SEPARATORS):
            for last, first in ((one.last, one.first), (one.last.upper(), one.first.upper())):
                yield canary, mark.join((last, first, born)).encode(), "name and birth date"
                yield canary, mark.join((first, last, born)).encode(), "name and birth date"
            yield canary, mark.join((one.member, born)).encode(), "member number and birth date"
            yield canary, mark.join((one.person, born)).encode(), "person id and birth date"


def _without_salt() -> Iterator[tuple[Canary, bytes, str]]:
    """Our own commitments as they would be if somebody forgot the salt."""
    empty = bytes(WORD)
    for one in PEOPLE:
        canary = Canary(Kind.PERSON, one.person)
        text = canonical_text(one.person)
        yield canary, keccak256(empty + text.encode()), "subject with an empty salt"
        yield canary, context_leaf("context/person", text, empty), "person leaf with an empty salt"
        yield canary, _saltless("context/person", text.encode()), "person leaf without a salt"
    for visit in VISITS:
        canary = Canary(Kind.PROCEDURE, visit.code)
        for place in range(4):
            yield canary, service_leaf(place, _service(visit), empty), "service leaf with an empty salt"
        canary = Canary(Kind.DIAGNOSIS, visit.diagnosis)
        yield canary, context_leaf("context/diagnosis/1", visit.diagnosis, empty), "diagnosis leaf with an empty salt"
        yield canary, _saltless("context/diagnosis/1", visit.diagnosis.encode()), "diagnosis leaf without a salt"


def _saltless(path: str, value: bytes) -> bytes:
    return keccak256(b"\x00" + path_bytes(path) + value)


def _service(visit: Visit) -> Service:
    return Service(visit.code, Decimal(1), visit.day, visit.day, "11", attested_modifiers((visit.modifier,)))
