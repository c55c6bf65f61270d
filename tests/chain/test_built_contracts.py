"""The project's own contracts stand on both chains, at the same gas, and refuse in the same words."""

from __future__ import annotations

from pathlib import Path

import pytest

from claims.chain.abi import encode_call
from claims.chain.artefacts import load
from claims.chain.client import Chain
from claims.chain.deployment import deploy, read_record, verified_addresses
from claims.chain.errors import Reverted
from claims.chain.signer import Signer
from claims.chain.transactions import dry_run, prepare
from tests.chain.conftest import START
from tests.chains import anvil, embedded, funded

NAMES = ("TestDollar", "Registry", "InsurerBook")


def deploy_all(chain: Chain, owner: Signer, record: Path) -> dict[str, str]:
    """A token, a registry and a book of one owner."""
    token = deploy(chain, owner, record, load("TestDollar"))
    registry = deploy(chain, owner, record, load("Registry"), [owner.address])
    terms = [owner.address, registry, token, 90, 100_000, 100_000, 1]
    book = deploy(chain, owner, record, load("InsurerBook"), terms)
    return {"TestDollar": token, "Registry": registry, "InsurerBook": book}


def test_they_are_deployed_verified_and_found_again(chain: Chain, tmp_path: Path) -> None:
    owner, record = funded(chain, 4), tmp_path / "record.json"
    addresses = deploy_all(chain, owner, record)
    assert verified_addresses(chain, record) == addresses
    assert deploy_all(chain, owner, record) == addresses


def test_a_stranger_is_refused_by_name(chain: Chain, tmp_path: Path) -> None:
    for name in NAMES:
        chain.errors.add(name, load(name).abi)
    addresses = deploy_all(chain, funded(chain, 4), tmp_path / "record.json")
    stranger = funded(chain, 5)
    data = encode_call(load("Registry").abi, "suspendPractitioner", [7, True])
    with pytest.raises(Reverted) as caught:
        prepare(chain, stranger.address, addresses["Registry"], data)
    assert caught.value.error_name == "OwnableUnauthorizedAccount"
    assert caught.value.arguments == {"account": stranger.address}
    assert "Registry" in caught.value.contract_hint
    refusal = dry_run(chain, stranger.address, addresses["Registry"], data).refusal
    assert refusal is not None
    assert refusal.error_name == "OwnableUnauthorizedAccount"


@pytest.mark.node
def test_a_deployment_uses_the_same_gas_on_both_chains(tmp_path: Path) -> None:
    used = []
    for name, opened in (("embedded", embedded(None, START)), ("anvil", anvil(START))):
        with opened as chain:
            record = tmp_path / f"{name}.json"
            deploy_all(chain, funded(chain, 4), record)
            receipts = [
                chain.receipt(bytes.fromhex(found.transaction[2:])) for found in read_record(chain, record).values()
            ]
            used.append([receipt.gas_used for receipt in receipts if receipt is not None])
    assert len(used[0]) == 3
    assert used[0] == used[1]
