"""The connection to a node behind RPC."""

from __future__ import annotations

import requests
from web3 import HTTPProvider
from web3.providers.rpc.utils import REQUEST_RETRY_ALLOWLIST, ExceptionRetryConfiguration

TIMEOUT_SECONDS = 30.0
RETRIES = 4

# A transaction handed in twice by the transport hides what happened to the first; its sender decides about that. The
# families that move a test chain's clock are no reading either.
_NEVER_RETRIED = frozenset({"eth_sendRawTransaction", "evm", "testing", "admin"})


def http_provider(url: str) -> HTTPProvider:
    """A provider that repeats what only reads, and never what sends."""
    return HTTPProvider(
        url,
        request_kwargs={"timeout": TIMEOUT_SECONDS},
        exception_retry_configuration=ExceptionRetryConfiguration(
            errors=(requests.ConnectionError, requests.Timeout, requests.HTTPError),
            retries=RETRIES,
            method_allowlist=[method for method in REQUEST_RETRY_ALLOWLIST if method not in _NEVER_RETRIED],
        ),
    )
