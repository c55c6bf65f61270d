"""Adjudicators and the controls that bind them."""

import pytest
from eth_utils.address import to_checksum_address

from tests.contracts.support import CLAIM_CAP, QUORUM_ABOVE, ZERO, Stage, case, events, key


def test_a_book_begins_in_epoch_one_under_its_controls(stage: Stage) -> None:
    assert stage.book.functions.controls().call() == (1, CLAIM_CAP, QUORUM_ABOVE, 2)
    assert [stage.book.functions.isAdjudicator(k.address).call() for k in stage.adjudicators] == [True, True, False]


def test_only_the_insurer_sets_controls_and_adjudicators(stage: Stage) -> None:
    book = stage.book.functions
    for call in (book.setAdjudicator(stage.stranger.address, True), book.setControls(1, 1, 1), book.advanceEpoch()):
        assert stage.refused(stage.adjudicators[0], call).name == "OwnableUnauthorizedAccount"


def test_new_controls_bind_every_adjudicator_at_once(stage: Stage) -> None:
    receipt = stage.send(stage.insurer, stage.book.functions.setControls(5_599, QUORUM_ABOVE, 2))
    (event,) = events(stage.book, receipt, "ControlsSet")
    assert (event["epoch"], event["claimCap"], event["quorumAbove"], event["quorum"]) == (1, 5_599, QUORUM_ABOVE, 2)
    for adjudicator in stage.adjudicators[:2]:
        error = stage.refused(stage.provider, case(stage, signers=(adjudicator,)).settle())
        assert (error.name, error.arguments) == ("Claims_CapExceeded", (5_600, 5_599))


def test_whoever_is_named_later_is_bound_as_the_others(stage: Stage) -> None:
    stage.send(stage.insurer, stage.book.functions.setControls(CLAIM_CAP, 5_599, 3))
    stage.send(stage.insurer, stage.book.functions.advanceEpoch())
    stage.send(stage.insurer, stage.book.functions.setAdjudicator(stage.adjudicators[2].address, True))
    made = case(stage, signers=(stage.adjudicators[2],), header={"epoch": 2})
    error = stage.refused(stage.provider, made.settle())
    assert (error.name, error.arguments) == ("Claims_QuorumMissing", (1, 3))
    made.signers = stage.adjudicators
    stage.send(stage.provider, made.settle())


def test_naming_and_removing_can_be_repeated(stage: Stage) -> None:
    first, second, third = (k.address for k in stage.adjudicators)
    for adjudicator, active in ((first, True), (third, False), (first, False), (first, False), (second, True)):
        stage.send(stage.insurer, stage.book.functions.setAdjudicator(adjudicator, active))
    assert [stage.book.functions.isAdjudicator(k.address).call() for k in stage.adjudicators] == [False, True, False]
    stage.send(stage.insurer, stage.book.functions.setControls(1, QUORUM_ABOVE, 2))
    error = stage.refused(stage.provider, case(stage, signers=(stage.adjudicators[1],)).settle())
    assert error.name == "Claims_CapExceeded"


def test_a_book_has_at_most_sixteen_adjudicators(stage: Stage) -> None:
    for number in range(14):
        stage.send(stage.insurer, stage.book.functions.setAdjudicator(key(f"engine {number + 10}").address, True))
    error = stage.refused(stage.insurer, stage.book.functions.setAdjudicator(stage.stranger.address, True))
    assert (error.name, error.arguments) == ("Claims_AdjudicatorsTooMany", (16,))


@pytest.mark.parametrize("active", [True, False])
def test_the_zero_address_is_no_adjudicator(stage: Stage, active: bool) -> None:
    error = stage.refused(stage.insurer, stage.book.functions.setAdjudicator(ZERO, active))
    assert error.name == "Claims_AdjudicatorZero"


def test_a_quorum_is_at_least_one(stage: Stage) -> None:
    assert stage.refused(stage.insurer, stage.book.functions.setControls(1, 1, 0)).name == "Claims_QuorumZero"


def test_approvals_ascend(stage: Stage) -> None:
    made = case(stage, signers=(stage.adjudicators[1], stage.adjudicators[0]))
    error = stage.refused(stage.provider, made.settle())
    assert error.name == "Claims_ApprovalsUnordered"
    assert to_checksum_address(error.arguments[0]) == stage.adjudicators[0].address
