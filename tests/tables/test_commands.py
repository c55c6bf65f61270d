"""`claims tables` and `claims price` as somebody types them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from claims.cli import tables
from claims.cli.price import price
from claims.service import registry
from claims.service.exclusions import suspend_excluded
from claims.service.office import open_office
from claims.service.tables import import_tables, tables_folder
from tests.cli.command import Run, app_of, run
from tests.cli.support import CLINICIAN_NPI, PASSPHRASE, World, fresh_world
from tests.tables.files import gpci, kept, leie, pprrvu

APP = tables.app
PRICE = app_of(price)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "tables"


@pytest.fixture
def filled(tmp_path: Path, folder: Path) -> Path:
    surgery = {"code": "99902", "bilat": "1", "mult": "2"}
    files = [
        kept(tmp_path, "a", pprrvu({"code": "99901"}, surgery, {"code": "99903", "status": "B"})),
        kept(tmp_path, "b", gpci()),
    ]
    import_tables(folder, files)
    return folder


def priced(folder: Path, code: str, *more: object, day: str = "2031-06-01") -> Run:
    return run(PRICE, code, "--carrier", "1112", "--locality", "5", "--date", day, "--tables", folder, *more)


def test_import_and_list(tmp_path: Path, folder: Path) -> None:
    file = kept(tmp_path, "anything.at.all", pprrvu())
    first = run(APP, "import", file, "--tables", folder, "--json").json["tables"]
    assert [(each["kind"], each["rows"], each["new"]) for each in first] == [("pprrvu", 1, True)]
    assert run(APP, "import", file, "--tables", folder, "--json").json["tables"][0]["new"] is False
    again = run(APP, "import", file, "--tables", folder)
    assert "2031-01-01 to 2031-12-31: there already" in again.out
    assert [each["kind"] for each in run(APP, "list", "--tables", folder, "--json").json["tables"]] == ["pprrvu"]
    assert "2031-01-01 to 2031-12-31" in run(APP, "list", "--tables", folder).out


def test_an_empty_folder_says_how_to_fill_it(folder: Path) -> None:
    found = run(APP, "list", "--tables", folder)
    assert (found.code, "claims tables import" in found.out) == (0, True)


def test_a_refused_file_is_named_with_its_lines_and_none_of_its_values(tmp_path: Path, folder: Path) -> None:
    file = kept(tmp_path, "wrong.csv", pprrvu({"code": "99901", "work": "SECRET"}))
    found = run(APP, "import", file, "--tables", folder)
    assert found.code == 3
    assert "wrong.csv: pprrvu: 1 faults" in found.err
    assert "line 9: work is not a number" in found.err
    assert "SECRET" not in found.err


def test_a_superseded_release_is_named(tmp_path: Path, folder: Path) -> None:
    for month in ("January", "October"):
        import_tables(
            folder, [kept(tmp_path, month, pprrvu(title=f"2031 Relative Value File {month} Release", released=""))]
        )
    listed = run(APP, "list", "--tables", folder, "--json").json["tables"]
    assert [each["version"][:7] for each in listed] == ["2031-01", "2031-10"]
    assert [each["superseded_by"] for each in listed] == [listed[1]["version"], None]


def test_the_home_keeps_its_tables(tmp_path: Path) -> None:
    assert tables_folder(None, tmp_path) == Path("tables")
    (tmp_path / "home.toml").write_text("")
    assert tables_folder(None, tmp_path) == tmp_path / "tables"
    assert tables_folder(Path("x"), tmp_path) == Path("x")


def test_a_price_with_its_arithmetic(filled: Path) -> None:
    # (1.00 × 1.5 + 2.00 × 1.081 + 0.10 × 0.592) × 40 = 148.848
    found = priced(filled, "99901", "--json").json
    assert (found["amount"], found["setting"], found["conversion_factor"]) == ("148.85", "non-facility", "40.0000")
    # (1.00 × 1.5 + 1.00 × 1.081 + 0.10 × 0.592) × 40 = 105.608
    assert priced(filled, "99901", "--place", "22", "--json").json["amount"] == "105.61"
    assert (
        "(work 1.00 × 1.500 + practice expense 2.00 × 1.081 + malpractice 0.10 × 0.592) × 40.0000 = 148.85"
        in priced(filled, "99901").out
    )


def test_units_modifiers_and_the_plan_s_share(filled: Path) -> None:
    assert priced(filled, "99901", "--units", "3", "--json").json["amount"] == "446.54"
    assert priced(filled, "99901", "--percent", "1.20", "--json").json["amount"] == "178.62"
    assert priced(filled, "99902", "--modifier", "50", "--json").json["amount"] == "223.27"
    # The second unit of a surgery at half.
    assert priced(filled, "99902", "--units", "2", "--json").json["amount"] == "223.27"


@pytest.mark.parametrize(("code", "day"), [("99903", "2031-06-01"), ("99909", "2031-06-01"), ("99901", "2032-01-01")])
def test_what_has_no_price_is_refused(filled: Path, code: str, day: str) -> None:
    found = priced(filled, code, day=day)
    assert (found.code, found.err.startswith("error: no price: ")) == (3, True)


@pytest.mark.parametrize("more", [("--units", "0"), ("--units", "x"), ("--percent", "-1"), ("--date", "June")])
def test_an_argument_that_cannot_be_read_is_usage(filled: Path, more: tuple[str, str]) -> None:
    assert priced(filled, "99901", *more).code == 2


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fresh_world(tmp_path)


def test_who_is_enrolled_and_excluded_is_suspended_once(tmp_path: Path, folder: Path, world: World) -> None:
    import_tables(folder, [kept(tmp_path, "leie", leie((CLINICIAN_NPI, "20310110", "")))])
    before, after = date(2031, 1, 9), date(2031, 1, 10)
    with open_office(world.payer, passphrase=PASSPHRASE) as office:
        registry.enrol_practitioner(
            office, 21, "0x" + "2" * 40, 21, date(2000, 1, 1), date(2099, 12, 31), npi=CLINICIAN_NPI
        )
        assert suspend_excluded(office, folder, before) == []
        (dry,) = suspend_excluded(office, folder, after, dry_run=True)
        assert (dry.what, dry.transaction) == ("practitioner 21 would be suspended", None)
        assert not office.read("Registry", "practitionerOf", 21)["suspended"]
        (done,) = suspend_excluded(office, folder, after)
        assert done.transaction is not None
        assert office.read("Registry", "practitionerOf", 21)["suspended"]
        assert suspend_excluded(office, folder, after)[0].what == "practitioner 21 is suspended already"
    found = run(APP, "exclusions", "--home", world.payer, "--tables", folder, "--date", "2031-01-10", "--dry-run")
    assert "suspended already" in found.out
