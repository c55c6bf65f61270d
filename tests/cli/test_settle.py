"""`claims settle`: the verdict in words, as JSON, and in the exit code."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from claims.cli import settle
from tests.cli.command import run
from tests.service.parties import PASSPHRASE, Parties, on_embedded

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


# settling


@pytest.fixture
def approved(tmp_path: Path) -> Path:
    """A world in which a claim was anchored and approved, closed again; its passphrase lies in a file."""
    folder = tmp_path / "world"
    with on_embedded(folder) as parties:
        parties.anchored()
    secret = folder / "secret"
    secret.write_text(PASSPHRASE)
    secret.chmod(0o600)
    return folder


def settle_run(folder: Path, *options: object) -> tuple[int, str, str]:
    told = run(
        app,
        *("settle", "run", "--home", folder / "payer", "--passphrase-file", folder / "secret"),
        *("--remittances", folder / "to-clinic", *options),
    )
    return told.code, told.out, told.err


def test_a_run_tells_batches_gas_and_money_and_the_books_agree(approved: Path) -> None:
    code, out, err = settle_run(approved)
    assert code == 0
    assert "1 claim in 1 batch" in out
    assert "1 settled, 0 left out, 0 still due" in out
    assert "175.00" in out
    assert "1 of 1 claims confirmed" in err
    assert reconcile(approved)[0] == 0


def test_a_dry_run_leaves_it_for_later(approved: Path) -> None:
    code, out, _ = settle_run(approved, "--dry-run", "--json")
    document = json.loads(out)
    assert (code, document["batches"][0]["claims"], document["batches"][0]["gas"]) == (0, 1, None)
    assert json.loads(status(approved, "--json"))["claims"]["due"] == 1


def status(folder: Path, *options: object) -> str:
    told = run(app, "settle", "status", "--home", folder / "payer", *options)
    assert told.code == 0
    return told.out


def test_status_says_what_is_due_and_then_what_was_confirmed(approved: Path) -> None:
    assert "1 due, 0 batched, 0 settled, 0 skipped" in status(approved)
    settle_run(approved)
    out = status(approved)
    assert "0 due, 0 batched, 1 settled, 0 skipped" in out
    assert "confirmed" in out


def test_json_of_a_run_is_all_that_is_printed(approved: Path) -> None:
    code, out, _ = settle_run(approved, "--json")
    document = json.loads(out)
    assert (code, document["settled"], document["left"]) == (0, 1, 0)
    assert document["remittances"][0]["paid"] == "175.00"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_watch_goes_on_until_it_is_asked_to_stop_and_stops_cleanly(approved: Path, number: signal.Signals) -> None:
    command = [
        *(
            sys.executable,
            "-c",
            "from claims.cli.main import run; run()",
            "settle",
            "run",
            "--home",
            str(approved / "payer"),
            "--watch",
            "--json",
        ),
        *(
            "--every",
            "0.2",
            "--passphrase-file",
            str(approved / "secret"),
            "--remittances",
            str(approved / "to-clinic"),
        ),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        first = json.loads(watching.stdout.readline())
        second = json.loads(watching.stdout.readline())
        watching.send_signal(number)
        _, err = watching.communicate()
    assert (first["settled"], second["settled"], second["batches"]) == (1, 0, [])
    assert watching.returncode == 0
    assert "stopped: what is under way is stored" in err
    assert reconcile(approved)[0] == 0
