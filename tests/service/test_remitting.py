"""The whole flow in two homes, on both chains, to the remittances that tell of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from claims.evidence.document import load_records
from claims.formats.x12.remittance_check import check_835
from claims.model.money import Money
from claims.service import indexing, remitting
from claims.service.decision_file import write_decisions
from claims.service.errors import BooksDiffer, UsageError
from claims.settlement.remittance import trace_number
from tests.service.parties import ESCROW, Bill, Parties, on_anvil

PAID = Money(17_500)


def test_a_claim_that_a_clinician_backs_is_paid_and_told_to_the_cent(parties: Parties) -> None:
    handed = parties.hand_over()
    answered = parties.adjudicate()
    (outcome,) = parties.settle()
    (written,) = parties.remit()

    assert [claim["status"] for claim in answered["claims"]] == ["paid"]
    assert (outcome.status, outcome.why) == ("settled", "paid 175.00")
    assert parties.balances() == (ESCROW - PAID, PAID)
    data = written.path.read_bytes()
    report = check_835(data)
    assert report.balances
    assert report.syntax_ok
    with parties.payer.store.reading() as work:
        (payment,) = work.payments.all()
    assert written.trace == trace_number(payment.identifier)
    assert f"TRN*1*{written.trace}*".encode() in data
    assert b"BPR*I*175.00*" in data
    assert payment.paid + payment.credited == PAID
    assert b"IK5*A" in (parties.to_clinic / "claim.999").read_bytes()
    assert {"claims", "records"} <= set(handed.files)


def two_claims(parties: Parties) -> Path:
    """A file of two claims of two days, both backed."""
    (visit,) = parties.visits()
    day = visit.services[0].begins.replace(day=9)
    services = tuple(replace(service, begins=day, ends=day) for service in visit.services)
    parties.sign(replace(visit, identifier="earlier", services=services))
    return parties.write_claim(
        "two.837", Bill("A-1", evidence=visit.identifier), Bill("A-2", evidence="earlier", day=day)
    )


def test_each_payment_is_told_once_whenever_the_export_runs(parties: Parties) -> None:
    file = two_claims(parties)
    parties.decided(file)
    answers = parties.answers(file)
    parties.edit_decisions(lambda document: document["decisions"].pop(), file)
    parties.settle(file)
    first = parties.remit()
    write_decisions(parties.decisions(file), "NGHF1", answers)
    parties.settle(file)
    second = parties.remit()
    assert [written.claims for written in (*first, *second)] == [("A-1",), ("A-2",)]
    assert parties.remit() == ()
    assert parties.balances() == (ESCROW - PAID - PAID, PAID + PAID)


@pytest.mark.node
def test_payments_of_one_block_are_each_told(tmp_path: Path) -> None:
    """Two providers' transactions in one block; the second is read although the first of that block is known."""
    with on_anvil(tmp_path / "world") as parties:
        file = two_claims(parties)
        parties.decided(file)
        chain = parties.clinic.chain
        signer = parties.clinic.signer("provider")
        from claims.chain.transactions import prepare
        from claims.settlement.calldata import settle_call

        known = {record.identifier: record for record in load_records(parties.records.read_bytes())}
        chain.rpc("evm_setAutomine", [False])
        nonce = chain.nonce(signer.address)
        for offset, answer in enumerate(parties.answers(file)):
            assert answer.signed is not None
            data = settle_call(answer.signed, [known[name] for name in answer.signed.records])
            book = parties.payer.addresses["InsurerBook"]
            unsigned = prepare(chain, signer.address, book, data, nonce=nonce + offset, gas=400_000)
            chain.send_raw(signer.sign_transaction(unsigned.fields).raw)
        chain.mine()
        chain.rpc("evm_setAutomine", [True])
        assert parties.balances() == (ESCROW - PAID - PAID, PAID + PAID)
        written = parties.remit()
        assert sorted(one.claims for one in written) == [("A-1",), ("A-2",)]
        assert len({one.trace for one in written}) == 2


def test_a_payment_whose_file_was_not_kept_is_told_by_the_next_run(
    local: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    from claims.store.remittances import Remittances

    local.decided()
    local.settle()

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Remittances, "add", dies)
        with pytest.raises(KeyboardInterrupt):
            local.remit()
    (written,) = local.remit()
    assert written.paid == PAID
    assert check_835(written.path.read_bytes()).balances


def test_the_draft_of_a_writer_that_was_killed_goes_with_the_next_run(
    local: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill between the draft and its name: nothing tidies up after it."""
    local.decided()
    local.settle()
    others = local.to_clinic / ".someone-else-s.835.0123456789abcdef"
    before = {*local.to_clinic.iterdir(), others}
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", _killed)
        patched.setattr(Path, "unlink", _killed)
        with pytest.raises(KeyboardInterrupt):
            local.remit()
    others.write_bytes(b"")
    drafts = [each.name for each in local.to_clinic.iterdir() if each not in before]
    (written,) = local.remit()
    assert [name.startswith(f".{written.path.name}.") for name in drafts] == [True], drafts
    assert set(local.to_clinic.iterdir()) == {written.path} | before


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_books_that_differ_are_told_and_the_other_payments_all_the_same(
    local: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = two_claims(local)
    local.decided(file)
    local.settle(file)
    true, first = indexing.fold_payments, []

    def one_cent_less(events: Any) -> Any:
        (payment,) = true(events)
        first.append(payment.identifier)
        return (replace(payment, paid=payment.paid - Money(1)) if payment.identifier == first[0] else payment,)

    monkeypatch.setattr(indexing, "fold_payments", one_cent_less)
    with pytest.raises(BooksDiffer, match=r"the chain paid 174\.99 and credited 0\.00, the decisions say 175\.00"):
        local.remit()
    assert len(list(local.to_clinic.glob("*.835"))) == 1


def test_a_provider_writes_no_remittance(local: Parties) -> None:
    with pytest.raises(UsageError, match="this command is a payer's"):
        remitting.export_remittances(local.clinic, local.to_clinic)


def test_a_denial_is_told_once_and_pays_nothing(local: Parties) -> None:
    local.decided()
    local.settle()
    again = local.write_claim("again.837", Bill("EC-2044"))
    local.decided(again)
    written = {one.claims: one for one in local.remit()}
    denied = written["EC-2044",]
    assert denied.paid == Money(0)
    assert denied.transaction == b""
    assert check_835(denied.path.read_bytes()).balances
    assert local.remit() == ()
