"""An 835 is posted when it balances and pays what the chain paid; otherwise nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest

from claims.model.money import Money
from claims.service.claim_story import claim_status
from claims.service.errors import BooksDiffer, FileRejected, UsageError
from claims.service.posting import post_remittance
from claims.store.errors import StoreConflict
from tests.service.parties import Bill, Parties


@pytest.fixture
def remitted(local: Parties) -> Path:
    """The 835 of a claim that was settled."""
    local.decided()
    local.settle()
    (written,) = local.remit()
    return written.path


def test_it_is_posted_once_with_its_payment_and_its_claims(local: Parties, remitted: Path) -> None:
    (first,) = post_remittance(local.clinic, remitted)
    (second,) = post_remittance(local.clinic, remitted)
    with local.clinic.store.reading() as work:
        (payment,), (posting,), (claim,) = work.payments.all(), work.postings.all(), work.claims.all()
    assert (first.paid, first.claims, first.payment) == (Money(175_00), ("EC-1044",), payment.identifier)
    assert (first.fresh, second.fresh) == (True, False)
    assert (posting.amount, posting.payment) == (Money(175_00), payment.identifier)
    assert posting.claims == (claim.control_number,)


def test_a_dry_run_posts_nothing(local: Parties, remitted: Path) -> None:
    before = local.rows()
    (posted,) = post_remittance(local.clinic, remitted, dry_run=True)
    assert posted.fresh
    assert local.rows() == before


def test_a_cent_that_moved_is_found(local: Parties, remitted: Path) -> None:
    remitted.write_bytes(remitted.read_bytes().replace(b"BPR*I*175.00*", b"BPR*I*174.99*"))
    with pytest.raises(FileRejected, match="does not balance"):
        post_remittance(local.clinic, remitted)


def test_an_835_of_another_amount_than_the_chain_paid_is_not_posted(local: Parties, remitted: Path) -> None:
    """It balances in itself: a withholding that the chain knows nothing of."""
    data = remitted.read_bytes().replace(b"BPR*I*175.00*", b"BPR*I*170.00*")
    place = data.index(b"SE*")
    remitted.write_bytes(data[:place] + b"PLB*2460913785*20261231*WO:X*5~" + data[place:])
    with pytest.raises(BooksDiffer, match=r"pays 170\.00, the chain paid 175\.00"):
        post_remittance(local.clinic, remitted)
    with local.clinic.store.reading() as work:
        assert work.postings.all() == ()


def test_a_payment_that_the_chain_never_made_is_not_posted(local: Parties, remitted: Path) -> None:
    trace = remitted.stem
    remitted.write_bytes(remitted.read_bytes().replace(trace.encode(), b"A" * len(trace)))
    with pytest.raises(BooksDiffer, match="has no payment of this number"):
        post_remittance(local.clinic, remitted)


def test_an_835_to_somebody_else_is_not_posted(local: Parties, remitted: Path) -> None:
    remitted.write_bytes(remitted.read_bytes().replace(b"*XX*2460913785", b"*XX*1679576722"))
    with pytest.raises(UsageError, match="pays 1679576722"):
        post_remittance(local.clinic, remitted)


def test_another_file_with_its_trace_is_a_conflict(local: Parties, remitted: Path) -> None:
    post_remittance(local.clinic, remitted)
    remitted.write_bytes(remitted.read_bytes() + b"\n")
    with pytest.raises(StoreConflict, match="posted with other contents"):
        post_remittance(local.clinic, remitted)


def test_denials_are_posted_without_a_payment(local: Parties, remitted: Path) -> None:
    post_remittance(local.clinic, remitted)
    file = local.write_claim("twice.837", Bill("EC-2044"))
    local.decided(file)
    local.settle(file)
    (written,) = local.remit()
    (posted,) = post_remittance(local.clinic, written.path)
    assert (posted.paid, posted.claims, posted.payment) == (Money(0), ("EC-2044",), None)


def test_a_claim_that_the_payer_paid_itself_is_settled_by_its_835(local: Parties) -> None:
    local.hand_over(policy=local.policy)
    local.adjudicate(pay=True)
    (written,) = local.remit()
    assert claim_status(local.clinic, "EC-1044")[0]["status"] == "submitted"
    post_remittance(local.clinic, written.path)
    assert claim_status(local.clinic, "EC-1044")[0]["status"] == "settled"
    assert claim_status(local.clinic, "EC-1044")[0]["payments"][0]["paid"] == "175.00"


def test_a_file_without_a_remittance_and_a_payers_home_are_refused(local: Parties, remitted: Path) -> None:
    with pytest.raises(FileRejected, match="holds no remittance"):
        post_remittance(local.clinic, local.claim)
    with pytest.raises(UsageError, match="provider's"):
        post_remittance(local.payer, remitted)
