"""JSON read strictly: every member known and present, every value of its type; errors name the place and quote nothing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NoReturn

from claims.evidence.errors import RecordError
from claims.model.nesting import nests_too_deep

_DEEPEST = 32
_HEX = re.compile(r"0x(?:[0-9a-f]{2})*")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,77}")
_UNITS = re.compile(r"(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{0,14}[1-9])?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Place:
    """A JSON value and the path that leads to it; each reader raises RecordError with that path."""

    value: object
    path: str

    def members(self, *names: str) -> dict[str, Place]:
        """Return the members of an object that has exactly these names."""
        if not isinstance(self.value, dict):
            self.refuse("is not an object")
        missing = [name for name in names if name not in self.value]
        if missing:
            self.refuse(f"lacks {', '.join(missing)}")
        if len(self.value) > len(names):
            self.refuse(f"has {len(self.value) - len(names)} members more than it may: it has {', '.join(names)}")
        return {name: Place(self.value[name], f"{self.path}.{name}" if self.path else name) for name in names}

    def items(self) -> list[Place]:
        """Return the items of an array."""
        if not isinstance(self.value, list):
            self.refuse("is not an array")
        return [Place(item, f"{self.path}[{index}]") for index, item in enumerate(self.value)]

    def text(self) -> str:
        """Return a text that is not empty."""
        if not isinstance(self.value, str) or not self.value:
            self.refuse("is not a text, or empty")
        return self.value

    def integer(self) -> int:
        """Return a whole number that is not negative."""
        if type(self.value) is not int or self.value < 0:
            self.refuse("is not a whole number from 0")
        return self.value

    def whole(self) -> int:
        """Return a whole number that is written as text, since many readers of JSON lose digits past 2^53."""
        text = self.text()
        if not _WHOLE.fullmatch(text):
            self.refuse("is not a whole number in quotes")
        return int(text)

    def units(self) -> Decimal:
        """Return a quantity in its canonical form, as text without exponent or needless zeros."""
        text = self.text()
        if not _UNITS.fullmatch(text):
            self.refuse("is not a decimal number in quotes without exponent or needless zeros")
        return Decimal(text)

    def day(self) -> date:
        """Return a date, YYYY-MM-DD."""
        text = self.text()
        try:
            # fromisoformat alone takes other spellings of ISO 8601 too, and the document has one for each value.
            return date.fromisoformat(text if _DAY.fullmatch(text) else "")
        except ValueError:
            self.refuse("is not a date, YYYY-MM-DD")

    def raw(self, length: int | None = None) -> bytes:
        """Return the bytes of 0x and small hexadecimal digits, of this length where one is given."""
        if not isinstance(self.value, str) or not _HEX.fullmatch(self.value):
            self.refuse("is not 0x and small hexadecimal digits in pairs")
        raw = bytes.fromhex(self.value[2:])
        if length is not None and len(raw) != length:
            self.refuse(f"has {len(raw)} bytes, not {length}")
        return raw

    def refuse(self, why: str) -> NoReturn:
        """Raise RecordError with the path and the reason."""
        raise RecordError(f"{self.path or 'the document'} {why}")


def parse(data: bytes) -> Place:
    """Read UTF-8 JSON in which no object names a member twice; raises RecordError with the line that is broken."""
    if nests_too_deep(data, _DEEPEST):
        raise RecordError(f"the document nests deeper than {_DEEPEST} levels")
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse_constant)
    except json.JSONDecodeError as wrong:
        raise RecordError(f"the document is not JSON from line {wrong.lineno}, column {wrong.colno}") from None
    except UnicodeDecodeError as wrong:
        raise RecordError(f"the document is not UTF-8 from byte {wrong.start}") from None
    except RecordError:
        raise
    except ValueError:
        raise RecordError("the document holds a number that is too long") from None
    return Place(value, "")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise RecordError("an object of the document names a member twice")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise RecordError(f"the document holds {name}, which is not JSON")
