"""Logs and files alone: whether every 835 says what the chain paid, and which claim it is where one does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from claims.formats.x12.remittance_writer import write_835
from claims.model.book_event import BatchPaid, ClaimPaid, ClaimRevised, DebtNetted, PaymentCredited
from claims.model.decision import Decision, LineDecision
from claims.model.money import Money
from claims.model.party import Address, Payer
from claims.service.errors import UsageError
from claims.service.reconciling import reconcile_books, reconciliation_document
from claims.settlement.remittance import Finalised, build_remittance
from claims.settlement.reversal import PendingOffset, reversal_of
from tests.book import Teller
from tests.service.parties import Bill, Parties
from tests.service.test_remitting import two_claims
from tests.store.values import claim, decision

CLINIC, CREDITED = "0x" + "11" * 20, "0x" + "22" * 20


def digest(number: int) -> bytes:
    return bytes([number]) * 32


# what parties really did


def test_what_was_settled_and_remitted_is_exact_without_the_store(parties: Parties) -> None:
    file = two_claims(parties)
    parties.decided(file)
    parties.settle(file)
    parties.decided(parties.write_claim("again.837", Bill("EC-2044")))
    parties.remit()
    with parties.reopened("payer") as office:
        document = reconciliation_document(reconcile_books(office, parties.to_clinic))
        assert "store" not in office.__dict__
    assert document["exact"]
    assert document["differences"] == []
    assert document["totals"] == {
        "claims": 2,
        "payments": 2,
        "gross": "350.00",
        "netted": "0.00",
        "credited": "0.00",
        "paid": "350.00",
        "remittances": 2,
        "remitted": "350.00",
        "remittances_that_pay_nothing": 1,
    }
    assert reconcile_books(parties.clinic, parties.to_clinic).outcome.exact


def test_one_cent_in_a_file_is_found_and_its_claim_named(local: Parties) -> None:
    local.decided()
    local.settle()
    (written,) = local.remit()
    data = written.path.read_text()
    changed, count = re.subn(r"(CLP\*EC-1044\*1\*[\d.]+\*)175\.00\*", r"\g<1>175.01*", data)
    assert count == 1
    changed = changed.replace("BPR*I*175.00", "BPR*I*175.01")
    written.path.write_text(changed)
    found = reconcile_books(local.payer, local.to_clinic).outcome
    (unsound, amount) = found.differences
    assert (unsound.kind, amount.kind) == ("unsound", "amount")
    assert (amount.claim, amount.by) == ("EC-1044", Money(1))
    assert "claim EC-1044" in str(amount)
    assert "1 cent more" in str(amount)


def test_a_payment_that_was_not_told_yet_is_missing_and_blocks_without_it_are_exact(local: Parties) -> None:
    local.decided()
    local.to_clinic.mkdir(exist_ok=True)
    before = local.payer.chain.head().number
    local.settle()
    (missing,) = reconcile_books(local.payer, local.to_clinic).outcome.differences
    assert missing.kind == "missing"
    assert reconcile_books(local.payer, local.to_clinic, to_block=before).outcome.exact
    (written,) = local.remit()
    (unpaid,) = reconcile_books(local.payer, local.to_clinic, to_block=before).outcome.differences
    assert (unpaid.kind, unpaid.files) == ("unpaid", (written.path.name,))


def test_a_copy_of_an_835_tells_a_payment_twice(local: Parties) -> None:
    local.decided()
    local.settle()
    (written,) = local.remit()
    (local.to_clinic / "copy.txt").write_bytes(written.path.read_bytes())
    (twice,) = reconcile_books(local.payer, local.to_clinic).outcome.differences
    assert (twice.kind, set(twice.files)) == ("twice", {written.path.name, "copy.txt"})


def test_the_draft_that_a_killed_writer_left_is_no_835(local: Parties) -> None:
    local.decided()
    local.settle()
    (written,) = local.remit()
    (local.to_clinic / f".{written.path.name}.0123456789abcdef").write_bytes(written.path.read_bytes())
    assert reconcile_books(local.payer, local.to_clinic).outcome.exact


def test_a_file_that_is_called_an_835_and_is_none_is_told(local: Parties) -> None:
    local.to_clinic.mkdir(exist_ok=True)
    (local.to_clinic / "torn.835").write_text("ISA*00*")
    (local.to_clinic / "letter.txt").write_text("good day")
    (unsound,) = reconcile_books(local.payer, local.to_clinic).outcome.differences
    assert (unsound.kind, unsound.files) == ("unsound", ("torn.835",))


def test_a_range_without_a_block_is_refused(local: Parties) -> None:
    local.to_clinic.mkdir(exist_ok=True)
    with pytest.raises(UsageError, match="no blocks 9 to 3"):
        reconcile_books(local.payer, local.to_clinic, from_block=9, to_block=3)


# batches, as the book tells them


def paid(number: int, cents: int) -> Finalised:
    """A claim of one line that is paid these cents of 95.00."""
    line = LineDecision(1, "99213", ("25",), Money(cents), Money(cents), Money(cents), ())
    decided = decision(claim=f"A-{number}", charge=Money(cents), allowed=Money(cents), paid=Money(cents), lines=(line,))
    return Finalised(claim(number=f"A-{number}", charge=Money(cents)), decided, f"C-{number}")


def taken_back(of: Finalised) -> Finalised:
    decided: Decision = reversal_of(of.decision)
    return Finalised(of.claim, decided, of.payer_control_number)


def write(folder: Path, payment: bytes, *claims: Finalised, netted: Sequence[tuple[str, int]] = ()) -> Path:
    """The 835 of a payment."""
    day = date(2026, 4, 20)
    adjustments = tuple(a for name, cents in netted for a in PendingOffset(name, Money(cents)).taken(day))
    remittance = build_remittance(
        claims,
        payer=Payer("Northgate Health Fund", "NGHF1"),
        payee=claims[0].claim.billing,
        payment=payment,
        day=day,
        payer_tax_id="007716200",
        payer_address=Address("1 Northgate", "", "Westerby", "VT", "059990000"),
        adjustments=adjustments,
    )
    from datetime import UTC, datetime

    path = folder / f"{remittance.trace}.835"
    path.write_bytes(
        write_835(
            remittance,
            sender="NGHF1",
            receiver="1234567893",
            created=datetime(2026, 4, 20, tzinfo=UTC),
            control_number=1,
        )
    )
    return path


def batch(payment: int, *cents: int, payee: str = CLINIC) -> BatchPaid:
    return BatchPaid(digest(9), digest(payment), payee, Money(sum(cents)), 0, tuple(Money(each) for each in cents))


def test_a_night_of_batches_debts_credits_and_revisions_is_exact(local: Parties, book: Teller) -> None:
    folder = local.to_clinic
    book.tell(
        batch(1, 40_00, 25_00, 10_50),
        DebtNetted(digest(1), CLINIC, 1, Money(20_00)),
        DebtNetted(digest(1), CLINIC, 2, Money(5_25)),
        batch(2, 70_00, payee=CREDITED),
        PaymentCredited(digest(2), CREDITED, Money(70_00)),
    )
    book.tell(ClaimRevised(digest(30), digest(3), CLINIC, Money(60_00), Money(66_00)))
    book.tell(ClaimRevised(digest(31), bytes(32), CLINIC, Money(60_00), Money(10_00)))
    book.tell(ClaimPaid(digest(32), digest(4), CLINIC, Money(0)))
    write(folder, digest(1), paid(1, 40_00), paid(2, 25_00), paid(3, 10_50), netted=[("C-77", 20_00), ("C-78", 5_25)])
    write(folder, digest(2), paid(4, 70_00))
    write(folder, digest(3), taken_back(paid(5, 60_00)), paid(5, 66_00))
    write(folder, digest(4), paid(6, 0))
    document = reconciliation_document(reconcile_books(local.payer, folder, from_block=book.block))
    assert document["differences"] == []
    totals = document["totals"]
    assert (totals["payments"], totals["claims"], totals["remittances"]) == (4, 6, 4)
    assert (totals["gross"], totals["netted"], totals["credited"]) == ("151.50", "25.25", "70.00")
    assert (totals["paid"], totals["remitted"]) == ("56.25", "126.25")


def test_the_claim_of_a_batch_that_is_told_wrongly_is_named(local: Parties, book: Teller) -> None:
    book.tell(batch(1, 40_00, 25_00, 10_50))
    write(local.to_clinic, digest(1), paid(1, 40_00), paid(2, 24_99), paid(3, 10_50))
    (difference,) = reconcile_books(local.payer, local.to_clinic, from_block=book.block).outcome.differences
    assert (difference.kind, difference.claim, difference.control_number) == ("amount", "A-2", "C-2")
    assert difference.by == Money(-1)


def test_claims_of_a_batch_told_in_another_order_or_not_at_all_are_named(local: Parties, book: Teller) -> None:
    book.tell(batch(1, 40_00, 25_00), batch(2, 40_00, 25_00))
    write(local.to_clinic, digest(1), paid(2, 25_00), paid(1, 40_00))
    write(local.to_clinic, digest(2), paid(3, 40_00))
    order, lacking = reconcile_books(local.payer, local.to_clinic, from_block=book.block).outcome.differences
    assert (order.kind, order.claim, order.by) == ("claim", "A-2", Money(-15_00))
    assert lacking.kind == "amount"
    assert f"position 1 of batch 0x{digest(9).hex()} was paid 25.00 and is not told" in str(lacking)


def test_a_debt_that_plb_does_not_tell_is_found(local: Parties, book: Teller) -> None:
    book.tell(batch(1, 40_00), DebtNetted(digest(1), CLINIC, 1, Money(10_00)))
    write(local.to_clinic, digest(1), paid(1, 40_00), netted=[("C-77", 9_00)])
    amount, netted = reconcile_books(local.payer, local.to_clinic, from_block=book.block).outcome.differences
    assert (amount.kind, amount.claim, netted.kind) == ("amount", "", "netted")
    assert netted.by == Money(-1_00)
