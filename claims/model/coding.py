"""Canonical, lossless JSON of the model's values: what the store keeps, and what a replay reads back.

The same value gives the same text, byte for byte: keys sorted, no white space, ASCII alone. The type is not written down;
whoever reads names it, and its type hints say how each part is read:

- a frozen dataclass is an object with all its fields; reading refuses an unknown key, and lets a key be missing only where
  the field has a default, so that a model that gains such a field still reads what was stored before;
- Money is text, `"95.00 USD"`; Decimal is text with its trailing zeros; a date is `"2026-01-31"`; bytes are `"0x…"`;
- a tuple is an array, a mapping with text keys an object; int, bool, text and None are themselves; floats are refused.

Every refusal names the type and field it happened in and never the value, since a value may be a patient's.
"""

from __future__ import annotations

import json
import re
import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from claims.model.money import Money
from claims.model.nesting import nests_too_deep

Write = Callable[[Any], Any]
Read = Callable[[Any], Any]
Plan = tuple[Write, Read]
Shape = TypeVar("Shape")

_MONEY = re.compile(r"(-?)(0|[1-9][0-9]*)\.([0-9]{2}) ([A-Z]{3})")
_CURRENCY = re.compile(r"[A-Z]{3}")
_BYTES = re.compile(r"0x(?:[0-9a-f]{2})*")


class CodingError(ValueError):
    """A value that cannot be written, or a text that is not the value it should be; names the place, never the value."""

    def __init__(self, problem: str, place: str = "") -> None:
        super().__init__(f"{place}: {problem}" if place else problem)
        self.problem = problem
        self.place = place

    def within(self, step: str) -> CodingError:
        """The same problem seen from one step further out."""
        joint = "" if not self.place or self.place.startswith("[") else "."
        return CodingError(self.problem, f"{step}{joint}{self.place}")


def encode(value: Any, shape: Any = None) -> str:
    """Write a value as canonical JSON; `shape` is its type, needed where the value is no dataclass itself.

    Raises CodingError where a part is not of the type its hint names (an int where Money is due, a float anywhere).
    """
    kind: Any = type(value) if shape is None else shape
    write, _ = _plan_of(kind)
    try:
        return json.dumps(write(value), sort_keys=True, separators=(",", ":"), allow_nan=False)
    except CodingError as error:
        raise error.within(_name_of(kind)) from None


def decode(shape: type[Shape], text: str) -> Shape:
    """Read a value of this type from JSON text, strictly: `decode(type(v), encode(v)) == v` with equal text of every Decimal.

    Raises CodingError where the text is no JSON, names a key twice, lacks a field, has one too many, or has a part of
    another type or spelling. What a type itself refuses when it is built (an unbalanced Remittance) is raised as it is.
    """
    kind: Any = shape
    _, read = _plan_of(kind)
    name = _name_of(kind)
    if nests_too_deep(text):
        raise CodingError("this nests too deep", name)
    try:
        document = json.loads(text, object_pairs_hook=_unique, parse_float=_no_float, parse_constant=_no_float)
    except CodingError as error:
        raise error.within(name) from None
    except (ValueError, RecursionError):
        raise CodingError("this is not JSON", name) from None
    try:
        return read(document)  # type: ignore[no-any-return]
    except CodingError as error:
        raise error.within(name) from None


def _name_of(shape: Any) -> str:
    return shape.__name__ if isinstance(shape, type) and get_origin(shape) is None else str(shape)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CodingError("a key stands twice in one object")
    return found


def _no_float(_: str) -> Any:
    raise CodingError("a number with a fraction or an exponent; amounts are text")


@cache
def _plan_of(shape: Any) -> Plan:
    """How a type is written and read; made once for each type."""
    if shape in _PLAIN:
        return _PLAIN[shape]
    if isinstance(shape, type) and is_dataclass(shape):
        return _object_plan(shape)
    origin, arguments = get_origin(shape), get_args(shape)
    if origin in (Union, types.UnionType):
        present = [argument for argument in arguments if argument is not type(None)]
        if len(present) == 1 and len(arguments) == 2:
            return _optional_plan(_plan_of(present[0]))
    if origin is tuple and arguments:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return _row_plan(_plan_of(arguments[0]))
        return _fixed_plan(tuple(_plan_of(argument) for argument in arguments))
    if origin is dict and arguments[0] is str:
        return _mapping_plan(_plan_of(arguments[1]))
    raise TypeError(f"{shape} has no JSON form here: use dataclasses, tuples, dicts with text keys, and plain values")


def _exactly(kind: type) -> Plan:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise CodingError(f"{type(value).__name__} where {kind.__name__} is due")
        return value

    return check, check


def _text_plan(kind: type, write: Callable[[Any], str], read: Callable[[str], Any]) -> Plan:
    """A value that JSON has no form for and that is written as text; only the text it would itself be written as is read."""

    def writer(value: Any) -> str:
        if type(value) is not kind:
            raise CodingError(f"{type(value).__name__} where {kind.__name__} is due")
        return write(value)

    def reader(text: Any) -> Any:
        if type(text) is not str:
            raise CodingError(f"{type(text).__name__} where the text of a {kind.__name__} is due")
        value = read(text)
        if write(value) != text:
            raise CodingError(f"another spelling of a {kind.__name__} than the canonical one")
        return value

    return writer, reader


def _write_decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise CodingError("a Decimal that is no finite number")
    return str(value)


def _read_decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise CodingError("this is not a Decimal") from None


def _write_money(value: Money) -> str:
    if _CURRENCY.fullmatch(value.currency) is None:
        raise CodingError("a currency is three capital letters (ISO 4217)")
    return f"{value} {value.currency}"


def _read_money(text: str) -> Money:
    found = _MONEY.fullmatch(text)
    if found is None:
        raise CodingError("this is not an amount such as 95.00 USD")
    sign, whole, cents, currency = found.groups()
    try:
        return Money(int(f"{sign}{whole}{cents}"), currency)
    except ValueError:
        raise CodingError("an amount of too many digits") from None


def _read_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CodingError("this is not a date such as 2026-01-31") from None


def _read_bytes(text: str) -> bytes:
    if _BYTES.fullmatch(text) is None:
        raise CodingError("this is not 0x and an even number of small hexadecimal digits")
    return bytes.fromhex(text[2:])


def _object_plan(kind: type) -> Plan:
    hints = get_type_hints(kind)
    parts = [(field.name, *_plan_of(hints[field.name])) for field in fields(kind)]
    readers = {name: read for name, _, read in parts}
    needed = frozenset(
        field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING
    )

    def writer(value: Any) -> dict[str, Any]:
        if type(value) is not kind:
            raise CodingError(f"{type(value).__name__} where {kind.__name__} is due")
        document = {}
        name = ""
        try:
            for name, write, _ in parts:
                document[name] = write(getattr(value, name))
        except CodingError as error:
            raise error.within(name) from None
        return document

    def reader(document: Any) -> Any:
        if type(document) is not dict:
            raise CodingError(f"{type(document).__name__} where the object of a {kind.__name__} is due")
        if not needed <= document.keys():
            raise CodingError(f"lacks {', '.join(sorted(needed - document.keys()))}")
        if not document.keys() <= readers.keys():
            raise CodingError(f"has {len(document.keys() - readers.keys())} keys that {kind.__name__} does not know")
        values = {}
        name = ""
        try:
            for name, part in document.items():
                values[name] = readers[name](part)
        except CodingError as error:
            raise error.within(name) from None
        return kind(**values)

    return writer, reader


def _optional_plan(plan: Plan) -> Plan:
    write, read = plan
    return (lambda value: None if value is None else write(value)), (lambda part: None if part is None else read(part))


def _row_plan(plan: Plan) -> Plan:
    write, read = plan

    def writer(value: Any) -> list[Any]:
        if type(value) is not tuple:
            raise CodingError(f"{type(value).__name__} where a tuple is due")
        return _each(write, value)

    def reader(document: Any) -> tuple[Any, ...]:
        if type(document) is not list:
            raise CodingError(f"{type(document).__name__} where an array is due")
        return tuple(_each(read, document))

    return writer, reader


def _each(step: Callable[[Any], Any], values: Any) -> list[Any]:
    done: list[Any] = []
    try:
        for value in values:
            done.append(step(value))  # noqa: PERF401 - the length so far is the place of an error
    except CodingError as error:
        raise error.within(f"[{len(done)}]") from None
    return done


def _fixed_plan(plans: tuple[Plan, ...]) -> Plan:
    def walk(values: Any, kind: type[tuple[Any, ...] | list[Any]], side: int) -> list[Any]:
        if type(values) is not kind or len(values) != len(plans):
            raise CodingError(f"not a {kind.__name__} of {len(plans)}")
        steps = iter(plans)
        return _each(lambda value: next(steps)[side](value), values)

    return (lambda value: walk(value, tuple, 0)), (lambda document: tuple(walk(document, list, 1)))


def _mapping_plan(plan: Plan) -> Plan:
    def walk(values: Any, side: int) -> dict[str, Any]:
        if type(values) is not dict or not all(type(key) is str for key in values):
            raise CodingError("not a mapping with text keys")
        try:
            return {key: plan[side](value) for key, value in values.items()}
        except CodingError as error:
            raise error.within("{}") from None

    return (lambda value: walk(value, 0)), (lambda document: walk(document, 1))


_PLAIN: dict[Any, Plan] = {
    str: _exactly(str),
    int: _exactly(int),
    bool: _exactly(bool),
    type(None): _exactly(type(None)),
    Decimal: _text_plan(Decimal, _write_decimal, _read_decimal),
    Money: _text_plan(Money, _write_money, _read_money),
    date: _text_plan(date, date.isoformat, _read_date),
    bytes: _text_plan(bytes, lambda value: "0x" + value.hex(), _read_bytes),
}
