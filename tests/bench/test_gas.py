"""What the contracts cost stays within its targets and near the committed figures, and is the same wherever it is measured."""

from __future__ import annotations

import pytest

from claims.chain.gas import TRANSACTION_GAS_CAP
from claims.service.bench.report import TARGETS, build_document, figures_of, growth, read_committed, targets
from claims.service.bench.stage import Row
from tests.bench.conftest import run


def test_no_figure_grew_by_more_than_two_percent_above_the_committed_one(rows: tuple[Row, ...]) -> None:
    committed = read_committed()
    assert committed is not None, "bench/gas.json is missing: write it with `claims bench gas --write`"
    assert growth(build_document(rows), committed) == []


ALONE = [(path, at_most) for path, at_most in TARGETS if path[0] != "batch"]


@pytest.mark.parametrize(("path", "at_most"), ALONE, ids=[" ".join(path) for path, _ in ALONE])
def test_a_claim_of_one_attestation_is_within_its_target(
    rows: tuple[Row, ...], path: tuple[str, ...], at_most: int
) -> None:
    assert figures_of(build_document(rows))[path] <= at_most


def test_the_committed_table_names_fork_and_compiler_and_says_that_the_targets_are_met(rows: tuple[Row, ...]) -> None:
    committed = read_committed()
    assert committed is not None
    measured = build_document(rows)
    assert [committed[key] for key in ("fork", "compiler", "settings")] == [
        measured[key] for key in ("fork", "compiler", "settings")
    ]
    assert all(target["met"] for target in committed["targets"])
    assert all(target.met for target in targets(committed))


def test_every_claim_is_measured_fresh_and_warm_in_plain_integers(rows: tuple[Row, ...]) -> None:
    document = build_document(rows)
    for paid in (document, *(document[name] for name in ("roll_of_32", "two_attestations", "four_attestations"))):
        for state in ("fresh", "warm"):
            assert set(paid[state]) == {"submit", "decide", "two_steps", "settle"}
            assert all(type(figure) is int for figure in paid[state].values())
            assert paid[state]["two_steps"] == paid[state]["submit"] + paid[state]["decide"]
    assert set(document["deploy"]) == {"Registry", "InsurerBook", "TestDollar"}


def test_what_is_fresh_costs_more_than_what_is_warm(rows: tuple[Row, ...]) -> None:
    """A submission is told apart by its claim alone, whose slot is fresh either way."""
    document = build_document(rows)
    for step in ("decide", "settle"):
        assert document["fresh"][step] > document["warm"][step]


def test_every_transaction_costs_more_than_its_calldata_alone_and_less_than_the_cap(rows: tuple[Row, ...]) -> None:
    for row in rows:
        assert row.floor < row.gas < TRANSACTION_GAS_CAP, row.path


def test_a_second_run_sends_the_same_transactions_and_gives_the_same_figures(rows: tuple[Row, ...]) -> None:
    assert run() == rows


@pytest.mark.node
def test_anvil_on_the_same_fork_gives_the_same_figures_for_the_same_transactions(rows: tuple[Row, ...]) -> None:
    assert run("anvil") == rows
