"""A claim of a file made a replacement or a void: nothing else of it changes, and the guide still takes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from claims.formats.x12.claim_correction import REPLACEMENT, VOID, correct_837
from claims.formats.x12.intake import read_submission
from claims.formats.x12.writing import WriteProblem
from claims.model.claim import Claim
from tests.service.parties import WREN, Bill, x12

CREATED = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
BILLS = (Bill("A-1"), Bill("A-2", (("99213", "95", 1),), evidence="V-9", member=WREN), Bill("A-3"))


def corrected(data: bytes, place: int, frequency: str = VOID, number: str = "PXYZ") -> bytes:
    return correct_837(
        data, place, frequency=frequency, payer_control_number=number, created=CREATED, control_number=77
    )


def claims(data: bytes) -> list[Claim]:
    submission = read_submission(data)
    assert not [error for i in submission.interchanges for g in i.groups for t in g.transactions for error in t.errors]
    return list(submission.claims)


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("frequency", [REPLACEMENT, VOID])
def test_the_claim_stands_alone_and_says_what_it_corrects(place: int, frequency: str) -> None:
    data = x12(BILLS).encode()
    before = claims(data)[place]
    (after,) = claims(corrected(data, place, frequency))
    assert after == replace(
        before, frequency=frequency, payer_control_number="PXYZ", received=CREATED.date(), charge=before.charge
    )


def test_a_correction_is_corrected_in_turn() -> None:
    once = corrected(x12(BILLS).encode(), 1, REPLACEMENT, "PONE")
    twice = corrected(once, 0, VOID, "PTWO")
    (claim,) = claims(twice)
    assert (claim.frequency, claim.payer_control_number) == (VOID, "PTWO")
    assert twice.count(b"REF*F8") == 1


def test_the_envelope_is_another_files() -> None:
    text = corrected(x12(BILLS).encode(), 0).decode()
    assert "*260504*0930*^*00501*000000077*" in text
    assert "GE*1*77~\nIEA*1*000000077~" in text
    segments = text.split("ST*")[1].split("GE*")[0].count("~")
    assert f"SE*{segments}*0001~" in text


def test_delimiters_are_kept() -> None:
    data = x12(BILLS[:1]).replace(":", "|").encode()
    assert b"11|B|8" in corrected(data, 0)


def test_a_place_that_the_file_does_not_have_is_refused() -> None:
    with pytest.raises(WriteProblem, match="holds 3 claims"):
        corrected(x12(BILLS).encode(), 3)


def test_a_control_number_that_x12_cannot_carry_is_refused() -> None:
    with pytest.raises(WriteProblem, match="REF\\*F8"):
        corrected(x12(BILLS).encode(), 0, number="P\u2603")
