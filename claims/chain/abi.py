"""Contract calls, answers, events and errors between Python values and bytes, after a contract's JSON ABI.

Structs are given as mappings by field name, dataclasses or sequences, and are answered as mappings; addresses are
checksummed text, byte strings are `bytes`, integers are `int`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError
from eth_utils.address import to_checksum_address
from eth_utils.conversions import to_bytes
from eth_utils.crypto import keccak

from claims.chain.errors import ChainError

Abi = Sequence[Mapping[str, Any]]


class AbiError(ChainError):
    """A name that the ABI does not have, values that do not fit it, or bytes that cannot be read by it."""


def type_of(parameter: Mapping[str, Any]) -> str:
    """A parameter's canonical type: a struct is written as the tuple of its fields."""
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(type_of(field) for field in parameter["components"])
    return f"({inner}){kind[len('tuple') :]}"


def signature(item: Mapping[str, Any]) -> str:
    """`name(type,type)`, the text whose hash names a function, an event or an error."""
    return f"{item['name']}({','.join(type_of(parameter) for parameter in item['inputs'])})"


@lru_cache(maxsize=4096)
def _hash(text: str) -> bytes:
    return bytes(keccak(text=text))


def selector(item: Mapping[str, Any]) -> bytes:
    """The first four bytes of a function's or an error's hash."""
    return _hash(signature(item))[:4]


def topic(item: Mapping[str, Any]) -> bytes:
    """An event's first topic, 32 bytes."""
    return _hash(signature(item))


def items(abi: Abi, kind: str) -> Iterator[Mapping[str, Any]]:
    """The ABI's entries of one kind: "function", "event" or "error"."""
    return (item for item in abi if item.get("type") == kind)


def find(abi: Abi, kind: str, name: str, arguments: int | None = None) -> Mapping[str, Any]:
    """The entry of that name, or of that full signature where the name is overloaded. Raises AbiError."""
    found = [
        item
        for item in items(abi, kind)
        if (signature(item) if "(" in name else item["name"]) == name
        and (arguments is None or len(item["inputs"]) == arguments)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        count = "" if arguments is None else f" with {arguments} arguments"
        raise AbiError(f"the contract has no {kind} {name}{count}")
    raise AbiError(f"{name} is overloaded; name one of {', '.join(signature(item) for item in found)}")


def encode_call(abi: Abi, function: str, arguments: Sequence[Any] = ()) -> bytes:
    """The calldata of a call. Raises AbiError."""
    item = find(abi, "function", function, len(arguments))
    return selector(item) + _encode(item["inputs"], arguments, function)


def encode_constructor(abi: Abi, arguments: Sequence[Any] = ()) -> bytes:
    """The bytes to put behind a contract's creation code. Raises AbiError."""
    inputs: Sequence[Mapping[str, Any]] = next((item["inputs"] for item in items(abi, "constructor")), [])
    return _encode(inputs, arguments, "the constructor")


def decode_answer(abi: Abi, function: str, arguments: int, data: bytes) -> Any:
    """What a call answered: nothing, one value, or a mapping by name (a tuple where names are missing)."""
    item = find(abi, "function", function, arguments)
    outputs = item["outputs"]
    values = _decode(outputs, data, f"the answer of {function}")
    if not outputs:
        return None
    if len(outputs) == 1:
        return values[0]
    return _named(outputs, values)


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """A decoded event: its name and its arguments by name. An indexed text or array is given as its hash."""

    name: str
    arguments: Mapping[str, Any]


def decode_event(abi: Abi, topics: Sequence[bytes], data: bytes) -> Event | None:
    """The event that a log carries, or None where the ABI does not know it. Raises AbiError for bytes that do not fit."""
    if not topics:
        return None
    for item in items(abi, "event"):
        indexed = [parameter for parameter in item["inputs"] if parameter["indexed"]]
        if item.get("anonymous") or topic(item) != topics[0] or len(indexed) != len(topics) - 1:
            continue
        plain = [parameter for parameter in item["inputs"] if not parameter["indexed"]]
        what = f"the event {item['name']}"
        values = dict(zip((p["name"] for p in plain), _decode(plain, data, what), strict=True))
        for parameter, raw in zip(indexed, topics[1:], strict=True):
            hashed = parameter["type"] in ("string", "bytes") or parameter["type"].startswith("tuple")
            if hashed or parameter["type"].endswith("]"):
                values[parameter["name"]] = raw
            else:
                values[parameter["name"]] = _decode([parameter], raw, what)[0]
        return Event(item["name"], {p["name"]: values[p["name"]] for p in item["inputs"]})
    return None


def decode_arguments(item: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    """The arguments of an error (selector already taken off), by name. Raises AbiError."""
    values = _decode(item["inputs"], data, f"the error {item['name']}")
    return {p["name"] or f"argument{i}": v for i, (p, v) in enumerate(zip(item["inputs"], values, strict=True))}


def _encode(inputs: Sequence[Mapping[str, Any]], arguments: Sequence[Any], what: str) -> bytes:
    if len(inputs) != len(arguments):
        raise AbiError(f"{what} takes {len(inputs)} arguments, got {len(arguments)}")
    try:
        values = [_plain(parameter, value) for parameter, value in zip(inputs, arguments, strict=True)]
        return bytes(encode([type_of(parameter) for parameter in inputs], values))
    except (EncodingError, TypeError, ValueError, KeyError) as failure:
        # The values themselves stay out of the message: they may be somebody's.
        raise AbiError(f"{what} cannot be encoded: {type(failure).__name__}") from None


def _plain(parameter: Mapping[str, Any], value: Any) -> Any:
    kind: str = parameter["type"]
    if kind.endswith("]"):
        element = {**parameter, "type": kind[: kind.rindex("[")]}
        return [_plain(element, item) for item in value]
    if kind == "tuple":
        fields = parameter["components"]
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        if isinstance(value, Mapping):
            if set(value) != {field["name"] for field in fields}:
                raise KeyError("fields")
            value = [value[field["name"]] for field in fields]
        if len(value) != len(fields):
            raise ValueError("fields")
        return tuple(_plain(field, item) for field, item in zip(fields, value, strict=True))
    if kind.startswith("bytes") and isinstance(value, str):
        return to_bytes(hexstr=value)
    if kind.startswith("bytes") and kind != "bytes" and len(value) != int(kind[5:]):
        # eth_abi would pad a short value on the right, which is a different value.
        raise ValueError("length")
    return value


def _decode(outputs: Sequence[Mapping[str, Any]], data: bytes, what: str) -> list[Any]:
    try:
        values = decode([type_of(parameter) for parameter in outputs], data)
    except (DecodingError, OverflowError, UnicodeDecodeError) as failure:
        raise AbiError(f"{what} cannot be read: {type(failure).__name__}; is this the right contract?") from None
    return [_rich(parameter, value) for parameter, value in zip(outputs, values, strict=True)]


def _rich(parameter: Mapping[str, Any], value: Any) -> Any:
    kind: str = parameter["type"]
    if kind.endswith("]"):
        element = {**parameter, "type": kind[: kind.rindex("[")]}
        return tuple(_rich(element, item) for item in value)
    if kind == "tuple":
        fields = parameter["components"]
        return _named(fields, [_rich(field, item) for field, item in zip(fields, value, strict=True)])
    if kind == "address":
        return to_checksum_address(value)
    return value


def _named(parameters: Sequence[Mapping[str, Any]], values: Sequence[Any]) -> Any:
    names = [parameter.get("name", "") for parameter in parameters]
    if all(names) and len(set(names)) == len(names):
        return dict(zip(names, values, strict=True))
    return tuple(values)
