"""One chain and stage per module; every test starts from the same state."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from eth_tester import EthereumTester, PyEVMBackend
from web3 import EthereumTesterProvider, Web3

from tests.contracts.support import Stage, set_up

START = datetime(2040, 6, 15, tzinfo=UTC)
"""The chain's clock, ahead of any wall clock, so that a block is always one second after the one before."""


@pytest.fixture(scope="module")
def shared_stage() -> Stage:
    """A chain on which an honest claim can be settled; changed by whoever uses it without `stage`."""
    genesis = PyEVMBackend.generate_genesis_params(overrides={"timestamp": int(START.timestamp())})
    return set_up(Web3(EthereumTesterProvider(EthereumTester(PyEVMBackend(genesis_parameters=genesis)))))


@pytest.fixture
def stage(shared_stage: Stage) -> Iterator[Stage]:
    """The module's stage, undone after the test."""
    with shared_stage.undone():
        yield shared_stage
