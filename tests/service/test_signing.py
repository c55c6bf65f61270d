"""What the payer signs, when it signs anew, and when it never does again."""

from __future__ import annotations

from claims.model.money import Money
from claims.service.signing import DECISION_DAYS
from tests.service.parties import ESCROW, Parties

PAID = Money(17_500)
MONTH = (DECISION_DAYS + 1) * 86_400


def test_after_its_deadline_a_decision_is_refused_and_signed_anew(parties: Parties) -> None:
    parties.decided()
    (old,) = parties.answers()
    parties.payer.chain.advance(MONTH)
    (refused,) = parties.settle()
    assert refused.status == "refused"
    assert "Claims_DeadlinePassed" in refused.why
    assert parties.balances() == (ESCROW, Money(0))

    parties.adjudicate()
    (new,) = parties.answers()
    assert old.signed is not None
    assert new.signed is not None
    assert new.decision == old.decision
    assert new.signed.batch != old.signed.batch
    assert new.signed.deadline > old.signed.deadline
    assert [outcome.status for outcome in parties.settle()] == ["settled"]
    assert parties.balances() == (ESCROW - PAID, PAID)
    assert len(parties.remit()) == 1


def test_what_was_sent_with_the_old_signature_is_found_by_whoever_holds_the_new_one(parties: Parties) -> None:
    """The first answer was mined, and the process died before it knew; a month later the payer signed anew."""
    from claims.store.rows import SENT

    parties.decided()
    parties.settle()
    (answer,) = parties.answers()
    assert answer.signed is not None
    key = f"settle:{answer.signed.decision.invoice.hex()}:{answer.signed.batch.hex()}"
    with parties.clinic.store.unit_of_work() as work:
        (row,) = work.outbox.transactions(key)
        work.outbox.unconfirmed(row.transaction_hash)
        work.claims.change_status(answer.control_number, "presented", 1)
        assert work.outbox.get(key).state == SENT
    parties.payer.chain.advance(MONTH)
    parties.adjudicate()
    (new,) = parties.answers()
    assert new.signed is not None
    assert new.signed.batch != answer.signed.batch
    (outcome,) = parties.settle()
    assert (outcome.status, outcome.transaction) == ("settled", row.transaction_hash)
    assert parties.balances() == (ESCROW - PAID, PAID)


def test_an_epoch_that_was_advanced_makes_a_signature_stale(local: Parties) -> None:
    local.decided()
    local.payer.write(local.payer.signer("insurer"), "InsurerBook", "advanceEpoch")
    (refused,) = local.settle()
    assert "Claims_EpochMismatch" in refused.why
    local.adjudicate()
    assert [outcome.status for outcome in local.settle()] == ["settled"]


def test_a_settled_claim_is_never_signed_again(local: Parties) -> None:
    local.decided()
    local.settle()
    local.remit()
    (before,) = local.answers()
    local.payer.chain.advance(MONTH)
    local.adjudicate()
    assert local.answers() == (before,)


def test_a_claim_that_was_paid_on_the_chain_is_never_signed_again(local: Parties) -> None:
    local.hand_over(policy=local.policy)
    local.adjudicate(pay=True)
    (before,) = local.answers()
    local.payer.chain.advance(MONTH)
    assert len(local.adjudicate(pay=True)["payments"]) == 1
    assert local.answers() == (before,)
    assert local.balances() == (ESCROW - PAID, PAID)


def test_what_a_denial_says_is_signed_only_where_the_claim_waits_on_the_chain(local: Parties) -> None:
    local.hand_over()
    local.write_records()
    local.adjudicate(evidence=False)
    (answer,) = local.answers()
    assert answer.decision.status == "pended"
    assert answer.signed is None
