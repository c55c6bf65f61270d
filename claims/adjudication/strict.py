"""Strict reading of the documents an operator writes: every key is known, every value has its type, every fault has its path."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches

from claims.model.money import Money
from claims.model.nesting import DEEPEST, nests_too_deep

_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,2})?")
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,12})?")
_OURS = re.compile(r"[a-z][a-z_]{0,39}")
_PLACE = re.compile(r"\((at [^()]*)\)$")


class DocumentError(ValueError):
    """A document that says something unknown, missing or impossible; `path` is the key path within it.

    The message names the document, the path and the fault. It quotes a value only where that cannot be a patient's.
    """

    def __init__(self, document: str, path: str, fault: str) -> None:
        super().__init__(f"{document}: {path} {fault}" if path else f"{document}: {fault}")
        self.document = document
        self.path = path


def parse_toml(text: str, document: str) -> dict[str, object]:
    """Read TOML; a syntax error becomes a DocumentError with its place, and without the text that stands there."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        where = f" {place.group(1)}" if place else ""
        raise DocumentError(document, "", f"is not valid TOML{where}") from None


def parse_json(text: str, document: str) -> object:
    """Read JSON; a syntax error or a key given twice becomes a DocumentError."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        seen: dict[str, object] = {}
        for key, value in pairs:
            if key in seen:
                named = key if _OURS.fullmatch(key) else "a key"
                raise DocumentError(document, named, "is given twice")
            seen[key] = value
        return seen

    if nests_too_deep(text):
        raise DocumentError(document, "", f"nests deeper than {DEEPEST} levels")
    try:
        return json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise DocumentError(
            document, "", f"is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None


def _kind(value: object) -> str:
    """Name a value's type as a writer of TOML or JSON knows it."""
    if value is None:
        return "null"
    names = {
        bool: "true or false",
        int: "an integer",
        float: "a float",
        str: "a string",
        list: "a list",
        dict: "a table",
    }
    names[datetime] = "a date with a time"
    names[date] = "a date"
    return names.get(type(value), type(value).__name__)


class Table:
    """One table of a document, whose keys are all known.

    Raises DocumentError where `values` is no table or holds a key that is not among `known`. Readers return the default for
    an absent key; without a default the key is required.
    """

    __slots__ = ("_values", "document", "path")

    def __init__(self, values: object, known: Sequence[str], *, document: str, path: str = "") -> None:
        self.document = document
        self.path = path
        if not isinstance(values, dict):
            raise DocumentError(document, path, f"must be a table, not {_kind(values)}")
        for key in values:
            if key not in known:
                # A table that lost its heading has members' numbers for keys: what is not spelled like ours is not quoted.
                if document != "plan" and not _OURS.fullmatch(key):
                    raise DocumentError(document, path, f"has a key that is not known; known are {', '.join(known)}")
                nearest = get_close_matches(key, known, n=1, cutoff=0.0)
                hint = f"; the nearest known key is {nearest[0]}" if nearest else ""
                raise DocumentError(document, self.at(key), f"is not a known key{hint}")
        self._values: dict[str, object] = values

    def at(self, key: str) -> str:
        """Return the key path of one of this table's keys."""
        return f"{self.path}.{key}" if self.path else key

    def fault(self, key: str, fault: str) -> DocumentError:
        """Return the error that says what is wrong with one key."""
        return DocumentError(self.document, self.at(key), fault)

    def has(self, key: str) -> bool:
        """Whether the key is given."""
        return key in self._values

    def value(self, key: str) -> object:
        """Return a required value of any type."""
        if key not in self._values:
            raise self.fault(key, "is missing")
        return self._values[key]

    def text(self, key: str, default: str | None = None) -> str:
        """Read a string; a required one must not be blank."""
        if default is not None and key not in self._values:
            return default
        value = self.value(key)
        if type(value) is not str:
            raise self.fault(key, f"must be a string in quotes, not {_kind(value)}")
        if default is None and not value.strip():
            raise self.fault(key, "must not be blank")
        return value.strip()

    def choice(self, key: str, among: Sequence[str], default: str | None = None) -> str:
        """Read a string that is one of a few."""
        value = self.text(key, default)
        if value not in among:
            raise self.fault(key, f"is none of {', '.join(among)}")
        return value

    def whole(self, key: str, default: int | None = None, *, least: int = 0) -> int:
        """Read a whole number that is at least `least`."""
        if default is not None and key not in self._values:
            return default
        value = self.value(key)
        if type(value) is not int:
            raise self.fault(key, f"must be a whole number, not {_kind(value)}")
        if value < least:
            raise self.fault(key, f"is {value}; it must be at least {least}")
        return value

    def flag(self, key: str) -> bool:
        """Read true or false."""
        value = self.value(key)
        if type(value) is not bool:
            raise self.fault(key, f"must be true or false, not {_kind(value)}")
        return value

    def amount(self, key: str, default: Money | None = None) -> Money:
        """Read an amount of money: a string of dollars with at most two decimals, not negative."""
        if default is not None and key not in self._values:
            return default
        value = self.value(key)
        if type(value) is not str:
            raise self.fault(key, f'must be an amount in quotes such as "25.00", not {_kind(value)}')
        if not _AMOUNT.fullmatch(value):
            raise self.fault(key, 'is not an amount such as "25.00"')
        amount = Money.parse(value)
        if amount.cents < 0:
            raise self.fault(key, f"is {value}; an amount must not be negative")
        return amount

    def number(self, key: str, default: Decimal | None = None) -> Decimal:
        """Read a positive decimal number, given as a string."""
        if default is not None and key not in self._values:
            return default
        value = self.value(key)
        if type(value) is not str or not _NUMBER.fullmatch(value):
            raise self.fault(key, 'must be a number in quotes such as "1" or "0.5"')
        number = Decimal(value)
        if number <= 0:
            raise self.fault(key, f"is {value}; it must be above zero")
        return number

    def fraction(self, key: str) -> Decimal:
        """Read a share between 0 and 1, given as a string: "0.20" is twenty per cent."""
        value = self.value(key)
        if type(value) is not str:
            raise self.fault(key, f'must be a fraction in quotes such as "0.20", not {_kind(value)}')
        if not _NUMBER.fullmatch(value):
            raise self.fault(key, f'is {value!r}, which is not a fraction such as "0.20"')
        fraction = Decimal(value)
        if not 0 <= fraction <= 1:
            raise self.fault(key, f"is {value}; a fraction lies between 0 and 1, and 0.20 is twenty per cent")
        return fraction

    def day(self, key: str) -> date:
        """Read a date: TOML's own, or an ISO 8601 string."""
        value = self.value(key)
        if type(value) is date:
            return value
        if type(value) is str:
            try:
                return date.fromisoformat(value)
            except ValueError:
                raise self.fault(key, "is not a date such as 2026-01-31") from None
        raise self.fault(key, f"must be a date such as 2026-01-31, not {_kind(value)}")

    def day_or_none(self, key: str) -> date | None:
        """Read a date that may be left out."""
        return self.day(key) if key in self._values else None

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of strings; an absent one is empty."""
        if key not in self._values:
            return ()
        value = self._values[key]
        if not isinstance(value, list) or not all(type(item) is str and item.strip() for item in value):
            raise self.fault(key, "must be a list of strings")
        return tuple(item.strip() for item in value)

    def table(self, key: str, known: Sequence[str]) -> Table:
        """Read a table within this one; an absent one is empty."""
        return Table(self._values.get(key, {}), known, document=self.document, path=self.at(key))

    def tables(self, key: str, known: Sequence[str]) -> list[Table]:
        """Read a list of tables; an absent one is empty. Paths count entries from 1."""
        value = self._values.get(key, [])
        if not isinstance(value, list):
            raise self.fault(key, f"must be a list of tables, not {_kind(value)}")
        return [
            Table(item, known, document=self.document, path=f"{self.at(key)}[{place}]")
            for place, item in enumerate(value, 1)
        ]

    def named_tables(self, key: str, known: Sequence[str]) -> list[tuple[str, Table]]:
        """Read a table of tables by name; paths count the entries from 1, since a name may be a member's number."""
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            raise self.fault(key, f"must be a table of tables, not {_kind(value)}")
        return [
            (name, Table(item, known, document=self.document, path=f"{self.at(key)}[{place}]"))
            for place, (name, item) in enumerate(value.items(), 1)
        ]
