"""`claims bench gas` prints what the receipts say."""

from __future__ import annotations

import pytest

from claims.cli.bench import app
from claims.service.bench import report
from claims.service.bench.report import build_document
from claims.service.bench.stage import Row
from tests.cli.command import run


def test_json_is_the_document_and_nothing_else(rows: tuple[Row, ...]) -> None:
    done = run(app, "gas", "--json")
    assert done.code == 0
    assert done.json == build_document(rows)


def test_the_table_names_fork_compiler_settings_floors_and_targets(
    monkeypatch: pytest.MonkeyPatch, rows: tuple[Row, ...]
) -> None:
    monkeypatch.setattr("claims.service.bench.gas.measure", lambda stage: rows)
    document = build_document(rows)
    shown = run(app, "gas").out
    for words in ("fork prague", document["compiler"], "3,000 runs", "via IR", "EIP-7623", "held fixed"):
        assert words in shown
    for at_most in ("95,000", "115,000", "190,000"):
        assert at_most in shown
    for figure in (document["warm"]["settle"], document["floors"]["warm"]["settle"], document["deploy"]["InsurerBook"]):
        assert f"{figure:,}" in shown


def test_a_missed_target_and_a_grown_figure_are_told(monkeypatch: pytest.MonkeyPatch, rows: tuple[Row, ...]) -> None:
    dearer = tuple(
        Row(row.path, 2 * row.gas, row.calldata_bytes, row.floor, row.transactions)
        if row.path == ("warm", "settle")
        else row
        for row in rows
    )
    monkeypatch.setattr("claims.service.bench.gas.measure", lambda stage: dearer)
    monkeypatch.setattr(report, "read_committed", lambda: build_document(rows))
    shown = run(app, "gas")
    assert "MISSED" in shown.out
    assert "warning: warm settle grew" in shown.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--chain", "mainnet"), "use one of embedded, anvil"),
        (("--chain", "anvil", "--write"), "--write keeps the figures of the embedded chain"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_exit_code_2(options: tuple[str, ...], words: str) -> None:
    done = run(app, "gas", *options)
    assert done.code == 2
    assert words in done.err
    assert done.out == ""
