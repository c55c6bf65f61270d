"""`claims claim validate`: the payer's intake, asked before anything is sent."""

import shutil
from pathlib import Path

import pytest

from claims.cli.validate import validate
from claims.formats.x12.acknowledgement import describe_999
from tests.cli.command import BAD, GOOD, Run, app_of, run

APP = app_of(validate)


def check(file: Path, *arguments: object) -> Run:
    """Run the command as JSON; nothing is written beside the file unless a test asks for it."""
    return run(APP, file, *({"--write", "--no-write"} & {*arguments} or ["--no-write"]), *arguments, "--json")


def test_a_good_file_is_accepted() -> None:
    done = check(GOOD / "claim.837")
    (transaction,) = done.json["transactions"]
    assert (done.code, done.json["verdict"], transaction["verdict"]) == (0, "accepted", "accepted")
    assert (transaction["accepted_claims"], transaction["rejected_claims"]) == (["EC-1044"], [])
    assert done.json["acknowledgement"] is None


@pytest.mark.parametrize(
    ("name", "place", "snip"),
    [
        ("negative-amount.837", ("SV1", 25, 2), 3),
        ("unbalanced.837", ("CLM", 18, 2), 3),
        ("replacement-without-original.837", ("CLM", 18, 0), 4),
    ],
)
def test_an_error_has_its_place_and_type(name: str, place: tuple[str, int, int], snip: int) -> None:
    done = check(BAD / name)
    (transaction,) = done.json["transactions"]
    (error,) = transaction["errors"]
    assert (done.code, done.json["verdict"], transaction["verdict"]) == (3, "rejected", "accepted with errors")
    assert (error["segment"], error["position"], error["element"]) == place
    assert (error["snip"], error["claim"]) == (snip, "EC-1044")


@pytest.mark.parametrize("name", ["truncated.837", "wrong-delimiter.837", "institutional.837"])
def test_a_file_that_cannot_be_taken_is_rejected(name: str) -> None:
    done = check(BAD / name)
    assert (done.code, done.json["verdict"]) == (3, "rejected")


def test_strict_npi_finds_a_wrong_check_digit(tmp_path: Path) -> None:
    file = tmp_path / "claims.837"
    file.write_text((GOOD / "claim.837").read_text().replace("2835174600", "2835174601"))
    assert check(file).code == check(GOOD / "claim.837", "--strict-npi").code == 0
    done = check(file, "--strict-npi")
    (error,) = done.json["transactions"][0]["errors"]
    assert (done.code, error["segment"], error["element"]) == (3, "NM1", 9)
    assert "2835174601" not in error["message"]


def test_the_answer_is_written_beside_the_file(tmp_path: Path) -> None:
    file = tmp_path / "claims.837"
    shutil.copy(BAD / "unbalanced.837", file)
    done = check(file, "--write")
    written = tmp_path / "claims.checked.999"
    assert done.json["acknowledgement"] == str(written)
    assert "    accepted" in describe_999(written.read_bytes())
    rejection = tmp_path / "claims.checked.277"
    assert done.json["claim_acknowledgement"] == str(rejection)
    assert "STC*A7:400*" in rejection.read_text()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["claims.837", rejection.name, written.name]


def test_answers_are_written_unless_told_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "claims.837"
    shutil.copy(GOOD / "claim.837", file)
    assert run(APP, file, "--no-write").code == 0
    assert [each.name for each in tmp_path.iterdir()] == ["claims.837"]
    told = run(APP, file)
    assert told.out.count("wrote ") == 2
    assert "STC*A2:20:PR" in (tmp_path / "claims.checked.277").read_text()


def test_claims_for_another_payer_are_rejected_where_it_is_asked() -> None:
    done = check(GOOD / "claim.837", "--payer", "OTHER")
    (error,) = done.json["transactions"][0]["errors"]
    assert (done.code, error["loop"], error["element"], error["snip"], error["status"]) == (3, "2010BB", 9, 7, "A3:116")


def test_nobody_is_answered_where_there_is_no_sender(tmp_path: Path) -> None:
    file = tmp_path / "claims.837"
    file.touch()
    done = check(file, "--write")
    assert (done.code, done.json["acknowledgement"]) == (3, None)
    assert [each.name for each in tmp_path.iterdir()] == ["claims.837"]


def test_for_people_every_error_has_a_line() -> None:
    told = run(APP, BAD / "unbalanced.837", "--no-write")
    assert told.code == 3
    assert "CLM02 is 185.00 and the lines add up to 175.00 (277CA A7:400, SNIP 3)" in told.out


def test_it_names_no_patient() -> None:
    for file in (*BAD.glob("*.837"), GOOD / "claim.837"):
        for done in (check(file), run(APP, file, "--no-write")):
            for datum in ("HALLAM", "BRYCE", "NG0081274", "NG0099999", "19790314", "M25511", "20260413"):
                assert datum not in done.out + done.err


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    assert check(tmp_path / "none.837").code == 2


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("demo.ambulance.example5.837", "CLM05-2 (Facility Code Qualifier) is required and missing"),
        ("demo.example6.837", "another character than ISA16 declares"),
        ("demo.example11.837", "another character than ISA16 declares"),
        ("demo.example12.837", "another character than ISA16 declares"),
    ],
)
def test_published_files_are_rejected_for_their_cause(shared: Path, name: str, cause: str) -> None:
    done = check(shared / "x12" / "837_005010X222A2" / name)
    assert done.code == 3
    assert cause in done.json["transactions"][0]["errors"][0]["message"]
