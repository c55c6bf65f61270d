"""A node's unreliable door: a tiny HTTP proxy in front of any JSON-RPC node that loses, delays and repeats on command.

    with rpc_proxy(profile.urls[0]) as proxy, open_chain(proxy.profile(profile)) as chain:
        proxy.next("eth_sendRawTransaction", LOST_ANSWER)
        ...

A fault holds for the next request of its method, or for so many; "*" means any method. What is not planned goes through.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import requests

from claims.chain.profile import ChainProfile

LONGEST_DELAY = 10.0


@dataclass(frozen=True)
class Fault:
    """What happens to a request: how often the node gets it, and what the asker gets for it.

    `delay` seconds pass before the answer, at most LONGEST_DELAY. `status` other than 200 is answered without the node's
    words; `result` is answered in place of the node's, and so is `error`, a message.
    """

    reaches_node: int = 1
    answered: bool = True
    delay: float = 0.0
    status: int = 200
    result: Any = None
    error: str = ""


LOST_REQUEST = Fault(reaches_node=0, answered=False)
"""The node never gets it, and the connection breaks."""

LOST_ANSWER = Fault(answered=False)
"""The node does it, and nobody hears of it."""

TWICE = Fault(reaches_node=2)
"""The node gets it twice; the second answer is what the asker gets."""

BUSY = Fault(reaches_node=0, status=429)
BROKEN = Fault(reaches_node=0, status=503)


def delayed(seconds: float) -> Fault:
    """The answer comes so late."""
    return Fault(delay=min(seconds, LONGEST_DELAY))


def answering(result: Any) -> Fault:
    """The answer is this result, whatever the node would say."""
    return Fault(reaches_node=0, result=result)


def refusing(message: str) -> Fault:
    """The answer is an error in these words; the node gets nothing."""
    return Fault(reaches_node=0, error=message)


@dataclass
class RpcProxy:
    """The proxy, running at `url`. `asked` counts the requests by method, `done` those that the node got."""

    upstream: str
    url: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    _faults: list[list[Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, method: str, fault: Fault, times: int = 1) -> None:
        """Plan a fault for the next `times` requests of a method; after those that are planned for it already."""
        with self._lock:
            self._faults.append([method, fault, times])

    def always(self, method: str, fault: Fault) -> None:
        """Plan a fault for every request of a method, until `heal`."""
        self.next(method, fault, times=1 << 62)

    def heal(self) -> None:
        """Forget what is planned."""
        with self._lock:
            self._faults.clear()

    def profile(self, direct: ChainProfile, **changes: Any) -> ChainProfile:
        """The profile that reaches the node through this proxy alone."""
        return replace(direct, urls=(self.url,), **changes)

    def _fault(self, method: str) -> Fault:
        with self._lock:
            for planned in self._faults:
                if planned[0] in (method, "*"):
                    planned[2] -= 1
                    if planned[2] <= 0:
                        self._faults.remove(planned)
                    return cast(Fault, planned[1])
        return Fault()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # An answer is written in two parts, and the second would wait 40 ms for the first.
    proxy: RpcProxy

    def do_POST(self) -> None:
        """Pass one request on, or do to it what is planned."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = json.loads(body)
        method = str(request["method"])
        fault = self.proxy._fault(method)
        with self.proxy._lock:
            self.proxy.asked[method] += 1
        answer = b""
        for _ in range(fault.reaches_node):
            answer = _pass_on(self.proxy.upstream, body)
            with self.proxy._lock:
                self.proxy.done[method] += 1
        time.sleep(fault.delay)
        if not fault.answered:
            self.close_connection = True
            return
        if fault.result is not None:
            answer = json.dumps({"jsonrpc": "2.0", "id": request.get("id"), "result": fault.result}).encode()
        if fault.error:
            error = {"code": -32005, "message": fault.error}
            answer = json.dumps({"jsonrpc": "2.0", "id": request.get("id"), "error": error}).encode()
        self.send_response(fault.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def handle_one_request(self) -> None:
        """As ever; whoever asked may have lost patience and gone."""
        try:
            super().handle_one_request()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Tests are silent."""


def _pass_on(upstream: str, body: bytes) -> bytes:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(upstream, data=body, headers={"Content-Type": "application/json"}, timeout=30)
        return answer.content


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


@contextmanager
def rpc_proxy(upstream: str) -> Iterator[RpcProxy]:
    """Run a proxy in front of a node, on a free port of this machine, until the block ends."""
    proxy = RpcProxy(upstream)
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": proxy}))
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
