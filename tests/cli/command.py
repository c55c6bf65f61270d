"""Commands run inside the test's own process, with errors told as the entry point tells them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner

from claims.cli.failure import exit_code, told

FIXTURES = Path(__file__).parent / "fixtures"
GOOD = Path(__file__).parent.parent / "fixtures" / "good"
BAD = Path(__file__).parent.parent / "fixtures" / "bad"


@dataclass(frozen=True)
class Run:
    """What a command left: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON, which must be all that stands there."""
        return json.loads(self.out)


def run(app: typer.Typer, *arguments: object, env: dict[str, str] | None = None) -> Run:
    """Run a command of an app; an error that no exit code is known for fails the test."""
    found = CliRunner().invoke(app, [str(argument) for argument in arguments], env=env)
    error = found.exception
    if error is None or isinstance(error, SystemExit):
        return Run(found.exit_code, found.stdout, found.stderr)
    code = exit_code(error)
    if code is None:
        raise error
    return Run(code, found.stdout, f"{found.stderr}error: {told(error)}\n")


def app_of(command: Callable[..., None]) -> typer.Typer:
    """An app of one command."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(command)
    return app
