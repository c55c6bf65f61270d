"""Which slots a batch names: those in which the policies lie."""

from eth_tester import EthereumTester, PyEVMBackend
from web3 import EthereumTesterProvider, Web3

from claims.settlement.access import policy_access
from tests.contracts.support import LIMIT, POLICY, set_up

BOOK = "0x" + "ab" * 20


def test_the_keys_are_the_slots_of_the_policies() -> None:
    stage = set_up(Web3(EthereumTesterProvider(EthereumTester(PyEVMBackend()))))
    ((book, keys),) = policy_access(stage.book.address, [POLICY, *range(1, 30)])
    assert book == stage.book.address
    (found,) = [
        key for key in keys if int.from_bytes(stage.web3.eth.get_storage_at(book, int.from_bytes(key, "big")), "big")
    ]
    word = int.from_bytes(stage.web3.eth.get_storage_at(book, int.from_bytes(found, "big")), "big")
    assert word & (2**64 - 1) == LIMIT


def test_few_policies_are_not_worth_naming() -> None:
    assert policy_access(BOOK, range(1, 25)) == ()
    assert len(policy_access(BOOK, range(1, 26))[0][1]) == 25


def test_a_policy_is_named_once() -> None:
    assert len(policy_access(BOOK, [*range(1, 40), *range(1, 40)])[0][1]) == 39
