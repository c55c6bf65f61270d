"""A home opens with its chain, its contracts and its store, and refuses what is not its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from claims.chain.errors import ProfileError
from claims.service.errors import UsageError
from claims.service.home import read_home
from claims.service.homes import create_home
from claims.service.office import open_office
from tests.service.parties import PASSPHRASE, Parties


def test_each_party_finds_the_contracts_that_it_works_with(local: Parties) -> None:
    assert local.payer.addresses == local.clinic.addresses
    assert local.payer.book_domain.book == local.payer.addresses["InsurerBook"]
    assert local.payer.evidence_domain == local.clinic.evidence_domain


def test_a_payer_that_has_no_book_here_is_told_which_are_known(local: Parties) -> None:
    with pytest.raises(UsageError, match=r"payer NOBODY has no book .* known: NGHF1"):
        local.clinic.book_of("NOBODY")


def test_a_folder_that_is_no_home_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no home"), open_office(tmp_path):
        pass


def test_the_other_partys_command_is_refused(local: Parties) -> None:
    with pytest.raises(UsageError, match="this command is a payer's"):
        local.clinic.require("payer")


def test_a_key_without_gas_money_is_given_some_on_a_development_chain(local: Parties) -> None:
    from claims.service.homes import create_key

    address = create_key(local.folder / "clinic", "provider-1234567893", PASSPHRASE)
    assert local.clinic.chain.balance(address) == 0
    assert local.clinic.signer("provider-1234567893").address == address
    assert local.clinic.chain.balance(address) > 0


PROFILE = 'name = "elsewhere"\nkind = "local"\ndevelopment = true\n'


def test_a_profile_file_is_found_from_the_home_wherever_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    (deep / "chain.toml").write_text(PROFILE)
    monkeypatch.chdir(deep)
    create_home(
        tmp_path / "payer",
        role="payer",
        name="Fund",
        identifier="F1",
        passphrase=PASSPHRASE,
        profile="chain.toml",
    )
    monkeypatch.chdir(tmp_path)
    assert read_home(tmp_path / "payer").profile.endswith("chain.toml")
    with open_office(tmp_path / "payer") as office:
        assert office.chain.profile.name == "elsewhere"


def test_a_profile_named_on_the_command_line_counts_from_where_it_runs(
    local: Parties, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chain.toml").write_text(PROFILE)
    monkeypatch.chdir(tmp_path)
    with open_office(local.folder / "clinic", profile="chain.toml") as office:
        assert office.chain.profile.name == "elsewhere"
    with pytest.raises(ProfileError), open_office(local.folder / "clinic", profile="missing.toml"):
        pass
