"""docs/commands.md has a section for every command, with an example and exactly its options."""

import re

import pytest

from tests.docs.command_tree import COMMANDS, options_of
from tests.docs.pages import PAGES, ROOT, Block, commands, name_of

PAGE = ROOT / "docs" / "commands.md"
SECTIONS = dict(re.findall(r"^## (claims [^\n]+)\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.S | re.M))


def test_the_page_is_a_page() -> None:
    assert "docs/commands.md" in map(name_of, PAGES)


def test_there_is_a_section_for_every_command_and_for_no_other() -> None:
    assert set(SECTIONS) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_section_names_exactly_the_options(name: str) -> None:
    rows = re.findall(r"^\| (`--.+?) \| .+ \|$", SECTIONS[name], re.M)
    named = set(re.findall(r"`(--[a-z-]+)`", " ".join(rows)))
    also = re.search(r"^Also (.+?)(?:\.|$)", SECTIONS[name], re.M)
    named |= set(re.findall(r"`(--[a-z-]+)`", also[1] if also else ""))
    assert named == options_of(COMMANDS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_the_section_has_an_example(name: str) -> None:
    examples = re.findall(r"```sh\n(.*?)```", SECTIONS[name], re.S)
    shown = [line.line for example in examples for line in commands(Block(PAGE, "sh", "", example))]
    assert any(line == name or line.startswith(name + " ") for line in shown)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_has_an_example(name: str) -> None:
    assert f"Example: {name}" in " ".join(COMMANDS[name].help.split())
