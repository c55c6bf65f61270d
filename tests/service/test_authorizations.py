"""Units of a prior authorisation count down from claim to claim, and come back when a claim is taken back."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.service.parties import PERSON, VISIT, Bill, Parties

DAYS = (6, 7, 8)


@pytest.fixture
def authorized(local: Parties) -> Parties:
    """A plan that pays the second service of the visit only where it was authorised, and four units of it granted."""
    home = local.folder / "payer"
    plan = home / "plan.toml"
    plan.write_text(plan.read_text() + f'\n[authorization]\ncodes = ["{VISIT[1][0]}"]\n')
    (home / "authorizations.toml").write_text(
        f'[[authorizations]]\nnumber = "PA-1"\nperson = "{PERSON}"\ncodes = ["{VISIT[1][0]}"]\nunits = "4"\n'
    )
    (visit,) = local.visits()
    for day in DAYS:
        begins = visit.services[0].begins.replace(day=day)
        services = tuple(replace(service, begins=begins, ends=begins) for service in visit.services)
        local.sign(replace(visit, identifier=f"day-{day}", services=services))
    return local


def outcomes(parties: Parties, day: int) -> tuple[str, tuple[str, ...]]:
    """Adjudicate a visit of this day; its status, and the reasons of its second line."""
    (visit,) = parties.visits()
    begins = visit.services[0].begins.replace(day=day)
    file = parties.write_claim(f"day-{day}.837", Bill(f"D-{day}", evidence=f"day-{day}", day=begins))
    (claim,) = parties.decided(file)["claims"]
    return claim["status"], tuple(a["reason"] for a in claim["lines"][1]["adjustments"])


def used(parties: Parties) -> dict[str, Decimal]:
    """What is taken of each authorisation."""
    with parties.payer.store.reading() as work:
        return work.authorization_uses.used()


def test_units_count_down_until_none_is_left(authorized: Parties) -> None:
    assert outcomes(authorized, 6) == ("paid", ())
    assert used(authorized) == {"PA-1": Decimal(2)}
    assert outcomes(authorized, 7) == ("paid", ())
    assert used(authorized) == {"PA-1": Decimal(4)}
    assert outcomes(authorized, 8) == ("paid", ("198",))
    assert used(authorized) == {"PA-1": Decimal(4)}


def test_the_same_file_again_takes_nothing_twice(authorized: Parties) -> None:
    outcomes(authorized, 6)
    outcomes(authorized, 6)
    assert used(authorized) == {"PA-1": Decimal(2)}


def test_a_void_gives_its_units_back(authorized: Parties) -> None:
    outcomes(authorized, 6)
    outcomes(authorized, 7)
    with authorized.payer.store.reading() as work:
        (stored,) = work.claims.by_number("D-7")
    (visit,) = authorized.visits()
    begins = visit.services[0].begins.replace(day=7)
    file = authorized.write_claim("void.837", Bill("D-7V", evidence="day-7", day=begins))
    text = file.read_text().replace("11:B:1*", "11:B:8*").replace("HI*ABK", f"REF*F8*{stored.control_number}~\nHI*ABK")
    count = text.count("~") - 4
    file.write_text(re.sub(r"SE\*\d+\*", f"SE*{count}*", text))
    (claim,) = authorized.decided(file)["claims"]
    assert claim["status"] == "reversed"
    assert used(authorized) == {"PA-1": Decimal(2)}
    assert outcomes(authorized, 8) == ("paid", ())


def test_without_the_document_the_edit_is_not_checked(authorized: Parties) -> None:
    (authorized.folder / "payer" / "authorizations.toml").unlink()
    assert outcomes(authorized, 6) == ("paid", ())
    assert used(authorized) == {}
