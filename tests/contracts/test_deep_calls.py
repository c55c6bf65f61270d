"""A question that is not answered is not a yes: calls that fail for want of depth, on a chain with gas for 1,024 of them.

At depth 1,024 a call fails at once and takes no gas with it, so nothing else runs out. No transaction of a public chain has the
gas for it (each level keeps a 64th); a private chain's may.
"""

import sys

import pytest
from eth_tester import EthereumTester, PyEVMBackend
from web3 import EthereumTesterProvider, Web3

from tests.contracts.batches import batch, claim, data_of, visits
from tests.contracts.conftest import START
from tests.contracts.support import Stage, set_up

PLENTY = 10**14
DEEP = bytes.fromhex("365f5f3760205180601b57505f5f6040360360405f5f515af150005b600190036020525f5f365f5f305af15000")
"""Calls itself as often as the second word says, and then the first word's account with what follows."""


@pytest.fixture(scope="module")
def roomy_stage() -> Stage:
    sys.setrecursionlimit(200_000)
    genesis = PyEVMBackend.generate_genesis_params(overrides={"timestamp": int(START.timestamp()), "gas_limit": PLENTY})
    return set_up(Web3(EthereumTesterProvider(EthereumTester(PyEVMBackend(genesis_parameters=genesis)))))


@pytest.mark.slow
def test_credentials_that_could_not_be_asked_do_not_pass(roomy_stage: Stage) -> None:
    """The book stands at 1,023, the registry at 1,024, and its question to itself would be the next."""
    depth = 1_022
    stage = roomy_stage
    with stage.undone():
        web3 = stage.web3
        creation = bytes.fromhex("60" + f"{len(DEEP):02x}" + "80600b5f395ff3").ljust(11, b"\0") + DEEP
        sent = web3.eth.send_transaction({"from": web3.eth.accounts[0], "data": creation, "gas": 1_000_000})
        deep = web3.eth.wait_for_transaction_receipt(sent)["contractAddress"]
        assert bytes(web3.eth.get_code(deep)) == DEEP
        items = visits(stage, 1)
        items[0].signature = bytes(64) + b"\x1b"
        made = batch(stage, claim(stage, *items))
        data = (
            bytes(12) + bytes.fromhex(stage.book.address[2:]) + depth.to_bytes(32, "big") + data_of(stage, made.call())
        )
        sent = web3.eth.send_transaction(
            {"from": web3.eth.accounts[0], "to": deep, "data": data, "gas": PLENTY // 2, "gasPrice": 10**9}
        )
        web3.eth.wait_for_transaction_receipt(sent)
        assert not stage.spent(1)
        assert stage.balance(stage.provider.address) == 0
