"""Make or open the embedded chain of a home: profile `local`.

One SQLite file holds one chain. Separate commands in separate processes share it without a server.
"""

from __future__ import annotations

import secrets
import time
from importlib.metadata import version
from pathlib import Path

from claims.chain.embedded_backend import FORK, EmbeddedBackend
from claims.chain.embedded_database import ChainFile
from claims.chain.embedded_provider import EmbeddedProvider
from claims.chain.errors import ChainFileUnusable, ChainMismatch

SCHEMA = "1"
FIRST_CHAIN_ID = 1 << 40
"""Random chain ids start here, far above those of public chains, and stay below 2^53 for readers in JavaScript."""


def open_embedded(path: Path | str, chain_id: int | None = None, start_at: int | None = None) -> EmbeddedProvider:
    """The chain in the file at `path`, made first where there is none.

    `chain_id` None gives a new chain a random one and takes an old one's as it is. `start_at` (seconds since 1970) is
    the time of a new chain's first block, from which its clock runs on; an old chain keeps its clock.
    Raises ChainMismatch for a chain of another id, ChainFileUnusable for another version or another kind of file.
    """
    file = ChainFile(path)
    try:
        with file.writing():
            backend = _make(file, chain_id, start_at) if file.fact("schema") is None else _open(file, chain_id)
    except BaseException:
        file.close()
        raise
    return EmbeddedProvider(backend)


def _make(file: ChainFile, chain_id: int | None, start_at: int | None) -> EmbeddedBackend:
    now = int(time.time())
    # The first block lies a second back so that the next one may carry the very time asked for.
    genesis_timestamp = (now if start_at is None else start_at) - 1
    identity = chain_id if chain_id is not None else FIRST_CHAIN_ID + secrets.randbelow(FIRST_CHAIN_ID)
    file.remember("clock offset", str(0 if start_at is None else start_at - now))
    backend = EmbeddedBackend(file, identity, genesis_timestamp)
    file.remember("schema", SCHEMA)
    file.remember("chain id", str(identity))
    file.remember("fork", FORK)
    file.remember("genesis hash", "0x" + backend.genesis_hash.hex())
    file.remember("py-evm", version("py-evm"))
    return backend


def _open(file: ChainFile, chain_id: int | None) -> EmbeddedBackend:
    expected = {"schema": SCHEMA, "fork": FORK, "py-evm": version("py-evm")}
    for name, wanted in expected.items():
        found = file.fact(name)
        if found != wanted:
            raise ChainFileUnusable(
                f"{Path(file.path).name} was written with {name} {found}, this program has {wanted}; "
                "use the version that wrote it, or start a new home"
            )
    found_id = int(file.fact("chain id") or 0)
    if chain_id is not None and chain_id != found_id:
        raise ChainMismatch(chain_id, found_id)
    backend = EmbeddedBackend(file, found_id)
    genesis = "0x" + backend.genesis_hash.hex()
    if genesis != file.fact("genesis hash"):
        raise ChainMismatch(file.fact("genesis hash"), genesis, "first block")
    return backend
