"""The entry point: puts the nouns together and turns every error into a message and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Annotated

import typer

from claims.cli import (
    adjudicate,
    audit,
    bench,
    claim,
    contracts,
    demo,
    deploy,
    doctor,
    eligibility,
    encounter,
    home,
    member,
    policy,
    price,
    queue,
    registry,
    remit,
    settle,
    tables,
    work,
)
from claims.cli.console import note, print_lines
from claims.cli.failure import FAILED, exit_code, told

app = typer.Typer(
    name="claims",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    add_completion=False,
    rich_markup_mode=None,
    help="Settle health-insurance claims on an EVM chain: an 837 in, signed evidence, a decision to the cent, a balanced 835 out.",
)
app.command("demo", short_help="Show the whole way of a claim, then try to cheat.")(demo.demo)
app.command("doctor", short_help="Check the installation and a home.")(doctor.doctor)
app.command("deploy", short_help="Put a payer's contracts on the chain; fund its escrow.")(deploy.deploy)
app.command("adjudicate", short_help="Decide the claims of an 837 to the cent.")(adjudicate.adjudicate)
app.command("price", short_help="Price a service by the fee schedule and show the arithmetic.")(price.price)
app.command("work", short_help="List what a provider has to do.")(work.work)
app.add_typer(home.app, name="home")
app.add_typer(registry.app, name="registry")
app.add_typer(policy.app, name="policy")
app.add_typer(member.app, name="member")
app.add_typer(eligibility.app, name="eligibility")
app.add_typer(encounter.app, name="encounter")
app.add_typer(claim.app, name="claim")
app.add_typer(remit.app, name="remit")
app.add_typer(settle.app, name="settle")
app.add_typer(audit.app, name="audit")
app.add_typer(queue.app, name="queue")
app.add_typer(tables.app, name="tables")
app.add_typer(contracts.app, name="contracts")
app.add_typer(bench.app, name="bench")


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print_lines([f"claims {version('claims')}"])
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Take what is asked of `claims` itself."""


INTERRUPTED = 130
"""How typer ends where somebody presses Ctrl-C; a code of its own would be one more than we promise."""


def run() -> None:
    """Run the command line; the process ends with one of the exit codes of `claims.cli.failure`."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except SystemExit as end:
        if end.code != INTERRUPTED:
            raise
        note("interrupted; repeating the command is safe")
        sys.exit(FAILED)
    except Exception as error:
        code = exit_code(error)
        if code is None:
            _unexpected(error)
            sys.exit(FAILED)
        note(f"error: {told(error)}")
        sys.exit(code)


def _unexpected(error: Exception) -> None:
    """Tell a defect of ours by type and place alone: a message or a local could hold a patient or a key."""
    frames = traceback.extract_tb(error.__traceback__)
    note(f"error: unexpected {type(error).__name__}; please report it with these places, which hold no data:")
    for frame in frames[-6:]:
        note(
            f"  {os.path.basename(os.path.dirname(frame.filename))}/{os.path.basename(frame.filename)}:{frame.lineno} {frame.name}"
        )


if __name__ == "__main__":
    run()
