"""Why a batch left a claim out, in the contract's own name for it, and what cures it."""

from __future__ import annotations

from functools import cache

SPENT = "Registry_BitSpent"
"""The evidence paid before: for this very claim where a payment of it is known, else for another."""

_LIMIT = "the policy's limit or reserve does not cover it; raise the reserve with a new policy, or deny the rest"
_CREDENTIAL = "the credentialer decides; once it stands again, `claims settle run --retry` takes the claim once more"
_EVIDENCE = "ask the provider for a replacement (frequency 7) on evidence that stands"
_TERMS = "adjudicate the claim anew: its amounts do not add up for the contract"
_POLICY = "its policy does not cover the services; void the claim, and have it billed on the policy that does"
_QUORUM = "have more adjudicators sign (keys named adjudicator-2 and on), then `claims settle run --retry`"

CURES = {
    SPENT: "another claim was paid for the same encounter: void one of the two",
    "Registry_AttestationRevoked": "the clinician took the attestation back; " + _EVIDENCE,
    "Registry_AttestationExpired": "its last day had passed when it was anchored; " + _EVIDENCE,
    "Registry_KeyCompromised": "the clinician's key is not believed from a day on; " + _EVIDENCE,
    "Registry_SignatureInvalid": "the clinician's key changed, or it never signed; " + _EVIDENCE,
    "Registry_PractitionerSuspended": _CREDENTIAL,
    "Registry_PractitionerUnknown": _CREDENTIAL,
    "Registry_PractitionerWindow": _CREDENTIAL,
    "Registry_ProviderSuspended": _CREDENTIAL,
    "Registry_ProviderUnknown": _CREDENTIAL,
    "Registry_ProviderWindow": _CREDENTIAL,
    "Registry_NotOnRoster": _CREDENTIAL,
    "Registry_RosterWindow": _CREDENTIAL,
    "Registry_SameController": "practitioner and provider are one: an independent witness has to sign",
    "Registry_ClassMismatch": _TERMS,
    "Registry_YearMismatch": _TERMS,
    "Claims_AlreadySubmitted": "it was submitted by itself: `claims adjudicate --pay` answers it there",
    "Claims_CapExceeded": "it is above the book's cap for a claim; the insurer may raise it, then `claims settle run --retry`",
    "Claims_QuorumMissing": _QUORUM,
    "Claims_PaidAboveAllowed": _TERMS,
    "Claims_AllowedAboveBilled": _TERMS,
    "Claims_SharesAboveBilled": _TERMS,
    "Policies_LimitExceeded": _LIMIT,
    "Policies_ReserveExceeded": _LIMIT,
    "Policies_NotActive": _POLICY,
    "Policies_RankNotCovered": _POLICY,
    "Policies_YearMismatch": _POLICY,
    "Policies_Unknown": "its policy is not on the chain; issue one, and have the claim anchored on it",
    "Invoices_NotAnchored": "the chain took the roll back: the provider repeats `claims claim submit --anchor`, then "
    "`claims settle run --retry`",
}


@cache
def _names() -> dict[bytes, str]:
    from claims.chain.abi import items, selector
    from claims.service.office import known_abis

    return {selector(item): item["name"] for abi in known_abis().values() for item in items(abi, "error")}


def reason_name(selector: bytes) -> str:
    """The name of the error with this selector (4 bytes), or the selector itself where no contract of ours has it."""
    return _names().get(selector, "0x" + selector.hex())


def cure_of(reason: str) -> str:
    """What would have the claim paid after all, in words."""
    return CURES.get(reason, "look at the reason, and run `claims settle run --retry` once it is gone")
