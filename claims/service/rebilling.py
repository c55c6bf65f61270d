"""A provider corrects a claim that it sent: an 837 that replaces it, or one that voids it, for `claim submit` to hand over."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from claims.formats.fhir.claims import looks_like_fhir
from claims.formats.x12.claim_correction import REPLACEMENT, VOID, correct_837
from claims.service.errors import FileRejected, UsageError
from claims.service.home import PROVIDER, Home
from claims.service.intake import first_cause, goes_on, read_claims
from claims.service.numbering import numbered_claims, place_of
from claims.service.office import Office
from claims.service.private_file import write_private

if TYPE_CHECKING:
    from claims.store.rows import StoredClaim

SENT = "sent"
"""Folder of a provider's home with the 837s that it handed over, by their SHA-256."""


_NAMES = {REPLACEMENT: "replacement", VOID: "void"}


@dataclass(frozen=True, slots=True)
class Correction:
    """An 837 that was written: whom it corrects, its own control number at the payer, and where it lies."""

    claim: str
    corrects: str
    control_number: str
    path: Path


def keep_sent(home: Home, data: bytes) -> None:
    """Keep an 837 as it was handed over, so that a void of one of its claims can repeat what was billed."""
    file = _sent(home, hashlib.sha256(data).hexdigest())
    if not file.exists():
        file.parent.mkdir(mode=0o700, exist_ok=True)
        write_private(file, data)


def void_claim(office: Office, number: str, out: Path | None, *, file: Path | None = None) -> Correction:
    """Write the 837 that voids a claim: what was billed, with frequency 8 and the payer's control number.

    `number` is the claim's own or the payer's control number. `file` is the 837 that it was billed with, where the home does
    not have it any more. Raises UsageError where the claim is not known, stands no longer, or the file is another.
    """
    stored = _standing(office, number)
    source = file or _sent(office.home, stored.source_sha256)
    if not source.exists():
        raise UsageError(f"the 837 of claim {stored.claim.number} is not in the home: give it with --file")
    data = source.read_bytes()
    place = place_of(read_claims(data), stored.control_number)
    if place is None:
        raise UsageError(
            f"{source.name} is not the file that claim {stored.claim.number} was billed with: give that one"
        )
    return _write(office, stored, data, place, VOID, out)


def replace_claim(office: Office, number: str, corrected: Path, out: Path | None) -> Correction:
    """Write the 837 that replaces a claim by its corrected form: frequency 7 and the payer's control number are set.

    `corrected` holds the claim as it should have been, under the same number (CLM01), or as its only claim. Raises
    UsageError where it does not, or the claim is not known or stands no longer.
    """
    stored = _standing(office, number)
    data = corrected.read_bytes()
    claims = numbered_claims(read_claims(data))
    fitting = [c for c, claim in claims if claim.number == stored.claim.number] or [
        c for c, _ in claims[:1] if not claims[1:]
    ]
    place = place_of(read_claims(data), fitting[0]) if len(fitting) == 1 else None
    if place is None:
        raise UsageError(
            f"{corrected.name} holds {len(fitting)} claims of the number {stored.claim.number} that go on: it must hold one"
        )
    return _write(office, stored, data, place, REPLACEMENT, out)


def _sent(home: Home, sha256: str) -> Path:
    return home.folder / SENT / f"{sha256}.837"


def _standing(office: Office, number: str) -> StoredClaim:
    office.require(PROVIDER)
    with office.store.reading() as work:
        one = work.claims.find(number)
        found = (one,) if one is not None else work.claims.by_number(number)
        standing = [
            each
            for each in found
            if each.claim.frequency != VOID and work.replacements.successor(each.control_number) is None
        ]
    if not found:
        raise UsageError(f"{office.home.folder} knows no claim {number}: give its CLM01 or the payer's control number")
    if not standing:
        raise UsageError(f"claim {number} stands no longer, or is a void: name the claim that took its place")
    if len(standing) > 1:
        names = ", ".join(each.control_number for each in standing)
        raise UsageError(f"{len(standing)} claims have the number {number}: name one by its control number ({names})")
    return standing[0]


def _write(
    office: Office, stored: StoredClaim, data: bytes, place: int, frequency: str, out: Path | None
) -> Correction:
    if looks_like_fhir(data):
        raise UsageError(
            f"claim {stored.claim.number} is given as FHIR: send its Claim with related.reference {stored.control_number}, "
            "and status cancelled for a void"
        )
    with office.store.unit_of_work() as work:
        number = work.control_numbers.next("interchange")
    written = correct_837(
        data,
        place,
        frequency=frequency,
        payer_control_number=stored.control_number,
        created=datetime.fromtimestamp(office.chain.head().timestamp, UTC),
        control_number=number,
    )
    submission = read_claims(written, strict_npi=office.home.strict_npi)
    if not goes_on(submission):
        raise FileRejected(f"the corrected claim would be rejected and was not written: {first_cause(submission)}")
    ((control_number, claim),) = numbered_claims(submission)
    path = out or Path(f"{stored.control_number}-{_NAMES[frequency]}.837")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, written)
    return Correction(claim.number, stored.control_number, control_number, path)
