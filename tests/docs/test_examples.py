"""Every command that a page shows is one that the command line takes, and every TOML is one that it reads."""

import tomllib

import pytest

from claims.chain.profile import load_profile
from tests.docs.command_tree import COMMANDS, find
from tests.docs.pages import PAGES, ROOT, Block, Command, blocks, name_of, shown_commands, words_of

SHOWN = shown_commands()
TABLES = [block for page in PAGES for block in blocks(page) if block.language == "toml"]
PROFILES = sorted((ROOT / "deploy" / "profiles").glob("*.toml"))


def stand_in(word: str) -> str:
    """A value for what the shell would put in: a number is taken everywhere."""
    return "1" if word.startswith("$") or word == "N" else word


@pytest.mark.parametrize("command", SHOWN, ids=lambda command: f"{name_of(command.page)}: {command.line}"[:90])
def test_the_command_line_takes_it(command: Command) -> None:
    name, arguments = find([stand_in(word) for word in words_of(command.line)])
    COMMANDS[name].make_context(name, arguments)


def test_a_command_that_does_not_exist_is_found_out() -> None:
    with pytest.raises(KeyError):
        find(["remit", "burn"])


@pytest.mark.parametrize("block", TABLES, ids=lambda block: f"{name_of(block.page)} {block.word}")
def test_the_toml_parses(block: Block) -> None:
    assert tomllib.loads(block.text)


@pytest.mark.parametrize("file", PROFILES, ids=lambda file: file.name)
def test_the_profile_is_read_and_names_no_host_but_this_one(file) -> None:
    profile = load_profile(file)
    assert profile.kind == "rpc"
    assert all(url.startswith("http://127.0.0.1:") for url in profile.urls)


def test_there_are_profiles_to_read() -> None:
    assert PROFILES
