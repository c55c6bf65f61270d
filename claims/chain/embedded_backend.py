"""py-evm behind eth-tester's interface, with its state in a file that several processes share.

What is different from eth-tester's own backend: the chain is opened and not made anew, has no accounts of its own, its
clock can stand in another year, each transaction is a block, and a call sees the block that would come next.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from eth.chains.base import MiningChain
from eth.db.atomic import AtomicDB
from eth.exceptions import Revert, TransactionNotFound
from eth.vm.chain_context import ChainContext
from eth.vm.forks import PragueVM
from eth.vm.forks.shanghai.withdrawals import Withdrawal
from eth.vm.spoof import SpoofTransaction
from eth_bloom.bloom import BloomFilter
from eth_tester.backends.pyevm.main import PyEVMBackend, generate_genesis_state_for_keys, get_default_genesis_params
from eth_tester.backends.pyevm.serializers import serialize_transaction, serialize_transaction_receipt
from eth_tester.exceptions import TransactionNotFound as UnknownTransaction
from eth_utils.exceptions import ValidationError

from claims.chain.embedded_database import ChainFile, NodeStore
from claims.chain.gas import TRANSACTION_GAS_CAP, calldata_floor

FORK = "prague"
ZERO_ADDRESS = bytes(20)
WEI_PER_GWEI = 10**9


class ExecutionFailed(Exception):
    """A call or an estimate that the machine did not finish. `data` is the contract's answer, None if it gave none."""

    def __init__(self, message: str, data: bytes | None) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class TransactionKnown(Exception):
    """The transaction is in a block already."""


class EmbeddedChain(MiningChain):  # type: ignore[misc]
    """The chain of one file. `chain_id` and `clock` are set on a subclass made for that file."""

    vm_configuration = ((0, PragueVM),)
    clock: Callable[[], int]

    def create_header_from_parent(self, parent_header: Any, **parameters: Any) -> Any:
        parameters.setdefault("timestamp", max(parent_header.timestamp + 1, type(self).clock()))
        parameters["gas_limit"] = parent_header.gas_limit
        return super().create_header_from_parent(parent_header, **parameters)


class EmbeddedBackend(PyEVMBackend):  # type: ignore[misc]
    """One file's chain. Everything that changes it happens inside `writing()`, everything else inside `reading()`."""

    def __init__(self, file: ChainFile, chain_id: int, genesis_timestamp: int | None = None) -> None:
        """Open the chain of `file`; with `genesis_timestamp` (seconds) make its first block instead."""
        self.account_keys = ()
        self.file = file
        self.clock_offset = int(file.fact("clock offset") or 0)
        database = AtomicDB(NodeStore(file))
        chain_type: Any = type(
            "FileChain",
            (EmbeddedChain,),
            {"chain_id": chain_id, "clock": staticmethod(lambda: int(time.time()) + self.clock_offset)},
        )
        if genesis_timestamp is None:
            self.chain = chain_type(database)
        else:
            parameters = get_default_genesis_params({"timestamp": genesis_timestamp})
            self.chain = chain_type.from_genesis(database, parameters, dict(generate_genesis_state_for_keys(())))

    def reset_to_genesis(self, *_arguments: Any, **_named: Any) -> None:
        """Refused: a chain in a file is never made anew under its users."""
        raise ValidationError("the embedded chain cannot be reset; remove its file to begin again")

    @property
    def genesis_hash(self) -> bytes:
        """The first block's hash."""
        return bytes(self.chain.chaindb.get_canonical_block_hash(0))

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See the newest head, whichever process wrote it, and the clock of now."""
        self._follow_head()
        yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer, on top of the newest head; two that built on one parent would fork."""
        with self.file.writing():
            self._follow_head()
            yield

    def _follow_head(self) -> None:
        self.clock_offset = int(self.file.fact("clock offset") or 0)
        self.chain.header = self.chain.create_header_from_parent(self.chain.get_canonical_head())

    # writing

    def include(self, raw: bytes) -> bytes:
        """Mine a signed transaction into a block of its own and return its hash.

        Raises TransactionKnown, or eth_utils.ValidationError for a wrong chain, nonce, balance or gas limit.
        """
        transaction = self.chain.get_vm().get_transaction_builder().decode(raw)
        if self._place(transaction.hash) is not None:
            raise TransactionKnown
        if transaction.chain_id != self.chain.chain_id:
            raise ValidationError(
                f"invalid chain id: signed for {transaction.chain_id}, this chain is {self.chain.chain_id}"
            )
        if transaction.gas > TRANSACTION_GAS_CAP:
            raise ValidationError(f"gas limit {transaction.gas} is above the cap of {TRANSACTION_GAS_CAP} (EIP-7825)")
        state = self.chain.get_vm().state
        most, held = (
            transaction.gas * _highest_fee(transaction) + transaction.value,
            state.get_balance(transaction.sender),
        )
        if held < most:
            raise ValidationError(f"insufficient funds for gas and value: has {held} wei, may need {most}")
        expected = state.get_nonce(transaction.sender)
        if transaction.nonce != expected:
            order = "low" if transaction.nonce < expected else "high"
            raise ValidationError(f"nonce too {order}: next is {expected}, transaction has {transaction.nonce}")
        self.chain.apply_transaction(transaction)
        self._seal()
        return bytes(transaction.hash)

    def mine(self) -> None:
        """Add an empty block."""
        self._seal()

    def advance(self, seconds: int) -> None:
        """Move the clock forward, for every process, and add a block at the new time."""
        # Many blocks within a second leave the head ahead of the clock: the way forward starts from the later one.
        ahead = self.chain.get_canonical_head().timestamp - type(self.chain).clock()
        self.clock_offset += seconds + max(0, ahead)
        self.file.remember("clock offset", str(self.clock_offset))
        self._follow_head()
        self._seal()

    def mint(self, address: bytes, wei: int) -> None:
        """Credit an address as a validator's withdrawal does (EIP-4895): in whole gwei, rounded up, without a key."""
        credit = Withdrawal(index=0, validator_index=0, address=address, amount=-(-wei // WEI_PER_GWEI))
        self.chain.mine_all(transactions=[], withdrawals=[credit], mix_hash=os.urandom(32))

    def _seal(self) -> None:
        # PREVRANDAO is the mix hash; blobs have no place on this chain.
        self.chain.mine_block(coinbase=ZERO_ADDRESS, mix_hash=os.urandom(32), blob_gas_used=0)

    # reading

    def _place(self, transaction_hash: bytes) -> tuple[int, int] | None:
        try:
            number, index = self.chain.chaindb.get_transaction_index(transaction_hash)
        except TransactionNotFound:
            return None
        return number, index

    def _mined(self, transaction_hash: bytes) -> tuple[Any, Any, int]:
        place = self._place(transaction_hash)
        if place is None:
            raise UnknownTransaction(f"no transaction 0x{transaction_hash.hex()}")
        number, index = place
        block = self.chain.get_canonical_block_by_number(number)
        return block, block.transactions[index], index

    def get_transaction_by_hash(self, transaction_hash: bytes) -> Any:
        return serialize_transaction(*self._mined(transaction_hash), False)

    def get_transaction_receipt(self, transaction_hash: bytes) -> Any:
        block, transaction, index = self._mined(transaction_hash)
        receipts = block.get_receipts(self.chain.chaindb)
        return serialize_transaction_receipt(block, receipts, transaction, index, False, self.chain.get_vm())

    def call(self, transaction: dict[str, Any], block_number: Any = "latest") -> bytes:
        """What a transaction would return; at "latest" in the block that would come next, at a number after it."""
        gas = transaction.get("gas", TRANSACTION_GAS_CAP)
        return bytes(self._execute(transaction, gas, self._header_for(block_number)).output)

    def estimate_gas(self, transaction: dict[str, Any], block_number: Any = "latest") -> int:
        """The smallest gas limit found to suffice, within 1/64 of itself."""
        header = self._header_for(block_number)
        limit = min(transaction.get("gas", TRANSACTION_GAS_CAP), header.gas_limit)
        computation = self._execute(transaction, limit, header)
        spent = max(limit - computation.get_gas_remaining(), calldata_floor(transaction.get("data", b"")))
        if self._suffices(transaction, spent, header):
            return int(spent)
        # A call hands on at most 63/64 of what is left, so more than what was spent must be at hand.
        low, high = spent, limit
        guess = (spent + 2300) * 64 // 63 + 1
        while high - low > high // 64:
            if self._suffices(transaction, guess, header):
                high = guess
            else:
                low = guess
            guess = (low + high) // 2
        return int(high)

    def _suffices(self, transaction: dict[str, Any], gas: int, header: Any) -> bool:
        try:
            self._execute(transaction, gas, header)
        except (ExecutionFailed, ValidationError):
            return False
        return True

    def _header_for(self, block_number: Any) -> Any:
        if block_number in ("latest", "pending", "safe", "finalized"):
            return self.chain.header
        number = 0 if block_number == "earliest" else block_number
        return self.chain.get_canonical_block_header_by_number(number)

    def _execute(self, transaction: dict[str, Any], gas: int, header: Any) -> Any:
        """Run without keeping anything, without a fee and whatever the sender's balance.

        Raises ExecutionFailed, or eth_utils.ValidationError where gas or value cannot be.
        """
        vm = self.chain.get_vm(header)
        state = vm.build_state(
            self.chain.chaindb.db,
            header.copy(base_fee_per_gas=0),
            ChainContext(self.chain.chain_id),
            vm.previous_hashes,
        )
        sender = transaction["from"]
        unsigned = vm.get_transaction_builder().new_unsigned_dynamic_fee_transaction(
            chain_id=self.chain.chain_id,
            nonce=state.get_nonce(sender),
            max_priority_fee_per_gas=0,
            max_fee_per_gas=0,
            gas=gas,
            to=transaction.get("to", b""),
            value=transaction.get("value", 0),
            data=transaction.get("data", b""),
            access_list=(),
        )
        computation = state.apply_transaction(SpoofTransaction(unsigned, from_=sender))
        if computation.is_error:
            if isinstance(computation.error, Revert):
                raise ExecutionFailed("execution reverted", bytes(computation.output))
            raise ExecutionFailed(f"{type(computation.error).__name__}: {computation.error}", None)
        return computation

    def logs(
        self, first: int, last: int, addresses: frozenset[bytes], topics: tuple[frozenset[int] | None, ...]
    ) -> Iterator[tuple[Any, int, int, Any]]:
        """The matching logs of blocks `first` to `last` in order, as (header, transaction index, log index, log).

        Walks the blocks upwards and opens only those whose bloom filter may hold one of the addresses.
        """
        vm = PragueVM
        for number in range(first, last + 1):
            header = self.chain.get_canonical_block_header_by_number(number)
            if header.bloom == 0 or (addresses and not any(_in_bloom(header.bloom, item) for item in addresses)):
                continue
            log_index = 0
            for index, receipt in enumerate(self.chain.chaindb.get_receipts(header, vm.get_receipt_builder())):
                for log in receipt.logs:
                    if (not addresses or log.address in addresses) and _topics_match(log.topics, topics):
                        yield header, index, log_index, log
                    log_index += 1

    def transaction_hash(self, header: Any, index: int) -> bytes:
        """The hash of one transaction of a block."""
        return bytes(self.chain.chaindb.get_block_transaction_hashes(header)[index])


def _highest_fee(transaction: Any) -> int:
    # A node wants the sender to hold the fee offered, of which the base fee may leave a part.
    return int(getattr(transaction, "max_fee_per_gas", None) or transaction.gas_price)


def _in_bloom(bloom: int, value: bytes) -> bool:
    return value in BloomFilter(bloom)


def _topics_match(found: tuple[int, ...], wanted: tuple[frozenset[int] | None, ...]) -> bool:
    if len(wanted) > len(found):
        return False
    return all(choice is None or topic in choice for topic, choice in zip(found, wanted, strict=False))
