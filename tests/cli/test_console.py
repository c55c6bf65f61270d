"""What reaches the screen: whole amounts on any width, and an end without a trace where the screen is gone."""

from __future__ import annotations

import builtins
import errno
from pathlib import Path

import pytest
import typer

import claims
from claims.cli import main
from claims.cli.console import print_table
from claims.cli.failure import CODES, FAILED, exit_code, told


@pytest.mark.parametrize("columns", ["20", "wide", "-1", "0", ""])
def test_amounts_are_whole_however_narrow(
    columns: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    rows = [("a plan with quite a long name", "13113073826255409927", "20000.00")]
    print_table(("plan", "policy", "limit"), rows, right=(1, 2))
    line = capsys.readouterr().out.splitlines()[2]
    assert "13113073826255409927" in line
    assert "20000.00" in line


def test_a_table_may_be_empty(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("policy", "limit"), [], right=(0, 1))
    assert "policy" in capsys.readouterr().out


def test_a_full_disk_is_told_and_is_no_defect_of_ours() -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    assert exit_code(full) == FAILED
    assert told(full) == "No space left on device"


def test_an_interrupted_command_says_that_it_may_be_repeated(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = typer.Typer()

    @app.command()
    def wait() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "app", app)
    monkeypatch.setattr("sys.argv", ["claims"])
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert ended.value.code == FAILED
    assert capsys.readouterr().err.strip() == "interrupted; repeating the command is safe"


def test_every_error_with_a_code_of_its_own_exists() -> None:
    declared = {
        line.split()[1].partition("(")[0].rstrip(":")
        for file in Path(claims.__file__).parent.rglob("*.py")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("class ")
    }
    assert {name for name in CODES if not hasattr(builtins, name)} <= declared
