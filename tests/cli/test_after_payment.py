"""Replacing, voiding, explaining and auditing from the command line: files for their owners, nothing of a patient on a screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from claims.cli.main import app
from tests.cli.command import run
from tests.service.parties import PERSON, Parties, on_embedded

PATIENT = ("HALLAM", "Hallam", "BRYCE", "NG0081274", PERSON, "19790314", "M25511")


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parties]:
    """The good claim, paid and remitted."""
    with on_embedded(tmp_path_factory.mktemp("after") / "world") as parties:
        parties.decided()
        parties.settle()
        parties.remit()
        yield parties


def answered(*words: str | Path) -> tuple[int, str]:
    answer = run(app, *map(str, words))
    said = answer.out + answer.err
    assert not [word for word in PATIENT if word in said]
    return answer.code, answer.out


def test_an_explanation_goes_into_a_file(paid: Parties) -> None:
    out = paid.folder / "explanation.html"
    home = paid.payer.home.folder
    code, said = answered("claim", "eob", "EC-1044", "--home", home, "--html", "--out", out, "--json")
    assert code == 0
    assert json.loads(said)["standing"] == "stands"
    assert "HALLAM" in out.read_text()


def test_a_void_is_written_and_its_offset_listed(paid: Parties) -> None:
    out = paid.folder / "void.837"
    code, said = answered("claim", "void", "EC-1044", "--home", paid.clinic.home.folder, "--out", out, "--json")
    assert code == 0
    document = json.loads(said)
    assert set(document) == {"claim", "control_number", "corrects", "file"}
    paid.decided(out)
    paid.remit()
    home = paid.payer.home.folder
    code, said = answered("remit", "offsets", "--home", home, "--json")
    (offset,) = json.loads(said)["offsets"]
    assert (code, offset["amount"], offset["corrects"]) == (0, "175.00", document["corrects"])
    code, said = answered("remit", "offsets", "--home", home)
    assert "175.00 from provider" in said


def test_a_replacement_is_written(paid: Parties) -> None:
    out = paid.folder / "replacement.837"
    home = paid.clinic.home.folder
    code, said = answered("claim", "replace", "EC-1044", paid.claim, "--home", home, "--out", out)
    assert code == 0
    assert "replaces" in said
    assert ":7*" in out.read_text()


def test_an_audit_says_what_it_compared_and_exports_it(paid: Parties) -> None:
    home = paid.payer.home.folder
    code, said = answered("audit", "verify", "--home", home, "--json")
    document = json.loads(said)
    assert (code, document["verified"], document["differences"]) == (0, True, [])
    code, said = answered("audit", "verify", "EC-1044", "--home", home)
    assert "all as decided, to the byte" in said
    out = paid.folder / "decisions.json"
    code, said = answered("audit", "export", "--home", home, "--out", out)
    assert code == 0
    assert json.loads(out.read_text())["format"] == "claims audit"
    assert answered("audit", "verify", "NOPE", "--home", home)[0] == 2
