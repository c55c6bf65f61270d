"""The payer's authorisations, as TOML (docs/plans.md)."""

from __future__ import annotations

from decimal import Decimal

from claims.adjudication.strict import Table, parse_toml
from claims.model.member import Authorization

KEYS = ("number", "person", "codes", "provider", "from", "through", "units", "used")


def read_authorizations(text: str) -> tuple[Authorization, ...]:
    """Read authorisations in the order of the file; raises DocumentError naming the key path, never a person."""
    root = Table(parse_toml(text, "authorizations"), ("authorizations",), document="authorizations")
    read: list[Authorization] = []
    seen: set[str] = set()
    for table in root.tables("authorizations", KEYS):
        number = table.text("number")
        if number in seen:
            raise table.fault("number", "stands there already")
        seen.add(number)
        begins, through = table.day_or_none("from"), table.day_or_none("through")
        if begins is not None and through is not None and through < begins:
            raise table.fault("through", "is before its from date")
        units = table.number("units") if table.has("units") else None
        used = table.number("used") if table.has("used") else Decimal(0)
        if units is not None and used > units:
            raise table.fault("used", "is more than units")
        read.append(
            Authorization(
                number,
                table.text("person"),
                tuple(code.upper() for code in table.texts("codes")),
                table.text("provider", ""),
                begins,
                through,
                units,
                used,
            )
        )
    return tuple(read)
