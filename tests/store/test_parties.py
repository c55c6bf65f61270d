"""Members, providers and policies: who a payer covers, pays and insures."""

from datetime import date

import pytest

from claims.model.member import Coverage, Member
from claims.model.money import Money
from claims.model.network import NetworkProvider
from claims.store.errors import StoreConflict
from claims.store.rows import EnrolledProvider
from claims.store.work import UnitOfWork
from tests.store.values import policy

PARENT = Member("PERSON-1", "M1", "18", "Muster", "Max", None, (Coverage(date(2026, 1, 1)),), "F1")
CHILD = Member("PERSON-2", "M1", "19", "Muster", "Mia", date(2015, 2, 3), (), "F1")
CLINIC = EnrolledProvider(NetworkProvider("1234567893", "CLINIC", address="0xAbCd"))
CLINICIAN = EnrolledProvider(NetworkProvider("1999999992", "DR", practitioner=3, roster=("1234567893",)), "0x0B")


def test_members_are_found_by_person_and_by_member_number(work: UnitOfWork) -> None:
    for member in (CHILD, PARENT):
        work.members.put(member)
    assert work.members.find("PERSON-2") == CHILD
    assert work.members.by_number("M1") == work.members.all() == (PARENT, CHILD)
    assert work.members.find("PERSON-3") is None
    assert work.members.by_number("M2") == ()


def test_a_member_is_kept_as_it_is_now(work: UnitOfWork) -> None:
    work.members.put(PARENT)
    moved = Member("PERSON-1", "M2", "18", "Muster", "Max", None, (), "F2")
    work.members.put(moved)
    assert work.members.all() == work.members.by_number("M2") == (moved,)
    assert work.members.by_number("M1") == ()


def test_providers_are_found_by_npi_registry_id_and_address(work: UnitOfWork) -> None:
    for enrolled in (CLINICIAN, CLINIC):
        work.providers.put(enrolled)
    assert work.providers.find("1999999992") == work.providers.by_practitioner(3) == CLINICIAN
    assert work.providers.by_address("0xABCD") == work.providers.by_address("0xabcd") == (CLINIC,)
    assert work.providers.by_practitioner(0) is None, "a billing organisation has no registry id"
    assert work.providers.find("0") is None
    assert work.providers.all() == (CLINIC, CLINICIAN)
    rotated = EnrolledProvider(CLINICIAN.provider, "0x0C")
    work.providers.put(rotated)
    assert work.providers.find("1999999992") == rotated


def test_policies_are_found_by_number_and_by_person(work: UnitOfWork) -> None:
    this, last = policy(), policy(5, year=2025, issued_at=1)
    for issued in (this, last, policy(6, person="PERSON-2")):
        work.policies.add(issued)
    assert work.policies.find(2**64 - 1) == this
    assert work.policies.of_person("PERSON-1") == (last, this)
    assert work.policies.of_person("PERSON-1", 2025) == (last,)
    assert work.policies.find(7) is None
    assert len(work.policies.all()) == 3


def test_a_policys_number_keeps_its_meaning(work: UnitOfWork) -> None:
    work.policies.add(policy())
    work.policies.add(policy())
    with pytest.raises(StoreConflict, match="stored with other terms"):
        work.policies.add(policy(benefit_limit=Money(1)))
    assert work.policies.all() == (policy(),)
