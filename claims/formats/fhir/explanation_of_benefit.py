"""A decision as a FHIR R4 ExplanationOfBenefit, with CARIN Blue Button's categories for the amounts."""

from __future__ import annotations

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
from claims.formats.fhir.claim_response import payment_of
from claims.formats.fhir.claim_systems import (
    CARE_TEAM_ROLE,
    CARIN,
    CLAIM_TYPE,
    DIAGNOSIS_TYPE,
    HL7,
    ICD_9,
    ICD_10,
    RELATED_CLAIM,
    REVENUE,
    SUPPORTING_INFORMATION,
    UNIT,
)
from claims.model.claim import Claim, Line
from claims.model.decision import PENDED, Decision, LineDecision
from claims.model.party import Provider
from claims.model.payment import Payment

_PLACE = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
_PROCEDURE = {True: "http://www.ama-assn.org/go/cpt", False: "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"}
_PAYMENT_STATUS = f"{CARIN}/C4BBPayerAdjudicationStatus"


def explanation_of_benefit(
    claim: Claim, decision: Decision, *, control_number: str, created: date, payment: Payment | None = None
) -> Resource:
    """Write what a member may read of a claim: what was billed, what was decided and why, and who was paid what.

    It holds the patient's data, as the member is entitled to them. `payment` is the payment on the chain, if it was made.
    """
    contained, notes = Contained(), Notes()
    insurer = contained.payer(claim.payer)
    patient = contained.patient(claim.patient, claim.member_number)
    coverage = contained.coverage(claim, patient, insurer)
    billing = contained.provider(claim.billing)
    team = _CareTeam(contained)
    for provider, role in (
        (claim.rendering, "rendering"),
        (claim.referring, "referring"),
        (claim.attending, "attending"),
    ):
        if provider is not None:
            team.sequence(provider, role)
    decisions = {line.line: line for line in decision.lines}
    items = [
        _item(claim, line, decisions[line.number], decision, team, notes)
        for line in claim.lines
        if line.number in decisions
    ]
    notes.of_claim(decision)
    authorizations = [claim.prior_authorization, *(use.number for use in decision.authorization_uses)]
    explanation = {
        "resourceType": "ExplanationOfBenefit",
        "contained": contained.resources,
        "identifier": claim_identifiers(claim.number, control_number),
        "status": "active",
        "type": concept(CLAIM_TYPE, claim.kind),
        "use": "claim",
        "patient": patient,
        "billablePeriod": {
            "start": min(line.begins for line in claim.lines).isoformat(),
            "end": max(line.ends for line in claim.lines).isoformat(),
        },
        "created": created.isoformat(),
        "insurer": insurer,
        "provider": billing,
        "related": [
            {
                "relationship": concept(RELATED_CLAIM, "prior"),
                "reference": {"value": claim.payer_control_number},
            }
        ]
        if claim.payer_control_number
        else [],
        "payee": {"type": payee_type(), "party": billing},
        "claim": {"type": "Claim", "identifier": {"value": claim.number}},
        "outcome": outcome_of(decision),
        "disposition": disposition_of(decision),
        "preAuthRef": [number for number in dict.fromkeys(authorizations) if number],
        "careTeam": team.members,
        "supportingInfo": _information(claim),
        "diagnosis": _diagnoses(claim),
        "insurance": [{"focal": True, "coverage": coverage}],
        "item": items,
        "adjudication": reasons(decision.adjustments),
        "total": decision_amounts(decision).totals(),
        "payment": _payment(decision, payment),
        "processNote": notes.written(),
    }
    found: Resource = without_blanks(explanation)
    return found


class _CareTeam:
    def __init__(self, contained: Contained) -> None:
        self.members: list[Resource] = []
        self._contained = contained
        self._sequences: dict[tuple[Provider, str], int] = {}

    def sequence(self, provider: Provider, role: str) -> int:
        """Return the sequence of a provider in a role, whom it adds where nobody named them before."""
        key = (provider, role)
        if key not in self._sequences:
            self._sequences[key] = len(self.members) + 1
            system, code = (
                (CARE_TEAM_ROLE, "primary") if role == "rendering" else (f"{CARIN}/C4BBClaimCareTeamRole", role)
            )
            self.members.append(
                {
                    "sequence": self._sequences[key],
                    "provider": self._contained.provider(provider),
                    "role": concept(system, code),
                }
            )
        return self._sequences[key]


def _item(
    claim: Claim, line: Line, decided: LineDecision, decision: Decision, team: _CareTeam, notes: Notes
) -> Resource:
    rendering, final = claim.rendering_of(line), decision.status != PENDED
    product = concept(f"{HL7}/data-absent-reason", "not-applicable")
    if line.procedure and line.procedure != line.revenue_code:
        product = concept(_PROCEDURE[line.procedure[0].isdigit()], line.procedure)
    serviced = {"servicedDate": line.begins.isoformat()}
    if line.ends != line.begins:
        serviced = {"servicedPeriod": {"start": line.begins.isoformat(), "end": line.ends.isoformat()}}  # type: ignore[dict-item]
    return {
        "sequence": line.number,
        "careTeamSequence": [team.sequence(rendering, "rendering")] if rendering is not None else [],
        "diagnosisSequence": list(line.diagnoses),
        "revenue": concept(REVENUE, line.revenue_code) if line.revenue_code else {},
        "productOrService": product,
        "modifier": [concept(_PROCEDURE[modifier.isdigit()], modifier) for modifier in line.modifiers],
        **serviced,
        "locationCodeableConcept": concept(_PLACE, line.place) if line.place and not line.revenue_code else {},
        "quantity": {"value": line.units, "system": UNIT, "code": line.unit},
        "net": money(line.charge),
        "noteNumber": notes.of_line(decision, line.number, decided.remarks),
        "adjudication": [
            *amounts_of(decided, decided.adjustments, decided=final).adjudications(),
            *([allowed_units(decided)] if final else []),
            *reasons(decided.adjustments, decided.remarks),
        ],
    }


def _diagnoses(claim: Claim) -> list[Resource]:
    return [
        {
            "sequence": at,
            "diagnosisCodeableConcept": concept(ICD_10 if code[:1].isalpha() else ICD_9, code),
            "type": [
                concept(DIAGNOSIS_TYPE, "principal")
                if at == 1
                else concept(f"{CARIN}/C4BBClaimDiagnosisType", "secondary")
            ],
        }
        for at, code in enumerate(claim.diagnoses, start=1)
    ]


def _information(claim: Claim) -> list[Resource]:
    found: list[Resource] = [
        {"category": concept(SUPPORTING_INFORMATION, "clmrecvddate"), "timingDate": claim.received.isoformat()}
    ]
    if claim.institutional is not None:
        facts = claim.institutional
        for category, code in (
            ("typeofbill", f"0{facts.type_of_bill}{claim.frequency}"),
            ("discharge-status", facts.discharge_status),
            ("admtype", facts.admission_type),
            ("pointoforigin", facts.admission_source),
            ("drg", facts.drg),
        ):
            if code:
                found.append(
                    {"category": concept(SUPPORTING_INFORMATION, category), "code": {"coding": [{"code": code}]}}
                )
    return [{"sequence": at, **each} for at, each in enumerate(found, start=1)]


def _payment(decision: Decision, payment: Payment | None) -> Resource:
    if decision.status == PENDED:
        return {}
    paid_lines = sum(bool(line.allowed) for line in decision.lines)
    status = "denied" if not paid_lines else "paid" if paid_lines == len(decision.lines) else "partiallypaid"
    return {**payment_of(decision, payment), "type": concept(_PAYMENT_STATUS, status)}
