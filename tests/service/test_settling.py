"""Settling in batches: every claim once, whatever is killed; what the contract leaves out is told with why, and stops no other."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from claims.formats.x12.remittance_check import check_835
from claims.model.money import ZERO, Money
from claims.service.audit import verify
from claims.service.registry import suspend
from claims.service.settlement_status import settlement_status
from claims.service.settling import SettleRun, settle_due
from claims.service.skip_reasons import cure_of
from claims.settlement.chunking import Bound
from tests.service.parties import ESCROW, PASSPHRASE, Bill, Parties, built, x12

WHOLE = Money(175_00)


class Killed(BaseException):
    """The process ends here."""


def two(parties: Parties) -> None:
    """The good claim and one of another day, each in a file of its own, anchored and approved."""
    approved(parties)
    day = date(2026, 4, 14)
    (visit,) = parties.visits(identifier="next day")
    services = tuple(replace(service, begins=day, ends=day) for service in visit.services)
    parties.sign(replace(visit, services=services, begins="", ends=""))
    path = parties.folder / "next.837"
    path.write_text(x12([Bill("N-1", evidence="next day", day=day)], control=512))
    (claim,) = parties.anchored(path)["claims"]
    assert claim["status"] == "paid"


def approved(parties: Parties) -> Money:
    """The good claim and nothing else, anchored and approved."""
    parties.anchored()
    return WHOLE


def paid_once(parties: Parties, amount: Money = WHOLE) -> None:
    """The money moved once, the claim is settled, one 835 tells of it, and logs and files agree."""
    assert parties.balances() == (ESCROW - amount, amount)
    with parties.payer.store.reading() as work:
        assert {stored.status for stored in work.claims.all()} == {"settled"}
        assert [row.state for row in work.settlements.in_state("due", "batched", "skipped", "settled")] == ["settled"]
        assert len(work.payments.all()) == 1
    outcome = parties.reconciled()
    assert outcome.exact, outcome.differences
    assert outcome.totals.remittances == 1


def batch_of(run: SettleRun) -> Any:
    (batch,) = run.batches
    return batch


def test_what_is_approved_is_paid_and_told(parties: Parties) -> None:
    approved(parties)
    run = parties.run()
    batch = batch_of(run)
    assert (batch.claims, batch.settled, batch.skipped, run.left) == (1, 1, 0, 0)
    assert batch.gas <= batch.estimate
    assert [written.paid for written in run.written] == [WHOLE]
    paid_once(parties)


def test_both_databases_give_the_same(parties_on_either: Parties) -> None:
    approved(parties_on_either)
    parties_on_either.run()
    paid_once(parties_on_either)


def test_again_sends_nothing(local: Parties) -> None:
    approved(local)
    local.run()
    mined = local.mined(local.payer.keystore.address("insurer"))
    run = local.run()
    assert (run.batches, run.written, run.left) == ([], (), 0)
    assert local.mined(local.payer.keystore.address("insurer")) == mined


def test_the_clinic_posts_the_835_and_its_claim_is_settled(local: Parties) -> None:
    from claims.service.posting import post_remittance

    approved(local)
    local.settle()
    (written,) = local.run().written
    (posted,) = post_remittance(local.clinic, written.path)
    assert posted.paid == WHOLE
    with local.clinic.store.reading() as work:
        assert {stored.status for stored in work.claims.all()} == {"settled"}


def test_a_dry_run_says_what_would_be_sent_and_changes_nothing(local: Parties) -> None:
    approved(local)
    before, balances = local.rows(), local.balances()
    run = settle_due(local.payer, dry_run=True)
    batch = batch_of(run)
    assert (batch.claims, batch.gas, batch.paid) == (1, None, WHOLE)
    assert batch.estimate > batch.floor > 0
    assert (local.rows(), local.balances()) == (before, balances)


def test_at_most_so_many_are_settled_and_the_rest_is_left(local: Parties) -> None:
    two(local)
    run = local.run(most=1)
    assert (batch_of(run).claims, run.left) == (1, 1)
    assert settlement_status(local.payer)["claims"] == {"due": 1, "batched": 0, "settled": 1, "skipped": 0}
    assert batch_of(local.run()).claims == 1
    assert local.balances() == (ESCROW - WHOLE - WHOLE, WHOLE + WHOLE)


def test_a_providers_claims_of_two_rolls_are_one_payment_and_one_835(local: Parties) -> None:
    two(local)
    run = local.run()
    assert (batch_of(run).claims, batch_of(run).rolls, batch_of(run).providers) == (2, 2, 1)
    (written,) = run.written
    assert (written.paid, sorted(written.claims)) == (WHOLE + WHOLE, ["EC-1044", "N-1"])
    assert local.reconciled().exact
    assert verify(local.payer).differences == ()


def test_batches_are_halved_until_a_transaction_carries_them(local: Parties) -> None:
    from claims.service.batching import Batcher

    approved(local)
    batcher = Batcher(local.payer, Bound(gas=1_000, bytes=10_000, spare_percent=0))
    with local.payer.store.reading() as work:
        due = batcher.read(work, work.settlements.due())
    (refused,) = batcher.make(due)
    assert "more than a transaction may have" in refused.reason  # type: ignore[union-attr]


def test_asked_to_stop_it_finishes_the_step_and_goes_on_later(local: Parties) -> None:
    approved(local)
    run = local.run(stopping=lambda: True)
    assert run.stopped
    local.run()
    paid_once(local)


# what fails is left out


def test_a_suspended_clinicians_claim_is_left_out_with_the_reason_and_paid_after_all(parties: Parties) -> None:
    approved(parties)
    suspend(parties.payer, practitioner=1)
    run = parties.run()
    assert (batch_of(run).settled, batch_of(run).skipped, run.written) == (0, 1, ())
    (told,) = settlement_status(parties.payer)["open"]
    assert (told["state"], told["reason"]) == ("skipped", "Registry_PractitionerSuspended")
    assert told["cure"] == cure_of("Registry_PractitionerSuspended")
    with parties.payer.store.reading() as work:
        (stored,) = work.claims.all()
        assert "left out of a batch" in work.claims.statuses(stored.control_number)[-1].note
    assert parties.balances() == (ESCROW, ZERO)
    # Nothing is sent for it again by itself; once it stands again, it is taken up.
    assert parties.run().batches == []
    suspend(parties.payer, practitioner=1, suspended=False)
    assert batch_of(parties.run(retry=True)).settled == 1
    paid_once(parties)


def test_a_payee_that_the_token_refuses_is_credited_and_told_as_paid(tmp_path: Path) -> None:
    from claims.chain.abi import encode_call
    from claims.chain.artefacts import load
    from claims.chain.sender import execute

    token = load("mocks/BlacklistToken")

    def make(payer: Any) -> str:
        insurer = payer.signer("insurer")
        address = execute(payer.chain, insurer, None, token.bytecode).contract
        execute(payer.chain, insurer, address, encode_call(token.abi, "mint", (insurer.address, 10**12)))
        return str(address)

    with built(tmp_path / "world", token=make) as parties:
        call = encode_call(token.abi, "blacklist", (parties.provider, 1))
        execute(parties.payer.chain, parties.payer.signer("insurer"), parties.payer.addresses["TestDollar"], call)
        approved(parties)
        (written,) = parties.run().written
        assert written.paid == WHOLE
        assert check_835(written.path.read_bytes()).balances
        assert parties.balances() == (ESCROW, ZERO)
        assert parties.reconciled().totals.credited == WHOLE
        assert parties.reconciled().exact


def test_a_batch_that_was_signed_under_an_old_epoch_is_made_anew(
    local: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    from claims.service import settling

    approved(local)
    with monkeypatch.context() as patch:
        patch.setattr(settling, "carry_out_all", lambda *_, **__: iter(()))
        local.run()
    insurer = local.payer.signer("insurer")
    local.payer.write(insurer, "InsurerBook", "advanceEpoch")
    first = local.run()
    assert "Claims_EpochMismatch" in first.batches[0].refusal
    assert first.outcomes.released == 1
    second = local.run()
    assert batch_of(second).settled == 1
    paid_once(local)
    assert [batch["state"] for batch in settlement_status(local.payer)["batches"]] == ["failed", "confirmed"]


def test_evidence_that_paid_this_very_claim_before_counts_as_settled(
    local: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody may send a signed batch. Where the first was thought lost, and a second was made, the contract pays once."""
    from claims.chain.sender import execute
    from claims.model.coding import decode
    from claims.service import settling
    from claims.service.sending import Call

    approved(local)
    with monkeypatch.context() as patch:
        patch.setattr(settling, "carry_out_all", lambda *_, **__: iter(()))
        local.run()
    with local.payer.store.unit_of_work() as work:
        (batch,) = work.settlements.open_batches()
        call = decode(Call, work.outbox.get(batch.intent).payload)
        work.settlements.release(batch.batch, 1)
    execute(local.payer.chain, local.clinic.signer("provider"), call.to, call.data)
    local.run()
    paid_once(local)


# killed anywhere

STEPS = [
    ("claims.service.settling", "follow_chain", "before"),
    ("claims.service.settling", "take_outcomes", "after"),
    ("claims.service.settling", "Batcher", "after"),
    ("claims.service.batching", "settle_batch_call", "after"),
    ("claims.service.batching", "enqueue", "before"),
    ("claims.service.batching", "enqueue", "after"),
    ("claims.service.settling", "carry_out_all", "before"),
    ("claims.chain.transactions", "prepare", "after"),
    ("claims.chain.sender", "broadcast", "before"),
    ("claims.chain.sender", "broadcast", "after"),
    ("claims.service.settling", "export_remittances", "before"),
    ("claims.service.remitting", "write_private", "before"),
    ("claims.service.remitting", "write_private", "after"),
]


def dying(true: Callable[..., Any], when: str) -> Callable[..., Any]:
    def killed(*arguments: Any, **named: Any) -> Any:
        if when == "after":
            true(*arguments, **named)
        raise Killed

    return killed


@pytest.mark.parametrize(("module", "name", "when"), STEPS)
def test_killed_at_any_step_the_next_run_pays_once(
    local: Parties, monkeypatch: pytest.MonkeyPatch, module: str, name: str, when: str
) -> None:
    approved(local)
    with monkeypatch.context() as patch:
        patch.setattr(
            importlib.import_module(module), name, dying(getattr(importlib.import_module(module), name), when)
        )
        with pytest.raises(Killed):
            local.run()
    local.run()
    paid_once(local)


@pytest.mark.parametrize(("module", "name", "when"), [STEPS[5], STEPS[9], STEPS[11]])
def test_killed_on_either_database(
    parties_on_either: Parties, monkeypatch: pytest.MonkeyPatch, module: str, name: str, when: str
) -> None:
    approved(parties_on_either)
    with monkeypatch.context() as patch:
        patch.setattr(
            importlib.import_module(module), name, dying(getattr(importlib.import_module(module), name), when)
        )
        with pytest.raises(Killed):
            parties_on_either.run()
    parties_on_either.run()
    paid_once(parties_on_either)


RUN_AND_DIE = """
import importlib, os, signal, sys
from pathlib import Path
from claims.service.office import open_office
from claims.service.settling import settle_due
home, to, module, name, when = sys.argv[1:]
place = importlib.import_module(module)
true = getattr(place, name)
def dying(*arguments, **named):
    if when == "after":
        true(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)
if name:
    setattr(place, name, dying)
with open_office(Path(home), passphrase=os.environ["SECRET"]) as office:
    settle_due(office, remittances=Path(to))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("module", "name", "when"), [STEPS[4], STEPS[5], STEPS[8], STEPS[9], STEPS[12]])
def test_a_process_that_is_killed_for_good_leaves_what_the_next_one_finishes(
    local: Parties, module: str, name: str, when: str
) -> None:
    approved(local)
    died = subprocess.run(
        [sys.executable, "-c", RUN_AND_DIE, str(local.folder / "payer"), str(local.to_clinic), module, name, when],
        env=os.environ | {"SECRET": PASSPHRASE},
        capture_output=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    with local.payer.store.unit_of_work() as work:
        # Its lease would lapse by itself; nobody waits for that here.
        work.leases.connection.exec_driver_sql("DELETE FROM sender_leases")
    local.run()
    paid_once(local)
