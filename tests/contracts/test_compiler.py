"""Building artefacts from the sources, and naming what differs."""

import json
import shutil
from pathlib import Path

import pytest

from claims.chain.compiler import CompilationFailed, CompilerMissing, build, check

ROOT = Path(__file__).parents[2]

SOURCE = """// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

contract Purse {
    IERC20 public immutable token;
    uint256 public constant DEPTH = 1;

    constructor(IERC20 token_) {
        token = token_;
    }
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with one contract and the real compiler."""
    (tmp_path / "contracts" / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "contracts" / "tools" / "solc.js", tmp_path / "contracts" / "tools" / "solc.js")
    (tmp_path / "contracts" / "Purse.sol").write_text(SOURCE)
    (tmp_path / "abi").mkdir()
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    return tmp_path


@pytest.mark.node
@pytest.mark.slow
def test_the_committed_artefacts_are_what_the_sources_give() -> None:
    assert check(ROOT) == []


@pytest.mark.node
def test_building_twice_gives_the_same_bytes_and_no_difference(project: Path) -> None:
    (path,) = build(project)
    first = path.read_bytes()
    assert build(project) == [path]
    assert path.read_bytes() == first
    assert check(project) == []
    document = json.loads(first)
    assert document["contract"] == "Purse"
    assert document["immutableReferences"]
    assert set(document["sources"]) == {"contracts/Purse.sol", "@openzeppelin/contracts/token/ERC20/IERC20.sol"}


@pytest.mark.node
def test_every_difference_is_named(project: Path) -> None:
    build(project)
    source = project / "contracts" / "Purse.sol"
    source.write_text(SOURCE.replace("DEPTH = 1", "DEPTH = 2"))
    (difference,) = check(project)
    assert difference.startswith("abi/Purse.json: ")
    assert "sources (contracts/Purse.sol)" in difference
    assert "bytecode" in difference

    source.rename(source.with_name("Pocket.sol"))
    (source.with_name("Pocket.sol")).write_text(SOURCE.replace("Purse", "Pocket"))
    assert check(project) == [
        "abi/Pocket.json: missing; run `claims contracts build`",
        "abi/Purse.json: no such contract in the sources",
    ]
    assert [path.name for path in build(project)] == ["Pocket.json"]
    assert not (project / "abi" / "Purse.json").exists()


@pytest.mark.node
def test_a_source_that_does_not_compile_is_refused_in_the_compilers_words(project: Path) -> None:
    (project / "contracts" / "Purse.sol").write_text(SOURCE.replace("DEPTH = 1", "DEPTH = x"))
    with pytest.raises(CompilationFailed, match="Undeclared identifier"):
        build(project)


def test_a_missing_compiler_is_named(tmp_path: Path) -> None:
    with pytest.raises(CompilerMissing, match=r"node_modules/solc is not there: run `make node`"):
        build(tmp_path)
