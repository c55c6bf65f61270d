"""The options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Home = Annotated[
    Path,
    typer.Option(
        "--home", envvar="CLAIMS_HOME", help="One party's own folder: settings, keys and store.", show_default=True
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        help="Chain to use: local (embedded), anvil, or a TOML file that names an RPC. Default: the home's.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print data as JSON on standard output.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        envvar="CLAIMS_PASSPHRASE_FILE",
        help="File that holds the passphrase of the home's keys; asked for on a terminal where it is left out.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be sent and what it would cost; send nothing.")
]

HOME = Path(".claims")
