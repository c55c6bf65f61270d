"""A provider anchors a whole file: one slot, one consent, once; what cannot be anchored is told with why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from claims.evidence.typed_data import hash_struct
from claims.service import anchoring
from claims.service.anchoring import PolicySource, read_policies
from claims.service.errors import UsageError
from claims.service.roll_file import read_rolls
from tests.service.parties import OTHER_PERSON, PERSON, WREN, Bill, Parties, x12


class Killed(BaseException):
    """The process ends here."""


def rolls_of(parties: Parties, name: str = "claim") -> Path:
    return parties.to_payer / f"{name}.roll.json"


def anchored_at(parties: Parties, roll: bytes) -> int:
    return int(parties.clinic.read("InsurerBook", "anchoredAt", parties.provider, roll))


def test_a_file_becomes_one_roll_that_the_chain_has(parties: Parties) -> None:
    handed = parties.anchor()
    ((outcome,), (sent,)) = handed.outcomes, handed.rolls
    (roll,) = read_rolls(rolls_of(parties))
    assert outcome.status == "anchored"
    assert (sent.hash, sent.invoices, sent.fresh) == (roll.hash, 1, True)
    assert roll.hash == hash_struct(roll.roll)
    assert anchored_at(parties, roll.hash) > 0
    assert roll.problem == ""
    assert [number for _, number in roll.claims] == ["EC-1044"]


def test_the_same_file_again_anchors_nothing_new(local: Parties) -> None:
    first = local.anchor().rolls[0]
    mined = local.mined(local.provider)
    (again,) = local.anchor().rolls
    assert (again.hash, again.fresh, again.transaction) == (first.hash, False, None)
    assert local.mined(local.provider) == mined


def test_a_dry_run_tells_the_cost_and_keeps_nothing(local: Parties) -> None:
    before, mined = local.rows(), local.mined(local.provider)
    handed = local.anchor(dry_run=True)
    assert handed.outcomes[0].status == "presented"
    assert "would be anchored" in handed.outcomes[0].why
    assert handed.rolls[0].gas is not None
    assert handed.rolls[0].gas > 40_000
    assert "calldata floor" in handed.rolls[0].why
    assert (local.rows(), local.mined(local.provider)) == (before, mined)
    assert not rolls_of(local).exists()


@pytest.mark.parametrize("step", ["enqueue", "carry_out"])
def test_killed_before_it_is_sent_the_same_roll_is_finished(
    local: Parties, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(anchoring, step, killed)
        with pytest.raises(Killed):
            local.anchor()
    mined = local.mined(local.provider)
    (sent,) = local.anchor().rolls
    assert anchored_at(local, sent.hash) > 0
    assert local.mined(local.provider) == mined + 1
    with local.clinic.store.reading() as work:
        assert len(work.invoice_rolls.of_source(work.claims.all()[0].source_sha256)) == 1


def test_the_commitment_opens_to_the_file_and_the_records(local: Parties) -> None:
    from hashlib import sha256

    from claims.evidence.keccak import keccak256

    local.anchor()
    (roll,) = read_rolls(rolls_of(local))
    files = (local.to_payer / "claim.837", local.to_payer / "claim.records.json")
    digests = b"".join(sha256(file.read_bytes()).digest() for file in files)
    assert roll.roll.documents == keccak256(roll.salt + digests)


def test_the_policy_is_read_from_sbr03(local: Parties) -> None:
    data = local.claim.read_text()
    local.claim.write_text(data.replace("NG-88", str(local.policy)))
    (outcome,) = local.anchor(anchor=PolicySource()).outcomes
    assert outcome.status == "anchored"


def test_a_group_number_is_not_taken_for_a_policy(local: Parties) -> None:
    data = local.claim.read_text()
    local.claim.write_text(data.replace("NG-88", "88"))
    (outcome,) = local.anchor(anchor=PolicySource()).outcomes
    assert outcome.status == "presented"
    assert "SBR03" in outcome.why


def test_a_file_of_policies_serves_several_persons(local: Parties) -> None:
    from claims.service.policies import issue
    from tests.service.parties import LIMIT

    other = issue(local.payer, OTHER_PERSON, year=2026, limit=LIMIT).policy
    local.sign(*local.visits(identifier="wren", person=OTHER_PERSON))
    path = local.folder / "both.837"
    path.write_text(x12([Bill("B-1", evidence="EC26-000871"), Bill("W-1", evidence="wren", member=WREN)]))
    policies = local.folder / "policies.toml"
    policies.write_text(
        f'[[policies]]\nmember_number = "NG0081274"\npolicy = {local.policy}\n'
        f'[[policies]]\nmember_number = "NG0081275"\nbirth_date = "1988-07-02"\npolicy = {other}\n'
    )
    handed = local.anchor(path, anchor=PolicySource(None, read_policies(policies)))
    assert [outcome.status for outcome in handed.outcomes] == ["anchored", "anchored"]
    (roll,) = read_rolls(rolls_of(local, "both"))
    assert sorted(invoice.policy for invoice in roll.roll.invoices) == sorted([local.policy, other])
    assert other is not None


def test_one_policy_does_not_serve_two_persons(local: Parties) -> None:
    local.sign(*local.visits(identifier="wren", person=OTHER_PERSON))
    path = local.folder / "both.837"
    path.write_text(x12([Bill("B-1", evidence="EC26-000871"), Bill("W-1", evidence="wren", member=WREN)]))
    with pytest.raises(UsageError, match="a policy is one person's"):
        local.anchor(path)


def test_a_claim_without_a_record_stays_out_and_comes_in_later(local: Parties) -> None:
    path = local.folder / "two.837"
    path.write_text(x12([Bill("B-1", evidence="EC26-000871"), Bill("B-2", evidence="later")]))
    first = local.anchor(path)
    assert [outcome.status for outcome in first.outcomes] == ["anchored", "presented"]
    assert "no encounter record backs it yet" in first.outcomes[1].why
    local.sign(*local.visits(identifier="later"))
    second = local.anchor(path)
    assert [outcome.status for outcome in second.outcomes] == ["anchored", "anchored"]
    assert [roll.fresh for roll in second.rolls] == [False, True]
    assert len(read_rolls(rolls_of(local, "two"))) == 2


def test_an_unsigned_record_and_a_replacement_stay_out(local: Parties) -> None:
    (record, *_) = local.sign()
    local.write_records(replace(record, signature=b"", siblings=()))
    (outcome,) = local.anchor().outcomes
    assert "not signed yet" in outcome.why
    assert outcome.status == "presented"
    assert not rolls_of(local).exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[policies]]\npolicy = 3\n",
        '[[policies]]\nmember_number = "M"\npolicy = "3"\n',
        '[[policies]]\nmember_number = "M"\npolicy = 3\nname = "x"\n',
        '[[policies]]\nmember_number = "M"\npolicy = 3\n[[policies]]\nmember_number = "M"\npolicy = 4\n',
        "policies = [",
    ],
)
def test_a_file_of_policies_that_says_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "policies.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"policies\.toml"):
        read_policies(path)


def test_the_policys_person_is_not_in_the_roll(local: Parties) -> None:
    local.anchor()
    assert PERSON not in rolls_of(local).read_text()
