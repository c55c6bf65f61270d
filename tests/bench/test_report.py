"""The document of gas figures, and what is held against it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from claims.service.bench.report import growth, read_committed, targets, write_committed
from claims.service.errors import UsageError


def document(**settle: int) -> dict[str, Any]:
    """A document with one-transaction figures, and the others that have targets."""
    figures = {"fresh": 110_000, "warm": 90_000} | settle
    return {
        "fork": "prague",
        **{state: {"two_steps": 180_000, "settle": gas} for state, gas in figures.items()},
        "deploy": {"Registry": 1_000_000},
    }


def test_two_percent_more_is_borne() -> None:
    assert growth(document(warm=91_800), document()) == []


def test_one_gas_more_than_two_percent_is_told() -> None:
    assert growth(document(warm=91_801), document()) == [
        "warm settle grew from 90,000 to 91,801 gas, more than 2 %",
    ]


def test_less_is_never_told() -> None:
    assert growth(document(warm=1), document()) == []


def test_a_figure_that_only_one_side_has_is_told() -> None:
    more = document() | {"set_up": {"fund": 70_000}}
    assert growth(more, document()) == ["set_up fund is measured and not committed"]
    assert growth(document(), more) == ["set_up fund is committed and no longer measured"]


def test_a_target_is_met_at_its_limit_and_missed_above() -> None:
    def met(warm: int) -> bool:
        return next(t.met for t in targets(document(warm=warm)) if t.path == ("warm", "settle"))

    assert met(95_000)
    assert not met(95_001)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    file = write_committed(document(), tmp_path / "gas.json")
    assert read_committed(file) == document()


def test_without_a_file_nothing_is_committed(tmp_path: Path) -> None:
    assert read_committed(tmp_path / "gas.json") is None


@pytest.mark.parametrize("text", ["", "[]", '{"fresh": {"settle": "many"}}', json.dumps({"fresh": {"settle": None}})])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "gas.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"gas\.json is not a table of gas figures"):
        read_committed(file)


def test_outside_a_checkout_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder bench/"):
        write_committed(document(), tmp_path / "bench" / "gas.json")
