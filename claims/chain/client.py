"""One chain, embedded or behind RPC, through one class.

Blocks, receipts and logs are read from plain JSON-RPC answers, and only the fields in use: chains of other consensus,
with longer extra data, are read alike.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from claims.chain.abi import Abi, Event, decode_answer, decode_event, encode_call
from claims.chain.errors import (
    AlreadyKnown,
    ChainMismatch,
    DevelopmentOnly,
    NonceUsed,
    Reverted,
    RpcError,
    TransactionTimeout,
)
from claims.chain.profile import ChainProfile
from claims.chain.refusals import told
from claims.chain.reverts import ErrorCatalogue, refusal

if TYPE_CHECKING:
    from web3 import Web3

    from claims.chain.transactions import AccessList

CHAIN_FILE = "chain.sqlite"
LOG_RANGE = 2_000
ZERO_ADDRESS = "0x" + "00" * 20

Block = int | str
"""A block's number, or "latest", "earliest", "pending", "safe", "finalized"."""


@dataclass(frozen=True, slots=True)
class BlockHeader:
    """A block's place on the chain; `timestamp` in seconds since 1970, `base_fee` in wei a unit of gas."""

    number: int
    hash: bytes
    parent: bytes
    timestamp: int
    base_fee: int


@dataclass(frozen=True, slots=True)
class Log:
    """What a contract wrote; (`block_hash`, `index`) is unique on a chain."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block: int
    block_hash: bytes
    transaction: bytes
    index: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mined transaction. `succeeded` False: it was refused and paid its gas. `gas_price` in wei."""

    transaction: bytes
    succeeded: bool
    block: int
    block_hash: bytes
    gas_used: int
    gas_price: int
    contract: str | None
    logs: tuple[Log, ...]


@dataclass(frozen=True, slots=True)
class Fees:
    """What to offer a unit of gas, in wei (EIP-1559)."""

    base: int
    priority: int
    maximum: int


class Chain:
    """An open chain. Close it, or use it in a `with` statement.

    Every method raises ChainUnreachable where no node answers, RpcError where the node refuses the request itself.
    """

    def __init__(self, profile: ChainProfile, web3: Web3, abis: Mapping[str, Abi] | None = None) -> None:
        self.profile = profile
        self.web3 = web3
        self.errors = ErrorCatalogue(abis or {})
        self.chain_id = int(self.rpc("eth_chainId", []), 16)
        if profile.chain_id is not None and profile.chain_id != self.chain_id:
            raise ChainMismatch(profile.chain_id, self.chain_id)

    def __enter__(self) -> Chain:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file or of the connections."""
        provider: Any = self.web3.provider
        provider.close()

    # requests

    def rpc(self, method: str, params: Sequence[Any]) -> Any:
        """The plain JSON-RPC result of a request: numbers and bytes as hex text. Raises RpcError."""
        answer: Any = self.web3.provider.make_request(cast(Any, method), list(params))
        error = answer.get("error")
        if error is not None:
            if isinstance(error, str):
                raise RpcError(method, 0, error)
            raise RpcError(method, int(error.get("code", 0)), str(error.get("message", "")), error.get("data"))
        return answer.get("result")

    def _run(self, method: str, transaction: Mapping[str, Any], block: Block | None) -> str:
        params: list[Any] = [dict(transaction)] + ([] if block is None else [_block(block)])
        try:
            return str(self.rpc(method, params))
        except RpcError as failure:
            reason = refusal(failure, self.errors)
            if reason is None:
                raise
            raise reason from None

    def nodes(self) -> tuple[tuple[str, str], ...]:
        """Each node of the profile by its host, and what is wrong with it ("" where nothing is); asks all of them."""
        examine = getattr(self.web3.provider, "examine", None)
        return () if examine is None else cast(tuple[tuple[str, str], ...], examine())

    # reading

    def head(self) -> BlockHeader:
        """The newest block."""
        return self.header("latest")

    def header(self, block: Block) -> BlockHeader:
        """A block by number or name. Raises RpcError where it does not exist."""
        found = self.rpc("eth_getBlockByNumber", [_block(block), False])
        if found is None:
            raise RpcError("eth_getBlockByNumber", 0, f"there is no block {block}")
        return BlockHeader(
            number=int(found["number"], 16),
            hash=_bytes(found["hash"]),
            parent=_bytes(found["parentHash"]),
            timestamp=int(found["timestamp"], 16),
            base_fee=int(found.get("baseFeePerGas") or "0x0", 16),
        )

    def balance(self, address: str, block: Block = "latest") -> int:
        """An account's wei."""
        return int(self.rpc("eth_getBalance", [address, _block(block)]), 16)

    def nonce(self, address: str, block: Block = "latest") -> int:
        """How many transactions of the account are mined; at "pending" with those that wait."""
        return int(self.rpc("eth_getTransactionCount", [address, _block(block)]), 16)

    def code(self, address: str, block: Block = "latest") -> bytes:
        """A contract's code, empty where there is none."""
        return _bytes(self.rpc("eth_getCode", [address, _block(block)]))

    def call(
        self,
        address: str,
        abi: Abi,
        function: str,
        arguments: Sequence[Any] = (),
        sender: str | None = None,
        block: Block | None = None,
    ) -> Any:
        """What a contract answers, decoded; see claims.chain.abi for the shapes. Raises Reverted."""
        self.errors.add("", abi)
        data = self.call_raw(address, encode_call(abi, function, arguments), sender, block)
        return decode_answer(abi, function, len(arguments), data)

    def call_raw(
        self,
        address: str | None,
        data: bytes,
        sender: str | None = None,
        block: Block | None = None,
        value: int = 0,
        gas: int | None = None,
    ) -> bytes:
        """What a contract answers to this calldata, or creation code where `address` is None. Raises Reverted."""
        transaction = _transaction(address, data, sender, value, gas)
        return _bytes(self._run("eth_call", transaction, "latest" if block is None else block))

    def estimate(
        self, address: str | None, data: bytes, sender: str, value: int = 0, access_list: AccessList = ()
    ) -> int:
        """The gas that a transaction would need now. Raises Reverted where it would be refused."""
        from claims.chain.transactions import access_list_field

        transaction = _transaction(address, data, sender, value, None)
        if access_list:
            transaction["accessList"] = access_list_field(access_list)
        return int(self._run("eth_estimateGas", transaction, None), 16)

    def fees(self) -> Fees:
        """What to offer now: the tip that the node suggests, and room for the base fee to double."""
        base = self.head().base_fee
        priority = int(self.rpc("eth_maxPriorityFeePerGas", []), 16)
        return Fees(base=base, priority=priority, maximum=2 * base + priority)

    # sending

    def send_raw(self, raw: bytes) -> bytes:
        """Hand a signed transaction to the node and return its hash. Handing it in again is not a failure.

        Raises NotTaken and its kinds: NonceUsed where another transaction took the nonce, InsufficientFunds where gas and
        value are not there, and the others by what is wrong with the bytes or the node. Raises ChainUnreachable where no
        answer came: the node may have them all the same.
        """
        from eth_utils.crypto import keccak

        transaction_hash = bytes(keccak(raw))
        try:
            self.rpc("eth_sendRawTransaction", ["0x" + raw.hex()])
        except RpcError as failure:
            cause = told(failure, transaction_hash)
            # Nodes that forget what they mined say of these very bytes that their nonce is used.
            if isinstance(cause, AlreadyKnown) or (isinstance(cause, NonceUsed) and self.knows(transaction_hash)):
                return transaction_hash
            raise cause from None
        return transaction_hash

    def knows(self, transaction_hash: bytes) -> bool:
        """Whether the node has a transaction, waiting or mined."""
        return self.rpc("eth_getTransactionByHash", ["0x" + transaction_hash.hex()]) is not None

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        """The receipt of a mined transaction, None before."""
        found = self.rpc("eth_getTransactionReceipt", ["0x" + transaction_hash.hex()])
        if found is None or found.get("blockNumber") is None:
            return None
        return Receipt(
            transaction=_bytes(found["transactionHash"]),
            succeeded=int(found["status"], 16) == 1,
            block=int(found["blockNumber"], 16),
            block_hash=_bytes(found["blockHash"]),
            gas_used=int(found["gasUsed"], 16),
            gas_price=int(found.get("effectiveGasPrice") or "0x0", 16),
            contract=_address(found.get("contractAddress")),
            logs=tuple(_log(log) for log in found["logs"]),
        )

    def wait(self, transaction_hash: bytes, timeout_seconds: float = 120.0) -> Receipt:
        """The receipt, as soon as there is one. Raises TransactionTimeout."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            receipt = self.receipt(transaction_hash)
            if receipt is not None:
                return receipt
            if time.monotonic() >= deadline:
                raise TransactionTimeout(f"0x{transaction_hash.hex()} was not mined in {timeout_seconds:g} s")
            time.sleep(self.profile.poll_seconds)

    def explain(self, receipt: Receipt) -> Reverted:
        """Why a mined transaction was refused, found by running it again at its block, and at the one before.

        The answer is "OutOfGas" where it fails with its own gas alone, "Unknown" where it would now go through.
        """
        sent = self.rpc("eth_getTransactionByHash", ["0x" + receipt.transaction.hex()])
        gas = int(sent["gas"], 16)
        for block in (receipt.block, receipt.block - 1):
            try:
                self.call_raw(
                    sent.get("to") or None,
                    _bytes(sent.get("input") or sent.get("data") or "0x"),
                    sent["from"],
                    block,
                    int(sent["value"], 16),
                    gas,
                )
            except Reverted as reason:
                return reason
        return Reverted("Unknown", {"transaction": "0x" + receipt.transaction.hex()})

    # logs

    def logs(
        self,
        address: str | Sequence[str] | None,
        from_block: int,
        to_block: int,
        topics: Sequence[bytes | Sequence[bytes] | None] | None = None,
    ) -> Iterator[Log]:
        """The logs of blocks `from_block` to `to_block`, both included, in order, asked for range by range.

        A range that a node finds too long is halved.
        """
        first = from_block
        length = LOG_RANGE
        while first <= to_block:
            last = min(first + length - 1, to_block)
            wanted: dict[str, Any] = {"fromBlock": hex(first), "toBlock": hex(last)}
            if address is not None:
                wanted["address"] = address if isinstance(address, str) else list(address)
            if topics is not None:
                wanted["topics"] = [_topic(choice) for choice in topics]
            try:
                found = self.rpc("eth_getLogs", [wanted])
            except RpcError:
                if last == first:
                    raise
                length = (last - first + 1) // 2
                continue
            yield from (_log(log) for log in found)
            first = last + 1

    def decode_event(self, abi: Abi, log: Log) -> Event | None:
        """The event in a log, None where the ABI does not know it."""
        return decode_event(abi, log.topics, log.data)

    # development chains alone

    def fund(self, address: str, wei: int) -> None:
        """Give an account wei: minted on the embedded chain (in whole gwei, rounded up), sent from a test account on anvil."""
        self._require_development("the faucet")
        if self.profile.kind == "local":
            self.rpc("claims_mint", [address, hex(wei)])
            return
        bank = self.rpc("eth_accounts", [])
        if not bank:
            raise DevelopmentOnly("this node has no test accounts to fund from; send the wei yourself")
        sent = self.rpc("eth_sendTransaction", [{"from": bank[0], "to": address, "value": hex(wei)}])
        self.wait(_bytes(sent))

    def advance(self, seconds: int) -> None:
        """Move the chain's clock forward and add a block at the new time."""
        self._require_development("moving the clock")
        self.rpc("evm_increaseTime", [hex(seconds)])
        if self.profile.kind == "rpc":
            self.mine()

    def mine(self) -> None:
        """Add an empty block."""
        self._require_development("mining a block")
        self.rpc("evm_mine", [])

    def _require_development(self, what: str) -> None:
        if not self.profile.development:
            raise DevelopmentOnly(f"{what} works on a development chain alone; profile {self.profile.name} is none")


def open_chain(
    profile: ChainProfile,
    directory: Path | None = None,
    abis: Mapping[str, Abi] | None = None,
    start_at: int | None = None,
) -> Chain:
    """Open the profile's chain. The embedded one lives in `directory` (None: in memory) and is made where it is missing.

    `abis` are the contracts whose errors are to be told by name. `start_at` (seconds since 1970) is the time of a new
    embedded chain's first block. Raises ChainUnreachable, ChainMismatch, ChainFileUnusable.
    """
    if profile.kind == "local":
        from claims.chain.embedded import open_embedded

        path: Path | str = ":memory:"
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
            path = directory / CHAIN_FILE
        return _opened(profile, open_embedded(path, profile.chain_id, start_at), abis)

    from claims.chain.endpoints import Endpoints

    return _opened(profile, Endpoints(profile.urls, profile.chain_id), abis)


def _opened(profile: ChainProfile, provider: Any, abis: Mapping[str, Abi] | None) -> Chain:
    from web3 import Web3

    try:
        return Chain(profile, Web3(provider), abis)
    except BaseException:
        provider.close()
        raise


def _block(block: Block) -> str:
    return hex(block) if isinstance(block, int) else block


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _topic(choice: bytes | Sequence[bytes] | None) -> Any:
    if choice is None:
        return None
    if isinstance(choice, bytes):
        return "0x" + choice.hex()
    return ["0x" + item.hex() for item in choice]


def _address(text: str | None) -> str | None:
    from eth_utils.address import to_checksum_address

    return to_checksum_address(text) if text else None


def _log(log: Mapping[str, Any]) -> Log:
    from eth_utils.address import to_checksum_address

    return Log(
        address=to_checksum_address(log["address"]),
        topics=tuple(_bytes(topic) for topic in log["topics"]),
        data=_bytes(log["data"]),
        block=int(log["blockNumber"], 16),
        block_hash=_bytes(log["blockHash"]),
        transaction=_bytes(log["transactionHash"]),
        index=int(log["logIndex"], 16),
    )


def _transaction(address: str | None, data: bytes, sender: str | None, value: int, gas: int | None) -> dict[str, Any]:
    fields: dict[str, Any] = {"from": sender or ZERO_ADDRESS, "data": "0x" + data.hex(), "value": hex(value)}
    if address is not None:
        fields["to"] = address
    if gas is not None:
        fields["gas"] = hex(gas)
    return fields
