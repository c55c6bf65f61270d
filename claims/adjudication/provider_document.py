"""The providers and practitioners that the payer knows, as TOML (docs/plans.md)."""

from __future__ import annotations

import re

from claims.adjudication.strict import Table, parse_toml
from claims.model.network import NetworkProvider

STATUSES = ("in-network", "out-of-network")
_NPI = re.compile(r"\d{10}")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


def read_providers(text: str) -> tuple[NetworkProvider, ...]:
    """Read providers in the order of the file, one entry for each NPI; raises DocumentError naming the key path."""
    root = Table(parse_toml(text, "providers"), ("providers",), document="providers")
    providers: list[NetworkProvider] = []
    seen: set[str] = set()
    for table in root.tables(
        "providers",
        (
            "npi",
            "name",
            "status",
            "from",
            "through",
            "excluded_from",
            "practitioner",
            "roster",
            "address",
            "controller",
        ),
    ):
        provider = _provider(table)
        if provider.npi in seen:
            raise table.fault("npi", f"{provider.npi} has an entry already")
        seen.add(provider.npi)
        providers.append(provider)
    return tuple(providers)


def _provider(table: Table) -> NetworkProvider:
    npi = table.text("npi")
    if not _NPI.fullmatch(npi):
        raise table.fault("npi", "is not an NPI of ten digits")
    roster = table.texts("roster")
    for other in roster:
        if not _NPI.fullmatch(other):
            raise table.fault("roster", "names what is not an NPI of ten digits")
    address = table.text("address", "")
    if address and not _ADDRESS.fullmatch(address):
        raise table.fault("address", "is not a chain address of 0x and 40 hexadecimal digits")
    begins, through = table.day_or_none("from"), table.day_or_none("through")
    if begins is not None and through is not None and through < begins:
        raise table.fault("through", "is before its from date")
    return NetworkProvider(
        npi=npi,
        name=table.text("name"),
        status=table.choice("status", STATUSES, "in-network"),
        begins=begins,
        through=through,
        excluded_from=table.day_or_none("excluded_from"),
        practitioner=table.whole("practitioner", 0),
        roster=roster,
        address=address,
        controller=table.text("controller", ""),
    )
