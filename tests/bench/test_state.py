"""A figure is called fresh or warm only where the chain is in that state."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from claims.chain.errors import Reverted
from claims.service.bench.claims import Shape, make_case
from claims.service.bench.stage import BenchError, Stage, open_stage
from claims.service.bench.state import balance, require_paid, require_state
from claims.settlement.calldata import settle_call

PATH = ("warm", "settle")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with open_stage() as opened:
        yield opened


def test_a_place_is_fresh_until_a_claim_was_paid_there_and_warm_from_then_on(stage: Stage) -> None:
    place = stage.place()
    first, second = make_case(stage, place, Shape(), 1), make_case(stage, place, Shape(), 2)
    require_state(stage, place, first, PATH, warm=False)
    with pytest.raises(BenchError, match="payee's balance, policy's payments, bitmap word zero before"):
        require_state(stage, place, first, PATH, warm=True)

    stage.send(place.provider, place.book, settle_call(first.approved, first.records), PATH)
    require_state(stage, place, second, PATH, warm=True)
    with pytest.raises(BenchError, match="not zero before the transaction"):
        require_state(stage, place, second, PATH, warm=False)


def test_a_claim_that_moved_no_money_is_not_called_paid(stage: Stage) -> None:
    place = stage.place()
    with pytest.raises(BenchError, match="warm settle: 0 token units were paid, 71000000 are due"):
        require_paid(stage, place, balance(stage, place), PATH)


def test_a_refused_transaction_gives_no_figure(stage: Stage) -> None:
    place = stage.place()
    case = make_case(stage, place, Shape(), 1)
    data = settle_call(case.denied, case.records)
    with pytest.raises(Reverted, match="Claims_NotApproved"):
        stage.send(place.provider, place.book, data, PATH)


def test_a_roll_shows_the_other_hashes_and_claims_the_one_in_its_middle(stage: Stage) -> None:
    case = make_case(stage, stage.place(), Shape(roll=32), 1)
    assert [(record.index, len(record.siblings)) for record in case.records] == [(16, 32)]


def test_each_of_several_attestations_is_signed_alone(stage: Stage) -> None:
    case = make_case(stage, stage.place(), Shape(attestations=4), 1)
    assert [(record.index, len(record.siblings)) for record in case.records] == [(0, 1)] * 4
