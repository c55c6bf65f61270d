"""Chains for tests: the embedded one and anvil, with everything a test needs to act on them.

    from tests.chains import anvil, embedded, funded

Both give an open `claims.chain.client.Chain`; the caller closes it by leaving the `with`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from claims.chain.anvil import running_anvil
from claims.chain.client import Chain, open_chain
from claims.chain.profile import LOCAL
from claims.chain.signer import Signer, raw_key_signer

ETHER = 10**18


@contextmanager
def embedded(
    directory: Path | None, start_at: int | None = None, abis: Mapping[str, Any] | None = None
) -> Iterator[Chain]:
    """The embedded chain in that folder (None: in memory)."""
    with open_chain(LOCAL, directory, abis=abis, start_at=start_at) as chain:
        yield chain


@contextmanager
def anvil(
    start_at: int | None = None, abis: Mapping[str, Any] | None = None, hardfork: str = "prague"
) -> Iterator[Chain]:
    """An anvil of its own, stopped at the end."""
    with running_anvil(hardfork=hardfork, timestamp=start_at) as profile, open_chain(profile, abis=abis) as chain:
        yield chain


def signer(chain: Chain, number: int) -> Signer:
    """A fixed key for tests: the same number is the same account."""
    return raw_key_signer((0xC1A1_0000 + number).to_bytes(32, "big"), chain.profile)


def funded(chain: Chain, number: int, wei: int = 100 * ETHER) -> Signer:
    """A fixed key with money for gas."""
    made = signer(chain, number)
    chain.fund(made.address, wei)
    return made
