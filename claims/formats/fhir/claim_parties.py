"""The parties of a FHIR claim: billing organisation, care team, patient and subscriber, payer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from claims.formats.fhir import codes
from claims.formats.fhir.claim_findings import ClaimProblem
from claims.formats.fhir.claim_resources import ClaimResources
from claims.formats.fhir.claim_systems import PAYER_IDENTIFIER, TAX_SYSTEMS, TAXONOMY_SYSTEMS
from claims.formats.fhir.claim_values import codings, many, one, text
from claims.formats.fhir.codes import Json
from claims.formats.fhir.resources import Resource
from claims.model.party import Address, Payer, Person, Provider

_GENDERS = {"male": "M", "female": "F"}


def read_provider(resources: ClaimResources, reference: Json | None, place: str) -> Provider:
    """Read a provider: the Organization, Practitioner or PractitionerRole, or else the identifier that a reference carries.

    Raises ClaimProblem where it leads to several NPIs.
    """
    target = resources.follow(reference)
    if target is None:
        identifier = one(reference, "identifier")
        return Provider(_npi([identifier] if identifier else [], place), text(reference, "display"))
    if target.kind == "PractitionerRole":
        role = target.body
        found = read_provider(resources, one(role, "practitioner"), place)
        specialty = next(iter(codings(many(role, "specialty"), TAXONOMY_SYSTEMS)), "")
        return replace(found, taxonomy=specialty or found.taxonomy)
    identifiers = many(target.body, "identifier")
    npi, tax = _npi(identifiers, place), _tax_id(identifiers)
    if target.kind == "Organization":
        taxonomy = next(iter(codings(many(target.body, "type"), TAXONOMY_SYSTEMS)), "")
        return Provider(npi, text(target.body, "name"), "", False, tax, taxonomy, _address(target.body))
    if target.kind == "Practitioner":
        qualified = [concept for each in many(target.body, "qualification") if (concept := one(each, "code"))]
        taxonomy = next(iter(codings(qualified, TAXONOMY_SYSTEMS)), "")
        name = _name(target.body)
        return Provider(npi, text(name, "family"), _given(name, 0), True, tax, taxonomy, _address(target.body))
    raise ClaimProblem(
        place, "names no Organization, Practitioner or PractitionerRole", status="A7:562", code="not-found", snip=2
    )


def read_person(target: Resource | None) -> Person:
    """Read a Patient or RelatedPerson; one that the file does not hold is empty."""
    if target is None or target.kind not in ("Patient", "RelatedPerson"):
        return Person("")
    name, gender = _name(target.body), text(target.body, "gender")
    return Person(
        last_name=text(name, "family"),
        first_name=_given(name, 0),
        middle_name=_given(name, 1),
        suffix=next(iter(_texts(name, "suffix")), ""),
        birth_date=_birth_date(text(target.body, "birthDate")),
        gender=_GENDERS.get(gender, "U") if gender else "",
        address=_address(target.body),
    )


def read_payer(resources: ClaimResources, reference: Json | None) -> Payer:
    """Read a payer: name and identifier of its Organization, or what the reference itself carries."""
    target = resources.follow(reference)
    if target is not None and target.kind == "Organization":
        identifiers = many(target.body, "identifier")
        return Payer(text(target.body, "name"), _payer_identifier(identifiers))
    return Payer(text(reference, "display"), text(one(reference, "identifier"), "value"))


def _payer_identifier(identifiers: list[Json]) -> str:
    """Return the identifier of type payerid, or else the first one."""
    given = [identifier for identifier in identifiers if text(identifier, "value")]
    typed = [
        each for each in given if PAYER_IDENTIFIER in codings([concept for concept in [one(each, "type")] if concept])
    ]
    return next((text(each, "value") for each in typed or given), "")


def _npi(identifiers: list[Json], place: str) -> str:
    found = codes.npis(identifiers)
    if len(found) > 1:
        raise ClaimProblem(
            place, f"leads to {len(found)} NPIs, it needs exactly one", status="A7:562", code="invariant"
        )
    return found[0] if found else ""


def _tax_id(identifiers: list[Json]) -> str:
    numbers = [text(each, "value") for each in identifiers if text(each, "system") in TAX_SYSTEMS]
    return next(iter(numbers + codes.typed(identifiers, "TAX")), "")


def _name(body: Json) -> Json | None:
    names = many(body, "name")
    return next((name for name in names if text(name, "use") == "official"), names[0] if names else None)


def _given(name: Json | None, place: int) -> str:
    given = _texts(name, "given")
    return given[place] if len(given) > place else ""


def _texts(body: Json | None, element: str) -> list[str]:
    found = (body or {}).get(element)
    return [part.strip() for part in found if isinstance(part, str)] if isinstance(found, list) else []


def _birth_date(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _address(body: Json) -> Address:
    first = next(iter(many(body, "address")), None)
    lines = _texts(first, "line")
    return Address(
        line=lines[0] if lines else "",
        second_line=lines[1] if len(lines) > 1 else "",
        city=text(first, "city"),
        state=text(first, "state"),
        postal_code=text(first, "postalCode"),
    )
