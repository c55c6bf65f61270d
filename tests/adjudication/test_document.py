"""Decisions as JSON and as bytes."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from claims.adjudication.document import (
    canonical_bytes,
    document_of,
    read_decision,
    record_of,
    rejected_document,
    trace_hash,
)
from claims.adjudication.engine import adjudicate
from claims.model.decision import Adjustment
from claims.model.plan import Accumulators
from claims.model.submission import IntakeError
from tests.adjudication.builders import claim, encounter, line, member, money, plan

SALT = bytes(range(32))


def decision(**given):
    used = Accumulators(money("475.00"), money("475.00"))
    return adjudicate(plan(deductible="500.00", coinsurance="0.20"), claim(), accumulators=used, **given)


def test_the_shape_is_the_documented_one():
    document = document_of(decision())
    assert list(document)[:9] == [
        "claim",
        "status",
        "charge",
        "allowed",
        "paid",
        "patient",
        "adjustments",
        "lines",
        "trace",
    ]
    first = document["lines"][0]
    assert {key: first[key] for key in list(first)[:7]} == {
        "line": 1,
        "code": "99214",
        "charge": "120.00",
        "allowed": "95.00",
        "paid": "56.00",
        "adjustments": [
            {"group": "CO", "reason": "45", "amount": "25.00"},
            {"group": "PR", "reason": "1", "amount": "25.00"},
            {"group": "PR", "reason": "2", "amount": "14.00"},
        ],
        "remarks": [],
    }
    price = next(entry for entry in document["trace"] if entry["edit"] == "price")
    assert list(price)[:4] == ["edit", "line", "outcome", "why"]
    assert price["why"] == "fee list 95.00 below charge 120.00"


def test_what_is_printed_names_nobody():
    text = json.dumps(document_of(decision(members=(member(),), evidence=(encounter(),))))
    for secret in ("P-1", "M100", "F-1", "Doe", "1980", "2026-03"):
        assert secret not in text


def test_a_record_restores_the_whole_decision():
    odd = replace(
        decision(members=(member(),), evidence=(encounter(),)),
        adjustments=(Adjustment("OA", "23", money("1.00"), Decimal("2")),),
    )
    assert read_decision(json.loads(json.dumps(record_of(odd)))) == odd
    assert read_decision(json.loads(canonical_bytes(odd))) == odd
    public = read_decision(document_of(odd))
    assert public == replace(odd, person="", usage=())


def test_a_replay_gives_the_same_bytes_and_another_input_others():
    given = {"members": (member(),), "evidence": (encounter(),), "history": ()}
    assert canonical_bytes(decision(**given)) == canonical_bytes(decision(**given))
    assert trace_hash(decision(**given), SALT) == trace_hash(decision(**given), SALT)
    assert trace_hash(decision(**given), SALT) != trace_hash(decision(), SALT)


def test_a_trace_hash_is_salted():
    assert trace_hash(decision(), SALT) != trace_hash(decision(), bytes(32))
    with pytest.raises(ValueError, match="32 bytes"):
        trace_hash(decision(), b"")


def test_a_rejected_claim_has_errors_and_no_lines():
    error = IntakeError("claim", "", "CLM02 is not the sum of its lines", segment="CLM", position=21, snip=3)
    document = rejected_document("A-17", (error,))
    assert (document["claim"], document["status"]) == ("A-17", "rejected")
    assert document["errors"][0]["message"] == "CLM02 is not the sum of its lines"
    assert "lines" not in document


def test_a_pended_claim_is_written_without_amounts():
    pended = adjudicate(plan(), claim(line(begins=date(2026, 3, 2))), evidence=())
    document = document_of(pended)
    assert (document["status"], document["paid"], document["lines"][0]["adjustments"]) == ("pended", "0.00", [])
    assert read_decision(record_of(pended)) == pended
