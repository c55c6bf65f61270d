"""What a transaction would cost, or which contract error would refuse it, without sending it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from claims.service.office import Office, load_abi


def try_call(office: Office, sender: str, address: str, contract: str, function: str, arguments: Sequence[Any]) -> int:
    """Return the gas that a call would need now; raises Reverted where it would be refused. Nothing is sent or signed."""
    from claims.chain.abi import encode_call

    return office.chain.estimate(address, encode_call(load_abi(contract), function, arguments), sender)
