"""A person's review as it is signed and checked: the bytes, their digest, and whose signature stands under it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from claims.evidence.addresses import same_address
from claims.evidence.errors import SignatureError
from claims.evidence.signature import recover
from claims.model.coding import encode
from claims.model.review import Review

if TYPE_CHECKING:
    from claims.store.rows import SignedReview

PREFIX = b"claims review 1\n"
"""Parts these bytes from everything else that a key of the home may sign: typed data begins with 0x1901 and is hashed by keccak."""


def review_bytes(review: Review) -> bytes:
    """Return what is signed of a review: a line that says what it is, and the review as canonical JSON."""
    return PREFIX + encode(review).encode("utf-8")


def review_digest(review: Review) -> bytes:
    """Return the 32 bytes that the reviewer's key signs: SHA-256 of `review_bytes`."""
    return hashlib.sha256(review_bytes(review)).digest()


def signature_holds(signed: SignedReview) -> bool:
    """Whether the review was signed by the key that it names, and stands beside the version that it speaks of."""
    review = signed.review
    if (review.claim, review.revision) != (signed.control_number, signed.revision):
        return False
    try:
        return same_address(recover(review_digest(review), signed.signature), review.address)
    except SignatureError:
        return False
