"""The answer to a claim as a FHIR R4 ClaimResponse: to a decision, or to a claim that intake rejected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from claims.formats.fhir.answer_amounts import allowed_units, amounts_of, decision_amounts, money, reasons
from claims.formats.fhir.answer_notes import Notes, disposition_of, outcome_of
from claims.formats.fhir.answer_parties import (
    Contained,
    Resource,
    claim_identifiers,
    concept,
    payee_type,
    without_blanks,
)
from claims.formats.fhir.claim_systems import CLAIM_TYPE, HL7
from claims.model.claim import Claim
from claims.model.decision import PENDED, Decision
from claims.model.money import ZERO
from claims.model.payment import Payment
from claims.model.submission import IntakeError, RejectedClaim

_STATUS_CATEGORY = "https://x12.org/codes/claim-status-category-codes"
_STATUS = "https://x12.org/codes/claim-status-codes"


def claim_response(
    claim: Claim, decision: Decision, *, control_number: str, created: date, payment: Payment | None = None
) -> Resource:
    """Write the answer to a decided or pended claim. `payment` is the payment on the chain that this claim was paid by.

    `control_number` is the payer's own number of the claim; empty where nothing was kept.
    """
    contained, notes = Contained(), Notes()
    decided = decision.status != PENDED
    insurer = contained.payer(claim.payer)
    patient = contained.patient(claim.patient, claim.member_number)
    coverage = contained.coverage(claim, patient, insurer)
    items = [
        {
            "itemSequence": line.line,
            "noteNumber": notes.of_line(decision, line.line, line.remarks),
            "adjudication": [
                *amounts_of(line, line.adjustments, decided=decided).adjudications(),
                *([allowed_units(line)] if decided else []),
                *reasons(line.adjustments, line.remarks),
            ],
        }
        for line in decision.lines
    ]
    notes.of_claim(decision)
    response = {
        "resourceType": "ClaimResponse",
        "contained": contained.resources,
        "identifier": claim_identifiers(claim.number, control_number),
        "status": "active",
        "type": concept(CLAIM_TYPE, claim.kind),
        "use": "claim",
        "patient": patient,
        "created": created.isoformat(),
        "insurer": insurer,
        "requestor": contained.provider(claim.billing),
        "request": {"type": "Claim", "identifier": {"value": claim.number}},
        "outcome": outcome_of(decision),
        "disposition": disposition_of(decision),
        "preAuthRef": claim.prior_authorization,
        "payeeType": payee_type(),
        "item": items,
        "adjudication": reasons(decision.adjustments),
        "total": decision_amounts(decision).totals(),
        "payment": payment_of(decision, payment),
        "processNote": notes.written(),
        "insurance": [{"sequence": claim.rank + 1, "focal": True, "coverage": coverage}],
    }
    found: Resource = without_blanks(response)
    return found


def rejected_response(rejected: RejectedClaim, errors: Sequence[IntakeError], *, kind: str, created: date) -> Resource:
    """Write the answer to a claim that intake rejected: outcome error, with every reason and nothing decided.

    `errors` are the claim's own and those of whatever held it. `kind` is professional or institutional.
    """
    contained = Contained()
    response = {
        "resourceType": "ClaimResponse",
        "contained": contained.resources,
        "identifier": claim_identifiers(rejected.number, ""),
        "status": "active",
        "type": concept(CLAIM_TYPE, kind),
        "use": "claim",
        "patient": contained.patient(rejected.patient, rejected.member_number)
        if rejected.patient.last_name or rejected.member_number
        else {"display": "not read"},
        "created": created.isoformat(),
        "insurer": contained.payer(rejected.payer),
        "requestor": contained.provider(rejected.billing) if rejected.billing.npi else {},
        "request": {"type": "Claim", "identifier": {"value": rejected.number}},
        "outcome": "error",
        "disposition": "The claim is rejected: it was not adjudicated.",
        "error": [{"code": _error(error)} for error in errors],
    }
    found: Resource = without_blanks(response)
    return found


def payment_of(decision: Decision, payment: Payment | None) -> Resource:
    """Write what this claim was paid by a payment on the chain; empty where it is not paid yet."""
    if payment is None or decision.paid <= ZERO:
        return {}
    return {
        "type": concept(f"{HL7}/ex-paymenttype", "complete"),
        "date": payment.day.isoformat(),
        "amount": money(decision.paid),
        "identifier": {"value": f"0x{payment.identifier.hex()}"},
    }


def _error(error: IntakeError) -> Resource:
    place = f"{error.segment}: " if error.segment else ""
    category, _, rest = error.status.partition(":")
    coding = []
    if category and rest:
        coding = [
            {"system": _STATUS_CATEGORY, "code": category},
            {"system": _STATUS, "code": rest.partition(":")[0]},
        ]
    return {"coding": coding, "text": f"{place}{error.message}"}
