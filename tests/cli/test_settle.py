"""`claims settle`: the verdict in words, as JSON, and in the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from claims.cli import settle
from tests.cli.command import run
from tests.service.parties import Parties, on_embedded

app = typer.Typer(pretty_exceptions_enable=False)
app.add_typer(settle.app, name="settle")


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world in which a claim was settled and remitted, closed again."""
    folder = tmp_path_factory.mktemp("settled") / "world"
    with on_embedded(folder) as parties:
        parties: Parties
        parties.decided()
        parties.settle()
        parties.remit()
    return folder


def reconcile(folder: Path, *options: object) -> tuple[int, str, str]:
    told = run(app, "settle", "reconcile", "--home", folder / "payer", "--remittances", folder / "to-clinic", *options)
    return told.code, told.out, told.err


def test_books_that_agree_end_with_nothing(settled: Path) -> None:
    code, out, err = reconcile(settled)
    assert (code, err) == (0, "")
    assert "exact" in out
    assert "1 claim in 1 payment of blocks" in out
    assert "1 835, Σ BPR02 175.00; 0 more that pay nothing" in out
    assert out.endswith("all exact, to the cent\n")


def test_json_is_all_that_is_printed(settled: Path) -> None:
    code, out, err = reconcile(settled, "--json")
    document = json.loads(out)
    assert (code, err, document["exact"]) == (0, "", True)
    assert document["payments"][0]["remitted"] == document["payments"][0]["paid"] == "175.00"


def test_nothing_of_the_store_is_needed_or_made(settled: Path) -> None:
    stores = list((settled / "payer").glob("*.sqlite*"))
    assert stores
    kept = {path: path.read_bytes() for path in stores}
    for path in stores:
        path.unlink()
    try:
        assert reconcile(settled)[0] == 0
        assert list((settled / "payer").glob("*.sqlite*")) == []
    finally:
        for path, data in kept.items():
            path.write_bytes(data)


def test_a_difference_is_named_and_is_exit_code_1(settled: Path, tmp_path: Path) -> None:
    code, out, _ = reconcile(settled, "--remittances", tmp_path)
    assert code == 1
    assert "DIFFERS" in out
    assert "the chain paid 175.00 and credited 0.00, and no 835 tells of it" in out
    assert out.endswith("1 difference\n")


def test_a_folder_that_is_not_there_is_a_usage_error(settled: Path, tmp_path: Path) -> None:
    code, _, err = reconcile(settled, "--remittances", tmp_path / "nowhere")
    assert code == 2
    assert "nowhere" in err
