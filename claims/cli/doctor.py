"""`claims doctor`: is everything as it should be?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claims.cli.console import print_json, print_lines, print_table
from claims.cli.failure import FAILED, UNREACHABLE
from claims.cli.options import AsJson, Profile


def doctor(
    home: Annotated[
        Path | None,
        typer.Option("--home", envvar="CLAIMS_HOME", help="Check this home too: keys, store, chain, money."),
    ] = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Check the installation and a home; exit code 1, with what to do, where something is wrong, 4 where only the chain is out of reach.

    Needs no passphrase.

    Example: claims doctor --home payer
    """
    from claims.service import health

    checks = health.examine(home, profile=profile)
    well = health.is_well(checks)
    if as_json:
        print_json(
            {
                "well": well,
                "checks": [
                    {"check": one.name, "state": one.state, "found": one.found, "remedy": one.remedy} for one in checks
                ],
            }
        )
    else:
        print_table(("check", "state", "found"), [(one.name, one.state, one.found) for one in checks])
        print_lines(f"{one.name}: {one.remedy}" for one in checks if one.remedy)
    if not well:
        raise typer.Exit(UNREACHABLE if health.only_unreachable(checks) else FAILED)
