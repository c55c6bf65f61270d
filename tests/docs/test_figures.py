"""The gas that the README states is the gas that bench/gas.json keeps."""

import json
import re

import pytest

from tests.docs.pages import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
GAS = json.loads((ROOT / "bench" / "gas.json").read_text(encoding="utf-8"))
ROWS = re.findall(r"^\| `([a-z0-9_.]+)`[^|]*\| ([\d,]+) \| ([\d,]+) \|$", README, re.MULTILINE)


def figure(path: str, state: str) -> int:
    """The committed figure of a path such as `settle` or `roll_of_32.settle`."""
    *places, step = path.split(".")
    found = GAS
    for place in places:
        found = found[place]
    return found[state][step]


def test_the_table_has_what_matters() -> None:
    assert {"settle", "two_steps", "submit", "decide"} <= {path for path, _, _ in ROWS}


@pytest.mark.parametrize(("path", "fresh", "warm"), ROWS)
def test_the_row_is_what_was_measured(path: str, fresh: str, warm: str) -> None:
    stated = {"fresh": int(fresh.replace(",", "")), "warm": int(warm.replace(",", ""))}
    assert stated == {state: figure(path, state) for state in stated}


def test_the_comparison_states_the_same_figures() -> None:
    assert f"**{GAS['fresh']['settle']:,} – {GAS['warm']['settle']:,}**" in README


BATCHES = re.findall(r"^\| ([\d,]+) \| ([\d,]+) \| ([\d,]*) ?\| ([\d,]*) ?\| ([\d,]+) \|$", README, re.MULTILINE)


@pytest.mark.parametrize("row", BATCHES, ids=lambda row: row[0])
def test_the_batches_are_what_was_measured(row: tuple[str, ...]) -> None:
    claims, per_claim, marginal, per_roll, floor = (int(cell.replace(",", "")) if cell else None for cell in row)
    found = next(each for each in GAS["batch"] if (each["claims"], each["state"]) == (claims, "warm"))
    assert (per_claim, floor) == (found["per_claim"], found["floor"])
    assert marginal in (None, found["marginal"])
    assert per_roll in (None, found["per_roll"])


def test_every_size_that_is_measured_is_shown() -> None:
    assert [int(row[0].replace(",", "")) for row in BATCHES] == [
        each["claims"] for each in GAS["batch"] if each["state"] == "warm"
    ]
    assert (
        f"in a batch of 1,000, each claim** | **{next(int(r[1].replace(',', '')) for r in BATCHES if r[0] == '1,000'):,}**"
        in README
    )


@pytest.mark.parametrize("contract", ["Registry", "InsurerBook"])
def test_the_deployment_is_what_was_measured(contract: str) -> None:
    assert f"`{contract}` {GAS['deploy'][contract]:,}" in README


def test_fork_and_compiler_are_named() -> None:
    assert f"fork {GAS['fork'].title()}" in README
    assert f"solc {GAS['compiler'].split('+')[0]}" in README
    assert f"optimizer {GAS['settings']['optimizer']['runs']:,} runs" in README
