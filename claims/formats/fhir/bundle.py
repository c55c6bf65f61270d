"""A FHIR R4 Bundle of signed-off encounters, read into the clinician's services (docs/evidence.md).

One Encounter with services by two clinicians, or for two billing organisations, becomes an encounter for each.
"""

from __future__ import annotations

from collections.abc import Mapping

from claims.formats.fhir import codes
from claims.formats.fhir.codes import Json
from claims.formats.fhir.errors import ExportError
from claims.formats.fhir.json_text import parse
from claims.formats.fhir.performed import Work, performed_in, sort_work
from claims.formats.fhir.resources import Resource, Resources, read_resources
from claims.model.encounter import Encounter

NEVER_WAS = frozenset({"cancelled", "entered-in-error"})
"""Encounters with these states are left out: nothing happened that could be signed."""
REFUTED = frozenset({"refuted", "entered-in-error"})


def read_bundle(data: bytes, *, person_system: str = "") -> tuple[Encounter, ...]:
    """Read all finished encounters of a Bundle, in its order; those cancelled or entered in error are left out.

    `person_system` is the system of the payer's person ids among a Patient's identifiers; without it the one of type MB
    (member number, v2 table 0203) is taken. Raises ExportError for whatever could not be signed as it stands, an encounter
    that is not finished among it.
    """
    bundle = parse(data)
    if not isinstance(bundle, Mapping) or bundle.get("resourceType") != "Bundle":
        raise ExportError("the export is not a FHIR Bundle: resourceType is not Bundle")
    resources = read_resources(bundle)
    work = sort_work(resources)
    found: list[Encounter] = []
    for encounter in resources.of("Encounter"):
        status = encounter.body.get("status")
        if status in NEVER_WAS:
            continue
        if status != "finished":
            raise encounter.error("is not finished, and only what is finished is signed: export it after its sign-off")
        found += _encounters(resources, work, encounter, person_system)
    if len({one.identifier for one in found}) != len(found):
        raise ExportError("two encounters have one visit number: each record needs an id of its own")
    if not found:
        raise ExportError("the Bundle holds no finished Encounter: there is nothing to sign")
    return tuple(found)


def _encounters(resources: Resources, work: Work, encounter: Resource, person_system: str) -> list[Encounter]:
    person = _person(resources, encounter, person_system)
    performed = performed_in(resources, work, encounter)
    if not performed:
        raise encounter.error("has no completed Procedure and no ChargeItem: there is nothing to sign")
    begins, ends = (str(encounter.body.get("period", {}).get(end, "")) for end in ("start", "end"))
    diagnoses = _diagnoses(resources, encounter)
    pairs = list(dict.fromkeys((one.practitioner, one.provider) for one in performed))
    identifier = _identifier(encounter)
    return [
        Encounter(
            identifier=_own_identifier(identifier, pair, pairs),
            person=person,
            practitioner_npi=pair[0],
            provider_npi=pair[1],
            services=tuple(one.service for one in performed if (one.practitioner, one.provider) == pair),
            begins=begins,
            ends=ends,
            diagnoses=diagnoses,
        )
        for pair in pairs
    ]


def _identifier(encounter: Resource) -> str:
    """Return the visit number (identifier of type VN), or else the resource's id."""
    visits = codes.typed(encounter.many("identifier"), "VN")
    if len(visits) > 1:
        raise encounter.error(
            f"has {len(visits)} visit numbers (identifiers of type VN), one at most can name the record"
        )
    identifier = visits[0] if visits else encounter.body.get("id", "")
    if not identifier:
        raise encounter.error("has neither a visit number (an identifier of type VN) nor an id to name its record by")
    return str(identifier)


def _own_identifier(identifier: str, pair: tuple[str, str], pairs: list[tuple[str, str]]) -> str:
    """Return the record's id: the encounter's own, and what tells its records apart where it becomes several."""
    telling = [pair[place] for place in (0, 1) if len({one[place] for one in pairs}) > 1]
    return "-".join([identifier, *telling])


def _person(resources: Resources, encounter: Resource, person_system: str) -> str:
    patient = resources.follow(encounter.body.get("subject"))
    if patient is None or patient.kind != "Patient":
        raise encounter.error("subject names no Patient of the Bundle")
    identifiers = patient.many("identifier")
    if person_system:
        numbers = list(
            {one["value"]: None for one in identifiers if one.get("system") == person_system and one.get("value")}
        )
        wanted = "of the payer's system"
    else:
        numbers = codes.typed(identifiers, "MB")
        wanted = "of type MB (member number)"
    if len(numbers) != 1:
        raise patient.error(f"has {len(numbers)} identifiers {wanted}, the payer's person id must be exactly one")
    return str(numbers[0])


def _rank(diagnosis: Json) -> int:
    rank = diagnosis.get("rank")
    return rank if isinstance(rank, int) else 1_000_000


def _diagnoses(resources: Resources, encounter: Resource) -> tuple[str, ...]:
    """Return the ICD-10-CM codes by rank of Encounter.diagnosis, or of the Conditions that name the encounter."""
    listed = sorted(encounter.many("diagnosis"), key=_rank)
    if listed:
        named = [resources.follow(one.get("condition")) for one in listed]
        conditions = [one for one in named if one is not None and one.kind == "Condition"]
    else:
        conditions = [
            one for one in resources.of("Condition") if resources.follow(one.body.get("encounter")) is encounter
        ]
    sound = [one for one in conditions if codes.status_code(one.concept("verificationStatus")) not in REFUTED]
    found = [codes.diagnosis_code(one.concept("code")) for one in sound]
    return tuple(dict.fromkeys(code for code in found if code))
