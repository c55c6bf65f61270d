"""The resources of a Bundle, each checked against FHIR R4, and the references between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from claims.formats.fhir.codes import Json
from claims.formats.fhir.errors import ExportError

READ_TYPES = frozenset(
    {
        *("Encounter", "Procedure", "ChargeItem", "Condition"),
        *("Patient", "Practitioner", "PractitionerRole", "Organization", "Location"),
    }
)
"""What an export is read from; other resources may be in the Bundle and are passed over."""
_ABOUT_THE_PATIENT = frozenset({"Patient", "RelatedPerson", "Condition", "Coverage", "Claim", "ClaimResponse"})


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource as its JSON says it, and the label by which errors name it.

    A label is type and id, or the place in the Bundle where there is no id or the id might be a patient's.
    """

    kind: str
    body: Json
    label: str

    def concept(self, element: str) -> Json | None:
        """Return a CodeableConcept element, or None."""
        found: Json | None = self.body.get(element)
        return found

    def many(self, element: str) -> list[Any]:
        """Return a repeating element; empty where it is absent."""
        found: list[Any] = self.body.get(element) or []
        return found

    def error(self, why: str) -> ExportError:
        """Return an error that names this resource."""
        return ExportError(f"{self.label}: {why}")


@dataclass(frozen=True, slots=True)
class Resources:
    """All read resources of a Bundle in its order, and where references lead."""

    every: tuple[Resource, ...]
    _by_reference: dict[str, Resource] = field(repr=False)

    def of(self, kind: str) -> Iterator[Resource]:
        """Give the resources of one type in the Bundle's order."""
        return (one for one in self.every if one.kind == kind)

    def follow(self, reference: Json | None) -> Resource | None:
        """Return the resource that a reference names by full URL or by type and id, or None where it is not in the Bundle."""
        target = (reference or {}).get("reference", "")
        if not isinstance(target, str) or not target:
            return None
        target = target.partition("/_history/")[0]
        return self._by_reference.get(target) or self._by_reference.get("/".join(target.split("/")[-2:]))


def read_resources(bundle: Json) -> Resources:
    """Check and index the resources of a Bundle; raises ExportError naming the resource and the element."""
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise ExportError("Bundle.entry is not an array")
    every = []
    by_reference: dict[str, Resource] = {}
    for number, entry in enumerate(entries):
        place = f"Bundle.entry[{number}]"
        body = entry.get("resource") if isinstance(entry, dict) else None
        kind = body.get("resourceType") if isinstance(body, dict) else None
        if body is None or not isinstance(kind, str):
            raise ExportError(f"{place} has no resource with a resourceType")
        if kind not in READ_TYPES:
            continue
        resource = check_resource(kind, body, place)
        every.append(resource)
        names = (entry.get("fullUrl"), f"{kind}/{body['id']}" if body.get("id") else None)
        for name in {one for one in names if isinstance(one, str)}:
            if by_reference.setdefault(name, resource) is not resource:
                raise ExportError(f"{place}: another {kind} of the Bundle has the same id or fullUrl")
    return Resources(tuple(every), by_reference)


def check_resource(kind: str, body: Any, place: str) -> Resource:
    """Check a resource against the models of FHIR R4; raises ExportError naming the element, and never its value."""
    # 0.3 s, which only who reads a Bundle should wait for.
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    try:
        get_fhir_model_class(kind).model_validate(body)
    except ValidationError as wrong:
        [first, *_] = wrong.errors(include_url=False, include_context=False, include_input=False)
        raise ExportError(f"{kind} ({place}) is not FHIR R4: {_reason(first['type'], first['loc'])}") from None
    except (AttributeError, KeyError, TypeError):
        # The models raise these bare where an element is of another JSON type than its own.
        raise ExportError(f"{kind} ({place}) is not FHIR R4: an element has the wrong JSON type") from None
    named = body.get("id") and kind not in _ABOUT_THE_PATIENT
    return Resource(kind, body, f"{kind}/{body['id']}" if named else f"{kind} ({place})")


def _reason(problem: str, location: tuple[int | str, ...]) -> str:
    """Say what is wrong by the element alone: the library's own words may quote the value, an unknown name may be one."""
    if "extra" in problem:
        within = ".".join(str(part) for part in location[:-1])
        return f"{within or 'it'} holds an element that the type does not have"
    element = ".".join(str(part) for part in location)
    return f"{element} is missing" if "missing" in problem else f"{element} has a value of the wrong type or form"
