"""`claims audit`: decisions recomputed from what they were made from, and handed out for others to recompute."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claims.cli.console import print_json, print_lines
from claims.cli.failure import FAILED
from claims.cli.options import HOME, AsJson, Home, Profile

app = typer.Typer(no_args_is_help=True, help="Decisions recomputed to the byte, and exported with their inputs.")

Number = Annotated[
    str, typer.Argument(help="One claim's own number (CLM01) or control number; every claim where it is left out.")
]


@app.command()
def verify(number: Number = "", home: Home = HOME, profile: Profile = None, as_json: AsJson = False) -> None:
    """Recompute every stored decision from its inputs, by the plan and table versions of its time, and name what differs.

    Also compares what was signed, the accumulators with their moves, and the payments with the decisions. Exit code 1 where
    something differs.

    Example: claims audit verify --home payer
    """
    from claims.service.audit import verify as verify_decisions
    from claims.service.office import open_office

    with open_office(home, profile=profile) as office:
        found = verify_decisions(office, number)
    if as_json:
        print_json(
            {
                "verified": not found.differences,
                "decisions": found.decisions,
                "payments": found.payments,
                "differences": [
                    {"claim": d.claim, "control_number": d.control_number, "revision": d.revision, "what": d.what}
                    for d in found.differences
                ],
            }
        )
    else:
        print_lines(str(difference) for difference in found.differences)
        verdict = f"{len(found.differences)} differences" if found.differences else "all as decided, to the byte"
        print_lines([f"{found.decisions} decisions recomputed, {found.payments} payments compared: {verdict}"])
    if found.differences:
        raise typer.Exit(FAILED)


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="The JSON file to write; it names patients.")],
    number: Number = "",
    home: Home = HOME,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Write every decision with all that it was made from as JSON, for somebody else to recompute.

    Example: claims audit export --home payer --out decisions.json
    """
    from claims.service.audit import export as export_decisions
    from claims.service.office import open_office

    with open_office(home, profile=profile) as office:
        count = export_decisions(office, out, number)
    if as_json:
        print_json({"decisions": count, "file": str(out)})
        return
    print_lines([f"wrote {count} decisions to {out}"])
