"""A batch that the chain paid is told in one 835 for its payment, with the debts that it went to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from claims.formats.x12.remittance_check import check_835, read_remittances
from claims.model.book_event import BatchPaid, DebtNetted, DebtOpened, PaymentCredited
from claims.model.money import Money
from claims.service.audit import verify
from claims.service.claim_story import claim_status
from claims.service.errors import BooksDiffer
from claims.service.reconciling import reconcile_books
from tests.book import Teller
from tests.service.parties import Parties
from tests.service.test_remitting import two_claims

PAID = Money(17_500)
BATCH, PAYMENT = b"\x20" * 32, b"\x21" * 32


@pytest.fixture
def decided(local: Parties) -> Path:
    """A file of two claims, decided and signed in one batch; `book` takes the book's place after that."""
    file = two_claims(local)
    local.decided(file)
    return file


def batch_of(parties: Parties, file: Path, *, cents: int = PAID.cents) -> BatchPaid:
    """Both claims of the file in one batch that the payer keeps, and paid together, the second these cents."""
    with parties.payer.store.unit_of_work() as work:
        singles = [
            batch
            for answer in parties.answers(file)
            for batch in work.decisions.batches_of(answer.control_number, revision=1)
        ]
        decisions = tuple(decision for single in singles for decision in single.batch.decisions)
        entries = tuple(entry for single in singles for entry in single.entries)
        together = replace(singles[0].batch, decisions=decisions, batch=BATCH)
        work.decisions.add_batch(replace(singles[0], batch=together, entries=entries))
    return BatchPaid(BATCH, PAYMENT, parties.provider, PAID + Money(cents), 0, (PAID, Money(cents)))


def payments_differ(parties: Parties) -> list[str]:
    """What the audit says of payments; the traces of a batch that a test put together are nobody's."""
    return [difference.what for difference in verify(parties.payer).differences if "payment" in difference.what]


def test_the_claims_of_a_batch_are_told_together_and_settled(local: Parties, decided: Path, book: Teller) -> None:
    book.tell(batch_of(local, decided), PaymentCredited(PAYMENT, local.provider, Money(350_00)))
    (written,) = local.remit()
    assert (written.claims, written.paid) == (("A-1", "A-2"), Money(350_00))
    assert check_835(written.path.read_bytes()).balances
    for number in ("A-1", "A-2"):
        (told,) = claim_status(local.payer, number)
        assert told["status"] == "settled"
        assert [(p["paid"], p["credited"]) for p in told["payments"]] == [("0.00", "350.00")]
        assert told["remittances"] == [str(written.path)]
    assert reconcile_books(local.payer, local.to_clinic, from_block=book.block).outcome.exact
    assert payments_differ(local) == []
    assert local.remit() == ()


def test_what_a_payment_kept_back_for_debts_is_plb_by_the_claim_that_each_debt_came_of(
    local: Parties, decided: Path, book: Teller
) -> None:
    told = batch_of(local, decided)
    with local.payer.store.reading() as work:
        (owing,) = work.claims.by_number("A-1")
    assert owing.claim_id is not None
    book.tell(DebtOpened(local.provider, 1, owing.claim_id, Money(40_00)))
    book.tell(
        told, DebtNetted(PAYMENT, local.provider, 1, Money(40_00)), DebtNetted(PAYMENT, local.provider, 9, Money(1_50))
    )
    (written,) = local.remit()
    assert written.paid == Money(308_50)
    (remittance,) = read_remittances(written.path.read_bytes())
    assert remittance.adjustments == (
        ("WO", owing.control_number, Money(40_00)),
        ("WO", "DEBT 9", Money(1_50)),
    )
    assert check_835(written.path.read_bytes()).syntax_ok
    assert reconcile_books(local.payer, local.to_clinic, from_block=book.block).outcome.exact
    assert payments_differ(local) == []


def test_a_batch_that_paid_otherwise_than_was_decided_is_not_told(local: Parties, decided: Path, book: Teller) -> None:
    book.tell(batch_of(local, decided, cents=PAID.cents - 1))
    with pytest.raises(BooksDiffer, match=r"the chain paid 349\.99 and credited 0\.00, the decisions say 350\.00"):
        local.remit()
    assert list(local.to_clinic.glob("*.835")) == []


def test_a_payment_of_another_homes_batch_is_left_alone(local: Parties, book: Teller) -> None:
    book.tell(BatchPaid(b"\x77" * 32, PAYMENT, local.provider, PAID, 0, (PAID,)))
    assert local.remit() == ()
    with local.payer.store.reading() as work:
        (payment,) = work.payments.all()
    assert (payment.gross, payment.claims, payment.day > date(2026, 1, 1)) == (PAID, (), True)
