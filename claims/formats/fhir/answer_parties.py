"""The parties of an answer to a claim, written as resources that the answer contains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from claims.formats.fhir.claim_systems import (
    CARIN,
    COVERAGE_CLASS,
    FILING_INDICATOR,
    HL7,
    INDIVIDUAL_RELATIONSHIP,
    PAYER_IDENTIFIER,
    RELATIONSHIP,
    X12_RELATIONSHIPS,
)
from claims.formats.fhir.codes import IDENTIFIER_TYPES, NPI_SYSTEM
from claims.model.claim import Claim
from claims.model.party import Address, Payer, Person, Provider

Resource = dict[str, Any]
_TAXONOMY = "http://nucc.org/provider-taxonomy"
_TAX = "http://hl7.org/fhir/sid/us-ein"
_GENDERS = {"M": "male", "F": "female", "U": "unknown"}
_RELATIONSHIPS = {code: name for name, code in X12_RELATIONSHIPS.items()}


@dataclass(slots=True)
class Contained:
    """Resources that an answer contains, each once, and the references to them."""

    resources: list[Resource] = field(default_factory=list)
    _providers: dict[Provider, Resource] = field(default_factory=dict)

    def add(self, kind: str, identifier: str, body: Mapping[str, Any]) -> Resource:
        """Add a resource and return the reference to it."""
        self.resources.append({"resourceType": kind, "id": identifier, **body})
        return {"reference": f"#{identifier}", "type": kind}

    def provider(self, provider: Provider) -> Resource:
        """Add a provider once and return the reference to it."""
        if provider not in self._providers:
            kind = "Practitioner" if provider.is_person else "Organization"
            name = f"provider-{len(self._providers) + 1}"
            self._providers[provider] = self.add(kind, name, _provider(provider))
        return self._providers[provider]

    def payer(self, payer: Payer) -> Resource:
        """Add the payer and return the reference to it."""
        identifier = {"type": concept(f"{CARIN}/C4BBIdentifierType", PAYER_IDENTIFIER), "value": payer.identifier}
        identifiers = [identifier] if payer.identifier else []
        return self.add("Organization", "insurer", {"identifier": identifiers, "name": payer.name, "active": True})

    def patient(self, person: Person, member_number: str) -> Resource:
        """Add the patient and return the reference to it."""
        numbers = [{"type": concept(IDENTIFIER_TYPES, "MB"), "value": member_number}] if member_number else []
        return self.add("Patient", "patient", {"identifier": numbers, **_person(person)})

    def coverage(self, claim: Claim, patient: Resource, insurer: Resource) -> Resource:
        """Add the coverage that the claim was billed to and return the reference to it."""
        subscriber = patient
        if claim.relationship != "18":
            subscriber = self.add("Patient", "subscriber", _person(claim.subscriber))
        relationship = concept(INDIVIDUAL_RELATIONSHIP, claim.relationship)
        if claim.relationship in _RELATIONSHIPS:
            relationship["coding"] += concept(RELATIONSHIP, _RELATIONSHIPS[claim.relationship])["coding"]
        body = {
            "status": "active",
            "type": concept(FILING_INDICATOR, claim.filing_indicator) if claim.filing_indicator else {},
            "subscriber": subscriber,
            "subscriberId": claim.member_number,
            "beneficiary": patient,
            "relationship": relationship,
            "payor": [insurer],
            "class": [{"type": concept(COVERAGE_CLASS, "group"), "value": claim.group_number}]
            if claim.group_number
            else [],
        }
        return self.add("Coverage", "coverage", body)


def concept(system: str, code: str, display: str = "") -> Resource:
    """Write a CodeableConcept of one coding."""
    coding = {"system": system, "code": code}
    return {"coding": [coding | ({"display": display} if display else {})]}


def without_blanks(value: Any) -> Any:
    """Leave out what is empty, all the way down: FHIR knows no empty text, array or object."""
    if isinstance(value, Mapping):
        members = {name: without_blanks(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if member not in ("", None, [], {})}
    if isinstance(value, list):
        return [member for member in map(without_blanks, value) if member not in ("", None, [], {})]
    return value


def claim_identifiers(claim_number: str, control_number: str) -> list[Resource]:
    """Write the payer's number of a claim, and the provider's own as its patient account number."""
    types = f"{CARIN}/C4BBIdentifierType"
    found = [{"type": concept(types, "uc"), "value": control_number}] if control_number else []
    return [*found, {"type": concept(types, "pat"), "value": claim_number}] if claim_number else found


def payee_type() -> Resource:
    """Write that it is the provider who is paid."""
    return concept(f"{HL7}/payeetype", "provider")


def _person(person: Person) -> Resource:
    given = [person.first_name, person.middle_name]
    return {
        "name": [{"family": person.last_name, "given": given, "suffix": [person.suffix]}],
        "gender": _GENDERS.get(person.gender, ""),
        "birthDate": person.birth_date.isoformat() if person.birth_date else "",
        "address": [_address(person.address)],
    }


def _provider(provider: Provider) -> Resource:
    identifiers = [
        {"system": system, "value": value}
        for system, value in ((NPI_SYSTEM, provider.npi), (_TAX, provider.tax_id))
        if value
    ]
    taxonomy = concept(_TAXONOMY, provider.taxonomy) if provider.taxonomy else {}
    if provider.is_person:
        names = [{"family": provider.name, "given": [provider.first_name]}]
        return {"identifier": identifiers, "name": names, "qualification": [{"code": taxonomy}] if taxonomy else []}
    return {
        "identifier": identifiers,
        "active": True,
        "type": [taxonomy],
        "name": provider.name,
        "address": [_address(provider.address)],
    }


def _address(address: Address) -> Resource:
    return {
        "line": [address.line, address.second_line],
        "city": address.city,
        "state": address.state,
        "postalCode": address.postal_code,
    }
