"""A payment happens exactly once, wherever the process dies and whoever else is at it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from claims.chain import sender
from claims.chain.errors import Reverted
from claims.chain.signer import Signer
from claims.model.money import Money
from claims.service import sending, submitting
from claims.service.errors import UsageError
from claims.service.sender import Sender
from claims.store.leases import Leases
from claims.store.outbox import Outbox
from tests.service.parties import ESCROW, PASSPHRASE, Parties

PAID = Money(17_500)
ROOT = Path(__file__).parent.parent.parent


class Killed(BaseException):
    """Nothing catches it, as nothing catches a kill."""


def dies(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, *, after: bool) -> None:
    """Let the first call of a function end the process, before it did anything or after it did all."""
    true: Callable[..., Any] = getattr(place, name)

    def fatal(*arguments: Any, **options: Any) -> Any:
        monkeypatch.setattr(place, name, true)
        if after:
            true(*arguments, **options)
        raise Killed

    monkeypatch.setattr(place, name, fatal)


STEPS = [
    (Outbox, "enqueue"),
    (submitting, "carry_out"),
    (Signer, "sign_transaction"),
    (Outbox, "sign"),
    (sender, "broadcast"),
    (Outbox, "sent"),
    (Sender, "standing"),
    (Outbox, "confirmed"),
    (Leases, "acquire"),
    (Leases, "renew"),
    (Leases, "release"),
    (submitting, "read_payments"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("place", "name"), STEPS, ids=[name for _, name in STEPS])
def test_killed_at_any_step_a_repeated_command_pays_once(
    local: Parties, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, after: bool
) -> None:
    local.decided()
    mined = local.mined(local.provider)
    dies(monkeypatch, place, name, after=after)
    with pytest.raises(Killed):
        local.settle()
    (outcome,) = local.settle()
    assert outcome.status == "settled"
    assert local.mined(local.provider) == mined + 1
    assert local.balances() == (ESCROW - PAID, PAID)
    assert [(found.status, found.why) for found in local.settle()] == [("settled", "settled before; nothing was sent")]
    assert len(local.remit()) == 1


KILL = """
    import os, signal, sys
    from pathlib import Path
    from claims.chain import sender
    from claims.service.office import open_office
    from claims.service.submitting import settle
    folder = Path(sys.argv[1])
    true = sender.broadcast
    def broadcast(*arguments):
        if sys.argv[2] == "after":
            true(*arguments)
        if sys.argv[2] != "never":
            os.kill(os.getpid(), signal.SIGKILL)
        return true(*arguments)
    sender.broadcast = broadcast
    with open_office(folder / "clinic", passphrase=sys.argv[3]) as office:
        for outcome in settle(office, folder / "claim.837", records=folder / "records.json",
                              decisions=folder / "to-clinic" / "claim.decisions.json"):
            print(outcome.status)
"""


def process(parties: Parties, when: str) -> subprocess.Popen[str]:
    """Settle in a process of its own, which kills itself before or after the broadcast, or never."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILL), str(parties.folder), when, PASSPHRASE],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_is_killed_at_the_broadcast_leaves_bytes_that_are_sent_again(
    parties: Parties, when: str
) -> None:
    parties.decided()
    mined = parties.mined(parties.provider)
    killed = process(parties, when)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    with parties.clinic.store.reading() as work:
        (intent,) = work.outbox.in_state("signed")
        (row,) = work.outbox.transactions(intent.idempotency_key)
    (outcome,) = parties.settle()
    assert outcome.transaction == row.transaction_hash
    assert parties.mined(parties.provider) == mined + 1
    assert parties.balances() == (ESCROW - PAID, PAID)


def test_two_processes_that_settle_at_once_pay_once(parties: Parties) -> None:
    parties.decided()
    mined = parties.mined(parties.provider)
    both = [process(parties, "never") for _ in range(2)]
    assert [one.communicate()[0].strip() for one in both] == ["settled", "settled"]
    assert parties.mined(parties.provider) == mined + 1
    assert parties.balances() == (ESCROW - PAID, PAID)


@pytest.mark.parametrize("step", ["sign_transaction", "broadcast"])
def test_another_process_that_settles_everything_in_between_is_found(
    local: Parties, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    local.decided()
    mined = local.mined(local.provider)
    place = Signer if step == "sign_transaction" else sender
    true = getattr(place, step)

    def overtaken(*arguments: Any) -> Any:
        monkeypatch.setattr(place, step, true)
        with local.reopened("clinic") as other:
            (outcome,) = submitting.settle(other, local.claim, records=local.records, decisions=local.decisions())
        assert outcome.status == "settled"
        return true(*arguments)

    monkeypatch.setattr(place, step, overtaken)
    (outcome,) = local.settle()
    assert outcome.status == "settled"
    assert local.mined(local.provider) == mined + 1
    assert local.balances() == (ESCROW - PAID, PAID)
    with local.clinic.store.reading() as work:
        assert [intent.state for intent in work.outbox.of_claim(local.answers()[0].control_number)] == ["confirmed"]


def other_transaction(parties: Parties) -> None:
    """Something that the same key does beside us: a transfer of nothing to itself."""
    signer = parties.clinic.signer("provider")
    sender.execute(parties.clinic.chain, signer, signer.address)


def test_a_nonce_that_another_program_takes_is_replaced_by_the_next(
    parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    parties.decided()
    true = sender.broadcast

    def overtaken(*arguments: Any) -> Any:
        monkeypatch.setattr(sender, "broadcast", true)
        other_transaction(parties)
        return true(*arguments)

    monkeypatch.setattr(sender, "broadcast", overtaken)
    (outcome,) = parties.settle()
    assert outcome.status == "settled"
    assert parties.balances() == (ESCROW - PAID, PAID)


def test_a_nonce_taken_while_the_process_was_dead_is_replaced_too(
    parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    parties.decided()
    dies(monkeypatch, sender, "broadcast", after=False)
    with pytest.raises(Killed):
        parties.settle()
    other_transaction(parties)
    (outcome,) = parties.settle()
    assert outcome.status == "settled"
    assert parties.balances() == (ESCROW - PAID, PAID)


def test_nonces_that_are_always_taken_end_in_a_word_and_not_in_a_loop(
    local: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    local.decided()
    true = sender.broadcast

    def overtaken(*arguments: Any) -> Any:
        monkeypatch.setattr(sender, "broadcast", true)
        other_transaction(local)
        monkeypatch.setattr(sender, "broadcast", overtaken)
        return true(*arguments)

    monkeypatch.setattr(sender, "broadcast", overtaken)
    with pytest.raises(UsageError, match="taken by another program"):
        local.settle()
    assert local.balances() == (ESCROW, Money(0))


def test_a_transaction_that_is_mined_and_refused_names_its_reason_and_can_be_tried_again(
    local: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    from claims.service.registry import suspend

    local.decided()
    true = sender.broadcast

    def suspended_meanwhile(*arguments: Any) -> Any:
        monkeypatch.setattr(sender, "broadcast", true)
        suspend(local.payer, provider=local.provider)
        return true(*arguments)

    monkeypatch.setattr(sender, "broadcast", suspended_meanwhile)
    (refused,) = local.settle()
    assert refused.status == "refused"
    assert "Registry_Suspended" in refused.why or "Suspended" in refused.why
    assert local.balances() == (ESCROW, Money(0))
    suspend(local.payer, provider=local.provider, suspended=False)
    assert [outcome.status for outcome in local.settle()] == ["settled"]
    assert local.balances() == (ESCROW - PAID, PAID)


def test_a_call_that_would_be_refused_is_not_sent(local: Parties) -> None:
    from claims.service.sending import Call, enqueue
    from claims.settlement.calldata import settle_call

    local.decided()
    (answer,) = local.answers()
    assert answer.signed is not None
    call = Call(local.payer.addresses["InsurerBook"], settle_call(answer.signed, ()))
    with local.clinic.store.unit_of_work() as work:
        enqueue(work, key="bad", kind="settle", claim="", call=call, now=1)
    mined = local.mined(local.provider)
    with pytest.raises(Reverted):
        sending.carry_out(local.clinic, local.clinic.signer("provider"), "bad")
    assert local.mined(local.provider) == mined
    with local.clinic.store.reading() as work:
        assert work.outbox.get("bad").state == "failed"
