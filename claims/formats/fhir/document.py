"""The small JSON document of encounters, for record systems that speak no FHIR (docs/evidence.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from claims.formats.fhir.errors import ExportError
from claims.formats.fhir.json_text import parse
from claims.model.encounter import Encounter, Service

FORMAT, VERSION = "claims encounters", 1
_Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class _Service(_Strict):
    code: _Text
    units: Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?$")] = "1"
    begins: date
    ends: date | None = None
    place: _Text
    modifiers: tuple[_Text, ...] = ()

    def value(self) -> Service:
        return Service(
            self.code, Decimal(self.units), self.begins, self.ends or self.begins, self.place, self.modifiers
        )


class _Encounter(_Strict):
    identifier: _Text
    person: _Text
    practitioner_npi: _Text
    provider_npi: _Text
    services: Annotated[tuple[_Service, ...], Field(min_length=1)]
    begins: str = ""
    ends: str = ""
    diagnoses: tuple[_Text, ...] = ()
    context: dict[str, str] = {}

    def value(self) -> Encounter:
        return Encounter(
            identifier=self.identifier,
            person=self.person,
            practitioner_npi=self.practitioner_npi,
            provider_npi=self.provider_npi,
            services=tuple(service.value() for service in self.services),
            begins=self.begins,
            ends=self.ends,
            diagnoses=self.diagnoses,
            context=tuple(self.context.items()),
        )


class _Document(_Strict):
    format: Literal["claims encounters"]
    version: Literal[1]
    encounters: tuple[_Encounter, ...]


_ELEMENTS = {*_Document.model_fields, *_Encounter.model_fields, *_Service.model_fields}


def read_document(data: bytes) -> tuple[Encounter, ...]:
    """Read a document of encounters; an unknown member is an error. Raises ExportError, which names the place alone."""
    parse(data)
    try:
        document = _Document.model_validate_json(data)
    except ValidationError as wrong:
        [first, *_] = wrong.errors(include_url=False, include_context=False, include_input=False)
        raise ExportError(f"{_place(first['loc'])} {_reason(first['type'])}") from None
    if len({one.identifier for one in document.encounters}) != len(document.encounters):
        raise ExportError("two encounters have one identifier: each record needs an id of its own")
    return tuple(one.value() for one in document.encounters)


def dump_document(encounters: Sequence[Encounter]) -> bytes:
    """Write encounters as UTF-8 JSON, which read_document reads back to equal values."""
    members = [_encounter_members(encounter) for encounter in encounters]
    document = {"format": FORMAT, "version": VERSION, "encounters": members}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _encounter_members(encounter: Encounter) -> dict[str, object]:
    return {
        "identifier": encounter.identifier,
        "person": encounter.person,
        "practitioner_npi": encounter.practitioner_npi,
        "provider_npi": encounter.provider_npi,
        "services": [
            {
                "code": service.code,
                "modifiers": list(service.modifiers),
                "units": format(service.units, "f"),
                "begins": service.begins.isoformat(),
                "ends": service.ends.isoformat(),
                "place": service.place,
            }
            for service in encounter.services
        ],
        "begins": encounter.begins,
        "ends": encounter.ends,
        "diagnoses": list(encounter.diagnoses),
        "context": dict(encounter.context),
    }


def _place(location: tuple[int | str, ...]) -> str:
    """Write a path of the document; a member that is not ours may be named after a patient and is left out."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part in _ELEMENTS:
            path += f".{part}" if path else part
        else:
            break
    return path or "the document"


def _reason(problem: str) -> str:
    if problem == "extra_forbidden":
        return "has a member that is not known"
    if problem == "missing":
        return "is missing"
    return "has a value of the wrong type or form"
