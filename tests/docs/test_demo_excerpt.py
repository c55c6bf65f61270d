"""What the README shows of the demonstration is on its screen."""

import re
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.docs.pages import ROOT, blocks

EXCERPTS = [block for block in blocks(ROOT / "README.md") if block.word == "demo"]


def test_there_are_excerpts() -> None:
    assert len(EXCERPTS) == 2


@pytest.mark.slow
def test_every_line_is_on_the_screen(tmp_path: Path) -> None:
    from claims.cli.main import app

    answer = run(app, "demo", "--folder", str(tmp_path / "demo"), env={"NO_COLOR": "1", "COLUMNS": "120"})
    assert answer.code == 0, answer
    screen = re.sub(r"\s+", " ", answer.out)
    for block in EXCERPTS:
        for line in block.text.splitlines():
            assert " ".join(line.split()) in screen, line
