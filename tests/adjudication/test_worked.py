"""Claims worked out by hand, to the cent, group, reason, remark and CLP02; and that every edit and date check is needed for them."""

from collections.abc import Callable
from datetime import date

import pytest

from claims.adjudication import accumulation, coordination, engine, plan_terms, practice, providers
from claims.adjudication.authorizations import Authorizations
from claims.adjudication.edits import (
    EDITS,
    eligibility,
    evidence,
    ncci,
    statistics,
    statistics_geography,
    statistics_level_of_service,
    statistics_ramp_up,
    statistics_signing,
    timely_filing,
)
from claims.adjudication.history import History
from claims.adjudication.office_visits import month_of
from tests.adjudication import tables
from tests.adjudication.worked_cases import every_case, money_in

CASES = every_case()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.edit}: {case.name}")
def test_the_claim_is_decided_as_worked_out(case):
    assert case.found() == case.expected
    charge, settled = money_in(case.decide()[1])
    assert charge == settled or case.expected[0] == "pended"


def test_there_are_two_hundred_and_no_two_of_a_name():
    assert len(CASES) >= 200
    assert len({(case.edit, case.name) for case in CASES}) == len(CASES)


def _some_case_fails(edit: str) -> bool:
    """Whether a case of a file fails; a case that cannot be decided any more fails too."""
    cases = [case for case in CASES if case.edit == edit]
    assert cases, f"the table has no claim for {edit}"
    return any(case.found() != case.expected for case in cases)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_without_any_one_edit_a_claim_fails(edit, monkeypatch):
    monkeypatch.setattr(engine, "EDITS", tuple(each for each in EDITS if each is not edit))
    assert _some_case_fails(edit.name)


def _always(monkeypatch, holder: object, name: str, answer: Callable) -> None:
    monkeypatch.setattr(holder, name, answer)


DATE_CHECKS = {
    "eligibility": [(eligibility, "_outside", lambda *_: "")],
    "provider": [(providers, "date_fault", lambda *_: "")],
    "exclusion": [
        (tables.MemoryTables, "exclusion", lambda self, npi, day: next(iter(self.exclusions.get(npi, ())), None))
    ],
    "evidence": [(evidence, "_overdue", lambda *_: False)],
    "duplicate": [(History, "same_days", staticmethod(lambda *_: True))],
    "timely-filing": [(timely_filing, "last_day", lambda *_: date.max)],
    "coverage": [(plan_terms.PlanTerms, "year_of", lambda *_: 2026)],
    "authorization": [(Authorizations, "in_force", staticmethod(lambda *_: True))],
    "ncci": [(tables, "in_force", lambda *_: True)],
    "mue": [(tables, "in_force", lambda *_: True)],
    "statistics": [(statistics, "_amid", lambda *_: True)],
    "cost-share": [(plan_terms.PlanTerms, "year_of", lambda *_: 2026)],
}


@pytest.mark.parametrize("edit", DATE_CHECKS)
def test_without_its_date_check_a_claim_fails(edit, monkeypatch):
    for holder, name, answer in DATE_CHECKS[edit]:
        _always(monkeypatch, holder, name, answer)
    assert _some_case_fails(edit)


OTHER_CHECKS = {
    "ncci": [(ncci, "MODIFIERS", frozenset())],
    "other-payer": [
        (engine, "coordinate", lambda earlier, share, paid, cut: coordination.Coordinated(paid, share, (), cut))
    ],
    "cost-share": [(accumulation.Counter, "room", property(lambda _: None, lambda *_: None))],
}


STATISTICS = {
    "level of service": (statistics_level_of_service, "look", lambda *_: []),
    "its smallest numbers": (statistics_level_of_service, "_enough", lambda *_: True),
    "its months": (practice, "months_to", lambda day: range(month_of(day) - 36, month_of(day) + 12)),
    "its replaced claim": (practice.Practice, "_replaced", lambda *_: []),
    "geography": (statistics_geography, "look", lambda *_: []),
    "its places": (statistics_geography, "AWAY_PLACES", frozenset()),
    "its neighbours": (statistics_geography, "_area", lambda postal_code, asked: postal_code[: asked.digits]),
    "its day": (practice.Practice, "places", lambda self, *_: [z for p in self._places.values() for z, _ in p]),
    "ramp-up": (statistics_ramp_up, "look", lambda *_: []),
    "its days": (statistics_ramp_up, "_within", lambda *_: True),
    "signing delay": (statistics_signing, "look", lambda *_: []),
    "its limit": (statistics_signing, "_days_after", lambda *_: 100),
}


@pytest.mark.parametrize("part", STATISTICS)
def test_without_any_part_of_a_statistic_a_claim_fails(part, monkeypatch):
    _always(monkeypatch, *STATISTICS[part])
    assert _some_case_fails("statistics")


@pytest.mark.parametrize("edit", OTHER_CHECKS)
def test_without_its_other_condition_a_claim_fails(edit, monkeypatch):
    for holder, name, answer in OTHER_CHECKS[edit]:
        _always(monkeypatch, holder, name, answer)
    assert _some_case_fails(edit)
