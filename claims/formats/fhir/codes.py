"""Which coding of a CodeableConcept means what: procedures and their modifiers, places of service, diagnoses, identifiers.

In an 837 a procedure code has five characters and a modifier two, whatever system a coding names for them; so the length
tells them apart where one system holds both (CPT and HCPCS level II do).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

PROCEDURE_SYSTEMS = frozenset(
    {
        "http://www.ama-assn.org/go/cpt",
        "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
        "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
        "http://terminology.hl7.org/CodeSystem/HCPCS-all-codes",
        "urn:oid:2.16.840.1.113883.6.12",
        "urn:oid:2.16.840.1.113883.6.285",
        "http://www.ada.org/cdt",
    }
)
MODIFIER_SYSTEMS = PROCEDURE_SYSTEMS | {"http://terminology.hl7.org/CodeSystem/modifiers"}
PLACE_SYSTEMS = frozenset(
    {
        "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set",
        "http://terminology.hl7.org/CodeSystem/ex-serviceplace",
    }
)
"""Code source 237: the CMS place of service code set, and HL7's copy of it."""
DIAGNOSIS_SYSTEMS = frozenset({"http://hl7.org/fhir/sid/icd-10-cm", "urn:oid:2.16.840.1.113883.6.90"})
IDENTIFIER_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
NPI_SYSTEM = "http://hl7.org/fhir/sid/us-npi"

Json = Mapping[str, Any]


def procedure_codes(concept: Json | None) -> list[str]:
    """Return the different procedure codes of a concept, five characters or more, in capitals."""
    return _distinct(code for code in _codes(concept, PROCEDURE_SYSTEMS) if len(code) > 2)


def modifiers(concept: Json | None) -> list[str]:
    """Return the modifiers of a concept, two characters each, in capitals and in its order."""
    return _distinct(code for code in _codes(concept, MODIFIER_SYSTEMS) if len(code) == 2)


def places(concepts: list[Json]) -> list[str]:
    """Return the different place of service codes of several concepts."""
    return _distinct(code for concept in concepts for code in _codes(concept, PLACE_SYSTEMS))


def diagnosis_code(concept: Json | None) -> str:
    """Return the first ICD-10-CM code of a concept as a claim writes it, without its point, or nothing."""
    return next((code.replace(".", "") for code in _codes(concept, DIAGNOSIS_SYSTEMS)), "")


def status_code(concept: Json | None) -> str:
    """Return the first code of a concept, of whatever system, or nothing."""
    return next((coding["code"] for coding in (concept or {}).get("coding", []) if coding.get("code")), "")


def npis(identifiers: list[Json]) -> list[str]:
    """Return the different National Provider Identifiers among identifiers."""
    return _distinct(
        one["value"].strip() for one in identifiers if one.get("system") == NPI_SYSTEM and one.get("value")
    )


def typed(identifiers: list[Json], code: str) -> list[str]:
    """Return the different values of the identifiers of this type (v2 table 0203)."""
    return _distinct(
        one["value"].strip()
        for one in identifiers
        if one.get("value")
        and any(
            coding.get("system") == IDENTIFIER_TYPES and coding.get("code") == code
            for coding in one.get("type", {}).get("coding", [])
        )
    )


def _codes(concept: Json | None, systems: frozenset[str]) -> Iterator[str]:
    for coding in (concept or {}).get("coding", []):
        if coding.get("system") in systems and coding.get("code"):
            yield coding["code"].strip().upper()


def _distinct(values: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(values))
