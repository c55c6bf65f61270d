"""`claims registry` as a payer's credentialer uses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Run
from tests.cli.support import CLINICIAN, World, fresh_world, run

ADDRESS, KEY = "0x" + "1" * 40, "0x" + "2" * 40


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fresh_world(tmp_path)


def registry(world: World, verb: str, *more: object) -> Run:
    return run("registry", verb, "--home", world.payer, "--passphrase-file", world.secret, *more)


def test_a_solo_practitioner_is_enrolled_under_one_npi(world: World) -> None:
    clinician: tuple[Any, ...] = ("--practitioner", 9, "--key", KEY, "--controller", 9, "--npi", "2195638079")
    provider: tuple[Any, ...] = ("--provider", ADDRESS, "--controller", 9, "--npi", "2195638079")
    for arguments in (clinician, provider, ("--provider", ADDRESS, "--practitioner", 9)):
        assert registry(world, "enrol", *arguments, "--json").json["transaction"] is not None
        assert registry(world, "enrol", *arguments, "--json").json["transaction"] is None
    answer = registry(world, "enrol", "--provider", KEY, "--controller", 9, "--npi", "2195638079")
    assert answer.code == 2
    assert "is paid at" in answer.err


def test_a_second_insurer_s_book_is_listed(world: World) -> None:
    assert "listed" in registry(world, "enrol", "--book", ADDRESS).out
    assert "already" in registry(world, "enrol", "--book", ADDRESS).out


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--book", ADDRESS, "--provider", ADDRESS),
        ("--practitioner", 9, "--provider", ADDRESS, "--key", KEY),
        ("--practitioner", 9, "--provider", ADDRESS, "--npi", "2195638079"),
        ("--practitioner", 9, "--key", KEY, "--from", "yesterday"),
    ],
    ids=str,
)
def test_options_that_do_not_go_together(world: World, arguments: tuple[object, ...]) -> None:
    before = world.snapshot()
    assert registry(world, "enrol", *arguments).code == 2
    assert world.snapshot() == before


def test_what_the_registry_refuses_is_told_by_its_name_and_with_what_to_do(world: World) -> None:
    answer = registry(world, "suspend", "--practitioner", 99)
    assert answer.code == 3
    assert "Registry_PractitionerUnknown" in answer.err
    assert "`claims registry enrol --practitioner`" in answer.err


@pytest.mark.parametrize(
    ("verb", "arguments", "words"),
    [
        ("enrol", ("--practitioner", 9, "--key", KEY), "--controller"),
        ("enrol", ("--provider", ADDRESS), "--controller"),
        ("enrol", ("--practitioner", 9, "--key", "nobody", "--controller", 9), "--key: "),
        ("enrol", ("--provider", ADDRESS[:-1], "--controller", 9), "--provider: "),
        ("enrol", ("--book", "0xE15f5e6A0d9dcF7BD2a1b1cF0f1fA3D4A8a90001"), "checksum"),
        ("enrol", ("--practitioner", 0, "--key", KEY, "--controller", 9), "--practitioner"),
        (
            "enrol",
            ("--provider", ADDRESS, "--controller", 9, "--from", "2027-01-01", "--through", "2026-01-01"),
            "--through",
        ),
        ("suspend", ("--provider", "0xabc"), "--provider: "),
        ("exclude", ("--provider", "0xabc", "--last-day", "2026-06-30"), "--provider: "),
    ],
    ids=str,
)
def test_a_mistyped_value_names_its_option_and_changes_nothing(
    world: World, verb: str, arguments: tuple[object, ...], words: str
) -> None:
    before = world.snapshot()
    answer = registry(world, verb, *arguments)
    assert answer.code == 2
    assert words in answer.err
    assert world.snapshot() == before


def test_who_is_not_enrolled_is_told_so(world: World) -> None:
    answer = run("registry", "show", "--home", world.payer, "--practitioner", 99, "--provider", ADDRESS)
    assert answer.code == 0
    assert "practitioner 99 is not enrolled" in answer.out
    assert f"provider {ADDRESS} is not enrolled" in answer.out


def test_a_provider_s_home_credentials_nobody(world: World) -> None:
    options = ("--home", world.clinic, "--passphrase-file", world.secret)
    for command in (
        ("enrol", "--provider", ADDRESS, "--controller", 9),
        ("suspend", "--practitioner", CLINICIAN),
        ("exclude", "--practitioner", CLINICIAN, "--last-day", "2026-06-30"),
    ):
        answer = run("registry", *command, *options)
        assert answer.code == 2
        assert "a payer's" in answer.err


def test_a_clinician_is_suspended_excluded_and_shown(world: World) -> None:
    assert registry(world, "suspend", "--practitioner", CLINICIAN).code == 0
    assert registry(world, "suspend", "--practitioner", CLINICIAN, "--reinstate").code == 0
    assert registry(world, "exclude", "--practitioner", CLINICIAN, "--last-day", "2026-06-30").code == 0
    assert (
        registry(world, "exclude", "--practitioner", CLINICIAN, "--last-day", "2026-06-01", "--compromised").code == 0
    )
    shown = run("registry", "show", "--home", world.payer, "--practitioner", CLINICIAN, "--json").json["practitioner"]
    assert (shown["suspended"], shown["valid_until"], shown["compromised_from"]) == (False, "2026-06-30", "2026-06-01")


def test_a_key_is_compromised_from_a_day_on(world: World) -> None:
    exclude = ("exclude", "--practitioner", CLINICIAN)
    assert registry(world, *exclude, "--compromised", "--from-day", "2026-05-31").code == 0
    shown = run("registry", "show", "--home", world.payer, "--practitioner", CLINICIAN, "--json").json["practitioner"]
    assert shown["compromised_from"] == "2026-05-31"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ((), "--last-day"),
        (("--compromised",), "--from-day"),
        (("--from-day", "2026-05-31"), "--compromised"),
        (("--compromised", "--from-day", "2026-05-31", "--last-day", "2026-05-30"), "--from-day"),
        (("--compromised", "--from-day", "31 May"), "--from-day"),
    ],
)
def test_an_exclusion_says_from_when(world: World, options: tuple[str, ...], named: str) -> None:
    answer = registry(world, "exclude", "--practitioner", CLINICIAN, *options)
    assert answer.code == 2
    assert named in answer.err


def test_without_the_passphrase_nothing_is_sent(world: World) -> None:
    assert run("registry", "enrol", "--home", world.payer, "--book", ADDRESS).code == 2
