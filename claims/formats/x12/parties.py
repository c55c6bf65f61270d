"""The parties of an 837, from the name loops of its levels."""

from __future__ import annotations

from datetime import date

from claims.formats.x12.hierarchy import Level
from claims.formats.x12.syntax import Segment
from claims.formats.x12.values import ValueProblem, read_date
from claims.model.party import Address, Payer, Person, Provider

_NOWHERE = Address()


def read_provider(level: Level, loop: str, taxonomy_loop: str = "") -> Provider | None:
    """Read the provider that a name loop holds, or None where it is absent; its taxonomy is PRV03."""
    name = level.find(loop, "NM1")
    if name is None:
        return None
    specialty = level.find(taxonomy_loop or loop, "PRV")
    tax = level.find(loop, "REF", "EI") or level.find(loop, "REF", "SY")
    return Provider(
        npi=name.get(9) if name.get(8) == "XX" else "",
        name=name.get(3),
        first_name=name.get(4),
        is_person=name.get(2) == "1",
        tax_id=tax.get(2) if tax else "",
        taxonomy=specialty.get(3) if specialty else "",
        address=_address(level, loop),
    )


def read_person(level: Level, loop: str) -> Person:
    """Read the person that a name loop holds; one that is not named is empty."""
    name, facts = level.find(loop, "NM1"), level.find(loop, "DMG")
    if name is None:
        return Person("")
    return Person(
        last_name=name.get(3),
        first_name=name.get(4),
        middle_name=name.get(5),
        suffix=name.get(7),
        birth_date=_birth_date(facts),
        gender=facts.get(3) if facts else "",
        address=_address(level, loop),
    )


def read_payer(level: Level, loop: str) -> Payer:
    """Read the payer that a name loop holds."""
    name = level.find(loop, "NM1")
    return Payer(name.get(3), name.get(9)) if name else Payer("", "")


def _address(level: Level, loop: str) -> Address:
    street, place = level.find(loop, "N3"), level.find(loop, "N4")
    if street is None and place is None:
        return _NOWHERE
    return Address(
        line=street.get(1) if street else "",
        second_line=street.get(2) if street else "",
        city=place.get(1) if place else "",
        state=place.get(2) if place else "",
        postal_code=place.get(3) if place else "",
    )


def _birth_date(facts: Segment | None) -> date | None:
    if facts is None or not facts.get(2):
        return None
    try:
        return read_date(facts.get(2))
    except ValueProblem:
        return None
