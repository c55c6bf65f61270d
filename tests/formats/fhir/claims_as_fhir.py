"""A claim written as a FHIR R4 Bundle, so that tests can hold what is read from it against the claim itself."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from claims.formats.fhir.claim_systems import (
    ADJUSTMENT_GROUP,
    ADJUSTMENT_REASON,
    CARE_TEAM_ROLE,
    CARIN,
    CARIN_ADJUDICATION,
    CLAIM_TYPE,
    COVERAGE_CLASS,
    DISCRIMINATOR,
    FILING_INDICATOR,
    FREQUENCY,
    HL7,
    ICD_9,
    ICD_10,
    INDIVIDUAL_RELATIONSHIP,
    ITEM_AUTHORIZATION,
    ITEM_TRACE,
    REASON,
    REVENUE,
    SUPPORTING_INFORMATION,
    TRANSACTION_TYPE,
    UNIT,
)
from claims.formats.fhir.codes import NPI_SYSTEM
from claims.formats.fhir.json_writer import dump
from claims.model.claim import Claim, Line
from claims.model.decision import Adjustment
from claims.model.money import Money
from claims.model.other_payer import OtherPayer
from claims.model.party import Address, Payer, Person, Provider

PLACES = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
CPT = "http://www.ama-assn.org/go/cpt"
TAXONOMY = "http://nucc.org/provider-taxonomy"
KINDS = {"BK": "principal", "BF": "secondary", "BJ": "admitting", "PR": "patientreasonforvisit"}
Json = dict[str, Any]


def as_bundle(claims: Iterable[Claim]) -> bytes:
    """Write claims as one Bundle, each with resources of its own."""
    entries = [entry for at, claim in enumerate(claims) for entry in _entries(claim, f"c{at}")]
    return dump({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in entries]})


def concept(system: str, *codes: str) -> Json:
    return {"coding": [{"system": system, "code": code} for code in codes]}


def amount(money: Money) -> Json:
    return {"value": Decimal(str(money)), "currency": "USD"}


def _entries(claim: Claim, key: str) -> list[Json]:
    others: list[Json] = []

    def add(kind: str, name: str, body: Json) -> Json:
        others.append({"resourceType": kind, "id": f"{key}-{name}", **body})
        return {"reference": f"{kind}/{key}-{name}"}

    patient = add("Patient", "patient", _person(claim.patient))
    own = claim.relationship == "18"
    subscriber = patient if own else add("Patient", "subscriber", _person(claim.subscriber))
    payer = add("Organization", "payer", _payer(claim.payer))
    coverage = {
        "status": "active",
        "beneficiary": patient,
        "subscriber": subscriber,
        "subscriberId": claim.member_number,
        "relationship": concept(INDIVIDUAL_RELATIONSHIP, claim.relationship),
        "payor": [payer],
    }
    if claim.group_number:
        coverage["class"] = [{"type": concept(COVERAGE_CLASS, "group"), "value": claim.group_number}]
    if claim.filing_indicator:
        coverage["type"] = concept(FILING_INDICATOR, claim.filing_indicator)
    insurance: Json = {
        "sequence": claim.rank + 1,
        "focal": True,
        "coverage": add("Coverage", "coverage", coverage),
    }
    if claim.prior_authorization:
        insurance["preAuthRef"] = [claim.prior_authorization]
    team: list[Json] = []
    names: dict[tuple[str, Provider], int] = {}

    def member(role: str, provider: Provider, *, responsible: bool = False) -> int:
        if (role, provider) not in names:
            sequence = names[role, provider] = len(team) + 1
            kind = "Practitioner" if provider.is_person else "Organization"
            reference = add(kind, f"member{sequence}", _provider(provider))
            team.append({"sequence": sequence, "provider": reference, "role": concept(CARE_TEAM_ROLE, role)})
            if responsible:
                team[-1]["responsible"] = True
        return names[role, provider]

    if claim.rendering is not None:
        member("rendering", claim.rendering, responsible=True)
    if claim.referring is not None:
        member("referring", claim.referring)
    if claim.attending is not None:
        member("attending", claim.attending)
    body: Json = {
        "resourceType": "Claim",
        "id": f"{key}-claim",
        "identifier": [{"system": "urn:example:claims", "value": claim.number, "use": "official"}],
        "status": "active",
        "type": concept(CLAIM_TYPE, claim.kind),
        "use": "claim",
        "patient": patient,
        "created": claim.received.isoformat(),
        "insurer": payer,
        "provider": add(
            "Practitioner" if claim.billing.is_person else "Organization", "billing", _provider(claim.billing)
        ),
        "priority": {"coding": [{"code": "normal"}]},
        "insurance": [insurance],
        "total": amount(claim.charge),
        "item": [],
        "diagnosis": [],
        "supportingInfo": [],
    }
    if claim.is_encounter_report:
        body["subType"] = concept(TRANSACTION_TYPE, "RP")
    if claim.accepts_assignment == "C":
        body["payee"] = {"type": concept(f"{HL7}/payeetype", "subscriber")}
    if claim.clearinghouse_number:
        body["identifier"].append({"value": claim.clearinghouse_number, "use": "secondary"})
    if claim.payer_control_number or claim.frequency != "1":
        relation = {"relationship": concept(FREQUENCY, claim.frequency)}
        if claim.institutional is None or claim.payer_control_number:
            body["related"] = [relation | {"reference": {"value": claim.payer_control_number}}]
    if claim.place and claim.kind == "professional":
        body["facility"] = add("Location", "facility", {"type": [concept(PLACES, claim.place)]})
    pointers = _diagnoses(claim, body)
    for number, name in enumerate(claim.evidence, start=1):
        reference = {"type": "Encounter", "identifier": {"value": name}}
        category = concept(f"{HL7}/claiminformationcategory", "attachment")
        body["supportingInfo"].append({"sequence": number, "category": category, "valueReference": reference})
    if claim.institutional is not None:
        _institutional(claim, body)
    for line in claim.lines:
        item = _item(claim, line, pointers)
        if line.rendering is not None:
            item["careTeamSequence"] = [member("rendering", line.rendering)]
        body["item"].append(item)
    body["careTeam"] = team
    for number, other in enumerate(claim.other_payers):
        body["insurance"].append(_other(claim, other, number, patient, add))
    return [{name: value for name, value in body.items() if value != []}, *others]


def _diagnoses(claim: Claim, body: Json) -> list[int]:
    listed = claim.institutional.diagnoses if claim.institutional is not None else None
    pointed = []
    for sequence, each in enumerate(listed if listed is not None else claim.diagnoses, start=1):
        code = each if isinstance(each, str) else each.code
        qualifier = ("ABK" if sequence == 1 else "ABF") if isinstance(each, str) else each.qualifier
        system = ICD_10 if qualifier.startswith("A") and code[0].isalpha() else ICD_9
        diagnosis = {
            "sequence": sequence,
            "diagnosisCodeableConcept": concept(system, code),
            "type": [concept(f"{HL7}/ex-diagnosistype", KINDS[qualifier.removeprefix("A")])],
        }
        if not isinstance(each, str) and each.present_on_admission:
            diagnosis["onAdmission"] = concept(f"{HL7}/ex-diagnosis-on-admission", each.present_on_admission.lower())
        if qualifier.removeprefix("A") in ("BK", "BF"):
            pointed.append(sequence)
        body["diagnosis"].append(diagnosis)
    return pointed


def _institutional(claim: Claim, body: Json) -> None:
    facts = claim.institutional
    assert facts is not None
    body["billablePeriod"] = {"start": facts.begins.isoformat(), "end": facts.ends.isoformat()}
    information = [
        ("typeofbill", f"0{facts.type_of_bill}{claim.frequency}"),
        ("admtype", facts.admission_type),
        ("pointoforigin", facts.admission_source),
        ("discharge-status", facts.discharge_status),
        ("drg", facts.drg),
    ]
    for category, code in information:
        if code:
            body["supportingInfo"].append(
                {
                    "sequence": len(body["supportingInfo"]) + 1,
                    "category": concept(SUPPORTING_INFORMATION, category),
                    "code": concept(f"{CARIN}/example", code),
                }
            )
    for code, value in facts.value_codes:
        body["supportingInfo"].append(
            {
                "sequence": len(body["supportingInfo"]) + 1,
                "category": {"coding": [{"code": "valuecode"}]},
                "code": concept(f"{CARIN}/example", code),
                "valueQuantity": {"value": Decimal(value)},
            }
        )
    if facts.admitted is not None:
        timing = {"start": facts.admitted.isoformat()}
        if facts.discharge_hour:
            timing["end"] = f"{facts.ends.isoformat()}T{facts.discharge_hour[:2]}:{facts.discharge_hour[2:]}:00Z"
        category = concept(SUPPORTING_INFORMATION, "admissionperiod")
        sequence = len(body["supportingInfo"]) + 1
        body["supportingInfo"].append({"sequence": sequence, "category": category, "timingPeriod": timing})
    if facts.procedures:
        body["procedure"] = [
            {
                "sequence": at,
                "procedureCodeableConcept": concept("http://www.cms.gov/Medicare/Coding/ICD10", procedure.code),
            }
            | ({"date": procedure.day.isoformat()} if procedure.day else {})
            for at, procedure in enumerate(facts.procedures, start=1)
        ]


def _item(claim: Claim, line: Line, pointers: list[int]) -> Json:
    product = concept(CPT, line.procedure)
    if line.qualifier == "NU":
        product = concept(f"{HL7}/data-absent-reason", "not-applicable")
    item: Json = {
        "sequence": line.number,
        "productOrService": product,
        "net": amount(line.charge),
        "quantity": {"value": line.units, "system": UNIT, "code": line.unit},
        "servicedPeriod": {"start": line.begins.isoformat(), "end": line.ends.isoformat()},
    }
    if line.begins == line.ends:
        del item["servicedPeriod"]
        item["servicedDate"] = line.begins.isoformat()
    if claim.kind == "professional":
        item["locationCodeableConcept"] = concept(PLACES, line.place)
    if line.revenue_code:
        item["revenue"] = concept(REVENUE, line.revenue_code)
    if line.modifiers:
        item["modifier"] = [concept(CPT, modifier) for modifier in line.modifiers]
    if line.diagnoses:
        item["diagnosisSequence"] = [pointers[pointer - 1] for pointer in line.diagnoses]
    if line.evidence:
        item["encounter"] = [{"reference": f"Encounter/{name}"} for name in line.evidence]
    extensions: list[Json] = []
    if line.control_number:
        extensions.append({"url": ITEM_TRACE, "valueIdentifier": {"value": line.control_number}})
    if line.authorization:
        extensions.append({"url": ITEM_AUTHORIZATION, "valueString": line.authorization})
    if extensions:
        item["extension"] = extensions
    return item


def _other(claim: Claim, other: OtherPayer, number: int, patient: Json, add: Any) -> Json:
    payer = add("Organization", f"payer{number}", _payer(Payer(other.name, other.identifier)))
    coverage = {"status": "active", "beneficiary": patient, "subscriberId": "X", "payor": [payer]}
    if other.filing_indicator:
        coverage["type"] = concept(FILING_INDICATOR, other.filing_indicator)
    entry: Json = {
        "sequence": other.rank + 1,
        "focal": False,
        "coverage": add("Coverage", f"coverage{number}", coverage),
    }
    totals = [
        (category, found)
        for category, found in (
            ("paidtoprovider", other.paid),
            ("memberliability", other.remaining_liability),
            ("noncovered", other.non_covered),
        )
        if found is not None
    ]
    response: Json = {
        "status": "active",
        "type": concept(CLAIM_TYPE, claim.kind),
        "use": "claim",
        "patient": patient,
        "created": claim.received.isoformat(),
        "insurer": payer,
        "outcome": "complete",
        "total": [{"category": concept(CARIN_ADJUDICATION, name), "amount": amount(found)} for name, found in totals],
        "item": [
            {
                "itemSequence": line.number,
                "adjudication": [
                    {"category": concept(CARIN_ADJUDICATION, "paidtoprovider"), "amount": amount(decided.paid)},
                    *map(_adjustment, decided.adjustments),
                ],
            }
            for line in claim.lines
            for decided in line.other_adjudications
            if decided.payer == other.identifier
        ],
        "adjudication": list(map(_adjustment, other.adjustments)),
    }
    if other.adjudicated is not None and other.paid is not None:
        response["payment"] = {
            "type": {"coding": [{"code": "complete"}]},
            "date": other.adjudicated.isoformat(),
            "amount": amount(other.paid),
        }
    if other.paid is not None:
        entry["claimResponse"] = add(
            "ClaimResponse", f"response{number}", {name: value for name, value in response.items() if value != []}
        )
    return entry


def _adjustment(adjustment: Adjustment) -> Json:
    reason = {
        "coding": concept(REASON, adjustment.reason)["coding"] + concept(ADJUSTMENT_GROUP, adjustment.group)["coding"]
    }
    found: Json = {
        "category": concept(DISCRIMINATOR, ADJUSTMENT_REASON),
        "reason": reason,
        "amount": amount(adjustment.amount),
    }
    if adjustment.quantity is not None:
        found["value"] = adjustment.quantity
    return found


def _payer(payer: Payer) -> Json:
    return {"name": payer.name, "identifier": [{"value": payer.identifier}]}


def _person(person: Person) -> Json:
    body: Json = {"name": [_name(person.last_name, person.first_name, person.middle_name, person.suffix)]}
    if person.birth_date is not None:
        body["birthDate"] = person.birth_date.isoformat()
    if person.gender:
        body["gender"] = {"M": "male", "F": "female"}.get(person.gender, "unknown")
    return body | _address(person.address)


def _name(last: str, first: str, middle: str = "", suffix: str = "") -> Json:
    name: Json = {"family": last, "given": [part for part in (first, middle) if part], "suffix": [suffix]}
    return {part: value for part, value in name.items() if value and value != [""]}


def _provider(provider: Provider) -> Json:
    identifiers = [{"system": NPI_SYSTEM, "value": provider.npi}] if provider.npi else []
    if provider.tax_id:
        identifiers.append({"system": "http://hl7.org/fhir/sid/us-ein", "value": provider.tax_id})
    body: Json = {"identifier": identifiers} if identifiers else {}
    if provider.is_person:
        body["name"] = [_name(provider.name, provider.first_name)]
        if provider.taxonomy:
            body["qualification"] = [{"code": concept(TAXONOMY, provider.taxonomy)}]
    else:
        body["name"] = provider.name
        if provider.taxonomy:
            body["type"] = [concept(TAXONOMY, provider.taxonomy)]
    return body | _address(provider.address)


def _address(address: Address) -> Json:
    lines = [line for line in (address.line, address.second_line) if line]
    body: Json = {"line": lines, "city": address.city, "state": address.state, "postalCode": address.postal_code}
    found = {name: value for name, value in body.items() if value}
    return {"address": [found]} if found else {}
