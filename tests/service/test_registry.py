"""The credentialer's acts: each once, and the home remembers which NPI an id or address belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from claims.service import registry
from claims.service.errors import UsageError
from claims.service.office import Office, open_office
from claims.store.rows import EnrolledProvider
from tests.cli.support import CLINICIAN, PASSPHRASE, World, fresh_world

ALWAYS = (date(2000, 1, 1), date(2099, 12, 31))
NPI, OTHER = "2195638079", "2783409156"
KEY, ADDRESS, ELSEWHERE = (f"0x{digit * 40}" for digit in "123")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fresh_world(tmp_path)


@pytest.fixture
def payer(world: World) -> Iterator[Office]:
    with open_office(world.payer, passphrase=PASSPHRASE) as office:
        yield office


def known(office: Office, npi: str) -> EnrolledProvider | None:
    with office.store.reading() as work:
        return work.providers.find(npi)


def test_enrolling_twice_sends_once(payer: Office) -> None:
    assert registry.enrol_practitioner(payer, 9, KEY, 9, *ALWAYS).gas
    assert registry.enrol_practitioner(payer, 9, KEY, 9, *ALWAYS).gas is None
    assert registry.enrol_provider(payer, ADDRESS, 4, *ALWAYS).gas
    assert registry.enrol_provider(payer, ADDRESS, 4, *ALWAYS).gas is None
    assert registry.add_to_roster(payer, ADDRESS, 9, *ALWAYS).gas
    assert registry.add_to_roster(payer, ADDRESS, 9, *ALWAYS).gas is None


def test_without_an_npi_nothing_is_remembered(payer: Office) -> None:
    registry.enrol_practitioner(payer, 9, KEY, 9, *ALWAYS)
    with payer.store.reading() as work:
        assert work.providers.all() == ()


def test_the_home_remembers_whose_id_and_key_it_is(payer: Office) -> None:
    registry.enrol_practitioner(payer, 9, KEY, 9, *ALWAYS, npi=NPI)
    found = known(payer, NPI)
    assert found is not None
    assert (found.provider.practitioner, found.provider.address, found.signing_key) == (9, "", KEY)


def test_who_practises_alone_has_id_and_address_under_one_npi(payer: Office) -> None:
    registry.enrol_practitioner(payer, 9, KEY, 9, *ALWAYS, npi=NPI)
    registry.enrol_provider(payer, ADDRESS, 9, *ALWAYS, npi=NPI)
    found = known(payer, NPI)
    assert found is not None
    assert (found.provider.practitioner, found.provider.address, found.signing_key) == (9, ADDRESS, KEY)
    registry.enrol_practitioner(payer, 9, KEY, 9, *ALWAYS, npi=NPI)
    assert known(payer, NPI) == found


def test_an_npi_can_be_given_to_what_was_enrolled_before(payer: Office) -> None:
    registry.enrol_provider(payer, ADDRESS, 4, *ALWAYS)
    assert registry.enrol_provider(payer, ADDRESS, 4, *ALWAYS, npi=NPI).gas is None
    found = known(payer, NPI)
    assert found is not None
    assert found.provider.address == ADDRESS


def test_an_npi_means_one_party_and_a_party_has_one_npi(payer: Office) -> None:
    registry.enrol_practitioner(payer, 9, KEY, 9, *ALWAYS, npi=NPI)
    registry.enrol_provider(payer, ADDRESS, 4, *ALWAYS, npi=OTHER)
    for refused in (
        lambda: registry.enrol_practitioner(payer, 10, ADDRESS, 10, *ALWAYS, npi=NPI),
        lambda: registry.enrol_practitioner(payer, 9, KEY, 9, *ALWAYS, npi=OTHER),
        lambda: registry.enrol_provider(payer, ELSEWHERE, 4, *ALWAYS, npi=OTHER),
        lambda: registry.enrol_provider(payer, ELSEWHERE, 4, *ALWAYS, npi="no number"),
    ):
        with pytest.raises(UsageError):
            refused()
    # Nothing of what was refused reached the chain.
    assert registry.show(payer, practitioner=10)["practitioner"]["valid_from"] is None
    assert registry.show(payer, provider=ELSEWHERE)["provider"]["valid_from"] is None


def test_organisations_may_share_an_address(payer: Office) -> None:
    registry.enrol_provider(payer, ADDRESS, 4, *ALWAYS, npi=NPI)
    registry.enrol_provider(payer, ADDRESS, 4, *ALWAYS, npi=OTHER)
    with payer.store.reading() as work:
        assert len(work.providers.by_address(ADDRESS)) == 2


def test_a_key_is_not_changed_by_enrolling_again(payer: Office) -> None:
    with pytest.raises(UsageError, match="rotating"):
        registry.enrol_practitioner(payer, CLINICIAN, KEY, CLINICIAN, *ALWAYS)


def test_a_second_insurer_s_book_is_listed_once(payer: Office) -> None:
    assert registry.list_book(payer, ADDRESS).gas
    assert registry.list_book(payer, ADDRESS).gas is None


def test_a_suspension_is_taken_back(payer: Office) -> None:
    assert registry.suspend(payer, practitioner=CLINICIAN).gas
    assert registry.suspend(payer, practitioner=CLINICIAN).gas is None
    assert registry.show(payer, practitioner=CLINICIAN)["practitioner"]["suspended"] is True
    registry.suspend(payer, practitioner=CLINICIAN, suspended=False)
    assert registry.show(payer, practitioner=CLINICIAN)["practitioner"]["suspended"] is False


def test_an_exclusion_ends_the_window(payer: Office) -> None:
    registry.exclude(payer, date(2026, 6, 30), practitioner=CLINICIAN)
    assert registry.show(payer, practitioner=CLINICIAN)["practitioner"]["valid_until"] == "2026-06-30"
    assert registry.exclude(payer, date(2026, 6, 30), practitioner=CLINICIAN).gas is None


def test_a_stolen_key_does_not_count_from_a_day_on(payer: Office) -> None:
    registry.report_compromise(payer, CLINICIAN, date(2026, 3, 1))
    assert registry.show(payer, practitioner=CLINICIAN)["practitioner"]["compromised_from"] == "2026-03-01"


def test_a_provider_keeps_no_list_of_npis(world: World) -> None:
    with open_office(world.clinic, passphrase=PASSPHRASE) as office, pytest.raises(UsageError, match="a payer's"):
        registry.enrol_provider(office, ADDRESS, 4, *ALWAYS, npi=NPI)


def test_a_stolen_key_is_replaced_and_the_new_one_counts(payer: Office) -> None:
    registry.enrol_practitioner(payer, 9, KEY, 9, *ALWAYS, npi=NPI)
    registry.report_compromise(payer, 9, date(2020, 1, 1))
    assert registry.rotate_key(payer, 9, ELSEWHERE).gas
    assert registry.rotate_key(payer, 9, ELSEWHERE).gas is None
    record = payer.read("Registry", "practitionerOf", 9)
    assert (record["key"].lower(), record["compromisedFrom"]) == (ELSEWHERE, 0)
    found = known(payer, NPI)
    assert found is not None
    assert found.signing_key == ELSEWHERE


def test_a_key_of_nobody_is_not_rotated(payer: Office) -> None:
    with pytest.raises(UsageError, match="not enrolled"):
        registry.rotate_key(payer, 77, KEY)


def test_who_left_is_taken_off_the_roster_once(payer: Office) -> None:
    registry.enrol_practitioner(payer, 9, KEY, 9, *ALWAYS)
    registry.enrol_provider(payer, ADDRESS, 4, *ALWAYS)
    registry.add_to_roster(payer, ADDRESS, 9, *ALWAYS)
    assert registry.remove_from_roster(payer, ADDRESS, 9).gas
    assert registry.remove_from_roster(payer, ADDRESS, 9).gas is None
    assert not payer.read("Registry", "rosterOf", ADDRESS, 9)["active"]
