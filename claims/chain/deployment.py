"""Deploying contracts so that a repeated or interrupted command never deploys one twice.

One JSON file a chain records, by name: address, hash of the artefact, constructor arguments, transaction, block. The
signed transaction is written there before it is sent, and its address follows from sender and nonce, so a command that
was stopped anywhere finds its own work again. No recorded address is trusted before the code at it was compared with the
artefact.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claims.chain.abi import encode_constructor
from claims.chain.artefacts import Artefact, load, masked_code_matches
from claims.chain.errors import ChainMismatch, DeploymentError, NonceUsed, Reverted

if TYPE_CHECKING:
    from claims.chain.client import Chain
    from claims.chain.signer import Signer

CODE_LIMIT = 24_576
"""The most bytes of code that a chain keeps for a contract (EIP-170)."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One contract on one chain.

    `artefact` is the SHA-256 of the creation code, `arguments` the encoded constructor arguments, `raw` the signed
    transaction while it is under way, `block` None until it is mined. Bytes are hex text.
    """

    address: str
    artefact: str
    arguments: str
    transaction: str
    raw: str | None = None
    block: int | None = None


def deploy(
    chain: Chain, signer: Signer, record: Path, artefact: Artefact, arguments: Sequence[Any] = (), name: str = ""
) -> str:
    """Deploy a contract, or find the one deployed before, and return its verified address.

    `name` is what it is recorded under, the artefact's own name by default. Raises Reverted where the constructor
    refuses, DeploymentError where the record has another contract under that name or the code does not match,
    ChainMismatch where the record is another chain's.
    """
    label = name or artefact.name
    if len(artefact.deployed) > CODE_LIMIT:
        raise DeploymentError(
            f"{label} has {len(artefact.deployed):,} bytes of code, a chain keeps {CODE_LIMIT:,} (EIP-170)"
        )
    constructor = encode_constructor(artefact.abi, arguments)
    with _locked(record):
        deployments = read_record(chain, record)
        found = deployments.get(label)
        if found is not None:
            _require_same(label, found, artefact, constructor, record)
        others = {key: value for key, value in deployments.items() if key != label}
        try:
            if found is not None and found.block is None:
                found = _resume(chain, found)
            if found is None:
                found = _sign(chain, signer, artefact, constructor)
                _write(chain, record, {**others, label: found})
                found = _resume(chain, found)
        except _Refused as refused:
            # Nothing was made, so there is nothing to remember: a later command may try again.
            _write(chain, record, others)
            raise refused.reason from None
        if found is None:
            _write(chain, record, others)
            raise DeploymentError(f"another transaction of {signer.address} took the nonce of {label}; deploy it again")
        _verify(chain, label, found, artefact)
        _write(chain, record, {**others, label: found})
    return found.address


def verified_addresses(chain: Chain, record: Path, artefacts: Mapping[str, Artefact] | None = None) -> dict[str, str]:
    """The recorded contracts' addresses by name, each compared with its artefact on the chain first.

    `artefacts` are by recorded name; None loads the built ones. Raises DeploymentError, ChainMismatch.
    """
    addresses = {}
    for label, found in read_record(chain, record).items():
        artefact = load(label) if artefacts is None else artefacts[label]
        if found.block is None:
            raise DeploymentError(f"{label} is on its way in transaction {found.transaction}; deploy again to finish")
        if found.artefact != _artefact_hash(artefact):
            raise DeploymentError(
                f"{label} in {record.name} was built from other sources than these; deploy it beside, in a new record"
            )
        _verify(chain, label, found, artefact)
        addresses[label] = found.address
    return addresses


def read_record(chain: Chain, record: Path) -> dict[str, Deployment]:
    """What is recorded, unverified; nothing where there is no file. Raises ChainMismatch, DeploymentError."""
    try:
        document = json.loads(record.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as failure:
        raise DeploymentError(f"the deployment record {record.name} cannot be read: {type(failure).__name__}") from None
    try:
        found_id, genesis = document["chain_id"], document["genesis_hash"]
        deployments = {label: Deployment(**entry) for label, entry in document["contracts"].items()}
    except (KeyError, TypeError, AttributeError):
        raise DeploymentError(f"the deployment record {record.name} is not one this program wrote") from None
    if found_id != chain.chain_id:
        raise ChainMismatch(found_id, chain.chain_id)
    if genesis != _genesis(chain):
        raise ChainMismatch(genesis, _genesis(chain), "first block")
    return deployments


def contract_address(sender: str, nonce: int) -> str:
    """The address of the contract that this account creates with this nonce."""
    import rlp
    from eth_utils.address import to_checksum_address
    from eth_utils.crypto import keccak

    return to_checksum_address(keccak(rlp.encode([bytes.fromhex(sender[2:]), nonce]))[12:])


def _sign(chain: Chain, signer: Signer, artefact: Artefact, constructor: bytes) -> Deployment:
    from claims.chain.sender import sign
    from claims.chain.transactions import prepare

    transaction = prepare(chain, signer.address, None, artefact.bytecode + constructor)
    signed = sign(signer, transaction)
    return Deployment(
        address=contract_address(signer.address, transaction.nonce),
        artefact=_artefact_hash(artefact),
        arguments="0x" + constructor.hex(),
        transaction="0x" + signed.hash.hex(),
        raw="0x" + signed.raw.hex(),
    )


class _Refused(Exception):
    def __init__(self, reason: Reverted) -> None:
        self.reason = reason


def _resume(chain: Chain, found: Deployment) -> Deployment | None:
    """Send what was signed, again if need be, and wait; None where it can never be mined any more."""
    from claims.chain.sender import broadcast, follow

    transaction = bytes.fromhex(found.transaction[2:])
    if chain.receipt(transaction) is None:
        try:
            broadcast(chain, bytes.fromhex((found.raw or "0x")[2:]))
        except NonceUsed:
            return None
    receipt = follow(chain, transaction)
    if not receipt.succeeded:
        raise _Refused(chain.explain(receipt))
    return replace(found, raw=None, block=receipt.block)


def _require_same(label: str, found: Deployment, artefact: Artefact, constructor: bytes, record: Path) -> None:
    for what, recorded, asked in (
        ("sources", found.artefact, _artefact_hash(artefact)),
        ("constructor arguments", found.arguments, "0x" + constructor.hex()),
    ):
        if recorded != asked:
            raise DeploymentError(
                f"{record.name} has {label} at {found.address} from other {what}; "
                "deployed code never changes: deploy beside it, in a new record"
            )


def _verify(chain: Chain, label: str, found: Deployment, artefact: Artefact) -> None:
    code = chain.code(found.address)
    if not code:
        raise DeploymentError(
            f"there is no code at {found.address}, where {label} is recorded; is this the same chain?"
        )
    if not masked_code_matches(artefact, code):
        raise DeploymentError(f"the code at {found.address} is not {label}'s; do not use this record")


def _artefact_hash(artefact: Artefact) -> str:
    return hashlib.sha256(artefact.bytecode).hexdigest()


def _genesis(chain: Chain) -> str:
    return "0x" + chain.header(0).hash.hex()


def _write(chain: Chain, record: Path, deployments: Mapping[str, Deployment]) -> None:
    document = {
        "chain_id": chain.chain_id,
        "genesis_hash": _genesis(chain),
        "contracts": {label: asdict(deployment) for label, deployment in deployments.items()},
    }
    draft = record.with_name(f".{record.name}.draft")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(record)


@contextmanager
def _locked(record: Path) -> Iterator[None]:
    """Two commands that deploy at once take turns; the lock goes with the process that holds it."""
    record.parent.mkdir(parents=True, exist_ok=True)
    with record.with_name(f".{record.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
