"""A contract is deployed once, whatever happens in between, and believed only after its code was looked at."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from claims.chain import sender
from claims.chain.artefacts import Artefact
from claims.chain.client import Chain
from claims.chain.deployment import contract_address, deploy, read_record, verified_addresses
from claims.chain.errors import ChainMismatch, ChainUnreachable, DeploymentError, Reverted
from claims.chain.sender import execute
from claims.chain.signer import Signer
from tests.chain.machine import REFUSED, answering, creation, refused, refusing, storing
from tests.chains import funded

LIMIT_ARGUMENT = {"type": "constructor", "inputs": [{"name": "limit", "type": "uint256"}]}


def built(name: str, bytecode: bytes, deployed: bytes, *, immutables: tuple[tuple[int, int], ...] = ()) -> Artefact:
    """A built contract, as far as deploying is concerned."""
    return Artefact(name, (), bytecode, deployed, immutables, "none", "prague", {}, {})


STORE = built("Store", creation(storing()), storing())
CLOCK = built("Clock", creation(answering(0x42)), answering(0x42))


@pytest.fixture
def owner(chain: Chain) -> Signer:
    return funded(chain, 2)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "deploy" / "chain.json"


def test_a_contract_is_deployed_once(chain: Chain, owner: Signer, record: Path) -> None:
    first = deploy(chain, owner, record, STORE)
    sent = chain.nonce(owner.address)
    assert deploy(chain, owner, record, STORE) == first
    assert chain.nonce(owner.address) == sent
    assert chain.code(first) == storing()
    assert verified_addresses(chain, record, {"Store": STORE}) == {"Store": first}


def test_the_record_says_what_was_deployed(chain: Chain, owner: Signer, record: Path) -> None:
    address = deploy(chain, owner, record, STORE)
    document = json.loads(record.read_text())
    assert document["chain_id"] == chain.chain_id
    entry = read_record(chain, record)["Store"]
    assert entry.address == address
    assert entry.raw is None
    receipt = chain.receipt(bytes.fromhex(entry.transaction[2:]))
    assert receipt is not None
    assert (receipt.block, receipt.contract) == (entry.block, address)


def test_several_contracts_share_a_record(chain: Chain, owner: Signer, record: Path) -> None:
    addresses = {
        "Store": deploy(chain, owner, record, STORE),
        "Clock": deploy(chain, owner, record, CLOCK),
        "Second": deploy(chain, owner, record, STORE, name="Second"),
    }
    assert len(set(addresses.values())) == 3
    assert verified_addresses(chain, record, {"Store": STORE, "Clock": CLOCK, "Second": STORE}) == addresses


@pytest.mark.parametrize("moment", ["before it is sent", "after it is sent"])
def test_a_crash_never_deploys_twice(
    chain: Chain, owner: Signer, record: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = chain.nonce(owner.address)

    def crash(*arguments: Any, **_named: Any) -> bytes:
        if moment == "after it is sent":
            chain.send_raw(arguments[1])
        raise ChainUnreachable(("http://gone",), "pulled out")

    with monkeypatch.context() as patch:
        patch.setattr(sender, "broadcast", crash)
        with pytest.raises(ChainUnreachable):
            deploy(chain, owner, record, STORE)
    expected = contract_address(owner.address, before)
    assert read_record(chain, record)["Store"].address == expected
    with pytest.raises(DeploymentError, match="on its way"):
        verified_addresses(chain, record, {"Store": STORE})
    assert deploy(chain, owner, record, STORE) == expected
    assert chain.nonce(owner.address) == before + 1


def test_a_nonce_taken_in_between_is_deployed_at_the_next(
    chain: Chain, owner: Signer, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_arguments: Any, **_named: Any) -> bytes:
        raise ChainUnreachable(("http://gone",), "pulled out")

    with monkeypatch.context() as patch:
        patch.setattr(sender, "broadcast", crash)
        with pytest.raises(ChainUnreachable):
            deploy(chain, owner, record, STORE)
    execute(chain, owner, owner.address)
    nonce = chain.nonce(owner.address)
    assert deploy(chain, owner, record, STORE) == contract_address(owner.address, nonce)


def test_a_constructor_that_refuses_leaves_no_record(chain: Chain, owner: Signer, record: Path) -> None:
    chain.errors.add("Bad", [REFUSED])
    bad = built("Bad", refusing(refused(2, 1)), b"")
    with pytest.raises(Reverted, match="Refused"):
        deploy(chain, owner, record, bad)
    assert read_record(chain, record) == {}


def test_other_sources_or_arguments_are_not_what_was_deployed(chain: Chain, owner: Signer, record: Path) -> None:
    taking = replace(STORE, abi=(LIMIT_ARGUMENT,))
    deploy(chain, owner, record, taking, [1])
    with pytest.raises(DeploymentError, match="other constructor arguments"):
        deploy(chain, owner, record, taking, [2])
    with pytest.raises(DeploymentError, match="other sources"):
        deploy(chain, owner, record, replace(CLOCK, name="Store"))
    with pytest.raises(DeploymentError, match="other sources"):
        verified_addresses(chain, record, {"Store": CLOCK})


def test_code_that_is_not_the_artefacts_is_not_trusted(chain: Chain, owner: Signer, record: Path) -> None:
    deploy(chain, owner, record, STORE)
    with pytest.raises(DeploymentError, match="is not Store's"):
        verified_addresses(chain, record, {"Store": replace(STORE, deployed=storing() + b"\x00")})
    document = json.loads(record.read_text())
    document["contracts"]["Store"]["address"] = "0x" + "99" * 20
    record.write_text(json.dumps(document))
    with pytest.raises(DeploymentError, match="no code at"):
        verified_addresses(chain, record, {"Store": STORE})
    with pytest.raises(DeploymentError, match="no code at"):
        deploy(chain, owner, record, STORE)


def test_immutables_are_left_out_of_the_comparison(chain: Chain, owner: Signer, record: Path) -> None:
    code = answering(0x42)
    with_place = built("Clock", creation(code), b"\x00" + code[1:], immutables=((0, 1),))
    address = deploy(chain, owner, record, with_place)
    assert verified_addresses(chain, record, {"Clock": with_place}) == {"Clock": address}


@pytest.mark.parametrize(("key", "value"), [("chain_id", 1), ("genesis_hash", "0x" + "00" * 32)])
def test_a_record_of_another_chain_is_told(chain: Chain, owner: Signer, record: Path, key: str, value: Any) -> None:
    deploy(chain, owner, record, STORE)
    record.write_text(json.dumps(json.loads(record.read_text()) | {key: value}))
    with pytest.raises(ChainMismatch):
        deploy(chain, owner, record, STORE)
    with pytest.raises(ChainMismatch):
        verified_addresses(chain, record, {"Store": STORE})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"chain_id": 1, "genesis_hash": "", "contracts": {"a": {}}}'])
def test_a_damaged_record_is_told(chain: Chain, record: Path, text: str) -> None:
    record.parent.mkdir()
    record.write_text(text)
    with pytest.raises(DeploymentError, match="record"):
        read_record(chain, record)


def test_code_that_no_chain_keeps_is_told_before_anything_is_sent(chain: Chain, owner: Signer, record: Path) -> None:
    with pytest.raises(DeploymentError, match="24,576"):
        deploy(chain, owner, record, built("Big", b"", bytes(24_577)))
    assert not record.exists()
