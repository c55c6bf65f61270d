"""The payer's prior authorisations as TOML (docs/plans.md)."""

from __future__ import annotations

from decimal import Decimal

from claims.adjudication.strict import Table, parse_toml
from claims.model.member import Authorization

KEYS = ("number", "person", "codes", "provider", "from", "through", "units", "used")


def read_authorizations(text: str) -> tuple[Authorization, ...]:
    """Read authorisations in the order of the file; raises DocumentError without quoting what belongs to a person."""
    root = Table(parse_toml(text, "authorizations"), ("authorizations",), document="authorizations")
    found: list[Authorization] = []
    seen: set[str] = set()
    for table in root.tables("authorizations", KEYS):
        authorization = _authorization(table)
        if authorization.number in seen:
            raise table.fault("number", "is the number of an earlier entry")
        seen.add(authorization.number)
        found.append(authorization)
    return tuple(found)


def _authorization(table: Table) -> Authorization:
    authorization = Authorization(
        number=table.text("number"),
        person=table.text("person"),
        codes=tuple(code.upper() for code in table.texts("codes")) if table.has("codes") else (),
        provider=table.text("provider", ""),
        begins=table.day_or_none("from"),
        through=table.day_or_none("through"),
        units=table.number("units") if table.has("units") else None,
        used=table.number("used", Decimal(0)),
    )
    if authorization.begins and authorization.through and authorization.through < authorization.begins:
        raise table.fault("through", "is before its from date")
    return authorization
