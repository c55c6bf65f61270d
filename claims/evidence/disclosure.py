"""Showing single facts of the context tree, and keeping the rest."""

from __future__ import annotations

from dataclasses import replace

from claims.evidence import tree
from claims.evidence.errors import EvidenceError, TreeError
from claims.evidence.leaves import SIGNED_ON, context_leaf
from claims.model.evidence import Disclosure, EncounterRecord

__all__ = ["Disclosure", "disclose", "verify_disclosure", "without_context"]


def disclose(record: EncounterRecord, path: str) -> Disclosure:
    """Return what shows the fact at this path and nothing else; raises TreeError where the record does not have it."""
    leaves = [context_leaf(leaf.path, leaf.value, leaf.salt) for leaf in record.context]
    for index, leaf in enumerate(record.context):
        if leaf.path == path:
            return Disclosure(path, leaf.value, leaf.salt, index, len(leaves), tree.prove(leaves, index))
    raise TreeError(f"the record has no fact {path}; its context may be withheld")


def verify_disclosure(disclosure: Disclosure, context_root: bytes) -> bool:
    """Whether the fact stands in the context tree with this root."""
    try:
        leaf = context_leaf(disclosure.path, disclosure.value, disclosure.salt)
    except EvidenceError:
        return False
    return tree.verify_proof(context_root, leaf, disclosure.index, disclosure.count, disclosure.proof)


def without_context(record: EncounterRecord) -> EncounterRecord:
    """Return the record with its context withheld: all that a payer needs to match and pay, and its signature still holds.

    The day of the signature alone is disclosed, where the context has it: a payer may ask why a visit was signed late.
    """
    signed = tuple(disclose(record, SIGNED_ON) for leaf in record.context if leaf.path == SIGNED_ON)
    return replace(record, context=(), disclosed=signed or record.disclosed)
