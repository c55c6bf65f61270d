"""Trees: their shape, their proofs, and what they refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.evidence import tree
from claims.evidence.errors import TreeError
from claims.evidence.keccak import keccak256
from tests.evidence.samples import HASHES

TREES = st.lists(HASHES, min_size=1, max_size=40, unique=True)


def inner(left: bytes, right: bytes) -> bytes:
    """An inner node, spelled out."""
    return keccak256(b"\x01" + left + right)


def by_splitting(leaves: list[bytes]) -> bytes:
    """The root as RFC 9162 defines it: the left subtree holds the largest power of two below the number of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return inner(by_splitting(leaves[:split]), by_splitting(leaves[split:]))


def test_the_root_of_one_leaf_is_the_leaf():
    assert tree.root([b"\x07" * 32]) == b"\x07" * 32
    assert tree.prove([b"\x07" * 32], 0) == ()


def test_an_odd_node_is_promoted_not_doubled():
    a, b, c = (bytes([n]) * 32 for n in (1, 2, 3))
    assert tree.root([a, b, c]) == inner(inner(a, b), c)
    assert tree.root([a, b, c]) != tree.root([a, b, c, c])


@given(TREES)
def test_shape_is_that_of_rfc_9162(leaves):
    assert tree.root(leaves) == by_splitting(leaves)


@given(TREES, st.data())
def test_a_proof_holds_for_its_leaf_at_its_place_alone(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.integers(0, len(leaves) - 1))
    root, proof = tree.root(leaves), tree.prove(leaves, index)
    assert tree.verify_proof(root, leaves[index], index, len(leaves), proof)
    if other != index:
        assert not tree.verify_proof(root, leaves[other], index, len(leaves), proof)
        assert not tree.verify_proof(root, leaves[index], other, len(leaves), proof)
    assert not tree.verify_proof(root, leaves[index], index, len(leaves), (*proof, root))
    if proof:
        assert not tree.verify_proof(root, leaves[index], index, len(leaves), proof[:-1])
        assert not tree.verify_proof(root, leaves[index], index, len(leaves), (keccak256(proof[0]), *proof[1:]))


@given(TREES)
def test_an_inner_node_is_no_leaf(leaves):
    """Leaves are hashed behind 0x00 and nodes behind 0x01, so a node cannot be shown as a leaf."""
    root = tree.root(leaves)
    assert not tree.verify_proof(root, root, 0, 2, ())
    assert tree.verify_proof(root, root, 0, 1, ()), (
        "only a tree of one leaf has its root as a leaf, and leaves are salted"
    )


def test_what_is_not_a_tree_is_refused():
    with pytest.raises(TreeError, match="at least one leaf"):
        tree.root([])
    with pytest.raises(TreeError, match="leaf 1 has 31 bytes"):
        tree.root([bytes(32), bytes(31)])
    with pytest.raises(TreeError, match="no leaf 2 in a tree of 2"):
        tree.prove([bytes(32), bytes(32)], 2)
    assert not tree.verify_proof(bytes(32), bytes(32), -1, 1, ())
    assert not tree.verify_proof(bytes(32), bytes(32), 1, 1, ())
