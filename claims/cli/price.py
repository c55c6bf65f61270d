"""`claims price`: the arithmetic of one price."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from claims.cli.console import print_json, print_lines
from claims.cli.options import HOME, AsJson, Home
from claims.cli.tables import TablesFolder


def price(
    code: Annotated[str, typer.Argument(help="HCPCS or CPT code.")],
    carrier: Annotated[str, typer.Option(help="Medicare carrier, such as 13202.")],
    locality: Annotated[str, typer.Option(help="Locality of the carrier, such as 01.")],
    day: Annotated[str, typer.Option("--date", help="Date of service, such as 2025-11-03.")],
    place: Annotated[str, typer.Option(help="Place of service; it decides facility or non-facility.")] = "11",
    modifier: Annotated[list[str] | None, typer.Option(help="A modifier; repeat the option for more.")] = None,
    units: Annotated[str, typer.Option(help="Units of the line.")] = "1",
    percent: Annotated[str, typer.Option(help="Share of the schedule that is paid: 1.20 is 120 %.")] = "1",
    tables: TablesFolder = None,
    home: Home = HOME,
    as_json: AsJson = False,
) -> None:
    """Price a service by the physician fee schedule and show the arithmetic. Exit code 3 where the schedule does not price it.

    Example: claims price 99213 --carrier 13202 --locality 01 --date 2025-11-03 --tables tables
    """
    from claims.service.pricing import price_service
    from claims.service.tables import tables_folder

    found = price_service(
        tables_folder(tables, home),
        code,
        carrier=carrier,
        locality=locality,
        day=day,
        place=place,
        modifiers=tuple(modifier or ()),
        units=units,
        percent=percent,
    )
    if as_json:
        print_json(found)
    else:
        print_lines(_arithmetic(found))


def _arithmetic(found: dict[str, Any]) -> list[str]:
    terms = [
        f"{found[part]['relative_value']} × {found[part]['index']}"
        for part in ("work", "practice_expense", "malpractice")
    ]
    lines = [
        f"{found['code']} on {found['date']}, place {found['place']} ({found['setting']}),"
        f" carrier {found['carrier']} locality {found['locality']}",
        f"  (work {terms[0]} + practice expense {terms[1]} + malpractice {terms[2]})"
        f" × {found['conversion_factor']} = {found['unit_price']}",
    ]
    if found["units"] != "1":
        lines.append(f"  × {found['units']} units")
    lines.extend(f"  {each}" for each in found["adjustments"])
    if found["percent"] != "1":
        lines.append(f"  × {found['percent']}")
    lines.append(f"  = {found['amount']}")
    lines.append(f"  by {' and '.join(found['tables'])}")
    return lines
