"""How the project's values are written into columns that every database has."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from claims.model.coding import decode, encode
from claims.model.money import Money


def _due(value: object, kind: type) -> None:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"a column of {kind.__name__} was given {type(value).__name__}")


class Hexadecimal(TypeDecorator[bytes]):
    """Bytes as small hexadecimal text: comparable, readable in any shell, and alike in every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Bytes to text."""
        if value is None:
            return None
        _due(value, bytes)
        return bytes(value).hex()

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        """Text to bytes."""
        return None if value is None else bytes.fromhex(value)


class Cents(TypeDecorator[Money]):
    """Money as integer cents. The store holds dollars alone, so that a sum in SQL never mixes currencies."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Dialect) -> int | None:
        """Dollars to cents."""
        if value is None:
            return None
        _due(value, Money)
        if value.currency != "USD":
            raise ValueError(f"the store keeps USD, not {value.currency}")
        return value.cents

    def process_result_value(self, value: Any, dialect: Dialect) -> Money | None:
        """Cents to dollars; some databases add up integers as decimals."""
        return None if value is None else Money(int(value))


class Day(TypeDecorator[date]):
    """A date as ISO text, which sorts as dates do."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """A date to text."""
        if value is None:
            return None
        _due(value, date)
        return value.isoformat()

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """Text to a date."""
        return None if value is None else date.fromisoformat(value)


class Unsigned64(TypeDecorator[int]):
    """An unsigned 64-bit number as twenty digits of text, since BIGINT ends at 2^63 − 1."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:
        """A number to digits."""
        if value is None:
            return None
        _due(value, int)
        if not 0 <= value < 2**64:
            raise ValueError("a number outside of 0 to 2^64 − 1")
        return f"{value:020d}"

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        """Digits to a number."""
        return None if value is None else int(value)


class Document(TypeDecorator[Any]):
    """A value of the model, whole, as its canonical JSON."""

    impl = Text
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """A value to JSON. Raises CodingError."""
        return None if value is None else encode(value, self.shape)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """JSON to a value. Raises CodingError."""
        return None if value is None else decode(self.shape, value)
