"""What members have used of their plan year so far, as TOML (docs/plans.md)."""

from __future__ import annotations

from typing import TypeVar

from claims.adjudication.strict import Table, parse_toml
from claims.model.plan import Accumulators, FamilyAccumulators

_HEADINGS = ("members", "families")
_KEYS = ("deductible", "out_of_pocket", "year", "out_of_network_deductible", "out_of_network_out_of_pocket")


def read_accumulators(text: str) -> dict[str, Accumulators]:
    """Read accumulators by member number or person id; raises DocumentError, whose paths count the members and do not name them."""
    return _read(text, "members", Accumulators)


def read_family_accumulators(text: str) -> dict[str, FamilyAccumulators]:
    """Read what families used together, by family (or, where it has no name of its own, by member number)."""
    return _read(text, "families", FamilyAccumulators)


_Kind = TypeVar("_Kind", bound=Accumulators)


def _read(text: str, heading: str, kind: type[_Kind]) -> dict[str, _Kind]:
    root = Table(parse_toml(text, "accumulators"), _HEADINGS, document="accumulators")
    read: dict[str, _Kind] = {}
    seen: set[str] = set()
    zero = Accumulators().deductible
    for name, table in root.named_tables(heading, _KEYS):
        number = name.strip()
        if not number or number.upper() in seen:
            raise table.fault("", "has a member number that is blank or stands there already")
        seen.add(number.upper())
        read[number] = kind(
            deductible=table.amount("deductible", zero),
            out_of_pocket=table.amount("out_of_pocket", zero),
            year=table.whole("year", least=1) if table.has("year") else None,
            out_of_network_deductible=table.amount("out_of_network_deductible", zero),
            out_of_network_out_of_pocket=table.amount("out_of_network_out_of_pocket", zero),
        )
    return read
