"""In a payer's home the statistics see all patients, and keep of them figures alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from claims.adjudication.documents import read_plan
from claims.adjudication.engine import prepare
from claims.model.coding import decode
from claims.model.history import PastLine, PracticeFigures
from claims.model.money import Money
from claims.model.network import NetworkProvider
from claims.service.audit import verify
from claims.service.intake import read_file
from claims.service.payer_run import Inputs
from claims.service.practice import practice_figures
from tests.service.parties import CLINIC_NPI, CLINICIAN_NPI, DAY, GOOD, OTHER_PERSON, Bill, Parties

PEER = "1497758544"
WATCHED = """
[statistics.level_of_service]
above_peers = "0.25"
visits = 4
[statistics.geography]
digits = 3
[statistics.ramp_up]
days = 30
charge = "100000.00"
"""


def seen(code: str, times: int, npi: str = CLINICIAN_NPI, day: date = DAY, units: str = "1") -> list[PastLine]:
    """Lines of another person that were allowed before."""
    line = PastLine(
        *("A-1", OTHER_PERSON, CLINIC_NPI, code, (), day, day, "11", Money(9_000)),
        rendering_npi=npi,
        units=Decimal(units),
        postal_code="60601",
    )
    return [line] * times


def keep(local: Parties, *lines: PastLine) -> None:
    with local.payer.store.unit_of_work() as work:
        work.history.put("NG-1", lines)


def decided(local: Parties) -> tuple[str, list[str], PracticeFigures]:
    """Status, what waits and why, and the figures that were kept with the decision."""
    (claim,) = local.decided()["claims"]
    with local.payer.store.reading() as work:
        kept = work.decisions.latest(claim["control_number"])
    assert kept is not None
    practice = decode(Inputs, kept.inputs).practice
    assert practice is not None
    waits = [entry["why"] for entry in claim["trace"] if entry["outcome"] == "pend"]
    return claim["status"], waits, practice


@pytest.fixture
def watched(local: Parties) -> Path:
    plan = local.folder / "watched.toml"
    plan.write_text((GOOD / "plan.toml").read_text() + WATCHED)
    local.hand_over(local.write_claim("high.837", Bill("EC-2044", (("99215", "195", 1),))))
    return plan


def test_a_clinicians_hours_with_another_patient_make_the_day_impossible(local: Parties) -> None:
    keep(local, *seen("90837", 1, units="16"))
    status, waits, practice = decided(local)
    assert status == "pended"
    assert waits
    assert all("1010 timed minutes, 50 of them on this claim" in why for why in waits)
    assert [(npi, day, int(minutes)) for npi, day, minutes in practice.minutes] == [(CLINICIAN_NPI, DAY, 960)]
    assert verify(local.payer).differences == ()


def test_what_the_plan_does_not_ask_for_is_not_summed_up(local: Parties) -> None:
    keep(local, *seen("99215", 9), *seen("99213", 9, PEER))
    _, _, practice = decided(local)
    assert (practice.visits, practice.places, practice.charges) == ((), (), ())


def test_a_plan_that_asks_sees_every_patient(local: Parties, watched: Path) -> None:
    keep(local, *seen("99215", 3), *seen("99213", 4, PEER), *seen("99215", 1, day=date(2025, 4, 30)))
    file = local.folder / "high.837"
    answered = local.adjudicate(file, plan=watched, evidence=False)
    (claim,) = answered["claims"]
    waits = [entry["why"] for entry in claim["trace"] if entry["edit"] == "statistics" and entry["outcome"] == "pend"]
    assert waits == [
        "4 of the clinician's 4 office visits in twelve months were of the highest level (100.0 %), "
        "and 0 of peers' 4 (0.0 %): more than 25 points above",
        "the clinician saw patients on this day in 2 places far apart: ZIP codes that begin with 059, 606",
    ]
    assert verify(local.payer).differences == ()
    with local.payer.store.reading() as work:
        kept = work.decisions.latest(claim["control_number"])
    assert kept is not None
    assert OTHER_PERSON not in kept.inputs


def test_a_new_providers_charges_are_summed_up_by_day(local: Parties, watched: Path) -> None:
    early, late = date(2026, 3, 20), date(2026, 4, 19)
    keep(local, *seen("99213", 2), *seen("99213", 3, day=early), *seen("99213", 1, day=late))
    (claim,) = read_file(local.folder / "high.837").claims
    new = NetworkProvider(CLINIC_NPI, "Elm Court Clinic", begins=early)
    terms = prepare(read_plan(watched.read_text()))
    with local.payer.store.reading() as work:
        figures = practice_figures(work, terms, claim, [new])
        known = practice_figures(work, terms, claim, [replace(new, begins=date(2020, 1, 1))])
    assert figures.charges == ((CLINIC_NPI, early, Money(270_00)), (CLINIC_NPI, DAY, Money(180_00)))
    assert known.charges == ()
