"""What a ClaimResponse and an ExplanationOfBenefit say of any decision: amounts that add up, in a form that FHIR takes."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.adjudication.engine import adjudicate
from claims.formats.fhir.answer_amounts import PARTS
from claims.formats.fhir.claim_response import claim_response, rejected_response
from claims.formats.fhir.claim_systems import ADJUSTMENT_GROUP, REASON, REMARK
from claims.formats.fhir.claims import read_fhir_claims
from claims.formats.fhir.explanation_of_benefit import explanation_of_benefit
from claims.formats.fhir.json_text import parse
from claims.formats.fhir.json_writer import dump
from claims.formats.fhir.resources import check_resource
from claims.model.decision import Adjustment, Decision, LineDecision
from claims.model.money import Money
from claims.model.payment import Payment
from tests.adjudication.builders import claim, line, member, plan
from tests.adjudication.test_properties import situations
from tests.formats.fhir.claims_as_fhir import as_bundle

DAY = date(2026, 4, 1)
PAYMENT = Payment(
    b"\x07" * 32, "0x" + "11" * 20, Money(7000), Money(0), b"\x08" * 32, 12, date(2026, 4, 2), (b"\x09" * 32,)
)
WRITERS = (claim_response, explanation_of_benefit)


def written(writer, billed, decision, payment=None) -> dict:
    """The resource as it would be read from its file; FHIR's own models take it."""
    resource = writer(billed, decision, control_number="PCONTROL", created=DAY, payment=payment)
    found = parse(dump(resource))
    check_resource(found["resourceType"], found, "the answer")
    return found


def amounts(part: list[dict]) -> dict[str, Decimal]:
    """Amounts by category; none is there twice but the reasons, which have no place here."""
    found = {}
    for each in part:
        [coding] = each["category"]["coding"]
        if "amount" in each and coding["code"] != "adjustmentreason":
            assert coding["code"] not in found
            assert each["amount"]["currency"] == "USD"
            found[coding["code"]] = Decimal(each["amount"]["value"])
    return found


def unpaid(part: list[dict]) -> Decimal:
    """What the adjustments of a part take off."""
    given = [
        each["amount"]["value"]
        for each in part
        if each["category"]["coding"][0]["code"] == "adjustmentreason" and "amount" in each
    ]
    return sum(map(Decimal, given), Decimal(0))


def check_balance(resource: dict, decision: Decision) -> None:
    whole = amounts(resource["total"])
    if decision.status == "pended":
        assert resource["outcome"] == "queued"
        assert set(whole) == {"submitted"}
        assert "payment" not in resource
        return
    assert resource["outcome"] == "complete"
    assert whole["submitted"] == sum(whole[name] for name in PARTS)
    lines = [amounts(item["adjudication"]) for item in resource["item"]]
    for name, amount in whole.items():
        assert amount == sum(each[name] for each in lines)
    for item, each in zip(resource["item"], lines, strict=True):
        assert each["submitted"] == sum(each[name] for name in PARTS)
        assert each["submitted"] - unpaid(item["adjudication"]) == each["paidtoprovider"]
        assert each["paidtoprovider"] <= each["eligible"] <= each["submitted"]
    for name, amount in (
        ("submitted", decision.charge),
        ("eligible", decision.allowed),
        ("paidtoprovider", decision.paid),
        ("memberliability", decision.patient),
    ):
        assert whole[name] == Decimal(str(amount))


@settings(max_examples=60, deadline=None)
@given(situations(), st.sampled_from(WRITERS))
def test_the_amounts_of_every_decision_add_up(situation, writer) -> None:
    terms, billed, given_ = situation
    decision = adjudicate(terms, billed, **given_)
    check_balance(written(writer, billed, decision, PAYMENT), decision)


def decided(*adjustments: Adjustment, paid: int, allowed: int, remarks: tuple[str, ...] = ()) -> Decision:
    """A decision of one line of 100.00."""
    one = LineDecision(1, "99214", (), Money(10000), Money(allowed), Money(paid), adjustments, remarks)
    patient = Money(sum(each.amount.cents for each in adjustments if each.group == "PR"))
    status = "paid" if allowed else "denied"
    return Decision("A-17", status, one.charge, one.allowed, one.paid, patient, (one,), (), b"")


SHARED = decided(
    Adjustment("CO", "45", Money(500)),
    Adjustment("PR", "3", Money(1000)),
    Adjustment("PR", "1", Money(1500)),
    Adjustment("PR", "2", Money(1100)),
    Adjustment("OA", "23", Money(900)),
    Adjustment("CO", "253", Money(100)),
    paid=4900,
    allowed=9500,
)
BILLED = claim(line(1, "99214", "100.00", diagnoses=(1,)), diagnoses=("J0190",))


@pytest.mark.parametrize("writer", WRITERS)
def test_each_share_has_its_category(writer) -> None:
    found = amounts(written(writer, BILLED, SHARED)["total"])
    assert {name: str(amount) for name, amount in found.items()} == {
        "submitted": "100.00",
        "eligible": "95.00",
        "paidtoprovider": "49.00",
        "paidtopatient": "0.00",
        "copay": "10.00",
        "deductible": "15.00",
        "coinsurance": "11.00",
        "discount": "5.00",
        "priorpayerpaid": "9.00",
        "noncovered": "1.00",
        "memberliability": "36.00",
    }


@pytest.mark.parametrize("writer", WRITERS)
def test_a_denial_names_its_reason_group_and_remark(writer) -> None:
    denial = decided(Adjustment("PR", "96", Money(10000)), paid=0, allowed=0, remarks=("N130",))
    resource = written(writer, BILLED, denial)
    codings = [c for each in resource["item"][0]["adjudication"] for c in each.get("reason", {}).get("coding", [])]
    assert [(each["system"], each["code"]) for each in codings] == [
        (REASON, "96"),
        (ADJUSTMENT_GROUP, "PR"),
        (REMARK, "N130"),
    ]
    assert resource["item"][0]["noteNumber"] == [1]
    assert resource["processNote"] == [{"number": 1, "type": "display", "text": "Remark N130"}]
    assert resource["outcome"] == "complete"
    found = amounts(resource["total"])
    assert found["noncovered"] == found["memberliability"] == 100


@pytest.mark.parametrize("writer", WRITERS)
def test_a_payment_names_its_day_amount_and_id(writer) -> None:
    payment = written(writer, BILLED, SHARED, PAYMENT)["payment"]
    assert payment["date"] == "2026-04-02"
    assert payment["amount"] == {"value": Decimal("49.00"), "currency": "USD"}
    assert payment["identifier"]["value"] == "0x" + "07" * 32
    assert "amount" not in written(writer, BILLED, SHARED).get("payment", {})


def test_a_pended_claim_waits_with_its_cause_and_its_cure() -> None:
    decision = adjudicate(plan(), BILLED, members=(member(),), evidence=())
    assert decision.status == "pended"
    for writer in WRITERS:
        resource = written(writer, BILLED, decision)
        check_balance(resource, decision)
        assert resource["processNote"]


def test_a_rejected_claim_is_answered_by_its_errors_and_no_amount() -> None:
    bundle = json.loads(as_bundle([BILLED]))
    bundle["entry"][0]["resource"]["total"]["value"] = 1
    [transaction] = read_fhir_claims(json.dumps(bundle).encode()).transactions
    [rejected] = transaction.rejected
    resource = parse(dump(rejected_response(rejected, rejected.errors, kind="professional", created=DAY)))
    check_resource("ClaimResponse", resource, "the answer")
    assert resource["outcome"] == "error"
    assert resource["error"][0]["code"]["text"] == "Claim.total: is 1.00, and the items add up to 100.00"
    assert [c["code"] for c in resource["error"][0]["code"]["coding"]] == ["A7", "400"]
    assert "item" not in resource
    assert "total" not in resource


def test_an_answer_can_stand_as_the_earlier_payers_in_the_next_claim() -> None:
    first = claim_response(BILLED, SHARED, control_number="P1", created=DAY, payment=PAYMENT)
    bundle = json.loads(as_bundle([claim(*BILLED.lines, rank=1, diagnoses=BILLED.diagnoses)]))
    body = bundle["entry"][0]["resource"]
    answer = {**json.loads(dump(first)), "id": "first"}
    other = {"resourceType": "Coverage", "id": "before", "status": "active", "beneficiary": body["patient"]}
    other["payor"] = [{"identifier": {"value": "OTHER1"}, "display": "First Payer"}]
    bundle["entry"] += [{"resource": answer}, {"resource": other}]
    entry = {"sequence": 1, "focal": False, "coverage": {"reference": "Coverage/before"}}
    body["insurance"].append(entry | {"claimResponse": {"reference": "ClaimResponse/first"}})
    [second] = read_fhir_claims(json.dumps(bundle).encode()).claims
    [payer] = second.other_payers
    assert (payer.identifier, payer.rank, payer.paid, payer.remaining_liability) == (
        "OTHER1",
        0,
        Money(4900),
        Money(3600),
    )
    [found] = second.lines[0].other_adjudications
    assert found.paid == Money(4900)
    assert found.adjustments == SHARED.lines[0].adjustments
    assert found.adjudicated == PAYMENT.day
