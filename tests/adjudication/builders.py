"""Small builders of claims, members, providers, encounters and plans, so that a test says only what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from claims.model.claim import Claim, Line
from claims.model.encounter import Service
from claims.model.evidence import VerifiedEncounter
from claims.model.member import Coverage, Member
from claims.model.money import Money, total
from claims.model.network import NetworkProvider
from claims.model.party import Payer, Person, Provider
from claims.model.plan import CostShare, CostShareOverride, Plan, Pricing

DAY = date(2026, 3, 2)
RECEIVED = date(2026, 3, 10)
BILLING, RENDERING, OTHER = "1234567893", "1245319599", "1497758544"
PERSON, NUMBER = "P-1", "M100"


def money(text: str) -> Money:
    return Money.parse(text)


def line(number: int = 1, code: str = "99214", charge: str = "120.00", **facts: Any) -> Line:
    """A line of one unit in the office on DAY."""
    units = Decimal(facts.pop("units", "1"))
    begins = facts.pop("begins", DAY)
    ends = facts.pop("ends", begins)
    return Line(number, code, money(charge), units, begins, ends, facts.pop("place", "11"), **facts)


def claim(*lines: Line, **facts: Any) -> Claim:
    """A subscriber's own claim by a clinic, rendered by one clinician; without lines it has the one that `line()` gives."""
    lines = lines or (line(),)
    patient = facts.pop("patient", Person("Doe", "Ana", birth_date=date(1980, 5, 1)))
    given: dict[str, Any] = {
        "number": "A-17",
        "billing": Provider(BILLING, "Harbour Clinic"),
        "payer": Payer("Test Payer", "99999"),
        "subscriber": patient,
        "member_number": NUMBER,
        "relationship": "18",
        "received": RECEIVED,
        "place": "11",
        "rendering": Provider(RENDERING, "Okafor", "Ngozi", is_person=True),
    }
    return Claim(charge=total(each.charge for each in lines), lines=lines, patient=patient, **(given | facts))


def member(**facts: Any) -> Member:
    given: dict[str, Any] = {
        "person": PERSON,
        "member_number": NUMBER,
        "relationship": "18",
        "last_name": "Doe",
        "first_name": "Ana",
        "birth_date": date(1980, 5, 1),
        "coverage": (Coverage(date(2026, 1, 1), date(2026, 12, 31), 7),),
        "family": "F-1",
    }
    return Member(**(given | facts))


def clinic(**facts: Any) -> NetworkProvider:
    return NetworkProvider(**({"npi": BILLING, "name": "Harbour Clinic"} | facts))


def clinician(**facts: Any) -> NetworkProvider:
    given: dict[str, Any] = {"npi": RENDERING, "name": "Okafor", "practitioner": 1, "roster": (BILLING,)}
    return NetworkProvider(**(given | facts))


def service(code: str = "99214", units: str = "1", begins: date = DAY, **facts: Any) -> Service:
    return Service(code, Decimal(units), begins, facts.pop("ends", begins), facts.pop("place", "11"), **facts)


def encounter(*services: Service, identifier: str = "enc-1", **facts: Any) -> VerifiedEncounter:
    """A signed encounter of the patient with the clinician for the clinic; without services, the one that `service()` gives."""
    given: dict[str, Any] = {
        "identifier": identifier,
        "person": PERSON,
        "practitioner": 1,
        "practitioner_npi": RENDERING,
        "provider_npi": BILLING,
        "services": services or (service(),),
        "services_root": b"root " + identifier.encode(),
        "digest": b"digest " + identifier.encode(),
        "signed": True,
    }
    return VerifiedEncounter(**(given | facts))


def plan(
    fees: dict[str, str] | None = None,
    *,
    percent: str | None = "1.00",
    copay: str = "0.00",
    deductible: str = "0.00",
    coinsurance: str = "0",
    maximum: str | None = None,
    overrides: Sequence[CostShareOverride] = (),
    **facts: Any,
) -> Plan:
    listed = {"99214": "95.00"} if fees is None else fees
    return Plan(
        name="Test plan",
        year=2026,
        pricing=Pricing(
            "fee-list",
            tuple((code, money(fee)) for code, fee in listed.items()),
            None if percent is None else Decimal(percent),
        ),
        cost_share=CostShare(
            copay=money(copay),
            deductible=money(deductible),
            coinsurance=Decimal(coinsurance),
            out_of_pocket=None if maximum is None else money(maximum),
            overrides=tuple(overrides),
        ),
        **facts,
    )


def with_lines(original: Claim, *lines: Line) -> Claim:
    """The same claim with other lines, and their charge."""
    return replace(original, lines=lines, charge=total(each.charge for each in lines))
