"""`claims doctor`: 0 where all is well, 1 with what to do where it is not."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.cli.support import PASSPHRASE, World, fresh_world, run


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fresh_world(tmp_path)


def test_all_is_well(world: World) -> None:
    assert run("doctor").code == 0
    answer = run("doctor", "--home", world.payer, "--json")
    assert answer.code == 0
    assert answer.json["well"] is True
    assert {check["state"] for check in answer.json["checks"]} <= {"ok", "absent"}


def test_what_is_wrong_is_told_with_what_to_do(world: World) -> None:
    key = world.payer / "keys" / "insurer.json"
    key.chmod(0o640)
    answer = run("doctor", "--home", world.payer)
    assert answer.code == 1
    assert f"chmod go= {key}" in answer.out


def test_no_key_and_no_passphrase_is_shown(world: World) -> None:
    shown = "".join(
        answer.out + answer.err for answer in (run("doctor", "--home", world.clinic), run("doctor", "--json"))
    )
    assert PASSPHRASE not in shown
    assert "ciphertext" not in shown


def test_a_folder_that_is_no_home(tmp_path: Path) -> None:
    answer = run("doctor", "--home", tmp_path)
    assert answer.code == 1
    assert "claims home create" in answer.out


def test_a_chain_out_of_reach_ends_with_4_as_everywhere(world: World, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers there
        profile = tmp_path / "nowhere.toml"
        profile.write_text(f'name = "nowhere"\nkind = "rpc"\nurls = ["http://127.0.0.1:{taken.getsockname()[1]}"]\n')
        answer = run("doctor", "--home", world.payer, "--profile", str(profile))
        assert answer.code == 4
        assert "no chain at 127.0.0.1" in answer.out
        (world.payer / "keys" / "insurer.json").chmod(0o640)
        assert run("doctor", "--home", world.payer, "--profile", str(profile)).code == 1
