"""The built contracts: interface, code and what they were built from. Needs neither Node.js nor a compiler."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "abi"
"""Where the artefacts are committed."""


class ArtefactMissing(Exception):
    """There is no artefact of that name, or it cannot be read."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """One built contract.

    `abi` is the contract's JSON interface; `bytecode` what is deployed, without constructor arguments; `deployed` the
    code that then stands on the chain, with zeros where the immutables will be; `immutables` those places as (start,
    length) in bytes, ascending; `compiler` and `evm_version` what built it; `settings` the compiler's settings;
    `sources` the SHA-256, in hex, of each source by its name.
    """

    name: str
    abi: tuple[dict[str, Any], ...]
    bytecode: bytes
    deployed: bytes
    immutables: tuple[tuple[int, int], ...]
    compiler: str
    evm_version: str
    settings: dict[str, Any]
    sources: dict[str, str]


@cache
def load(name: str) -> Artefact:
    """Read the artefact of a contract, `Registry` for one; those of the tests' stand-ins are `mocks/Wallet` and so on.

    Raises `ArtefactMissing` where the file is absent or is not an artefact.
    """
    path = FOLDER / f"{name}.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return Artefact(
            name=document["contract"],
            abi=tuple(document["abi"]),
            bytecode=bytes.fromhex(document["bytecode"].removeprefix("0x")),
            deployed=bytes.fromhex(document["deployedBytecode"].removeprefix("0x")),
            immutables=tuple((place["start"], place["length"]) for place in document["immutableReferences"]),
            compiler=document["compiler"],
            evm_version=document["evmVersion"],
            settings=document["settings"],
            sources=document["sources"],
        )
    except FileNotFoundError as error:
        raise ArtefactMissing(f"abi/{name}.json is not there: run `claims contracts build`") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ArtefactMissing(f"abi/{name}.json is not an artefact: run `claims contracts build`") from error


def masked_code_matches(artefact: Artefact, on_chain_code: bytes) -> bool:
    """Say whether code read from a chain is the artefact's, the immutables' places left out of the comparison.

    An empty code, as of an address where nothing stands, never matches.
    """
    if not on_chain_code or len(on_chain_code) != len(artefact.deployed):
        return False
    return _masked(artefact, on_chain_code) == _masked(artefact, artefact.deployed)


def _masked(artefact: Artefact, code: bytes) -> bytes:
    masked = bytearray(code)
    for start, length in artefact.immutables:
        masked[start : start + length] = bytes(length)
    return bytes(masked)
