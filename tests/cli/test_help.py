"""Every command explains itself with an example, prints data as JSON where it is asked to, and help comes at once."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from claims.cli.main import app
from tests.cli.command import run

HEAVY = ("web3", "eth_account", "eth_tester", "eth", "sqlalchemy", "pyx12", "pydantic", "fhir", "rich")
"""Packages that take long to load; whoever only asks for help needs none of them."""


def commands() -> Iterator[tuple[str, ...]]:
    for command in app.registered_commands:
        yield (str(command.name),)
    for group in app.registered_groups:
        for command in group.typer_instance.registered_commands if group.typer_instance else ():
            assert command.callback is not None
            yield (str(group.name), command.name or command.callback.__name__.replace("_", "-"))


def nouns() -> list[str]:
    """Groups that do nothing without a verb; a queue without one is shown."""
    return sorted(
        str(group.name)
        for group in app.registered_groups
        if group.typer_instance is None
        or group.typer_instance.registered_callback is None
        or not group.typer_instance.registered_callback.invoke_without_command
    )


def test_the_version_is_the_installed_one() -> None:
    from importlib.metadata import version

    assert run(app, "--version").out == f"claims {version('claims')}\n"


@pytest.mark.parametrize("command", sorted(commands()), ids=" ".join)
def test_help_shows_an_example_and_json(command: tuple[str, ...]) -> None:
    answer = run(app, *command, "--help", env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert answer.code == 0
    assert f"Example: claims {' '.join(command)}" in answer.out
    assert "--json" in answer.out


@pytest.mark.parametrize("command", sorted(commands()), ids=" ".join)
def test_only_a_switch_that_is_on_can_be_turned_off(command: tuple[str, ...]) -> None:
    told = run(app, *command, "--help", env={"COLUMNS": "200", "NO_COLOR": "1"}).out
    for switch in re.findall(r"--no-([a-z-]+)", told):
        assert f"[default: {switch}]" in told


@pytest.mark.parametrize("noun", ["", *nouns()])
def test_without_a_verb_the_verbs_are_listed(noun: str) -> None:
    answer = run(app, *noun.split())
    assert answer.code == 2
    assert "Commands:" in answer.out + answer.err


@pytest.mark.parametrize("arguments", [("nosuch",), ("claim", "nosuch"), ("claim", "status"), ("doctor", "--nosuch")])
def test_what_is_no_command_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    answer = run(app, *arguments)
    assert answer.code == 2
    assert "--help" in answer.err


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys\nfrom claims.cli.main import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print(sorted({set(HEAVY)!r} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.splitlines()[-1] == "[]"
