"""The committed artefacts: what they say, and that code on a chain is compared with them."""

import json
from pathlib import Path

import pytest

from claims.chain import artefacts
from claims.chain.artefacts import ArtefactMissing, load, masked_code_matches
from tests.contracts.support import Stage

LARGEST_CODE = 24_576
"""EIP-170."""


@pytest.mark.parametrize("name", ["Registry", "InsurerBook", "TestDollar"])
def test_a_contract_fits_the_chain_and_says_what_built_it(name: str) -> None:
    artefact = load(name)
    assert artefact.name == name
    assert len(artefact.deployed) < LARGEST_CODE
    assert artefact.compiler.startswith("0.8.37")
    assert artefact.evm_version == "prague"
    assert f"contracts/{name}.sol" in artefact.sources
    assert all(len(digest) == 64 for digest in artefact.sources.values())


def test_records_that_a_payment_touches_fit_one_slot() -> None:
    document = json.loads((artefacts.FOLDER / "InsurerBook.json").read_text())
    ledger = next(slot for slot in document["storageLayout"] if slot["label"] == "_ledger")
    following = next(slot for slot in document["storageLayout"] if slot["label"] == "_credits")
    assert int(following["slot"]) == int(ledger["slot"]) + 1


def test_code_on_the_chain_is_the_artefacts_but_for_its_immutables(stage: Stage) -> None:
    artefact = load("InsurerBook")
    code = bytes(stage.web3.eth.get_code(stage.book.address))
    assert artefact.immutables
    assert code != artefact.deployed
    assert masked_code_matches(artefact, code)
    assert not masked_code_matches(load("Registry"), code)


def test_any_other_code_is_not_the_artefacts(stage: Stage) -> None:
    artefact = load("InsurerBook")
    code = bytearray(stage.web3.eth.get_code(stage.book.address))
    masked = {place for start, length in artefact.immutables for place in range(start, start + length)}
    changed = next(place for place in range(100, len(code)) if place not in masked)
    code[changed] ^= 1
    assert not masked_code_matches(artefact, bytes(code))
    assert not masked_code_matches(artefact, b"")
    assert not masked_code_matches(artefact, bytes(code[:-1]))


def test_an_artefact_that_is_missing_or_broken_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(artefacts, "FOLDER", tmp_path)
    with pytest.raises(ArtefactMissing, match=r"abi/Nothing\.json is not there"):
        load("Nothing")
    (tmp_path / "Broken.json").write_text("{}")
    with pytest.raises(ArtefactMissing, match=r"abi/Broken\.json is not an artefact"):
        load("Broken")
