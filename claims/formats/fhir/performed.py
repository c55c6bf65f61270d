"""What was done in an encounter, service by service, by whom and for which billing organisation (docs/evidence.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from claims.formats.fhir import codes
from claims.formats.fhir.codes import Json
from claims.formats.fhir.resources import Resource, Resources
from claims.model.encounter import Service

_FROM_A_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")
NOT_DONE = frozenset({"not-done", "entered-in-error"})
"""Procedures in these states are left out."""
NOT_CHARGED = frozenset({"planned", "aborted", "entered-in-error"})
"""ChargeItems in these states are left out."""


@dataclass(frozen=True, slots=True)
class Performed:
    """A service with the NPIs of its clinician and of the organisation that may bill it."""

    practitioner: str
    provider: str
    service: Service


@dataclass(frozen=True, slots=True)
class Work:
    """What counts as done, by the label of its Encounter, and what charges it, by the label of its Procedure."""

    procedures: dict[str, list[Resource]]
    charged_alone: dict[str, list[Resource]]
    charges: dict[str, Resource]


def sort_work(resources: Resources) -> Work:
    """Lay Procedures and ChargeItems to their Encounters; raises ExportError for one that belongs to none of the Bundle."""
    work = Work({}, {}, {})
    for procedure in resources.of("Procedure"):
        if procedure.body.get("status") in NOT_DONE:
            continue
        encounter = resources.follow(procedure.body.get("encounter"))
        if encounter is None or encounter.kind != "Encounter":
            raise procedure.error("encounter names no Encounter of the Bundle")
        work.procedures.setdefault(encounter.label, []).append(procedure)
    for charge in resources.of("ChargeItem"):
        if charge.body.get("status") not in NOT_CHARGED:
            _lay_charge(resources, work, charge)
    return work


def _lay_charge(resources: Resources, work: Work, charge: Resource) -> None:
    named = [resources.follow(reference) for reference in charge.many("service")]
    procedures = [one for one in named if one is not None and one.kind == "Procedure"]
    encounter = resources.follow(charge.body.get("context"))
    if len(procedures) > 1:
        raise charge.error(f"names {len(procedures)} Procedures: its quantity can belong to one alone")
    if procedures:
        other = work.charges.setdefault(procedures[0].label, charge)
        if other is not charge:
            raise charge.error(f"{procedures[0].label} is charged already by {other.label}")
    elif encounter is None or encounter.kind != "Encounter":
        raise charge.error("names neither a Procedure nor an Encounter of the Bundle")
    else:
        work.charged_alone.setdefault(encounter.label, []).append(charge)


def performed_in(resources: Resources, work: Work, encounter: Resource) -> list[Performed]:
    """Return what was done in an encounter, each once: its Procedures, then what was charged without a Procedure.

    Raises ExportError, naming the Procedure or ChargeItem, where a service lacks something that has to be signed.
    """
    procedures = work.procedures.get(encounter.label, [])
    for procedure in procedures:
        if procedure.body.get("status") != "completed":
            raise procedure.error("is not completed, though its Encounter is finished")
    alone = work.charged_alone.get(encounter.label, [])
    return [
        *(_performed(resources, encounter, procedure, work.charges.get(procedure.label)) for procedure in procedures),
        *(_performed(resources, encounter, charge, charge) for charge in alone),
    ]


def _performed(resources: Resources, encounter: Resource, done: Resource, charge: Resource | None) -> Performed:
    patient = resources.follow(encounter.body.get("subject"))
    for resource in (done, charge):
        if resource is not None and resources.follow(resource.body.get("subject")) is not patient:
            raise resource.error(f"its subject is not the Patient of {encounter.label}")
    performer = _performer(done)
    begins, ends = _days(encounter, done, charge)
    service = Service(
        code=_code(done, charge),
        units=_units(charge),
        begins=begins,
        ends=ends,
        place=_place(resources, encounter, done),
        modifiers=_modifiers(done, charge),
    )
    return Performed(
        _practitioner(resources, encounter, done, performer), _provider(resources, encounter, done, performer), service
    )


def _code(done: Resource, charge: Resource | None) -> str:
    found = codes.procedure_codes(done.concept("code"))
    if charge is not None and charge is not done:
        charged = codes.procedure_codes(charge.concept("code"))
        if charged and found and charged != found:
            raise charge.error(f"its code is another than that of {done.label}")
        found = found or charged
    if len(found) != 1:
        raise done.error(f"has {len(found)} procedure codes of CPT, HCPCS or CDT, it needs exactly one")
    return found[0]


def _modifiers(done: Resource, charge: Resource | None) -> tuple[str, ...]:
    found = codes.modifiers(done.concept("code"))
    if charge is not None:
        found += codes.modifiers(charge.concept("code"))
    return tuple(dict.fromkeys(found))


def _units(charge: Resource | None) -> Decimal:
    quantity = charge.body.get("quantity") if charge is not None else None
    if charge is None or quantity is None:
        return Decimal(1)
    value = quantity.get("value")
    if type(value) not in (int, Decimal) or value <= 0 or quantity.get("comparator"):
        raise charge.error("quantity is not one positive number")
    return Decimal(value)


def _days(encounter: Resource, done: Resource, charge: Resource | None) -> tuple[date, date]:
    """Return the first and last day of a service: its own, its charge's, or those of an encounter within one day."""
    for resource in (done, charge):
        if resource is None:
            continue
        for element in ("performed", "occurrence"):
            moment = resource.body.get(f"{element}DateTime")
            period = resource.body.get(f"{element}Period", {})
            start, end = (moment, moment) if moment else (period.get("start"), period.get("end"))
            if start:
                return _day(resource, start), _day(resource, end or start)
    period = encounter.body.get("period", {})
    if period.get("start") and period.get("end"):
        begins, ends = _day(encounter, period["start"]), _day(encounter, period["end"])
        if begins == ends:
            return begins, ends
    raise done.error("has no date, and its Encounter is not of one day: give performedDateTime or occurrenceDateTime")


def _day(resource: Resource, moment: object) -> date:
    """Return the day that the record system wrote, in its own time zone."""
    # The models take a number for a moment too, and a year or a month for a date; neither is a day that can be signed.
    written = moment if isinstance(moment, str) and _FROM_A_DAY.match(moment) else ""
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        raise resource.error("a date is not given to the day, as YYYY-MM-DD") from None


def _place(resources: Resources, encounter: Resource, done: Resource) -> str:
    """Return the place of service of the Procedure's Location, or else of the Encounter's."""
    own = resources.follow(done.body.get("location"))
    located = [own] if own is not None else []
    if not located:
        locations = [resources.follow(one.get("location")) for one in encounter.many("location")]
        located = [one for one in locations if one is not None]
    found = codes.places([concept for one in located for concept in one.many("type")])
    if len(found) != 1:
        raise done.error(
            f"has {len(found)} places of service: give its or its Encounter's Location one type of the CMS place of service codes"
        )
    return found[0]


def _performer(done: Resource) -> Json:
    performers = done.many("performer")
    if len(performers) > 1:
        raise done.error(
            f"has {len(performers)} performers: a service is signed by one clinician, give each a Procedure"
        )
    return performers[0] if performers else {}


def _practitioner(resources: Resources, encounter: Resource, done: Resource, performer: Json) -> str:
    """Return the NPI of the performer, or else of the only practitioner who took part in the encounter."""
    if performer:
        found = _practitioner_npis(resources, performer.get("actor"))
    else:
        each = [_practitioner_npis(resources, one.get("individual")) for one in encounter.many("participant")]
        found = list(dict.fromkeys(npi for npis in each for npi in npis))
    if len(found) != 1:
        raise done.error(
            f"leads to {len(found)} NPIs of a Practitioner: name one performer with an identifier of {codes.NPI_SYSTEM}"
        )
    return found[0]


def _practitioner_npis(resources: Resources, reference: Json | None) -> list[str]:
    target = resources.follow(reference)
    if target is not None and target.kind == "PractitionerRole":
        return _practitioner_npis(resources, target.body.get("practitioner"))
    return _npis(target, "Practitioner", reference)


def _provider(resources: Resources, encounter: Resource, done: Resource, performer: Json) -> str:
    """Return the NPI of the organisation on whose behalf it was done, or else of the encounter's service provider."""
    reference = performer.get("onBehalfOf") or encounter.body.get("serviceProvider")
    found = _npis(resources.follow(reference), "Organization", reference)
    if len(found) != 1:
        raise done.error(
            f"leads to {len(found)} NPIs of a billing Organization: give its Encounter a serviceProvider with an "
            f"identifier of {codes.NPI_SYSTEM}"
        )
    return found[0]


def _npis(target: Resource | None, kind: str, reference: Json | None) -> list[str]:
    """Return the NPIs of a resource of this type, or of the identifier in a reference that leads out of the Bundle."""
    if target is not None:
        return codes.npis(target.many("identifier")) if target.kind == kind else []
    identifier: Any = (reference or {}).get("identifier")
    return codes.npis([identifier]) if identifier else []
