"""`claims demo`: the main job, and every fraud that the design names, on one screen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claims.cli.console import note, print_json
from claims.cli.failure import FAILED, REFUSED
from claims.cli.options import AsJson


def demo(
    files: Annotated[list[Path] | None, typer.Argument(help="837P files to perform; none: the packaged one.")] = None,
    encounters: Annotated[
        Path | None, typer.Option(help="The record system's export; where none is given, one is made from the claims.")
    ] = None,
    plan: Annotated[Path | None, typer.Option(help="The plan, in TOML.")] = None,
    payer: Annotated[str | None, typer.Option(help="The payer's identifier. Default: the first claim's payer.")] = None,
    folder: Annotated[Path, typer.Option(help="Where the two homes and all files are left for a look.")] = Path(
        ".demo"
    ),
    profile: Annotated[str, typer.Option(help="Chain: local, anvil (started for it), or a TOML file.")] = "local",
    as_json: AsJson = False,
) -> None:
    """Show the whole way of a claim, from a clinician's signature to money and a balanced 835; then try to cheat.

    Exit code 1 where a cent is not where it belongs or an attempt succeeds, 3 where every claim is rejected.

    Example: claims demo

    Example: claims demo claim.837 --plan plan.toml
    """
    from claims.cli.demo_screen import curtain, document
    from claims.service.demo.performance import improvised_script, packaged_script, perform
    from claims.service.errors import UsageError

    plan_text = None if plan is None else plan.read_text(encoding="utf-8")
    if files:
        script = improvised_script(files, export=encounters, plan=plan_text, payer=payer)
    else:
        if encounters is not None or payer is not None:
            raise UsageError("--encounters and --payer go with files: claims demo FILE --encounters EXPORT")
        script = packaged_script(plan_text)
    if not as_json:
        note("setting the stage: two homes, three contracts, everybody enrolled ...")
    with perform(script, folder, profile=profile) as performance:
        if as_json:
            print_json(document(performance))
        else:
            curtain(performance)
        good, rejected = performance.good, performance.rejected
    if not good:
        raise typer.Exit(FAILED)
    if rejected:
        raise typer.Exit(REFUSED)
