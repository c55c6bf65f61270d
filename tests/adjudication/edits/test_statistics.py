"""What a table cannot say of statistics: what is said to the reader, and what is not checked without its input."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from claims.adjudication.engine import adjudicate
from claims.adjudication.history import History
from claims.model.history import PastLine, PracticeFigures
from claims.model.money import Money
from claims.model.party import Address, Person, Provider
from claims.model.plan import Geography, LevelOfService, RampUp, Statistics
from tests.adjudication.builders import BILLING, DAY, OTHER, RENDERING, claim, clinic, clinician, encounter, line, plan

EVERYTHING = Statistics(LevelOfService(Decimal("0.25"), 2), Geography(3), RampUp(30, Money(1_000_00)), 7)
WATCHED = plan({"99215": "140.00"}, statistics=EVERYTHING)
VISIT = line(code="99215", charge="150.00")


def said(billed, outcome, **inputs):
    decision = adjudicate(WATCHED, billed, **inputs)
    return [entry.why for entry in decision.trace if entry.edit == "statistics" and entry.outcome == outcome]


def past(code="99213", npi=RENDERING, day=DAY, **facts):
    return PastLine("A-1", "P-9", BILLING, code, (), day, day, "11", Money(100_00), npi, **facts)


def at(here, home, *lines):
    patient = Person("Doe", "Ana", birth_date=date(1980, 5, 1), address=Address(postal_code=home))
    return claim(*lines, patient=patient, billing=Provider(BILLING, "Clinic", address=Address(postal_code=here)))


def test_without_anything_to_look_at_nothing_is_checked():
    assert said(claim(VISIT), "not checked") == [
        "no history was given: only this claim's minutes were counted",
        "no history was given: levels of service were not compared with peers'",
        "the claim gives no ZIP code of the place: distances were not looked at",
        "it is not known since when the billing provider is in the network",
        "no records were given: it is not known when they were signed",
    ]


def test_a_plan_that_does_not_ask_hears_nothing_of_it():
    decision = adjudicate(plan({"99215": "140.00"}), claim(VISIT), history=[])
    assert [entry.why for entry in decision.trace if entry.edit == "statistics"] == ["no impossible day"]


def test_levels_are_told_with_both_shares():
    lines = [past("99215"), past("99213"), *[past("99213", OTHER)] * 3, past("99215", OTHER)]
    (why,) = said(claim(VISIT), "pend", history=lines)
    assert why == (
        "2 of the clinician's 3 office visits in twelve months were of the highest level (66.7 %), "
        "and 1 of peers' 4 (25.0 %): more than 25 points above"
    )


def test_too_few_visits_are_told():
    (why,) = said(claim(VISIT), "not checked", history=[], evidence=[encounter(signed_on=DAY)], providers=None)[:1]
    assert why == "levels of service are compared from 2 visits on: the clinician has 1 in twelve months, peers 0"


def test_a_home_far_away_is_told_without_the_home():
    (why,) = said(at("10001", "33101", VISIT), "pend", history=[])
    assert why == "the patient lives far from the practice: the first 3 digits of their ZIP codes are not near"


def test_two_places_of_one_day_are_told():
    (why,) = said(at("10001", "10001", VISIT), "pend", history=[past(postal_code="60601")])
    assert why == ("the clinician saw patients on this day in 2 places far apart: ZIP codes that begin with 100, 606")


def test_a_new_providers_charges_are_told():
    network = [clinic(begins=date(2026, 2, 1)), clinician()]
    lines = [past("99223")] * 9
    (why,) = said(claim(VISIT), "pend", history=lines, providers=network)
    assert why == (
        "the billing provider is in its first 30 days in the network and has charged 1050.00 for them, "
        "150.00 of it on this claim: more than 1000.00"
    )


def test_the_delay_of_a_signature_is_told():
    seen = encounter(signed_on=date(2026, 3, 20))
    seen = replace(seen, services=(replace(seen.services[0], code="99215"),))
    (why,) = said(claim(VISIT), "pend", evidence=[seen])
    assert why == "the service was attested 18 days after it, more than 7"


def test_figures_of_all_patients_say_the_same_as_their_lines():
    lines = [
        *[past("99215")] * 3,
        *[past("99213", OTHER)] * 4,
        past("97110", units=Decimal(63), postal_code="60601"),
    ]
    month = DAY.year * 12 + DAY.month - 1
    figures = PracticeFigures(
        minutes=((RENDERING, DAY, Decimal(3 * 40 + 63 * 15)),),
        visits=((RENDERING, "", month, "99215", 3), ("", "", month, "99215", 3), ("", "", month, "99213", 4)),
        places=((RENDERING, DAY, "60601"),),
        charges=((BILLING, DAY, Money(800_00)),),
    )
    billed = at("10001", "10001", line(code="99215", charge="250.00"))
    network = [clinic(begins=date(2026, 2, 1)), clinician()]
    counted = said(billed, "pend", history=History(lines), providers=network)
    assert len(counted) == 4
    assert said(billed, "pend", history=History((), figures), providers=network) == counted


def test_nothing_is_counted_twice_however_often_it_is_asked():
    history = History([past("99215")])
    first = history.practice.visits(claim(VISIT), RENDERING, "", DAY, frozenset({"99215"}))
    again = history.practice.visits(claim(VISIT), RENDERING, "", DAY, frozenset({"99215"}))
    history.add([past("99215")])
    after = history.practice.visits(claim(VISIT), RENDERING, "", DAY, frozenset({"99215"}))
    assert (first[0].all, again[0].all, after[0].all) == (1, 1, 2)
