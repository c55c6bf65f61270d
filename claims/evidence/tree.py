"""Binary trees of 32-byte leaves: inner = keccak256(0x01 ‖ left ‖ right), an odd node is promoted (DESIGN §4).

The shape is that of RFC 9162 §2.1: with n leaves the left subtree holds the largest power of two below n.
"""

from __future__ import annotations

from collections.abc import Sequence

from claims.evidence.errors import TreeError
from claims.evidence.keccak import keccak256


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root of at least one leaf; the root of one leaf is the leaf. Raises TreeError for none."""
    row = _checked(leaves)
    while len(row) > 1:
        row = _above(row)
    return row[0]


def prove(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the siblings from the leaf at index (from 0) up to the root; a promoted node has none on its row."""
    row = _checked(leaves)
    if not 0 <= index < len(row):
        raise TreeError(f"there is no leaf {index} in a tree of {len(row)}")
    proof = []
    while len(row) > 1:
        if index ^ 1 < len(row):
            proof.append(row[index ^ 1])
        row = _above(row)
        index >>= 1
    return tuple(proof)


def verify_proof(tree_root: bytes, leaf: bytes, index: int, count: int, proof: Sequence[bytes]) -> bool:
    """Whether the leaf stands at index (from 0) among count leaves of the tree with this root."""
    if not 0 <= index < count:
        return False
    node = leaf
    used = 0
    while count > 1:
        if index ^ 1 < count:
            if used == len(proof):
                return False
            node = _inner(proof[used], node) if index & 1 else _inner(node, proof[used])
            used += 1
        index >>= 1
        count = (count + 1) >> 1
    return used == len(proof) and node == tree_root


def _above(row: list[bytes]) -> list[bytes]:
    pairs = [_inner(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
    return [*pairs, row[-1]] if len(row) & 1 else pairs


def _inner(left: bytes, right: bytes) -> bytes:
    return keccak256(b"\x01" + left + right)


def _checked(leaves: Sequence[bytes]) -> list[bytes]:
    if not leaves:
        raise TreeError("a tree needs at least one leaf: an encounter without services or facts has no root")
    for position, leaf in enumerate(leaves):
        if len(leaf) != 32:
            raise TreeError(f"leaf {position} has {len(leaf)} bytes, not 32")
    return list(leaves)
