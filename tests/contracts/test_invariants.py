"""Money rules that hold after any sequence of acts, honest or not."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.contracts.support import FUNDS, POLICY, UNITS_PER_CENT, Case, Refused, Stage, case

pytestmark = pytest.mark.slow

SECOND = 77


def test_money_rules_hold_after_any_acts(shared_stage: Stage) -> None:
    stage = shared_stage.with_token("mocks/BlacklistToken")
    stage.send(stage.insurer, stage.book.functions.issuePolicy(SECOND, stage.year, 20_000, 9_000, 1))

    class Book(RuleBasedStateMachine):
        """Acts on a book, and a count beside it of what was paid, credited and taken out."""

        def __init__(self) -> None:
            super().__init__()
            self.undone = stage.undone()
            self.undone.__enter__()
            self.sequence = 0
            self.paid = {POLICY: 0, SECOND: 0}
            self.credited = 0
            self.out = 0
            self.settled: list[Case] = []

        def teardown(self) -> None:
            self.undone.__exit__(None, None, None)

        def attempt(self, sender: Any, call: Any) -> bool:
            """Send it if it is allowed."""
            try:
                stage.send(sender, call)
            except Refused:
                return False
            return True

        @rule(policy=st.sampled_from([POLICY, SECOND]), paid=st.integers(0, 12_000), steps=st.booleans())
        def claim(self, policy: int, paid: int, steps: bool) -> None:
            self.sequence += 1
            made = case(stage, self.sequence, paid=paid, invoice={"policy": policy}, decision={"patient": 0})
            shut_out = stage.token.functions.refusalOf(stage.provider.address).call() != 0
            if steps:
                assert self.attempt(stage.provider, made.submit())
            sent = self.attempt(stage.provider, made.decide() if steps else made.settle())
            if sent:
                self.paid[policy] += paid
                self.credited += paid if shut_out else 0
                self.settled.append(made)

        @rule(cents=st.integers(0, FUNDS))
        def withdraw_surplus(self, cents: int) -> None:
            withdraw = stage.book.functions.withdrawSurplus(stage.insurer.address, cents * UNITS_PER_CENT)
            if self.attempt(stage.insurer, withdraw):
                self.out += cents

        @rule(refusal=st.integers(0, 5))
        def blacklist(self, refusal: int) -> None:
            stage.send(stage.stranger, stage.token.functions.blacklist(stage.provider.address, refusal))

        @rule()
        def withdraw_credit(self) -> None:
            if self.attempt(stage.provider, stage.book.functions.withdrawCredit(stage.stranger.address)):
                self.credited = 0

        @rule(policy=st.sampled_from([POLICY, SECOND]), cents=st.integers(0, 20_000))
        def raise_reserve(self, policy: int, cents: int) -> None:
            self.attempt(stage.insurer, stage.book.functions.raiseReserve(policy, cents))

        @precondition(lambda self: self.settled)
        @rule()
        def cheat(self) -> None:
            assert not self.attempt(stage.provider, self.settled[-1].settle())
            assert not self.attempt(stage.stranger, stage.book.functions.withdrawCredit(stage.stranger.address))

        @invariant()
        def the_book_holds_what_it_owes(self) -> None:
            totals = stage.totals()
            reserves = sum(stage.policy(policy)["reserve"] for policy in self.paid)
            held = stage.balance(stage.book.address)
            assert held >= (reserves + totals["credited"] + totals["surplus"]) * UNITS_PER_CENT
            assert held == (reserves + totals["credited"] + totals["surplus"]) * UNITS_PER_CENT
            assert totals["reserved"] == reserves
            assert totals["credited"] == self.credited == stage.book.functions.creditOf(stage.provider.address).call()

        @invariant()
        def a_policy_pays_at_most_its_limit(self) -> None:
            for policy, paid in self.paid.items():
                record = stage.policy(policy)
                assert record["paid"] == paid <= record["limit"]
                assert record["reserve"] <= record["limit"] - record["paid"]

        @invariant()
        def no_cent_is_made_or_lost(self) -> None:
            accounts = (stage.book, stage.provider, stage.insurer, stage.stranger)
            assert sum(stage.balance(account.address) for account in accounts) == FUNDS * UNITS_PER_CENT
            assert stage.balance(stage.insurer.address) == self.out * UNITS_PER_CENT

    limits = settings(
        max_examples=12,
        stateful_step_count=10,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    Book.TestCase.settings = limits
    Book.TestCase("runTest").runTest()
