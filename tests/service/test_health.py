"""A check finds what is wrong, says what to do, and changes nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from claims.chain import http
from claims.chain.anvil import running_anvil
from claims.chain.profile import LOCAL
from claims.model.money import Money
from claims.service import health, policies
from claims.service.health import ABSENT, OK, WRONG, Check
from claims.service.office import open_office
from tests.cli.support import PASSPHRASE, World, fresh_world
from tests.rpc_proxy import answering, rpc_proxy


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fresh_world(tmp_path)


def found(checks: tuple[Check, ...], name: str) -> Check:
    (check,) = [one for one in checks if one.name == name]
    return check


def wrong(folder: Path, **options: str) -> dict[str, Check]:
    checks = health.examine(folder, **options)
    assert all(check.remedy for check in checks if check.state == WRONG)
    return {check.name: check for check in checks if check.state == WRONG}


def test_an_installation_is_checked_without_a_home() -> None:
    checks = health.examine()
    assert [check.name for check in checks] == ["python", "packages", "artefacts", "node", "compiler", "anvil"]
    assert health.is_well(checks)


def test_two_homes_at_work_are_well(world: World) -> None:
    for home in (world.payer, world.clinic):
        assert wrong(home) == {}
    assert "escrow 1000.00" in found(health.examine(world.clinic), "money of PAYER01").found


def test_a_check_changes_nothing(world: World) -> None:
    before = world.snapshot()
    health.examine(world.payer)
    health.examine(world.clinic)
    assert world.snapshot() == before


def test_a_package_of_another_version_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: ["web3==1.0.0", "typer>=999", "nowhere-at-all", "rich>=1.5"])
    check = found(health.examine(), "packages")
    assert check.state == WRONG
    assert "web3 is" in check.found
    assert "typer is" in check.found
    assert "nowhere-at-all is missing" in check.found
    assert "rich" not in check.found


def test_what_only_some_commands_need_may_be_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    checks = health.examine()
    assert found(checks, "node").state == ABSENT
    assert health.is_well(checks)


def test_a_folder_that_is_no_home(tmp_path: Path) -> None:
    assert list(wrong(tmp_path)) == ["home"]


def test_a_key_that_others_can_read(world: World) -> None:
    key = world.payer / "keys" / "insurer.json"
    key.chmod(0o644)
    assert str(key) in wrong(world.payer)["keys"].found
    assert wrong(world.payer)["keys"].remedy.startswith("chmod go=")


def test_a_key_that_is_missing(world: World) -> None:
    (world.payer / "keys" / "adjudicator.json").unlink()
    assert "adjudicator" in wrong(world.payer)["keys"].found


def test_a_chain_is_not_made_by_looking_for_it(world: World) -> None:
    shutil.rmtree(world.folder / "chain")
    assert list(wrong(world.payer)) == ["chain"]
    assert not (world.folder / "chain").exists()


def test_a_node_that_is_not_there(world: World) -> None:
    profile = world.folder / "far.toml"
    profile.write_text('url = "http://127.0.0.1:9"\n')
    assert "chain" in wrong(world.payer, profile=str(profile))


@pytest.mark.node
def test_a_node_that_could_not_take_anothers_place(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "RETRIES", 1)
    profile = world.folder / "two.toml"
    with running_anvil() as anvil, rpc_proxy(anvil.urls[0]) as second:
        profile.write_text(f'urls = ["{anvil.urls[0]}", "{second.url}"]\n')
        checks = health.examine(world.payer, profile=str(profile))
        assert found(checks, "nodes").found.startswith("2 on this chain: 127.0.0.1:")
        second.always("eth_chainId", answering("0x5"))
        nodes = wrong(world.payer, profile=str(profile))["nodes"]
    assert nodes.found.startswith("1 of 2 cannot take another's place: 127.0.0.1:")
    assert "this is another chain: chain id 5" in nodes.found


def test_nothing_deployed(world: World) -> None:
    shutil.rmtree(world.folder / "chain" / "deploy")
    assert "claims deploy" in wrong(world.payer)["deployment"].remedy


def test_a_record_that_names_other_code(world: World) -> None:
    (record,) = (world.folder / "chain" / "deploy").glob("*.json")
    with open_office(world.payer) as office:
        book = office.addresses["InsurerBook"]
        token = office.addresses["TestDollar"]
    record.write_text(record.read_text().replace(book, token))
    assert "deployment" in wrong(world.payer)


def test_a_store_of_another_chain(world: World, tmp_path: Path) -> None:
    with open_office(world.payer, passphrase=PASSPHRASE) as office:
        policies.issue(office, "P-1", year=2026, limit=Money(100))
    shutil.rmtree(world.folder / "chain")
    with open_office(world.payer):
        pass
    assert "another chain" not in str(wrong(world.clinic).get("store's chain", ""))
    assert "was made for chain id" in wrong(world.payer)["store's chain"].found


def test_a_store_that_is_none(world: World) -> None:
    (world.payer / "store.sqlite").write_text("this is no database, and long enough to be looked at " * 40)
    assert "store" in wrong(world.payer)


def test_a_command_that_was_stopped_waits_in_the_outbox(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(policies, "_carry_out", stopped)
    with open_office(world.payer, passphrase=PASSPHRASE) as office, pytest.raises(KeyboardInterrupt):
        policies.issue(office, "P-1", year=2026, limit=Money(100))
    assert wrong(world.payer)["outbox"].found == "1 not carried out yet: issue policy"


def test_an_escrow_that_does_not_cover_what_is_bound(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from claims.chain.client import Chain

    ask = Chain.call
    totals = {"reserved": 0, "credited": 1, "surplus": 100_000}
    monkeypatch.setattr(
        Chain,
        "call",
        lambda self, address, abi, function, *rest: (
            totals if function == "totals" else ask(self, address, abi, function, *rest)
        ),
    )
    assert "escrow 1000.00 does not cover 1000.01" in wrong(world.payer)["money of PAYER01"].found


def test_reserves_that_the_escrow_does_not_cover(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from claims.chain.client import Chain

    with open_office(world.payer, passphrase=PASSPHRASE) as office:
        policies.issue(office, "P-1", year=2026, limit=Money(40_000))
    assert "escrow 1000.00: reserved 400.00, credited 0.00, surplus 600.00" in [
        check.found for check in health.examine(world.payer)
    ]
    ask = Chain.call
    monkeypatch.setattr(
        Chain,
        "call",
        lambda self, address, abi, function, *rest: (
            {"reserve": 40_001} if function == "policyOf" else ask(self, address, abi, function, *rest)
        ),
    )
    assert "does not cover 1000.01" in wrong(world.payer)["money of PAYER01"].found


def test_keys_without_coin_on_a_chain_of_real_money(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from claims.chain.client import Chain

    real = replace(LOCAL, development=False)
    monkeypatch.setattr(Chain, "profile", property(lambda _: real, lambda *_: None), raising=False)
    assert wrong(world.payer) == {}
    monkeypatch.setattr(Chain, "balance", lambda *_: 10)
    gas = wrong(world.payer)["gas"]
    assert "insurer (0x" in gas.found
    assert "adjudicator" not in gas.found


def test_a_working_home_is_told_in_full(world: World) -> None:
    checks = health.examine(world.payer)
    assert [check.name for check in checks if check.state == OK][-8:] == [
        "keys",
        "store",
        "chain",
        "store's chain",
        "deployment",
        "money of PAYER01",
        "gas",
        "outbox",
    ]
