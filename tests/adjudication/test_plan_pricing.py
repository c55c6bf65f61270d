"""The pricing part of a plan document: what it reads, and what it refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from claims.adjudication.plan_document import read_plan
from claims.adjudication.rule_pack import rule_pack_hash
from claims.adjudication.strict import DocumentError
from claims.model.money import Money
from claims.model.plan import DrgPricing, Plan

HEAD = 'name = "P"\nyear = 2026\n[pricing]\n'
RBRVS = 'method = "rbrvs"\ncarrier = "1112"\nlocality = "5"\n'


def read(text: str) -> Plan:
    return read_plan(HEAD + text)


def test_rbrvs_with_its_place_and_share() -> None:
    pricing = read(RBRVS + 'percent = "1.20"\nconversion_factor = "33.4009"\nschedule = "ours"\n').pricing
    assert (pricing.method, pricing.carrier, pricing.locality) == ("rbrvs", "01112", "05")
    assert (pricing.percent, pricing.conversion_factor, pricing.schedule) == (
        Decimal("1.20"),
        Decimal("33.4009"),
        "ours",
    )


def test_institutional_methods() -> None:
    pricing = read(
        'method = "fee-list"\ninpatient = "drg"\noutpatient = "per-diem"\n[pricing.per_diem]\n"120" = "900.00"\n'
        '[pricing.drg]\nrate = "6000.00"\noutlier_threshold = "30000.00"\noutlier_share = "0.80"\ngrouper = true\n'
        '[pricing.drg.weights]\n"70" = "1.6"\n'
    ).pricing
    assert pricing.per_diem == (("0120", Money(90000)),)
    assert pricing.drg == DrgPricing(Money(600000), (("070", Decimal("1.6")),), Money(3000000), Decimal("0.80"), True)
    assert (pricing.inpatient, pricing.outpatient) == ("drg", "per-diem")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('method = "rbrvs"\nlocality = "05"\n', "pricing.carrier"),
        ('method = "rbrvs"\ncarrier = "01112"\n', "pricing.locality"),
        ('method = "rbrvs"\ncarrier = "011123"\nlocality = "05"\n', "pricing.carrier"),
        (RBRVS + 'conversion_factor = "33.40091"\n', "pricing.conversion_factor"),
        (RBRVS + 'percent = "0"\n', "pricing.percent"),
        ('method = "percent-of-charge"\n', "pricing.percent_of_charge"),
        ('method = "fee-list"\ninpatient = "per-diem"\n', "pricing.per_diem"),
        ('method = "fee-list"\ninpatient = "drg"\n', "pricing.drg"),
        ('method = "fee-list"\noutpatient = "apc"\n', "pricing.outpatient"),
        (
            'method = "fee-list"\n[pricing.drg]\nrate = "1.00"\noutlier_share = "0.8"\n[pricing.drg.weights]\n',
            "outlier_threshold",
        ),
        ('method = "fee-list"\n[pricing.drg]\nrate = "1.00"\n[pricing.drg.weights]\n"4700" = "1"\n', "weights"),
        (
            'method = "fee-list"\n[pricing.drg]\nrate = "1.00"\n[pricing.drg.weights]\n"70" = "1"\n"070" = "2"\n',
            "weights",
        ),
    ],
)
def test_a_setting_that_is_missing_or_impossible_is_named(text: str, path: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read(text)
    assert path in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        'percent = "1.1"',
        'conversion_factor = "33"',
        'schedule = "ours"',
        'percent_of_charge = "0.5"',
        'inpatient = "fee-list"',
    ],
)
def test_every_setting_of_the_price_is_part_of_the_rule_pack(change: str) -> None:
    assert rule_pack_hash(read(RBRVS)) != rule_pack_hash(read(RBRVS + change + "\n"))
