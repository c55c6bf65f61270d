"""`claims policy` as a payer uses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Run
from tests.cli.support import World, fresh_world, run


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fresh_world(tmp_path)


def issue(world: World, *more: object, person: str = "P-204", limit: str = "200.00") -> Run:
    return run(
        *("policy", "issue", "--home", world.payer, "--person", person, "--year", 2026, "--limit", limit),
        *("--passphrase-file", world.secret, *more),
    )


def test_a_policy_is_issued_once_and_shown_without_its_person(world: World) -> None:
    first, second = issue(world, "--json"), issue(world, "--json")
    assert first.code == second.code == 0
    assert first.json["policy"] == second.json["policy"]
    assert second.json["transaction"] is None
    shown = run("policy", "show", "--home", world.payer, "--json")
    assert shown.json["policies"] == [
        {
            "policy": first.json["policy"],
            "year": 2026,
            "plan": "",
            "ranks": [0],
            "limit": "200.00",
            "paid": "0.00",
            "reserve": "200.00",
            "status": "active",
            "end_day": None,
        }
    ]
    table = run("policy", "show", first.json["policy"], "--home", world.payer)
    assert first.json["policy"] in table.out
    assert not any("P-204" in answer.out + answer.err for answer in (first, second, shown, table))


def test_reserve_plan_and_ranks_are_given(world: World) -> None:
    (world.payer / "plan.toml").write_text('name = "Gold"\nyear = 2026\n[pricing]\nmethod = "fee-list"\n')
    assert issue(world, "--reserve", "50.00", "--ranks", "0,1").code == 0
    assert issue(world, "--plan", "Silver", person="P-205").code == 0
    found = run("policy", "show", "--person", "P-204", "--home", world.payer, "--json").json["policies"]
    assert [(one["plan"], one["ranks"], one["reserve"]) for one in found] == [("Gold", [0, 1], "50.00")]


@pytest.mark.parametrize(
    "options", [{"limit": "-5.00"}, {"limit": "5.001"}, {"limit": "much"}, {"person": ""}], ids=str
)
def test_bad_input_ends_with_2_and_changes_nothing(world: World, options: dict[str, str]) -> None:
    before = world.snapshot()
    assert issue(world, **options).code == 2
    assert world.snapshot() == before


def test_bad_ranks(world: World) -> None:
    assert issue(world, "--ranks", "first").code == 2
    assert issue(world, "--ranks", "3").code == 2


def test_an_unknown_member_ends_with_2(world: World) -> None:
    (world.payer / "members.toml").write_text(
        '[[members]]\nperson = "P-1"\nmember_number = "M-1"\nlast_name = "Example"\ncoverage = [{ from = 2026-01-01 }]\n'
    )
    answer = issue(world)
    assert answer.code == 2
    assert "unknown member" in answer.err
    assert "P-204" not in answer.err


def test_too_little_escrow_is_told_by_its_name(world: World) -> None:
    answer = issue(world, limit="5000.00")
    assert answer.code == 3
    assert "Treasury_SurplusShort" in answer.err
    assert "`claims deploy --fund`" in answer.err


@pytest.mark.parametrize("amount", ["ten", "-10", "1.234", "NaN"])
def test_an_amount_that_is_none_names_its_option(world: World, amount: str) -> None:
    answer = issue(world, limit=amount)
    assert answer.code == 2
    assert "--limit" in answer.err


def test_a_dry_run_tells_the_gas_and_changes_nothing(world: World) -> None:
    before = world.snapshot()
    answer = run(
        *("policy", "issue", "--home", world.payer, "--person", "P-204", "--year", 2026, "--limit", "200.00"),
        *("--dry-run", "--json"),
    )
    assert answer.code == 0
    assert answer.json["policy"] is None
    assert answer.json["gas"] > 21_000
    assert world.snapshot() == before


def test_a_policy_is_cancelled_once(world: World) -> None:
    number = issue(world, "--json").json["policy"]
    command = ("policy", "cancel", number, "--home", world.payer, "--end-day", "2026-12-01")
    assert run(*command, "--dry-run", "--json").json["transaction"] is None
    assert run(*command, "--passphrase-file", world.secret, "--json").json["transaction"] is not None
    assert "already" in run(*command, "--passphrase-file", world.secret).out
    assert run("policy", "show", "--home", world.payer, "--json").json["policies"][0]["end_day"] == "2026-12-01"
    assert run(*command[:-1], "soon", "--passphrase-file", world.secret).code == 2


def test_a_missing_or_wrong_passphrase_ends_with_2(world: World, tmp_path: Path) -> None:
    plain = ("policy", "issue", "--home", world.payer, "--person", "P-1", "--year", 2026, "--limit", "1.00")
    assert run(*plain).code == 2
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("battery staple\n")
    answer = run(*plain, "--passphrase-file", wrong)
    assert answer.code == 2
    assert "does not open the key insurer" in answer.err
    assert run("policy", "show", "--home", world.payer, "--json").json == {"policies": []}


def test_a_store_of_another_chain_ends_with_2(world: World) -> None:
    assert issue(world).code == 0
    store = (world.payer / "store.sqlite").read_bytes()
    elsewhere = World(world.folder / "elsewhere")
    elsewhere.folder.mkdir()
    arguments = ("--role", "payer", "--name", "Another", "--identifier", "PAYER02", "--passphrase-file", world.secret)
    assert run("home", "create", "--home", elsewhere.payer, *arguments).code == 0
    assert run("deploy", "--home", elsewhere.payer, "--fund", "10.00", "--passphrase-file", world.secret).code == 0
    (elsewhere.payer / "store.sqlite").write_bytes(store)
    for suffix in ("-wal", "-shm"):
        (elsewhere.payer / f"store.sqlite{suffix}").unlink(missing_ok=True)
    answer = run("policy", "show", "--home", elsewhere.payer)
    assert answer.code == 2
    assert "another chain" in answer.err
    assert (elsewhere.payer / "store.sqlite").read_bytes() == store
