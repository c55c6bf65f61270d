"""The embedded chain as a node: JSON-RPC requests in, JSON-RPC answers out, in the words a real node uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth.exceptions import HeaderNotFound
from eth_tester import EthereumTester
from eth_tester.exceptions import BlockNotFound
from eth_tester.exceptions import ValidationError as BadRequest
from eth_utils.address import to_checksum_address
from eth_utils.conversions import to_bytes, to_hex
from eth_utils.exceptions import ValidationError
from rlp.exceptions import RLPException
from web3.providers.eth_tester import EthereumTesterProvider
from web3.providers.eth_tester.defaults import API_ENDPOINTS
from web3.providers.eth_tester.middleware import request_formatters, result_formatters

from claims.chain.embedded_backend import ZERO_ADDRESS, EmbeddedBackend, ExecutionFailed, TransactionKnown

INVALID_INPUT = -32000
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
EXECUTION_REVERTED = 3
PRIORITY_FEE_WEI = 10**9

# What eth-tester answers for us; whatever else it knows (its own accounts, snapshots, a clock that only it sees) is closed.
_FROM_TESTER = frozenset(
    [
        "blockNumber",
        "feeHistory",
        "getBalance",
        "getStorageAt",
        "getTransactionCount",
        "getCode",
        "call",
        "estimateGas",
        "getBlockByHash",
        "getBlockByNumber",
        "getBlockTransactionCountByHash",
        "getBlockTransactionCountByNumber",
        "getTransactionByHash",
        "getTransactionByBlockHashAndIndex",
        "getTransactionByBlockNumberAndIndex",
        "getTransactionReceipt",
        "syncing",
    ]
)
_WRITES = frozenset({"eth_sendRawTransaction", "evm_mine", "evm_increaseTime", "claims_mint"})

Endpoint = Callable[[EthereumTester, Any], Any]


class EmbeddedProvider(EthereumTesterProvider):
    """web3's provider over one embedded chain. Numbers are answered in hex, as every node does."""

    # Requests and answers are translated in `_answer`, so that a bare request gets what web3 gets.
    _middleware: Any = ()

    def __init__(self, backend: EmbeddedBackend) -> None:
        self.backend = backend
        super().__init__(EthereumTester(backend), _endpoints(backend))

    def close(self) -> None:
        """Let go of the file."""
        self.backend.file.close()

    def make_request(self, method: Any, params: Any) -> Any:
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": self._current_request_id}
        self._current_request_id += 1
        namespace, _, name = str(method).partition("_")
        endpoint = (self.api_endpoints or {}).get(namespace, {}).get(name)
        if endpoint is None:
            answer["error"] = _error(METHOD_NOT_FOUND, f"the method {method} does not exist")
            return answer
        try:
            with self.backend.writing() if method in _WRITES else self.backend.reading():
                answer["result"] = _hexadecimal(self._answer(method, endpoint, list(params or [])))
        except ExecutionFailed as failure:
            if failure.data is None:
                answer["error"] = _error(INVALID_INPUT, failure.message)
            else:
                answer["error"] = _error(EXECUTION_REVERTED, failure.message, to_hex(failure.data))
        except TransactionKnown:
            answer["error"] = _error(INVALID_INPUT, "already known")
        except (BlockNotFound, HeaderNotFound):
            answer["error"] = _error(INVALID_INPUT, "block not found")
        except ValidationError as failure:
            answer["error"] = _error(INVALID_INPUT, str(failure))
        except (BadRequest, RLPException, TypeError, ValueError, KeyError, IndexError) as failure:
            answer["error"] = _error(INVALID_PARAMS, f"{type(failure).__name__}: {failure}")
        return answer

    def _answer(self, method: Any, endpoint: Endpoint, params: list[Any]) -> Any:
        if method in ("eth_call", "eth_estimateGas"):
            params[0] = {"from": to_checksum_address(ZERO_ADDRESS), **_call_fields(params[0])}
            params = params[:2]
        prepare = request_formatters.get(method)
        result = endpoint(self.ethereum_tester, prepare(params) if prepare is not None else params)
        finish = (result_formatters or {}).get(method)
        return finish(result) if finish is not None else result


def _endpoints(backend: EmbeddedBackend) -> Any:
    chain_id = backend.chain.chain_id
    eth: dict[str, Endpoint] = {name: API_ENDPOINTS["eth"][name] for name in _FROM_TESTER}
    eth |= {
        "chainId": lambda _tester, _params: chain_id,
        "accounts": lambda _tester, _params: [],
        "gasPrice": lambda _tester, _params: backend.chain.header.base_fee_per_gas + PRIORITY_FEE_WEI,
        "maxPriorityFeePerGas": lambda _tester, _params: PRIORITY_FEE_WEI,
        "sendRawTransaction": lambda _tester, params: backend.include(to_bytes(hexstr=params[0])),
        "getLogs": lambda _tester, params: _logs(backend, params[0]),
    }
    return {
        "eth": eth,
        "net": {"version": lambda _tester, _params: str(chain_id)},
        "web3": {"clientVersion": lambda _tester, _params: "claims-embedded/prague"},
        "evm": {
            "mine": lambda _tester, _params: backend.mine(),
            "increaseTime": lambda _tester, params: backend.advance(_integer(params[0])),
        },
        "claims": {"mint": lambda _tester, params: backend.mint(to_bytes(hexstr=params[0]), _integer(params[1]))},
    }


def _call_fields(fields: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in fields.items() if value is not None}
    if "input" in kept:
        kept["data"] = kept.pop("input")
    # Fees play no part in a call, and eth-tester refuses some combinations of them.
    for name in ("gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "type", "accessList", "chainId"):
        kept.pop(name, None)
    return kept


def _logs(backend: EmbeddedBackend, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    head = backend.chain.get_canonical_head().block_number

    def number(name: str) -> int:
        value = wanted.get(name, wanted.get({"fromBlock": "from_block", "toBlock": "to_block"}[name], "latest"))
        if value in ("latest", "pending", "safe", "finalized"):
            return int(head)
        return 0 if value == "earliest" else _integer(value)

    chosen = wanted.get("address") or []
    addresses = frozenset(to_bytes(hexstr=item) for item in ([chosen] if isinstance(chosen, str) else chosen))
    topics = tuple(
        None
        if choice is None
        else frozenset(_integer(item) for item in ([choice] if isinstance(choice, str) else choice))
        for choice in wanted.get("topics") or []
    )
    found = backend.logs(number("fromBlock"), min(number("toBlock"), head), addresses, topics)
    return [
        {
            "address": to_checksum_address(log.address),
            "topics": [to_hex(topic.to_bytes(32, "big")) for topic in log.topics],
            "data": to_hex(log.data),
            "block_number": header.block_number,
            "block_hash": to_hex(header.hash),
            "transaction_hash": to_hex(backend.transaction_hash(header, index)),
            "transaction_index": index,
            "log_index": log_index,
            "removed": False,
        }
        for header, index, log_index, log in found
    ]


def _integer(value: Any) -> int:
    return int(value, 16) if isinstance(value, str) else int(value)


def _hexadecimal(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return hex(value)
    if isinstance(value, bytes | bytearray):
        return to_hex(value)
    if isinstance(value, float):
        return value
    if isinstance(value, dict) or hasattr(value, "items"):
        return {name: _hexadecimal(item) for name, item in value.items()}
    return [_hexadecimal(item) for item in value]


def _error(code: int, message: str, data: str | None = None) -> dict[str, Any]:
    return {"code": code, "message": message} | ({} if data is None else {"data": data})
