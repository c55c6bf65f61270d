"""`claims home` and `claims deploy`, as whoever sets a party up meets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import World, fresh_world, run


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fresh_world(tmp_path)


def test_a_further_key_has_the_passphrase_of_the_home(world: World, tmp_path: Path) -> None:
    mistyped = tmp_path / "mistyped.txt"
    mistyped.write_text("corect horse\n")
    before = world.snapshot()
    answer = run("home", "key", "dr-new", "--home", world.clinic, "--passphrase-file", mistyped)
    assert answer.code == 2
    assert "passphrase does not open" in answer.err
    assert world.snapshot() == before
    assert run("home", "key", "dr-new", "--home", world.clinic, "--passphrase-file", world.secret).code == 0


def test_a_typed_passphrase_is_asked_for_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from claims.service.errors import UsageError
    from claims.service.keys import passphrase

    typed = iter(["correct horse", "corect horse", "correct horse", "correct horse", "correct horse"])
    monkeypatch.delenv("CLAIMS_PASSPHRASE_FD", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda question: next(typed))
    with pytest.raises(UsageError, match="differ"):
        passphrase(None, fresh=True)
    assert passphrase(None, fresh=True) == "correct horse"
    assert passphrase(None) == "correct horse"


def test_a_book_s_cap_stays_and_says_so(world: World) -> None:
    options = ("--home", world.payer, "--passphrase-file", world.secret, "--json")
    again = run("deploy", *options)
    assert again.json["claim_cap"] == "500.00"
    assert again.err == ""
    other = run("deploy", *options, "--claim-cap", "600.00")
    assert other.json["claim_cap"] == "500.00"
    assert "--claim-cap changed nothing" in other.err


@pytest.mark.parametrize(
    ("option", "value"), [("--fund", "-5"), ("--fund", "much"), ("--claim-cap", "x"), ("--token", "0x1")]
)
def test_a_mistyped_deployment_names_its_option(world: World, option: str, value: str) -> None:
    before = world.snapshot()
    answer = run("deploy", "--home", world.payer, "--passphrase-file", world.secret, option, value)
    assert answer.code == 2
    assert option in answer.err
    assert world.snapshot() == before
