"""Why a line has no evidence, in the words of whoever can cure it."""

from __future__ import annotations

from typing import NamedTuple

from claims.adjudication.codes import (
    CREDENTIALS_INVALID,
    DOCUMENTATION_INVALID,
    DOCUMENTATION_MISSING,
    SIGNATURE_INVALID,
)


class Cause(NamedTuple):
    """What is wrong, what cures it, and the remark code of a denial for it."""

    why: str
    cure: str
    remark: str


SIGN = "have the clinician sign the encounter, and send its record"
AGREE = "bill what was attested, or have the clinician attest what was done"

PROBLEMS: dict[str, Cause] = {
    "unsigned": Cause("the encounter record is not signed by its clinician", SIGN, SIGNATURE_INVALID),
    "bad-signature": Cause("the record's signature is not that of the clinician's key", SIGN, SIGNATURE_INVALID),
    "compromised": Cause(
        "the clinician's key is reported as compromised and the record was not anchored before", SIGN, SIGNATURE_INVALID
    ),
    "salt-mismatch": Cause(
        "the record's services do not give the root that was signed",
        "send the record as it was sealed, with its own salts",
        DOCUMENTATION_INVALID,
    ),
    "wrong-domain": Cause(
        "the record is signed for another chain or registry", "have it signed for this registry", DOCUMENTATION_INVALID
    ),
    "expired": Cause(
        "the attestation may no longer be claimed: its last day has passed",
        "have it signed anew",
        DOCUMENTATION_INVALID,
    ),
    "revoked": Cause(
        "the attestation was revoked or superseded",
        "send the attestation that stands in its place",
        DOCUMENTATION_INVALID,
    ),
    "not-on-roster": Cause(
        "the clinician who signed is not on the billing provider's roster",
        "have the roster name the clinician, or bill for the provider that may",
        CREDENTIALS_INVALID,
    ),
    "credential": Cause(
        "the credential of clinician or provider does not hold for the service",
        "have the credential renewed or corrected",
        CREDENTIALS_INVALID,
    ),
    "same-controller": Cause(
        "clinician and billing provider are under one controller, so the record needs an independent witness",
        "add a witness to the record",
        DOCUMENTATION_MISSING,
    ),
}

NO_RECORD = Cause("no encounter record was sent for the patient", SIGN, DOCUMENTATION_MISSING)
NOT_SENT = Cause("the encounter record that the claim names was not sent", "send that record", DOCUMENTATION_MISSING)
PHANTOM = Cause("no attested service stands behind this line", SIGN, DOCUMENTATION_MISSING)
TOO_MANY = Cause(
    "the claim draws on more than 16 encounter records", "split the claim by encounters", DOCUMENTATION_INVALID
)

DIFFERENCES: dict[str, Cause] = {
    "code": Cause("changed code: the service was attested under another procedure code", AGREE, DOCUMENTATION_INVALID),
    "modifiers": Cause("the service was attested with other modifiers", AGREE, DOCUMENTATION_INVALID),
    "dates": Cause("the service was attested for other dates", AGREE, DOCUMENTATION_INVALID),
    "place": Cause("the service was attested at another place of service", AGREE, DOCUMENTATION_INVALID),
    "practitioner": Cause(
        "the service was attested by another clinician than the one billed as rendering", AGREE, DOCUMENTATION_INVALID
    ),
    "person": Cause("the attested service was another person's", AGREE, DOCUMENTATION_INVALID),
}


def more_units(billed: str, attested: str) -> Cause:
    """Say that a line bills more units than were attested."""
    return Cause(f"more units: {billed} billed, {attested} attested", AGREE, DOCUMENTATION_INVALID)


def taken(other: int) -> Cause:
    """Say that the one attested service that fits backs another line."""
    why = f"no attested service stands behind this line: the one that fits is billed by line {other} already"
    return Cause(why, AGREE, DOCUMENTATION_MISSING)


def unknown_problem(problem: str) -> Cause:
    """Say what the verifier found where it is a word of its own."""
    return Cause(f"the encounter record does not hold: {problem}", SIGN, DOCUMENTATION_INVALID)
