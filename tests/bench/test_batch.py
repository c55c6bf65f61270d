"""What a batch of claims costs stays within its targets and near the committed figures, whatever is in it."""

from __future__ import annotations

from functools import cache

import pytest

from claims.chain.gas import TRANSACTION_GAS_CAP
from claims.service.bench.batch import SIZES, BatchRow, measure_batches
from claims.service.bench.report import MOST_GROWTH_PERCENT, TARGETS, build_document, read_committed, targets
from claims.service.bench.stage import Row, open_stage

FEW = (1, 10, 100)
MANY = 1_000


@cache
def measured(chain: str, sizes: tuple[int, ...]) -> tuple[BatchRow, ...]:
    with open_stage(chain) as stage:
        return measure_batches(stage, sizes)


def committed(claims: int, state: str) -> dict[str, int]:
    document = read_committed()
    assert document is not None
    return next(row for row in document["batch"] if (row["claims"], row["state"]) == (claims, state))


def check(rows: tuple[BatchRow, ...]) -> None:
    for row in rows:
        promised = committed(row.claims, row.state)
        assert (row.rolls, row.providers) == (promised["rolls"], promised["providers"])
        assert 100 * row.total <= (100 + MOST_GROWTH_PERCENT) * promised["total"]
        assert row.floor < row.total < TRANSACTION_GAS_CAP


def test_the_committed_table_has_every_size_fresh_and_warm() -> None:
    document = read_committed()
    assert document is not None
    assert [(row["claims"], row["state"]) for row in document["batch"]] == [
        (size, state) for size in SIZES for state in ("fresh", "warm")
    ]


def test_small_batches_cost_what_is_committed() -> None:
    check(measured("embedded", FEW))


def test_a_claim_costs_the_less_the_more_of_them_there_are() -> None:
    warm = [row.per_claim for row in measured("embedded", FEW) if row.state == "warm"]
    assert warm == sorted(warm, reverse=True)


def test_what_is_fresh_costs_more_than_what_is_warm() -> None:
    rows = measured("embedded", FEW)
    for size in FEW:
        fresh, warm = (row.total for row in rows if row.claims == size)
        assert fresh > warm


@pytest.mark.slow
def test_the_fixed_mix_is_within_its_targets(rows: tuple[Row, ...]) -> None:
    batches = measured("embedded", (MANY,))
    check(batches)
    found = [target for target in targets(build_document(rows, batches)) if target.path[0] == "batch"]
    assert len(found) == len([path for path, _ in TARGETS if path[0] == "batch"])
    for target in found:
        assert target.met, f"{' '.join(target.path)}: {target.gas:,}, at most {target.at_most:,}"


@pytest.mark.node
def test_anvil_gives_the_same_figures_for_the_same_transactions() -> None:
    assert measured("anvil", FEW) == measured("embedded", FEW)
