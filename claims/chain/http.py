"""The connection to a node behind RPC."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests
from web3 import HTTPProvider
from web3.providers.rpc.utils import REQUEST_RETRY_ALLOWLIST, ExceptionRetryConfiguration

TIMEOUT_SECONDS = 30.0
RETRIES = 4
RETRIES_BESIDE_OTHERS = 2
"""How often one node is asked where there is another to turn to."""

# A transaction handed in twice by the transport hides what happened to the first; its sender decides about that. The
# families that move a test chain's clock are no reading either. web3's own list has eth_sendRawTransaction.
_NEVER_RETRIED = frozenset({"eth_sendRawTransaction", "evm", "testing", "admin"})
_REPEATED = [method for method in REQUEST_RETRY_ALLOWLIST if method not in _NEVER_RETRIED]


class NodeProvider(HTTPProvider):
    """web3's provider, with connections that can be closed."""

    def __init__(self, url: str, session: requests.Session, retry: ExceptionRetryConfiguration) -> None:
        super().__init__(
            url, request_kwargs={"timeout": TIMEOUT_SECONDS}, session=session, exception_retry_configuration=retry
        )
        self._session = session

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()


def only_reads(method: str) -> bool:
    """Whether a request changes nothing, so that asking it again, or another node, asks the same."""
    return method in _REPEATED or method.partition("_")[0] in _REPEATED


def node_provider(url: str, *, alone: bool = True) -> NodeProvider:
    """A provider that repeats what only reads, and never what sends; less patient where it does not stand `alone`."""
    session = requests.Session()
    # A proxy of the environment never reaches the node on this machine.
    session.trust_env = urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1")
    return NodeProvider(
        url,
        session,
        ExceptionRetryConfiguration(
            errors=(requests.ConnectionError, requests.Timeout, requests.HTTPError),
            retries=RETRIES if alone else min(RETRIES, RETRIES_BESIDE_OTHERS),
            method_allowlist=_REPEATED,
        ),
    )
