"""What a leaf commits to: path grammar, canonical bytes of each value, and the salted hash (docs/evidence.md).

leaf = keccak256(0x00 ‖ salt32 ‖ path bytes ‖ value bytes). Path bytes are the path in ASCII and one 0x00, which no path
holds, so that no other split of the same bytes is a path and a value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from claims.evidence.errors import LeafError
from claims.evidence.keccak import keccak256
from claims.model.encounter import PAYMENT_MODIFIERS, Service

PERSON, PRACTITIONER, BEGINS, ENDS = "context/person", "context/practitioner", "context/begins", "context/ends"
SIGNED_ON = "context/signed"
"""When the clinician signed, as an ISO 8601 instant or day: the signer's own word."""

_INDEX = r"(?:0|[1-9][0-9]{0,5})"
_NAME = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
_PATH = re.compile(rf"service/{_INDEX}|context/{_NAME}(?:/(?:{_NAME}|{_INDEX}))*")
_CODE = re.compile(r"[A-Z0-9]{1,48}")
_MODIFIER = re.compile(r"[A-Z0-9]{2}")
_PLACE = re.compile(r"[A-Z0-9]{1,2}")
_LONGEST_PATH = 255
_LONGEST_TEXT = 65_535
_MOST_DIGITS = 15


def service_path(index: int) -> str:
    """Return the path of the service at this place (from 0) of the record."""
    return f"service/{index}"


def diagnosis_path(number: int) -> str:
    """Return the path of the diagnosis with this number, from 1 as in a claim's HI segment."""
    return f"context/diagnosis/{number}"


@lru_cache(maxsize=1024)
def path_bytes(path: str) -> bytes:
    """Return the path in ASCII and its terminator 0x00; raises LeafError for what the grammar does not have."""
    if len(path) > _LONGEST_PATH or not _PATH.fullmatch(path):
        raise LeafError(
            "a path is service/<number> or context/<name>[/<name or number>…], in small letters, digits and single hyphens, "
            f"with no leading zeros and at most {_LONGEST_PATH} characters"
        )
    return path.encode("ascii") + b"\x00"


def service_bytes(service: Service) -> bytes:
    """Return the canonical bytes of a service: code, modifiers in order, units, begin, end, place.

    Each text is its length in two bytes (big-endian) and its UTF-8; the modifiers stand behind their number in one byte.
    Payment modifiers (DESIGN §4) are refused: they stand outside the leaf. Raises LeafError, which names the field alone.
    """
    if not _CODE.fullmatch(service.code):
        raise LeafError("the procedure code is not 1 to 48 capital letters and digits")
    if len(service.modifiers) > 255:
        raise LeafError(f"{len(service.modifiers)} modifiers are more than 255")
    for modifier in service.modifiers:
        if not _MODIFIER.fullmatch(modifier):
            raise LeafError("a modifier is not two capital letters or digits")
        if modifier in PAYMENT_MODIFIERS:
            raise LeafError(f"the payment modifier {modifier} stands outside the leaf: leave it out before sealing")
    if not _PLACE.fullmatch(service.place):
        raise LeafError("the place of service is not one or two capital letters or digits")
    if type(service.begins) is not date or type(service.ends) is not date:
        raise LeafError("the dates of service are not plain dates")
    if service.begins > service.ends:
        raise LeafError("the service ends before it begins")
    code, units, place = service.code, canonical_units(service.units), service.place
    modifiers = "".join([f"\0\2{modifier}" for modifier in service.modifiers])
    # All of it is ASCII and shorter than 256 bytes: one text, of which a character is a byte, is encoded once.
    return (
        f"\0{chr(len(code))}{code}{chr(len(service.modifiers))}{modifiers}\0{chr(len(units))}{units}"
        f"\0\n{service.begins.isoformat()}\0\n{service.ends.isoformat()}\0{chr(len(place))}{place}"
    ).encode("latin-1")


def canonical_units(units: Decimal) -> str:
    """Write a positive quantity without exponent, sign, leading or trailing zeros: 1, 0.5, 120; raises LeafError."""
    if type(units) is not Decimal or not units.is_finite() or units <= 0:
        raise LeafError("the units are not a positive decimal number")
    if units.adjusted() >= _MOST_DIGITS or units.as_tuple().exponent < -_MOST_DIGITS:  # type: ignore[operator]
        raise LeafError(f"the units have more than {_MOST_DIGITS} digits before or after the point")
    text = format(units, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def canonical_text(text: str) -> str:
    """Return the text in Unicode's form NFC; raises LeafError for empty text and for characters without a stable form.

    These are control characters, lone surrogates and code points that Unicode has not assigned yet.
    """
    if text.isascii() and text.isprintable() and 0 < len(text) <= _LONGEST_TEXT:
        return text
    composed = unicodedata.normalize("NFC", text)
    if not composed:
        raise LeafError("the value is empty: leave the fact out")
    for character in composed:
        # A code point may get another normal form on the day that it is assigned, and the leaf would not open any more.
        if unicodedata.category(character) in ("Cc", "Cn", "Cs"):
            raise LeafError("the value holds a control character, half of a surrogate pair or an unassigned character")
    if len(composed.encode()) > _LONGEST_TEXT:
        raise LeafError(f"the value is longer than {_LONGEST_TEXT} bytes: commit to its hash instead")
    return composed


def text_bytes(text: str) -> bytes:
    """Return the canonical bytes of a fact of the context tree: its NFC text in UTF-8."""
    return canonical_text(text).encode()


def leaf_hash(salt: bytes, path: bytes, value: bytes) -> bytes:
    """Return keccak256(0x00 ‖ salt ‖ path ‖ value) over bytes that are canonical already; raises LeafError for a short salt."""
    if len(salt) != 32:
        raise LeafError(f"a salt has 32 bytes, not {len(salt)}")
    return keccak256(b"\x00" + salt + path + value)


def service_leaf(index: int, service: Service, salt: bytes) -> bytes:
    """Return the leaf of the service at this place (from 0) of the services tree."""
    return leaf_hash(salt, path_bytes(service_path(index)), service_bytes(service))


def context_leaf(path: str, value: str, salt: bytes) -> bytes:
    """Return the leaf of one fact of the context tree; raises LeafError for a path outside `context/`."""
    if not path.startswith("context/"):
        raise LeafError("a fact of the context tree has a path that begins with context/")
    return leaf_hash(salt, path_bytes(path), text_bytes(value))


def attested_modifiers(modifiers: Sequence[str]) -> tuple[str, ...]:
    """Return the modifiers that change what was done, in their order: all but the payment modifiers (DESIGN §4)."""
    return tuple(modifier for modifier in modifiers if modifier not in PAYMENT_MODIFIERS)
