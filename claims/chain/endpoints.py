"""Several nodes of one chain behind one provider: the one in use is kept until it fails, then the next takes its place.

Before a node is asked anything it must show that it is on the same chain: the id, and with several nodes the first
block's hash. One that is on another chain is never asked again. What sends is not repeated at the next node: the first
may have taken it, and only the sender knows what that would mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from web3.providers.base import BaseProvider

from claims.chain.errors import ChainMismatch, ChainUnreachable, RateLimited
from claims.chain.http import NodeProvider, node_provider, only_reads

_TOO_MANY_REQUESTS = 429
_LIMITED = ("rate limit", "too many requests", "request limit", "requests per second", "compute units")


@dataclass
class Endpoint:
    """One node. `checked`: it is on the chain that was expected; `refused`: it is not, and why."""

    url: str
    provider: NodeProvider
    checked: bool = False
    refused: ChainMismatch | None = None

    @property
    def host(self) -> str:
        """The host alone, since a URL may carry an access key."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def ask(self, method: str, params: Any) -> Any:
        """The node's answer, an error of its own included. Raises ChainUnreachable where none came, RateLimited."""
        try:
            answer: Any = self.provider.make_request(method, params)
        except requests.HTTPError as failure:
            status = 0 if failure.response is None else failure.response.status_code
            kind = RateLimited if status == _TOO_MANY_REQUESTS else ChainUnreachable
            raise kind((self.url,), f"HTTP status {status}") from None
        except (requests.RequestException, ConnectionError, TimeoutError) as failure:
            raise ChainUnreachable((self.url,), type(failure).__name__) from None
        except ValueError:
            raise ChainUnreachable((self.url,), "its answer is no JSON") from None
        if not isinstance(answer, dict):
            raise ChainUnreachable((self.url,), "its answer is no JSON-RPC")
        error = answer.get("error")
        message = str(error.get("message", "")) if isinstance(error, dict) else str(error or "")
        if any(words in message.lower() for words in _LIMITED):
            raise RateLimited((self.url,), "asked too often")
        return answer


class Endpoints(BaseProvider):
    """web3's provider over the nodes of a profile. `chain_id` None takes the first node's."""

    def __init__(self, urls: tuple[str, ...], chain_id: int | None = None) -> None:
        super().__init__()
        self.nodes = tuple(Endpoint(url, node_provider(url, alone=len(urls) == 1)) for url in urls)
        self.chain_id = chain_id
        self.genesis: str | None = None
        self._used = 0

    def close(self) -> None:
        """Let go of the connections."""
        for node in self.nodes:
            node.provider.close()

    def make_request(self, method: Any, params: Any) -> Any:
        """The answer of the node in use, or of the next one that answers and is on the same chain.

        Raises ChainUnreachable where none does, and ChainMismatch where all that do are on other chains.
        """
        reasons = []
        failures: list[ChainUnreachable] = []
        for turn in range(len(self.nodes)):
            place = (self._used + turn) % len(self.nodes)
            node = self.nodes[place]
            handed_in = False
            try:
                if not self._is_ours(node):
                    reasons.append(f"{node.host} {node.refused}")
                    continue
                handed_in = True
                answer = node.ask(method, params)
            except ChainUnreachable as failure:
                # It may come back as another chain's node: it is asked for its chain again.
                node.checked = False
                failures.append(failure)
                reasons.append(f"{node.host} {failure.reason}")
                if handed_in and not only_reads(str(method)):
                    self._used = (place + 1) % len(self.nodes)
                    raise
                continue
            self._used = place
            return answer
        if not failures:
            raise next(node.refused for node in self.nodes if node.refused is not None)
        if len(self.nodes) == 1:
            raise failures[0]
        kind = RateLimited if all(isinstance(failure, RateLimited) for failure in failures) else ChainUnreachable
        raise kind(tuple(node.url for node in self.nodes), "; ".join(reasons))

    def examine(self) -> tuple[tuple[str, str], ...]:
        """Each node's host and what is wrong with it, "" where nothing is. Asks all of them."""
        found = []
        for node in self.nodes:
            node.checked = False
            try:
                problem = "" if self._is_ours(node) else str(node.refused)
            except ChainUnreachable as failure:
                problem = failure.reason
            found.append((node.host, problem))
        return tuple(found)

    def _is_ours(self, node: Endpoint) -> bool:
        if node.refused is None and not node.checked:
            found = int(_result(node, "eth_chainId", []), 16)
            if self.chain_id is not None and found != self.chain_id:
                node.refused = ChainMismatch(self.chain_id, found)
                return False
            if len(self.nodes) > 1:
                genesis = str(_result(node, "eth_getBlockByNumber", ["0x0", False])["hash"])
                if self.genesis is not None and genesis != self.genesis:
                    node.refused = ChainMismatch(self.genesis, genesis, "first block")
                    return False
                self.genesis = genesis
            self.chain_id = found
            node.checked = True
        return node.refused is None


def _result(node: Endpoint, method: str, params: list[Any]) -> Any:
    result = node.ask(method, params).get("result")
    if result is None:
        raise ChainUnreachable((node.url,), f"it does not answer {method}")
    return result
