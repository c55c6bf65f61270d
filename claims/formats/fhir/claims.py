"""The door for FHIR claims: a single Claim with what it contains, or a Bundle of Claims, read as an 837 file is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from claims.formats.fhir.claim_reader import ClaimPartner, claim_number, read_claim
from claims.formats.fhir.claim_resources import ClaimResources, index_entries
from claims.formats.fhir.claim_values import text
from claims.formats.fhir.codes import Json
from claims.formats.fhir.errors import ExportError
from claims.formats.fhir.json_text import parse
from claims.model.claim import Claim
from claims.model.submission import Group, IntakeError, Interchange, RejectedClaim, Submission, Transaction

FHIR, RELEASE = "FHIR", "4.0.1"
"""What stands for functional group and version in the submission of a FHIR file, which has no envelope of its own."""


def looks_like_fhir(data: bytes) -> bool:
    """Whether a file begins as a JSON object does; an 837 begins with ISA."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def is_fhir(submission: Submission) -> bool:
    """Whether a submission came as FHIR: it is answered by ClaimResponses, and by no TA1, 999 or 277CA."""
    return any(group.functional == FHIR for interchange in submission.interchanges for group in interchange.groups)


def read_fhir_claims(data: bytes, *, strict_npi: bool = False, payer: str = "") -> Submission:
    """Read a FHIR R4 Claim or a Bundle of Claims; what is wrong is in the result, never raised.

    `strict_npi` also checks every NPI's check digit; `payer`, where it is given, rejects claims to another payer identifier.
    A claim with any error is rejected by itself; only what is no FHIR claim at all makes the whole file unread.
    """
    digest = hashlib.sha256(data).hexdigest()
    try:
        document = parse(data)
        claims, named = _claims(document)
    except ExportError as wrong:
        message = str(wrong).replace("the export", "the file")
        return Submission((), digest, (IntakeError("interchange", "structure", message, segment="FHIR"),))
    partner = ClaimPartner(strict_npi, payer)
    good: list[Claim] = []
    rejected: list[RejectedClaim] = []
    for at, (body, place) in enumerate(claims):
        read = read_claim(body, place, ClaimResources(body, named), partner, at)
        if isinstance(read, Claim):
            good.append(read)
        else:
            rejected.append(read)
    transaction = Transaction(
        control_number="",
        version=RELEASE,
        purpose="CH",
        received=good[0].received if good else None,
        claims=tuple(good),
        errors=tuple(error for each in rejected for error in each.errors),
        segments=0,
        claim_numbers=tuple(claim_number(body) for body, _ in claims),
        identifier="Claim",
        rejected=tuple(rejected),
    )
    group = Group(FHIR, "", RELEASE, "", "", (transaction,))
    interchange = Interchange("", "", "", "", "", "", "", "", (group,))
    return Submission((interchange,), digest)


def _claims(document: Any) -> tuple[list[tuple[Json, str]], dict[str, tuple[Json, str]]]:
    kind = text(document, "resourceType") if isinstance(document, Mapping) else ""
    if kind == "Claim":
        return [(document, "the file")], {}
    if kind != "Bundle":
        raise ExportError("the file is neither a FHIR Claim nor a Bundle of Claims")
    claims, named = index_entries(document)
    if not claims:
        raise ExportError("the Bundle holds no Claim")
    return claims, named
