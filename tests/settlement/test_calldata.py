"""The calls that carry a claim: which function, and whether evidence travels."""

from __future__ import annotations

from dataclasses import replace

from claims.evidence.signature import sign
from claims.settlement.arguments import evidence_argument
from claims.settlement.calldata import decide_call, settle_call, submit_call
from claims.settlement.signed_decision import SignedDecision
from claims.settlement.terms import build_invoice, build_terms, sign_decision
from tests.service.visits import signed_records
from tests.settlement.test_selection import claim
from tests.settlement.test_terms import BOOK, PROVIDER, decision, verified


def signed(status: str = "paid") -> SignedDecision:
    """The good claim's decision, signed."""
    invoice = build_invoice(claim(), provider=PROVIDER, policy=7, records=signed_records())
    terms = build_terms(decision(status=status), invoice, [verified()], revision=1)
    return sign_decision(
        "A-1",
        invoice,
        terms,
        records=["V-9001"],
        traces=bytes(32),
        rule_pack=bytes(32),
        epoch=1,
        deadline=2_000_000_000,
        batch=bytes(32),
        domain=BOOK,
        adjudicators=[(PROVIDER, lambda to_sign: sign(to_sign, bytes(31) + b"\x01"))],
    )


def test_evidence_travels_where_a_claim_is_paid_and_stays_at_home_where_it_is_not() -> None:
    (record,) = signed_records()
    assert record.signature in settle_call(signed(), [record])
    assert record.signature in decide_call(signed(), [record])
    for status in ("denied", "pended"):
        assert record.signature not in decide_call(signed(status), [record])
    assert record.signature not in submit_call(signed().invoice, [record])


def test_no_call_carries_what_the_record_knows_of_the_patient() -> None:
    (record,) = signed_records()
    for call in (
        settle_call(signed(), [record]),
        decide_call(signed(), [record]),
        submit_call(signed().invoice, [record]),
    ):
        for secret in (record.person, "99213", "97110", "2835174600", "M25511"):
            assert secret.encode() not in call


def test_a_record_of_a_roll_hands_over_its_siblings_without_itself() -> None:
    (record,) = signed_records()
    rolled = replace(record, index=1, siblings=(b"\x01" * 32, *record.siblings, b"\x02" * 32))
    assert evidence_argument(rolled)[3] == [b"\x01" * 32, b"\x02" * 32]


def test_the_three_calls_are_three_functions() -> None:
    (record,) = signed_records()
    calls = settle_call(signed(), [record]), decide_call(signed(), [record]), submit_call(signed().invoice, [record])
    assert len({call[:4] for call in calls}) == 3
