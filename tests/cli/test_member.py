"""`claims member` as a payer uses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from claims.cli import member
from tests.cli.command import Run
from tests.cli.command import run as run_app
from tests.cli.support import World, fresh_world
from tests.formats.x12.inquiries import wrapped

BODY = """
BGN*00*E-1*20260402*0915****2
N1*P5**FI*114477000
N1*IN**FI*007716200
INS*Y*18*021*20*A***FT
REF*0F*NG0099310
NM1*IL*1*VANCE*OTTILIE
DMG*D8*19810611*F
HD*021**HLT
DTP*348*D8*20260501
"""
STRANGER = """
INS*N*19*024*07*A
REF*0F*NG0099310
DTP*357*D8*20260731
NM1*IL*1*VANCE*PERRIN
"""
SECRETS = ("VANCE", "OTTILIE", "PERRIN", "NG0099310", "1981")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fresh_world(tmp_path)


def run(*arguments: object) -> Run:
    answer = run_app(member.app, *arguments)
    assert not any(secret in answer.out + answer.err for secret in SECRETS)
    return answer


def write(world: World, body: str = BODY) -> Path:
    file = world.folder / "march.834"
    file.write_bytes(wrapped("834", body))
    return file


def test_an_834_is_applied_once_and_its_people_are_listed_without_names(world: World) -> None:
    file = write(world)
    tried = run("import", file, "--home", world.payer, "--dry-run", "--json")
    assert (tried.code, tried.json["dry_run"], tried.json["members"][0]["done"]) == (0, True, "added")
    assert run("list", "--home", world.payer, "--json").json == {"members": []}
    first = run("import", file, "--home", world.payer, "--json")
    assert (first.code, first.json["repeated"], first.json["members"][0]["done"]) == (0, False, "added")
    person = first.json["members"][0]["person"]
    assert run("import", file, "--home", world.payer, "--json").json["repeated"] is True
    assert "nothing was changed" in run("import", file, "--home", world.payer).out
    shown = run("show", person, "--home", world.payer, "--json")
    assert shown.json["members"] == [
        {
            "person": person,
            "relationship": "18",
            "coverage": [{"begins": "2026-05-01", "through": None, "line": "HLT"}],
            "policies": [],
        }
    ]
    table = run("list", "--home", world.payer)
    assert person in table.out
    assert "2026-05-01 to open HLT" in table.out


def test_what_cannot_be_carried_out_ends_with_3_and_the_rest_is_kept(world: World) -> None:
    answer = run("import", write(world, BODY + STRANGER), "--home", world.payer)
    assert answer.code == 3
    assert "member 2: refused, no known member" in answer.out
    assert len(run("list", "--home", world.payer, "--json").json["members"]) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"nothing of the kind", wrapped("834", BODY)[:-30], wrapped("834", BODY.replace("20260501", "20260532"))],
    ids=["empty", "no X12", "broken off", "no such day"],
)
def test_a_bad_file_ends_with_3_and_changes_nothing(world: World, content: bytes) -> None:
    file = write(world)
    file.write_bytes(content)
    run("list", "--home", world.payer)
    before = world.snapshot()
    answer = run("import", file, "--home", world.payer)
    assert answer.code == 3
    assert "nothing was changed" in answer.err
    assert world.snapshot() == before


def test_wrong_use_ends_with_2(world: World) -> None:
    assert run("import", world.folder / "absent.834", "--home", world.payer).code == 2
    assert run("import", write(world), "--home", world.clinic).code == 2
    assert run("show", "P-nobody", "--home", world.payer).code == 2
    assert run("list", "--home", world.folder / "nowhere").code == 2


def test_a_policy_is_issued_to_whom_an_834_named(world: World) -> None:
    from tests.cli.support import run as run_world

    person = run("import", write(world), "--home", world.payer, "--json").json["members"][0]["person"]
    options = ("--home", world.payer, "--year", 2026, "--limit", "10.00", "--passphrase-file", world.secret, "--json")
    issued = run_world("policy", "issue", "--person", person, *options)
    assert issued.code == 0
    assert run("show", person, "--home", world.payer, "--json").json["members"][0]["policies"] == [
        issued.json["policy"]
    ]
    stranger = run_world("policy", "issue", "--person", "P-nobody", *options)
    assert stranger.code == 2
    assert "unknown member" in stranger.err
