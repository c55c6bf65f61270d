"""The resources around a FHIR claim: entries of its Bundle and resources that it contains, each checked when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from claims.formats.fhir.claim_values import many, text
from claims.formats.fhir.codes import Json
from claims.formats.fhir.errors import ExportError
from claims.formats.fhir.resources import Resource, check_resource


@dataclass(slots=True)
class ClaimResources:
    """Where the references of one claim lead: into `claim.contained`, and into the Bundle's entries.

    `entries` are the Bundle's resources as they came, by full URL and by type and id, with their places.
    """

    claim: Json
    entries: Mapping[str, tuple[Json, str]]
    _checked: dict[int, Resource] = field(default_factory=dict)

    def follow(self, reference: Json | None) -> Resource | None:
        """Return the resource that a reference names, or None where the file does not hold it.

        Raises ExportError where that resource is not FHIR R4.
        """
        target = text(reference, "reference")
        if not target:
            return None
        if target.startswith("#"):
            for place, body in enumerate(many(self.claim, "contained")):
                if text(body, "id") == target[1:]:
                    return self._resource(body, f"Claim.contained[{place}]")
            return None
        target = target.partition("/_history/")[0]
        found = self.entries.get(target) or self.entries.get("/".join(target.split("/")[-2:]))
        return None if found is None else self._resource(*found)

    def _resource(self, body: Json, place: str) -> Resource:
        known = self._checked.get(id(body))
        if known is None:
            known = check_resource(text(body, "resourceType"), body, place)
            self._checked[id(body)] = known
        return known


def index_entries(bundle: Json) -> tuple[list[tuple[Json, str]], dict[str, tuple[Json, str]]]:
    """Return the Bundle's Claims in order with their places, and all its resources by the names that references use.

    Raises ExportError where an entry holds no resource, or two resources bear one name.
    """
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise ExportError("Bundle.entry is not an array")
    claims: list[tuple[Json, str]] = []
    named: dict[str, tuple[Json, str]] = {}
    for number, entry in enumerate(entries):
        place = f"Bundle.entry[{number}]"
        body: Any = entry.get("resource") if isinstance(entry, Mapping) else None
        kind = text(body, "resourceType") if isinstance(body, Mapping) else ""
        if not kind:
            raise ExportError(f"{place} has no resource with a resourceType")
        if kind == "Claim":
            claims.append((body, place))
        names = (text(entry, "fullUrl"), f"{kind}/{text(body, 'id')}" if text(body, "id") else "")
        for name in {one for one in names if one}:
            if named.setdefault(name, (body, place))[0] is not body:
                raise ExportError(f"{place}: another {kind} of the Bundle has the same id or fullUrl")
    return claims, named
