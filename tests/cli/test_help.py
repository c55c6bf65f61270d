"""Every command explains itself, with an example that names it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.support import app, run


def commands() -> Iterator[tuple[str, ...]]:
    for command in app.registered_commands:
        yield (str(command.name),)
    for group in app.registered_groups:
        for command in group.typer_instance.registered_commands if group.typer_instance else ():
            assert command.callback is not None
            yield (str(group.name), command.name or command.callback.__name__.replace("_", "-"))


@pytest.mark.parametrize("command", sorted(commands()), ids=" ".join)
def test_help_shows_an_example(command: tuple[str, ...]) -> None:
    answer = run(*command, "--help", env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert answer.code == 0
    assert f"Example: claims {' '.join(command)}" in answer.out
    assert "--json" in answer.out
