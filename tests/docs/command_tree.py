"""The commands of the command line with their options, as the parser has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from claims.cli.main import app


def leaves(command: Any = None, names: tuple[str, ...] = ("claims",)) -> Iterator[tuple[str, Any]]:
    """Every command that does something: ("claims remit show", its parser)."""
    command = typer.main.get_command(app) if command is None else command
    if hasattr(command, "commands"):
        if command.invoke_without_command and len(names) > 1:
            yield " ".join(names), command
        for name, part in command.commands.items():
            yield from leaves(part, (*names, name))
    else:
        yield " ".join(names), command


COMMANDS = dict(leaves())


def options_of(command: Any) -> set[str]:
    """The long names of a command's options, those that switch one off among them."""
    return {
        name
        for parameter in command.params
        if parameter.param_type_name == "option" and parameter.opts[0] != "--help"
        for name in (parameter.opts[0], *parameter.secondary_opts)
    }


def find(words: list[str]) -> tuple[str, list[str]]:
    """Split the words after `claims` into the command's name and its arguments; KeyError where there is no such command."""
    for length in (2, 1):
        name = " ".join(["claims", *words[:length]])
        if name in COMMANDS:
            return name, words[length:]
    raise KeyError(" ".join(words))
