"""A cast, and where none is given an export, for any 837P: everybody whom the claims name is enrolled as what they say they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from claims.evidence.leaves import attested_modifiers
from claims.model.claim import Claim, Line
from claims.model.encounter import Encounter, Service
from claims.model.member import Coverage, Member
from claims.model.money import Money, total
from claims.model.network import NetworkProvider
from claims.model.party import Address
from claims.service.demo.cast import (
    ActingPractitioner,
    ActingProvider,
    Cast,
    Cover,
    members_document,
    network_document,
)

PLAN = """name = "Demonstration: the charge, less 20 % coinsurance"
year = {year}

[pricing]
method = "fee-list"
percent_of_charge = "1.00"

[cost_share]
coinsurance = "0.20"
"""

ADDRESS = Address("100 Demonstration Street", "", "Springfield", "IL", "62701")


def person_key(claim: Claim) -> tuple[str, ...]:
    """What tells one patient from another in a file: member number, relationship, names and birth date."""
    patient = claim.patient
    return (
        claim.member_number,
        claim.relationship,
        patient.last_name.upper(),
        patient.first_name.upper(),
        str(patient.birth_date),
    )


def improvised_persons(claims: Sequence[Claim], encounters: Sequence[Encounter] = ()) -> dict[tuple[str, ...], str]:
    """Give each patient a payer-issued person id: the one under which an export knows the services, else a number."""
    persons: dict[tuple[str, ...], str] = {}
    for claim in claims:
        key = person_key(claim)
        known = next((e.person for e in encounters if _did(e, claim)), "")
        if key not in persons or known:
            persons[key] = known or f"PERSON-{len(persons) + 1:04d}"
    return persons


def improvised_cast(
    claims: Sequence[Claim],
    persons: dict[tuple[str, ...], str],
    encounters: Sequence[Encounter],
    *,
    payer: str | None,
    plan: str | None,
) -> Cast:
    """Build a cast from claims and from what was done. `payer` is the payer's identifier, by default the first claim's own."""
    if not claims:
        return _nobody(payer)
    first = claims[0]
    billing = {claim.billing.npi: claim.billing for claim in claims}
    controllers = {npi: place for place, npi in enumerate(billing, 1)}
    clinicians: dict[str, set[str]] = {}
    for encounter in encounters:
        clinicians.setdefault(encounter.practitioner_npi, set()).add(encounter.provider_npi)
    practitioners = tuple(
        ActingPractitioner(
            registry=place,
            npi=npi,
            key=f"clinician-{npi.lower()}",
            # A clinician who bills alone stands under the controller of the practice.
            controller=controllers.get(npi, len(controllers) + place),
            roster=tuple(sorted(roster)),
        )
        for place, (npi, roster) in enumerate(sorted(clinicians.items()), 1)
    )
    years = {(persons[person_key(claim)], line.begins.year) for claim in claims for line in claim.lines}
    # Room for the claims, and for a second payment of one: what an attempt to cheat shows must fail for its change alone.
    limit = total(claim.charge for claim in claims) * 3 + Money(1_000_00)
    identifier = payer or first.payer.identifier
    return Cast(
        payer_name=first.payer.name or "Demonstration payer",
        payer_identifier=identifier,
        payer_address=ADDRESS,
        claim_cap=max((claim.charge for claim in claims), key=lambda charge: charge.cents) + Money(100_00),
        treasury=limit * (len(years) + 2),
        practitioners=practitioners,
        providers=tuple(ActingProvider(npi, party.name, controllers[npi]) for npi, party in billing.items()),
        covers=tuple(Cover(person, year, limit) for person, year in sorted(years)),
        unsigned=(),
        plan=plan or PLAN.format(year=first.lines[0].begins.year),
        members=members_document(tuple(_members(claims, persons))),
        network=network_document(
            tuple(NetworkProvider(npi, party.name, controller=str(controllers[npi])) for npi, party in billing.items())
            + tuple(
                NetworkProvider(
                    p.npi,
                    f"Clinician {p.registry}",
                    practitioner=p.registry,
                    roster=p.roster,
                    controller=str(p.controller),
                )
                for p in practitioners
                if p.npi not in billing
            )
        ),
    )


def _nobody(payer: str | None) -> Cast:
    """The cast for files without one claim to pay: a payer and a provider who have nothing to settle."""
    npi = _made_up("0")
    return Cast(
        payer_name="Demonstration payer",
        payer_identifier=payer or "DEMO",
        payer_address=ADDRESS,
        claim_cap=Money(1_000_00),
        treasury=Money(1_000_00),
        practitioners=(),
        providers=(ActingProvider(npi, "Demonstration provider", 1),),
        covers=(),
        unsigned=(),
        plan=PLAN.format(year=2026),
        members=members_document(()),
        network=network_document((NetworkProvider(npi, "Demonstration provider", controller="1"),)),
    )


def improvised_export(claims: Iterable[Claim], persons: dict[tuple[str, ...], str]) -> tuple[Encounter, ...]:
    """Write down, as a record system would have, what the claims say was done: one encounter a clinician and day.

    It stands in for an export that nobody gave; the screen says so, since evidence made from the claim proves nothing.
    """
    encounters: list[Encounter] = []
    for place, claim in enumerate(claims, 1):
        grouped: dict[tuple[str, date], list[Line]] = {}
        for line in claim.lines:
            grouped.setdefault((_clinician(claim, line), line.begins), []).append(line)
        for number, ((npi, _), lines) in enumerate(grouped.items(), 1):
            named = lines[0].evidence or claim.evidence
            encounters.append(
                Encounter(
                    identifier=named[0] if len(named) == 1 else f"{_plain(claim.number)}-{place}-{number}",
                    person=persons[person_key(claim)],
                    practitioner_npi=npi,
                    provider_npi=claim.billing.npi,
                    services=tuple(_service(line) for line in lines),
                )
            )
    return tuple(_apart(encounters))


def _apart(encounters: Sequence[Encounter]) -> Iterable[Encounter]:
    """Give encounters that a claim named alike names of their own, since a record system would have."""
    seen: set[str] = set()
    for encounter in encounters:
        identifier, count = encounter.identifier, 1
        while identifier in seen:
            count += 1
            identifier = f"{encounter.identifier}-{count}"
        seen.add(identifier)
        yield replace(encounter, identifier=identifier)


def _service(line: Line) -> Service:
    return Service(
        code=line.procedure,
        units=line.units,
        begins=line.begins,
        ends=line.ends,
        place=line.place,
        modifiers=attested_modifiers(line.modifiers),
    )


def _clinician(claim: Claim, line: Line) -> str:
    """The rendering NPI; where the claim names none, a clinician of the billing provider's roster is made up."""
    rendering = claim.rendering_of(line)
    return rendering.npi if rendering is not None and rendering.npi else _made_up(claim.billing.npi)


def _made_up(npi: str) -> str:
    """An NPI with a valid check digit that is not the billing provider's (45 CFR 162.406: Luhn over 80840 and the number)."""
    stem = f"1{(int(re.sub('[^0-9]', '', npi) or '0') * 7 + 1) % 100_000_000:08d}"
    digits = [int(digit) for digit in "80840" + stem]
    doubled = [digit * 2 - 9 * (digit > 4) if place % 2 == 0 else digit for place, digit in enumerate(reversed(digits))]
    return f"{stem}{-sum(doubled) % 10}"


def _members(claims: Iterable[Claim], persons: dict[tuple[str, ...], str]) -> Iterable[Member]:
    years: dict[tuple[str, ...], set[int]] = {}
    for claim in claims:
        years.setdefault(person_key(claim), set()).update(line.begins.year for line in claim.lines)
    seen: set[tuple[str, ...]] = set()
    for claim in claims:
        key = person_key(claim)
        if key in seen:
            continue
        seen.add(key)
        yield Member(
            person=persons[key],
            member_number=claim.member_number,
            relationship=claim.relationship,
            last_name=claim.patient.last_name,
            first_name=claim.patient.first_name,
            birth_date=claim.patient.birth_date,
            coverage=tuple(Coverage(date(year, 1, 1), date(year, 12, 31)) for year in sorted(years[key])),
            family=claim.member_number,
        )


def _did(encounter: Encounter, claim: Claim) -> bool:
    return encounter.provider_npi == claim.billing.npi and any(
        service.code == line.procedure and service.begins == line.begins
        for service in encounter.services
        for line in claim.lines
    )


def _plain(text: str) -> str:
    return re.sub("[^A-Za-z0-9]+", "-", text).strip("-") or "claim"
