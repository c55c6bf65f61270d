"""Claims that other people wrote, worked by hand."""

import json
from datetime import date

import pytest

from claims.adjudication.documents import read_accumulators, read_plan
from claims.adjudication.edits.evidence_causes import DIFFERENCES, NO_RECORD, NOT_SENT, PHANTOM, PROBLEMS, TOO_MANY
from claims.adjudication.engine import ASSUMED, adjudicate
from claims.adjudication.fold import adjudicate_all
from claims.adjudication.history import past_lines
from claims.formats.x12.intake import read_submission

pytestmark = pytest.mark.shared

GOLD = """
name = "Gold PPO"
year = 2026
[pricing]
method = "fee-list"
percent_of_charge = "1.00"
[pricing.fees]
"99213" = "92.00"
[cost_share]
deductible = "{deductible}"
coinsurance = "0.20"
out_of_pocket = "3000.00"
[[cost_share.override]]
codes = ["99214"]
copay = "25.00"
"""
USED = '[members."JS00111223333"]\ndeductible = "{0}"\nout_of_pocket = "{0}"'


def claims_of(shared, name):
    return read_submission((shared / "x12" / "837_005010X222A2" / f"demo.{name}.837").read_bytes()).claims


def adjustments(decision):
    return [" ".join(f"{a.group}-{a.reason} {a.amount}" for a in each.adjustments) for each in decision.lines]


@pytest.mark.parametrize(
    ("used", "paid", "patient", "lines"),
    [
        # 380.00 of the deductible are left, more than the claim's 100.00
        ("120.00", "0.00", "100.00", ["PR-1 40.00", "PR-1 15.00", "PR-3 25.00 PR-1 10.00", "PR-1 10.00"]),
        # 20.00 are left: line 1 takes them, 20 % of 20.00 is 4.00; 15.00: 3.00; 35.00 less copay: 2.00; 10.00: 2.00
        ("480.00", "44.00", "56.00", ["PR-1 20.00 PR-2 4.00", "PR-2 3.00", "PR-3 25.00 PR-2 2.00", "PR-2 2.00"]),
        # 20.00 are left to the maximum: 8.00, 3.00, then 9.00 of 25.00 copay, then nothing
        ("2980.00", "80.00", "20.00", ["PR-2 8.00", "PR-2 3.00", "PR-3 9.00", ""]),
    ],
)
def test_the_first_example_under_the_gold_plan(shared, used, paid, patient, lines):
    (claim,) = claims_of(shared, "example1")
    plan = read_plan(GOLD.format(deductible="500.00"))
    accumulators = read_accumulators(USED.format(used))
    decision = adjudicate(plan, claim, accumulators=accumulators[claim.member_number], evidence=ASSUMED)
    assert (decision.status, str(decision.allowed)) == ("paid", "100.00")
    assert (str(decision.paid), str(decision.patient)) == (paid, patient)
    assert adjustments(decision) == lines


def test_a_claim_filed_after_its_year_is_late(shared):
    (claim,) = claims_of(shared, "example1")
    plan = read_plan(GOLD.format(deductible="0.00"))
    assert adjudicate(plan, claim, received=date(2007, 10, 3)).status == "paid"
    half = adjudicate(plan, claim, received=date(2007, 10, 10))
    assert [each.denied for each in half.lines] == [True, True, False, False]
    assert adjudicate(plan, claim, received=date(2007, 10, 11)).status == "denied"


def test_the_third_drug_example_after_the_second_is_a_duplicate_at_line_1(shared):
    plan = read_plan(GOLD.format(deductible="0.00"))
    (first,), (second,) = claims_of(shared, "drug.example10.2"), claims_of(shared, "drug.example10.3")
    before = adjudicate(plan, first, history=())
    assert before.status == "paid"
    after = adjudicate(plan, second, history=past_lines(first, before))
    assert after.status == "paid"
    assert [each.denied for each in after.lines] == [True, False, False, False, False, False]
    assert adjustments(after)[0] == "OA-18 1400.00"
    folded = list(adjudicate_all(plan, (first, second), history=()))
    assert folded[1].lines == after.lines


def test_the_remark_codes_are_of_the_published_list(shared):
    published = set(json.loads((shared / "codes" / "imsweb_codesets.json").read_text())["remark_code"]["codes"])
    causes = [*PROBLEMS.values(), *DIFFERENCES.values(), NO_RECORD, NOT_SENT, PHANTOM, TOO_MANY]
    assert {cause.remark for cause in causes} | {"M53", "N130"} <= published
