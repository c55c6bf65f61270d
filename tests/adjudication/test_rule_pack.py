"""The hash of the rules a decision was made by."""

from datetime import date
from decimal import Decimal

import pytest

from claims.adjudication.engine import adjudicate
from claims.adjudication.rule_pack import rule_pack_hash
from claims.model.money import Money
from claims.model.plan import CostShareOverride
from tests.adjudication.builders import claim, plan
from tests.adjudication.tables import MemoryTables


def test_a_decision_carries_it():
    assert adjudicate(plan(), claim()).rule_pack == rule_pack_hash(plan())
    assert len(rule_pack_hash(plan())) == 32


@pytest.mark.parametrize(
    "changed",
    [
        plan({"99214": "95.01"}),
        plan({}),
        plan(percent=None),
        plan(percent="0.99"),
        plan(copay="1.00"),
        plan(deductible="1.00"),
        plan(coinsurance="0.01"),
        plan(maximum="0.00"),
        plan(overrides=(CostShareOverride(("99214",), copay=Money(0)),)),
        plan(overrides=(CostShareOverride(("99214",), deductible_applies=False),)),
        plan(covers_from=date(2026, 1, 1)),
        plan(covers_through=date(2026, 1, 1)),
        plan(timely_filing_years=2),
        plan(timely_filing_days=365),
        plan(evidence_days=44),
    ],
)
def test_whatever_changes_a_decision_changes_it(changed):
    assert rule_pack_hash(changed) != rule_pack_hash(plan())


def test_what_changes_nothing_does_not():
    one = plan({"99214": "95.00", "87070": "9.00"}, coinsurance="0.2")
    other = plan({"87070": "9.00", "99214": "95.00"}, coinsurance="0.20")
    assert rule_pack_hash(one) == rule_pack_hash(other)
    assert Decimal("0.2") == Decimal("0.20")


def test_the_versions_of_the_tables_are_in_it():
    new, old = MemoryTables((("ncci", "2026Q2"),)), MemoryTables((("ncci", "2026Q1"),))
    assert len({rule_pack_hash(plan()), rule_pack_hash(plan(), new), rule_pack_hash(plan(), old)}) == 3
    assert adjudicate(plan(), claim(), tables=new).rule_pack == rule_pack_hash(plan(), new)
