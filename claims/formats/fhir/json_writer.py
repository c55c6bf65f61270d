"""FHIR JSON out: a Decimal is written with its own digits, so that no amount passes through a float."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def dump(resource: Mapping[str, Any]) -> bytes:
    """Write a resource as indented UTF-8 JSON; raises TypeError for a float and for anything else that JSON does not have."""
    return (_write(resource, "\n") + "\n").encode()


def _write(value: Any, indent: str) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if value is None or isinstance(value, (str, bool, int)):
        return json.dumps(value, ensure_ascii=False)
    within = indent + " "
    if isinstance(value, Mapping):
        members = [
            f"{json.dumps(name, ensure_ascii=False)}: {_write(member, within)}" for name, member in value.items()
        ]
        return _enclose("{", members, "}", indent)
    if isinstance(value, (list, tuple)):
        return _enclose("[", [_write(member, within) for member in value], "]", indent)
    raise TypeError(f"JSON has no {type(value).__name__}")


def _enclose(opening: str, members: list[str], closing: str, indent: str) -> str:
    inner = f",{indent} ".join(members)
    return f"{opening}{indent} {inner}{indent}{closing}" if members else opening + closing
