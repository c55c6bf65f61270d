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


@pytest.mark.parametrize("contract", ["Registry", "InsurerBook"])
def test_the_deployment_is_what_was_measured(contract: str) -> None:
    assert f"`{contract}` {GAS['deploy'][contract]:,}" in README


def test_fork_and_compiler_are_named() -> None:
    assert f"fork {GAS['fork'].title()}" in README
    assert f"solc {GAS['compiler'].split('+')[0]}" in README
    assert f"optimizer {GAS['settings']['optimizer']['runs']:,} runs" in README
