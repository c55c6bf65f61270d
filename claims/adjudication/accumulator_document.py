"""What members have used of their plan year so far, as TOML (docs/plans.md)."""

from __future__ import annotations

from claims.adjudication.strict import Table, parse_toml
from claims.model.plan import Accumulators


def read_accumulators(text: str) -> dict[str, Accumulators]:
    """Read accumulators by member number; raises DocumentError, whose paths count the members and do not name them."""
    root = Table(parse_toml(text, "accumulators"), ("members",), document="accumulators")
    read: dict[str, Accumulators] = {}
    seen: set[str] = set()
    for name, table in root.named_tables("members", ("deductible", "out_of_pocket", "year")):
        number = name.strip()
        if not number or number.upper() in seen:
            raise table.fault("", "has a member number that is blank or stands there already")
        seen.add(number.upper())
        read[number] = Accumulators(
            deductible=table.amount("deductible", Accumulators().deductible),
            out_of_pocket=table.amount("out_of_pocket", Accumulators().out_of_pocket),
            year=table.whole("year", least=1) if table.has("year") else None,
        )
    return read
