"""What can be wrong with evidence; no message quotes a patient's data or a key."""

from __future__ import annotations


class EvidenceError(ValueError):
    """Evidence that cannot be hashed, signed, read or checked."""


class ValueOutOfRange(EvidenceError):
    """A value that does not fit the Solidity type of its field."""


class LeafError(EvidenceError):
    """A path, a service or a fact that has no canonical bytes."""


class TreeError(EvidenceError):
    """A tree without leaves, or a leaf that the tree does not have."""


class SignatureError(EvidenceError):
    """A signature, a digest or a key of the wrong shape."""


class RecordError(EvidenceError):
    """Encounters that cannot be sealed into records, or a record document that cannot be read."""
