"""`claims contracts`: build the artefacts, and check that they are what the sources say."""

from __future__ import annotations

import typer

from claims.cli.console import print_json, print_lines
from claims.cli.options import AsJson

app = typer.Typer(
    no_args_is_help=True, help="The contracts' artefacts: build them, or check them against their sources."
)


@app.command()
def build(as_json: AsJson = False) -> None:
    """Compile the contracts and write their artefacts under abi/. Needs Node.js and `make node`.

    Example: claims contracts build
    """
    from claims.service.artefacts import build_artefacts

    written = build_artefacts()
    if as_json:
        print_json({"written": written})
    else:
        print_lines(f"wrote {name}" for name in written)


@app.command()
def check(as_json: AsJson = False) -> None:
    """Recompile and compare with abi/; exit code 1 where they differ. Needs Node.js and `make node`.

    Example: claims contracts check
    """
    from claims.service.artefacts import check_artefacts

    differences = check_artefacts()
    if as_json:
        print_json({"same": not differences, "differences": differences})
    else:
        print_lines(differences or ["abi/ is what the sources compile to"])
    if differences:
        raise typer.Exit(1)
