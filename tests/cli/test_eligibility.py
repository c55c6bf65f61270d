"""`claims eligibility answer` and `claims claim inquire` as a payer uses them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from claims.cli import eligibility
from claims.cli.inquire import inquire
from claims.model.member import Coverage, Member
from tests.cli.command import Run, app_of
from tests.cli.command import run as run_app
from tests.cli.support import World, fresh_world
from tests.formats.x12.inquiries import wrapped

ELIGIBILITY = """
BHT*0022*13*Q-1*20260402*0915
HL*1**20*1
NM1*PR*2*LAKE MUTUAL*****PI*PAYER01
HL*2*1*21*1
NM1*1P*2*LAKE CLINIC*****XX*1234567893
HL*3*2*22*0
TRN*1*OWN-1*9LAKECLIN1
NM1*IL*1*VANCE*OTTILIE****MI*NG0099310
DMG*D8*19810611*F
EQ*30
HL*4*2*22*0
TRN*1*OWN-2*9LAKECLIN1
NM1*IL*1*HOLM*ARNE****MI*NG0099399
DMG*D8*19700101*M
EQ*30
"""
STATUS = """
BHT*0010*13*ASK-9*20260402*0915
HL*1**20*1
NM1*PR*2*LAKE MUTUAL*****PI*PAYER01
HL*2*1*21*1
NM1*41*2*CLEARWAY*****46*CW9
HL*3*2*19*1
NM1*1P*2*LAKE CLINIC*****FI*007716200
HL*4*3*22*0
DMG*D8*19810611*F
NM1*IL*1*VANCE*OTTILIE****MI*NG0099310
TRN*1*A-1
REF*EJ*EC-1
HL*5*2*19*1
NM1*1P*2*LAKE CLINIC*****XX*1234567893
HL*6*5*22*0
DMG*D8*19700101*M
NM1*IL*1*HOLM*ARNE****MI*NG0099399
TRN*1*A-2
REF*EJ*EC-2
"""
SECRETS = ("VANCE", "OTTILIE", "HOLM", "ARNE", "NG0099310", "NG0099399", "1981", "1970")


@pytest.fixture
def world(tmp_path: Path) -> World:
    from claims.service.office import open_office

    world = fresh_world(tmp_path)
    with open_office(world.payer) as office, office.store.unit_of_work() as work:
        coverage = (Coverage(date(2026, 1, 1), line="HLT"),)
        work.members.put(Member("P-1", "NG0099310", "18", "Vance", "Ottilie", date(1981, 6, 11), coverage))
    return world


def answer(world: World, *more: object, body: str = ELIGIBILITY) -> Run:
    file = world.folder / "ask.270"
    file.write_bytes(wrapped("270", body))
    return quiet(run_app(eligibility.app, file, "--home", world.payer, "--out", world.folder / "out", *more))


def ask(world: World, *more: object, body: str = STATUS) -> Run:
    file = world.folder / "ask.276"
    file.write_bytes(wrapped("276", body))
    return quiet(run_app(app_of(inquire), file, "--home", world.payer, "--out", world.folder / "out", *more))


def quiet(run: Run) -> Run:
    assert not any(secret in run.out + run.err for secret in SECRETS)
    return run


def test_a_270_is_answered_for_whom_the_payer_knows_and_whom_not(world: World) -> None:
    done = answer(world, "--json")
    assert done.code == 0
    assert [(a["status"], a["reject"], a["person"]) for a in done.json["answers"]] == [
        ("active", None, "P-1"),
        ("rejected", "75", None),
    ]
    assert done.json["file"] == str(world.folder / "out" / "ask.271")
    assert (world.folder / "out" / "ask.271").read_text().startswith("ISA*")
    told = answer(world)
    assert "patient 1: P-1 active" in told.out
    assert "patient 2: rejected, AAA03 75" in told.out


def test_a_276_is_answered_claim_by_claim(world: World) -> None:
    done = ask(world, "--json")
    assert done.code == 0
    assert [(c["trace"], c["claim"], c["status"]) for c in done.json["claims"]] == [
        ("A-1", "EC-1", "A4:35"),
        ("A-2", "EC-2", "A4:35"),
    ]
    assert "claim EC-1 (not found): A4:35" in ask(world).out


@pytest.mark.parametrize("command", [answer, ask])
def test_a_bad_file_ends_with_3_and_nothing_is_written(world: World, command: Callable[..., Run]) -> None:
    before = world.snapshot()
    done = command(world, body="BHT*0022*13*Q-1*20260402*0915\nHL*1**20*1\nNM1*IL*1*VANCE*OTTILIE")
    assert done.code == 3
    assert "nothing was answered" in done.err
    assert world.snapshot() == before
    assert not (world.folder / "out").exists()


@pytest.mark.parametrize("command", [eligibility.app, app_of(inquire)])
def test_wrong_use_ends_with_2(world: World, command: object) -> None:
    assert run_app(command, world.folder / "absent", "--home", world.payer).code == 2
    assert run_app(command, world.secret, "--home", world.clinic).code == 2
