"""The project's pages, taken apart: fenced blocks, headings, links, and the commands that they show."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = tuple(
    sorted(
        [
            *ROOT.glob("*.md"),
            *ROOT.glob("docs/**/*.md"),
            *ROOT.glob("deploy/**/*.md"),
            *ROOT.glob("bench/*.md"),
        ]
    )
)

_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_EXIT_CODE = re.compile(r"\s# exit code (\d+)$")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the word after it, its text."""

    page: Path
    language: str
    word: str
    text: str


@dataclass(frozen=True)
class Command:
    """One line of a shell block, and the exit code that the page promises: 0 where it says nothing."""

    page: Path
    line: str
    code: int


def name_of(page: Path) -> str:
    """A page's path from the project's folder."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page in order."""
    for found in _FENCE.finditer(page.read_text(encoding="utf-8")):
        language, _, word = found["info"].strip().partition(" ")
        yield Block(page, language, word, found["body"])


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """What a link into a page may name, made as GitHub makes it."""
    return {
        re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")
        for heading in _HEADING.findall(prose(page))
    }


def links(page: Path) -> list[str]:
    """The targets of a page's links."""
    return _LINK.findall(prose(page))


def commands(block: Block) -> Iterator[Command]:
    """The lines of a shell block with the exit codes that they promise."""
    for line in block.text.splitlines():
        if line.strip():
            promised = _EXIT_CODE.search(line)
            yield Command(block.page, _EXIT_CODE.sub("", line), int(promised[1]) if promised else 0)


def shown_commands() -> list[Command]:
    """Every `claims` command that a shell block of any page shows, those inside a loop too."""
    found = []
    for page in PAGES:
        for block in blocks(page):
            if block.language != "sh":
                continue
            for command in commands(block):
                parts = map(str.strip, re.split(r"(?:;|&&|\|\||\|) *(?:do )?", command.line))
                found += [Command(page, part, command.code) for part in parts if part.startswith("claims ")]
    return found


def words_of(line: str) -> list[str]:
    """The words of a command after `claims`; what the shell would put in is left as it is written."""
    return shlex.split(line)[1:]
