"""What was paid in a batch and is corrected: decided anew on the chain, kept back of later payments, told to the cent."""

from __future__ import annotations

from pathlib import Path

from claims.formats.x12.remittance_check import check_835
from claims.model.money import ZERO, Money
from claims.service.rebilling import replace_claim, void_claim
from claims.service.remitting import Written, pending_offsets
from claims.service.settlement_status import settlement_status
from tests.service.parties import ESCROW, Bill, Parties, x12

WHOLE, LESS = Money(175_00), Money(95_00)


def balanced(written: tuple[Written, ...]) -> None:
    for each in written:
        report = check_835(each.path.read_bytes())
        assert report.balances, report.findings


def paid(parties: Parties) -> None:
    """The good claim, anchored, settled in a batch, and answered to the clinic."""
    parties.anchored()
    parties.run()
    parties.settle()


def voided(parties: Parties, number: str = "EC-1044") -> None:
    out = parties.folder / f"void-{number}.837"
    void_claim(parties.clinic, number, out)
    parties.decided(out)
    parties.settle(out)


def replaced(parties: Parties, *lines: tuple[str, str, int], control: int) -> Path:
    corrected = parties.folder / f"corrected-{control}.837"
    corrected.write_text(x12([Bill("EC-1044", lines)], control=control))
    out = parties.folder / f"replacement-{control}.837"
    replace_claim(parties.clinic, "EC-1044", corrected, out)
    parties.decided(out)
    parties.settle(out)
    return out


def later(parties: Parties) -> None:
    """Another visit of the same person, anchored and approved."""
    parties.sign(*parties.visits(identifier="second"))
    path = parties.folder / "second.837"
    path.write_text(x12([Bill("S-2", evidence="second")], control=77))
    (claim,) = parties.anchored(path)["claims"]
    assert claim["status"] == "paid"


def test_a_void_is_a_debt_that_the_next_payment_nets(parties: Parties) -> None:
    paid(parties)
    voided(parties)
    run = parties.run()
    ((revised,), (told,)) = run.revisions, run.written
    assert (revised.before, revised.paid, revised.refusal) == (WHOLE, ZERO, "")
    assert told.paid == ZERO
    (offset,) = pending_offsets(parties.payer)
    assert (offset["direction"], offset["amount"]) == ("from provider", "175.00")
    later(parties)
    run = parties.run()
    balanced((told, *run.written))
    (written,) = run.written
    assert written.paid == ZERO
    assert "*WO:" in written.path.read_text()
    assert pending_offsets(parties.payer) == []
    assert parties.reconciled().exact
    assert parties.balances() == (ESCROW - WHOLE, WHOLE)


def test_told_and_taken_name_the_same_claim(local: Parties) -> None:
    paid(local)
    voided(local)
    told = local.run().written
    later(local)
    taken = local.run().written
    references = {
        segment.split("*")[3]
        for written in (*told, *taken)
        for segment in written.path.read_text().split("~")
        if segment.strip().startswith("PLB")
    }
    assert len(references) == 1


def test_a_replacement_for_less_is_a_debt_of_the_difference_and_one_for_more_is_paid(parties: Parties) -> None:
    paid(parties)
    replaced(parties, ("99213", "95", 1), control=411)
    run = parties.run()
    assert [(each.before, each.paid) for each in run.revisions] == [(WHOLE, LESS)]
    assert [offset["amount"] for offset in pending_offsets(parties.payer)] == ["80.00"]
    replaced(parties, ("99213", "95", 1), ("97110", "80", 2), control=412)
    run = parties.run()
    assert [(each.before, each.paid) for each in run.revisions] == [(LESS, WHOLE)]
    # What it is paid more goes to what it owed.
    balanced(run.written)
    assert pending_offsets(parties.payer) == []
    assert parties.reconciled().exact
    assert parties.balances() == (ESCROW - WHOLE, WHOLE)


def test_a_revision_that_is_due_stands_in_the_status_until_it_is_sent(local: Parties) -> None:
    paid(local)
    voided(local)
    (told,) = settlement_status(local.payer)["corrections"]
    assert (told["state"], told["paid_before"], told["paid"]) == ("due", "175.00", "0.00")
    assert told["corrects"] != told["control_number"]
    local.run()
    assert settlement_status(local.payer)["corrections"] == []


def test_a_revision_is_sent_once(local: Parties) -> None:
    paid(local)
    voided(local)
    local.run()
    mined = local.mined(local.payer.keystore.address("insurer"))
    assert local.run().revisions == []
    assert local.mined(local.payer.keystore.address("insurer")) == mined


def test_a_claim_that_was_settled_by_itself_is_revised_too(local: Parties) -> None:
    local.decided()
    local.settle()
    local.remit()
    voided(local)
    (revised,) = local.run().revisions
    assert (revised.before, revised.paid, revised.refusal) == (WHOLE, ZERO, "")
    assert local.reconciled().exact


def test_a_claim_that_is_voided_before_it_is_sent_is_not_sent(local: Parties) -> None:
    local.anchored()
    local.settle()
    voided(local)
    run = local.run()
    assert (run.batches, run.revisions, run.left) == ([], [], 0)
    assert local.balances() == (ESCROW, ZERO)
    assert local.reconciled().exact


def test_what_is_decided_anew_stays_within_what_was_billed(local: Parties) -> None:
    paid(local)
    replaced(local, ("99213", "95", 1), control=411)
    local.run()
    with local.payer.store.reading() as work:
        (due,) = work.revisions.in_state("revised")
    assert due.terms.allowed <= due.invoice.billed
    assert due.terms.paid == LESS.cents


def test_what_is_on_its_way_to_the_chain_is_not_corrected_yet(local: Parties) -> None:
    from claims.service.batching import Batcher

    local.anchored()
    local.settle()
    batcher = Batcher(local.payer)
    with local.payer.store.reading() as work:
        due = batcher.read(work, work.settlements.due())
    (made,) = batcher.make(due)
    batcher.keep(made)  # type: ignore[arg-type]
    out = local.folder / "void.837"
    void_claim(local.clinic, "EC-1044", out)
    (claim,) = local.decided(out)["claims"]
    assert claim["status"] == "pended"
    assert any("on its way to the chain" in entry["why"] for entry in claim["trace"])
    local.run()
    (claim,) = local.adjudicate(out)["claims"]
    assert claim["status"] == "reversed"
    assert [each.paid for each in local.run().revisions] == [ZERO]
