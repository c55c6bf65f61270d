"""Money rules that hold after any sequence of acts, honest or not."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.contracts.batches import Batch, anchored, claim, skipped, visits
from tests.contracts.support import FUNDS, POLICY, UNITS_PER_CENT, Case, Refused, Stage, case, events

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
            self.owed = 0
            self.settled: list[Case] = []
            self.revisions: dict[bytes, tuple[int, int]] = {}

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
        def one_claim(self, policy: int, paid: int, steps: bool) -> None:
            self.sequence += 1
            made = case(stage, self.sequence, paid=paid, invoice={"policy": policy}, decision={"patient": 0})
            if steps:
                assert self.attempt(stage.provider, made.submit())
            try:
                receipt = stage.send(stage.provider, made.decide() if steps else made.settle())
            except Refused:
                return
            self.approved(made, receipt)
            self.left_over(receipt)

        @rule(
            paid=st.lists(st.tuples(st.sampled_from([POLICY, SECOND]), st.integers(0, 9_000)), min_size=1, max_size=4),
            again=st.booleans(),
        )
        def batch(self, paid: list[tuple[int, int]], again: bool) -> None:
            """A shift in one batch, and the same batch once more."""
            items = visits(stage, *range(self.sequence + 1, self.sequence + 1 + len(paid)))
            self.sequence += len(paid)
            claims = [
                claim(stage, item, policy=policy, paid=cents) for item, (policy, cents) in zip(items, paid, strict=True)
            ]
            made = Batch(stage, [anchored(stage, *claims, nonce=self.sequence)], header={"batch": claims[0].claim})
            receipt = made.send()
            refused = skipped(stage, receipt)
            for each in claims:
                if made.index(each) not in refused:
                    self.approved(each, receipt)
            self.left_over(receipt)
            if again:
                assert len(skipped(stage, made.send())) == len(claims)

        @precondition(lambda self: self.settled)
        @rule(which=st.integers(0, 50), paid=st.integers(0, 12_000))
        def decide_anew(self, which: int, paid: int) -> None:
            """Less opens a debt, more is drawn and settles debts first."""
            made = self.settled[which % len(self.settled)]
            revision, before = self.revisions.get(made.claim, (1, made.paid))
            later = made.revised(paid, revision + 1, allowed=paid, patient=0)
            try:
                receipt = stage.send(stage.stranger, made.revise(later))
            except Refused:
                return
            policy = made.invoice_message["policy"]
            self.revisions[made.claim] = (revision + 1, paid)
            self.paid[policy] += max(0, paid - before)
            self.owed += max(0, before - paid)
            self.left_over(receipt)

        def approved(self, made: Case, receipt: Any) -> None:
            self.paid[made.invoice_message["policy"]] += made.paid
            self.settled.append(made)

        def left_over(self, receipt: Any) -> None:
            """What a payment did not bring to its payee: it settled debts, or waits."""
            for event in events(stage.book, receipt, "DebtNetted"):
                debt = stage.book.functions.debtOf(stage.provider.address, event["debt"]).call()
                self.paid[debt[0]] -= event["amount"]
                self.owed -= event["amount"]
            self.credited += sum(event["amount"] for event in events(stage.book, receipt, "PaymentCredited"))

        @invariant()
        def debts_are_what_was_paid_too_much(self) -> None:
            owed = stage.book.functions.debtsOf(stage.provider.address).call()[2]
            assert owed == self.owed
            noted = stage.registry.functions.providerOf(stage.provider.address).call()[4]
            assert noted == (1 if owed else 0)

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
