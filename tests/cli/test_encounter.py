"""`claims encounter` as a clinic uses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Run
from tests.cli.support import CLINICIAN, CLINICIAN_NPI, World, fresh_world, run, visit

PRIVATE = ("P-1", "99213", "99214", "2026-03-10", "20260310", "J029", "correct horse")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fresh_world(tmp_path)


def attest(world: World, *more: object, key: str = "dr-lee", secret: Path | None = None) -> Run:
    return run(
        *("encounter", "attest", world.export, "--home", world.clinic, "--practitioner", CLINICIAN),
        *("--npi", CLINICIAN_NPI, "--key", key, "--passphrase-file", secret or world.secret, *more),
    )


def states(answer: Run) -> dict[str, str]:
    assert answer.code == 0, answer.err
    return {one["encounter"]: one["state"] for one in answer.json["encounters"]}


def test_a_shift_is_signed_once_and_written_again(world: World) -> None:
    world.write_export(visit("V-1"), visit("V-2"))
    first = attest(world, "--json")
    assert states(first) == {"V-1": "signed", "V-2": "signed"}
    file = world.clinic / "records.json"
    assert first.json["file"] == str(file)
    assert file.stat().st_mode & 0o777 == 0o600
    written = file.read_bytes()
    file.unlink()
    assert states(attest(world, "--json")) == {"V-1": "kept", "V-2": "kept"}
    assert file.read_bytes() == written


def test_the_screen_names_encounters_and_no_patient(world: World) -> None:
    world.write_export(visit("V-1"))
    told = attest(world)
    assert told.code == 0
    assert "V-1" in told.out
    world.write_export(visit("V-1", code="99214"))
    refused = [attest(world), attest(world, "--json")]
    assert [answer.code for answer in refused] == [2, 2]
    for answer in (told, *refused, attest(world, "--supersedes", 1, "--json")):
        assert not any(text in answer.out + answer.err for text in PRIVATE)


def test_options_choose_what_is_signed(world: World) -> None:
    world.write_export(visit("V-1"), visit("V-2"), visit("V-3"))
    answer = attest(world, "--leave-out", "V-1", "--unsigned", "V-3", "--json")
    assert states(answer) == {"V-2": "signed", "V-3": "unsigned"}
    assert states(attest(world, "--only", "V-3", "--only", "V-1", "--each", "--json")) == {
        "V-1": "signed",
        "V-3": "signed",
    }
    world.write_export(visit("V-2", units="2"))
    out = world.folder / "one.json"
    answer = attest(world, "--supersedes", 1, "--out", out, "--json")
    assert states(answer) == {"V-2": "signed"}
    assert answer.json["file"] == str(out)


def test_a_dry_run_needs_no_passphrase_and_changes_nothing(world: World) -> None:
    world.write_export(visit("V-1"))
    before = world.snapshot()
    answer = run(
        *("encounter", "attest", world.export, "--home", world.clinic, "--practitioner", CLINICIAN),
        *("--npi", CLINICIAN_NPI, "--key", "dr-lee", "--dry-run", "--json"),
    )
    assert states(answer) == {"V-1": "signed"}
    assert answer.json["dry_run"] is True
    assert answer.json["encounters"][0]["sequence"] is None
    assert world.snapshot() == before


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"no json", "export"), (b'{"resourceType": "Patient"}', "Bundle"), (b'{"format": "claims encounters"}', "")],
)
def test_an_export_that_cannot_be_read_changes_nothing(world: World, content: bytes, says: str) -> None:
    world.export.write_bytes(content)
    before = world.snapshot()
    answer = attest(world)
    assert answer.code == 2
    assert says in answer.err
    assert world.snapshot() == before


def test_a_wrong_passphrase_changes_nothing(world: World, tmp_path: Path) -> None:
    world.write_export(visit("V-1"))
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("battery staple\n")
    answer = attest(world, secret=wrong)
    assert answer.code == 2
    assert "does not open the key dr-lee" in answer.err
    assert not (world.clinic / "records.json").exists()
    assert states(attest(world, "--json")) == {"V-1": "signed"}


def test_a_missing_passphrase_is_asked_for_by_name(world: World) -> None:
    world.write_export(visit("V-1"))
    answer = run(
        *("encounter", "attest", world.export, "--home", world.clinic, "--practitioner", CLINICIAN),
        *("--npi", CLINICIAN_NPI, "--key", "dr-lee"),
    )
    assert answer.code == 2
    assert "--passphrase-file" in answer.err


def test_a_key_that_is_not_there(world: World) -> None:
    world.write_export(visit("V-1"))
    answer = attest(world, key="dr-who")
    assert answer.code == 2
    assert "dr-lee" in answer.err


def test_verify_says_of_each_record_what_it_is_worth(world: World) -> None:
    world.write_export(visit("V-1"), visit("V-2"))
    attest(world)
    file = world.clinic / "records.json"
    for home in (world.clinic, world.payer):
        assert run("encounter", "verify", file, "--home", home).code == 0
    file.write_text(file.read_text().replace('"units": "1"', '"units": "2"', 1))
    answer = run("encounter", "verify", file, "--home", world.payer, "--json")
    assert answer.code == 3
    assert [(one["encounter"], one["valid"], one["problem"]) for one in answer.json["encounters"]] == [
        ("V-1", False, "salt-mismatch"),
        ("V-2", True, ""),
    ]
    shown = run("encounter", "verify", file, "--home", world.payer)
    assert shown.code == 3
    assert "salt-mismatch" in shown.out
    assert not any(text in shown.out + shown.err for text in PRIVATE)


def test_a_document_that_is_none(world: World) -> None:
    world.export.write_text('{"format": "something else"}')
    assert run("encounter", "verify", world.export, "--home", world.payer).code == 2
    assert run("encounter", "verify", world.folder / "nothing.json", "--home", world.payer).code == 2


def test_revoking_is_told_once_and_repeated_without_harm(world: World) -> None:
    world.write_export(visit("V-1"))
    attest(world)
    command: tuple[Any, ...] = ("encounter", "revoke", "V-1", "--home", world.clinic, "--key", "dr-lee")
    tried = run(*command, "--dry-run")
    assert tried.code == 0
    assert "would be revoked" in tried.out
    secret = ("--passphrase-file", world.secret)
    assert run(*command, *secret, "--json").json["acts"][0]["transaction"].startswith("0x")
    assert run(*command, *secret, "--json").json["acts"][0]["transaction"] is None
    assert run("encounter", "verify", world.clinic / "records.json", "--home", world.payer).code == 3
    assert run(*command[:2], "V-9", *command[3:], *secret).code == 2


def test_what_is_wrong_with_a_record_comes_with_its_cure(world: World, tmp_path: Path) -> None:
    world.write_export(visit("V-1"), visit("V-2"))
    file = tmp_path / "records.json"
    assert attest(world, "--unsigned", "V-2", "--out", file).code == 0
    told = run("encounter", "verify", file, "--home", world.clinic)
    assert told.code == 3
    assert told.err.splitlines() == ["unsigned: have the clinician sign, with `claims encounter attest`"]
    told = run("encounter", "verify", file, "--home", world.clinic, "--json")
    assert [one["valid"] for one in told.json["encounters"]] == [True, False]
    assert told.err == ""


def test_a_mistyped_billing_address_is_named(world: World) -> None:
    world.write_export(visit("V-1"))
    before = world.snapshot()
    answer = attest(world, "--provider", "0x12")
    assert answer.code == 2
    assert "--provider: " in answer.err
    assert world.snapshot() == before
