"""A plan as TOML: what it may say, and how it says what is wrong."""

from datetime import date
from decimal import Decimal

import pytest

from claims.adjudication.documents import DocumentError, read_plan
from claims.model.money import Money

GOLD = """
name = "Gold PPO"
year = 2026
[coverage]
from = 2026-01-01
through = "2026-12-31"
[pricing]
method = "fee-list"
percent_of_charge = "1.00"
[pricing.fees]
"99213" = "92.00"
"j0696" = "4.5"
[cost_share]
copay = "5.00"
deductible = "500.00"
coinsurance = "0.20"
out_of_pocket = "3000.00"
[[cost_share.override]]
codes = ["99214"]
copay = "25.00"
deductible_applies = false
[filing]
days = 90
[evidence]
days = 30
"""


def test_a_whole_plan_is_read():
    plan = read_plan(GOLD)
    assert (plan.name, plan.year) == ("Gold PPO", 2026)
    assert (plan.covers_from, plan.covers_through) == (date(2026, 1, 1), date(2026, 12, 31))
    assert plan.pricing.fees == (("99213", Money(9200)), ("J0696", Money(450)))
    assert plan.pricing.percent_of_charge == Decimal("1.00")
    assert plan.cost_share.copay == Money(500)
    assert plan.cost_share.deductible == Money(50000)
    assert plan.cost_share.coinsurance == Decimal("0.20")
    assert plan.cost_share.out_of_pocket == Money(300000)
    override = plan.cost_share.overrides[0]
    assert (override.codes, override.copay, override.coinsurance) == (("99214",), Money(2500), None)
    assert override.deductible_applies is False
    assert (plan.timely_filing_days, plan.evidence_days) == (90, 30)


def test_a_plan_may_say_little():
    plan = read_plan('name = "Bare"\nyear = 2026\n[pricing]\nmethod = "fee-list"')
    assert plan.cost_share.out_of_pocket is None
    assert plan.pricing.percent_of_charge is None
    assert plan.timely_filing_years == 1
    assert plan.timely_filing_days is None
    assert plan.evidence_days == 45


@pytest.mark.parametrize(
    ("typed", "meant", "path", "says"),
    [
        ("deductable", "deductible", "cost_share.deductable", "nearest known key is deductible"),
        ("coinsurence", "coinsurance", "cost_share.coinsurence", "nearest known key is coinsurance"),
        (
            "percent_of_charges",
            "percent_of_charge",
            "pricing.percent_of_charges",
            "nearest known key is percent_of_charge",
        ),
    ],
)
def test_an_unknown_key_is_an_error_that_names_its_path_and_the_nearest_key(typed, meant, path, says):
    with pytest.raises(DocumentError, match=says) as caught:
        read_plan(GOLD.replace(f"{meant} =", f"{typed} ="))
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("old", "new", "path", "says"),
    [
        ('deductible = "500.00"', "deductible = 500.00", "cost_share.deductible", "not a float"),
        ('deductible = "500.00"', "deductible = 500", "cost_share.deductible", "not an integer"),
        ('deductible = "500.00"', 'deductible = "-500.00"', "cost_share.deductible", "must not be negative"),
        ('deductible = "500.00"', 'deductible = "5.001"', "cost_share.deductible", "not an amount"),
        ('deductible = "500.00"', 'deductible = "1e3"', "cost_share.deductible", "not an amount"),
        ('deductible = "500.00"', 'deductible = "NaN"', "cost_share.deductible", "not an amount"),
        ('coinsurance = "0.20"', 'coinsurance = "20"', "cost_share.coinsurance", "between 0 and 1"),
        ('coinsurance = "0.20"', 'coinsurance = "-0.2"', "cost_share.coinsurance", "between 0 and 1"),
        ('coinsurance = "0.20"', "coinsurance = 0.20", "cost_share.coinsurance", "not a float"),
        ('percent_of_charge = "1.00"', 'percent_of_charge = "1.01"', "pricing.percent_of_charge", "between 0 and 1"),
        ('"99213" = "92.00"', '"99213" = 92', "pricing.fees.99213", "not an integer"),
        ('"99213" = "92.00"', '"99213" = "-1.00"', "pricing.fees.99213", "must not be negative"),
        ('"99213" = "92.00"', '"J0696" = "92.00"', "pricing.fees.j0696", "has a fee already"),
        ('"99213" = "92.00"', '"992 3" = "92.00"', "pricing.fees.992 3", "not a procedure code"),
        ('codes = ["99214"]', 'codes = ["99214", "99214"]', "cost_share.override[1].codes", "overridden already"),
        ('codes = ["99214"]', "codes = []", "cost_share.override[1].codes", "at least one"),
        (
            "deductible_applies = false",
            'deductible_applies = "no"',
            "cost_share.override[1].deductible_applies",
            "true or false",
        ),
        ('method = "fee-list"', 'method = "fees"', "pricing.method", "none of fee-list"),
        ("year = 2026", 'year = "2026"', "year", "whole number"),
        ("year = 2026", "year = true", "year", "whole number"),
        ('name = "Gold PPO"', 'name = " "', "name", "blank"),
        ('name = "Gold PPO"', "", "name", "missing"),
        ('through = "2026-12-31"', 'through = "2025-12-31"', "coverage.through", "before coverage.from"),
        ('through = "2026-12-31"', 'through = "31.12.2026"', "coverage.through", "not a date"),
        ("from = 2026-01-01", "from = 2026-01-01T00:00:00", "coverage.from", "must be a date"),
        ("days = 90", "days = 90\nyears = 1", "filing.days", "both given"),
        ("days = 90", "days = 0", "filing.days", "at least 1"),
        ("[evidence]", "[evidences]", "evidences", "nearest known key is evidence"),
    ],
)
def test_what_is_wrong_is_said_with_its_path(old, new, path, says):
    assert old in GOLD
    with pytest.raises(DocumentError, match=says) as caught:
        read_plan(GOLD.replace(old, new, 1))
    assert caught.value.path == path
    assert path in str(caught.value)


def test_an_override_that_changes_nothing_is_an_error():
    with pytest.raises(DocumentError, match="stands alone"):
        read_plan(GOLD.replace('copay = "25.00"\ndeductible_applies = false\n', ""))


def test_pricing_must_be_given():
    with pytest.raises(DocumentError, match="pricing is missing"):
        read_plan('name = "Bare"\nyear = 2026')


def test_what_is_not_toml_is_said_with_its_place():
    with pytest.raises(DocumentError, match=r"not valid TOML at line 1"):
        read_plan("name = Gold")
    with pytest.raises(DocumentError, match="not valid TOML"):
        read_plan('name = "a"\nname = "b"')
