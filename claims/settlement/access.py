"""What a batch touches, told beforehand: a slot that is named in the transaction costs less than one that is found (EIP-2930)."""

from __future__ import annotations

from collections.abc import Iterable

from claims.evidence.keccak import keccak256

_ADDRESS_GAS, _COLD_READ_GAS, _KEY_GAS, _WARM_READ_GAS = 2_400, 2_100, 1_900, 100
_IDS = 1 << 64
_POLICIES = int.from_bytes(keccak256(b"claims.InsurerBook.policies"), "big") // _IDS * _IDS
"""Where a book's policies begin in its storage, as contracts/Policies.sol has it; policy p lies p slots further."""


def policy_access(book: str, policies: Iterable[int]) -> tuple[tuple[str, tuple[bytes, ...]], ...]:
    """Return the access list of a transaction to a book that reads these policies; empty where naming them saves nothing."""
    keys = tuple((_POLICIES + policy).to_bytes(32, "big") for policy in sorted(set(policies)))
    saved = len(keys) * (_COLD_READ_GAS - _KEY_GAS - _WARM_READ_GAS) - _ADDRESS_GAS
    return ((book, keys),) if saved > 0 else ()
