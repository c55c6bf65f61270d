"""Policies: issued with a reserve, cancelled forward, run out, released."""

import pytest

from tests.contracts.support import (
    DAY,
    FUNDS,
    LIMIT,
    POLICY,
    RESERVE,
    RUN_OUT_DAYS,
    UNITS_PER_CENT,
    Stage,
    case,
    events,
)

NONE, ACTIVE, CANCELLED, EXPIRED = range(4)


def status(stage: Stage, policy: int = POLICY) -> int:
    return int(stage.book.functions.statusOf(policy).call())


def test_issuing_locks_the_reserve(stage: Stage) -> None:
    assert status(stage, 5) == NONE
    receipt = stage.send(stage.insurer, stage.book.functions.issuePolicy(5, stage.year, 900, 300, 0b101))
    assert stage.policy(5) == {
        "limit": 900,
        "paid": 0,
        "reserve": 300,
        "year": stage.year,
        "endDay": 0,
        "ranks": 0b101,
        "submittedMarks": 0,
    }
    assert stage.totals() == {"reserved": RESERVE + 300, "credited": 0, "surplus": FUNDS - RESERVE - 300}
    assert status(stage, 5) == ACTIVE
    (event,) = events(stage.book, receipt, "PolicyIssued")
    assert (event["policy"], event["limit"], event["reserve"]) == (5, 900, 300)


@pytest.mark.parametrize(
    ("terms", "name"),
    [
        ((0, 2040, 1, 0, 1), "Policies_Unknown"),
        ((POLICY, 2040, 1, 0, 1), "Policies_Exists"),
        ((5, 1969, 1, 0, 1), "Policies_YearInvalid"),
        ((5, 2100, 1, 0, 1), "Policies_YearInvalid"),
        ((5, 2040, 1, 0, 0), "Policies_RanksInvalid"),
        ((5, 2040, 1, 0, 8), "Policies_RanksInvalid"),
        ((5, 2040, 1, 2, 1), "Policies_ReserveAboveLimit"),
        ((5, 2040, FUNDS, FUNDS, 1), "Treasury_SurplusShort"),
        ((5, 2040, 2**64 - 1, 2**64 - 1, 1), "Treasury_SurplusShort"),
    ],
)
def test_a_policy_that_could_not_be_kept_is_not_issued(stage: Stage, terms: tuple[int, ...], name: str) -> None:
    assert stage.refused(stage.insurer, stage.book.functions.issuePolicy(*terms)).name == name


def test_only_the_insurer_acts_on_policies(stage: Stage) -> None:
    book = stage.book.functions
    for call in (
        book.issuePolicy(5, stage.year, 1, 0, 1),
        book.cancelPolicy(POLICY, stage.today),
        book.raiseReserve(POLICY, 1),
        book.releaseReserve(POLICY),
    ):
        assert stage.refused(stage.provider, call).name == "OwnableUnauthorizedAccount"


def test_nothing_is_done_to_a_policy_that_does_not_exist(stage: Stage) -> None:
    book = stage.book.functions
    for call in (book.cancelPolicy(5, stage.today), book.raiseReserve(5, 1), book.releaseReserve(5)):
        error = stage.refused(stage.insurer, call)
        assert (error.name, error.arguments) == ("Policies_Unknown", (5,))


def test_a_policy_is_cancelled_once_and_not_backwards(stage: Stage) -> None:
    cancel = stage.book.functions.cancelPolicy
    last = stage.first_day(stage.year + 1) - 1
    for day in (0, stage.today - 1, last + 1):
        error = stage.refused(stage.insurer, cancel(POLICY, day))
        assert (error.name, error.arguments) == ("Policies_EndDayInvalid", (POLICY, day, stage.today, last))
    stage.send(stage.insurer, cancel(POLICY, stage.today))
    assert status(stage) == CANCELLED
    error = stage.refused(stage.insurer, cancel(POLICY, stage.today))
    assert (error.name, error.arguments) == ("Policies_NotActive", (POLICY, CANCELLED))


def test_a_policy_expires_with_its_year(stage: Stage) -> None:
    stage.travel((stage.first_day(stage.year + 1) - stage.today) * DAY)
    assert status(stage) == EXPIRED
    error = stage.refused(stage.insurer, stage.book.functions.cancelPolicy(POLICY, stage.today))
    assert (error.name, error.arguments) == ("Policies_NotActive", (POLICY, EXPIRED))


def test_a_reserve_is_raised_up_to_what_the_policy_can_still_pay(stage: Stage) -> None:
    stage.send(stage.provider, case(stage).settle())
    more = LIMIT - RESERVE
    error = stage.refused(stage.insurer, stage.book.functions.raiseReserve(POLICY, more + 1))
    assert (error.name, error.arguments) == ("Policies_ReserveAboveLimit", (POLICY, LIMIT - 5_599, LIMIT - 5_600))
    stage.send(stage.insurer, stage.book.functions.raiseReserve(POLICY, more))
    assert stage.policy()["reserve"] == LIMIT - 5_600
    assert stage.totals()["surplus"] == FUNDS - LIMIT
    assert stage.refused(stage.insurer, stage.book.functions.raiseReserve(POLICY, 2**64 - 1)).name == (
        "Policies_ReserveAboveLimit"
    )


def test_a_reserve_is_free_only_after_the_run_out(stage: Stage) -> None:
    release = stage.book.functions.releaseReserve(POLICY)
    open_until = stage.first_day(stage.year + 1) + RUN_OUT_DAYS
    error = stage.refused(stage.insurer, release)
    assert (error.name, error.arguments) == ("Policies_RunOutOpen", (POLICY, stage.today, open_until))
    stage.travel((open_until - stage.today - 1) * DAY)
    assert stage.refused(stage.insurer, release).name == "Policies_RunOutOpen"
    stage.travel(DAY)
    stage.send(stage.insurer, release)
    assert stage.policy()["reserve"] == 0
    assert stage.totals() == {"reserved": 0, "credited": 0, "surplus": FUNDS}


def test_a_cancelled_policy_runs_out_from_the_end_of_its_cover(stage: Stage) -> None:
    stage.send(stage.insurer, stage.book.functions.cancelPolicy(POLICY, stage.today + 10))
    open_until = stage.today + 10 + RUN_OUT_DAYS
    error = stage.refused(stage.insurer, stage.book.functions.releaseReserve(POLICY))
    assert error.arguments == (POLICY, stage.today, open_until)
    stage.travel((10 + RUN_OUT_DAYS) * DAY)
    stage.send(stage.insurer, stage.book.functions.releaseReserve(POLICY))


def test_a_token_amount_is_cents_times_the_tokens_scale(stage: Stage) -> None:
    assert stage.book.functions.unitsPerCent().call() == UNITS_PER_CENT
    assert stage.book.functions.token().call() == stage.token.address
    assert stage.book.functions.registry().call() == stage.registry.address
    assert stage.book.functions.runOutDays().call() == RUN_OUT_DAYS
