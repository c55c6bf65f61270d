"""What waits is listed with its deadline, and a person's decision of it is signed, kept and told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from claims.formats.x12.remittance_check import check_835
from claims.model.coding import decode
from claims.model.decision import DENIED, PAID, PENDED
from claims.model.money import Money
from claims.service.calendar import date_at
from claims.service.claim_story import claim_explanation
from claims.service.deciding import decide
from claims.service.errors import ClaimPending, UsageError
from claims.service.homes import create_key
from claims.service.payer_run import Inputs
from claims.service.queue import deny, release, waiting_claims
from claims.service.reviewing import signature_holds
from tests.service.parties import ESCROW, PASSPHRASE, VISIT, Bill, Parties

REVIEWER = "m-quist"
UNPRICED = ("99199", "60", 1)


@pytest.fixture
def reviewed(local: Parties) -> Parties:
    """Two homes, with a reviewer's own key at the payer."""
    create_key(local.folder / "payer", REVIEWER, PASSPHRASE)
    return local


def near_duplicate(parties: Parties) -> Path:
    """A claim that was paid, and another of the same day and services, backed by a visit of its own, for another charge."""
    parties.decided()
    parties.settle()
    (visit,) = parties.visits()
    parties.sign(replace(visit, identifier="again"))
    lines = ((VISIT[0][0], "97", 1), VISIT[1])
    file = parties.write_claim("near.837", Bill("N-1", lines, evidence="again"))
    parties.decided(file)
    return file


def unpriced(parties: Parties) -> Path:
    """A claim with a line that the plan has no price for."""
    (visit,) = parties.visits()
    extra = replace(visit.services[0], code=UNPRICED[0])
    parties.sign(replace(visit, identifier="odd", services=(*visit.services, extra)))
    file = parties.write_claim("odd.837", Bill("O-1", (*VISIT, UNPRICED), evidence="odd"))
    parties.decided(file)
    return file


def without_evidence(parties: Parties) -> Path:
    """A claim whose visit nobody signed."""
    (visit,) = parties.visits()
    file = parties.write_claim("bare.837", Bill("B-1", day=visit.services[0].begins + timedelta(days=1)))
    parties.decided(file)
    return file


class TestTheQueue:
    def test_each_claim_says_why_since_when_and_until_when(self, reviewed: Parties) -> None:
        without_evidence(reviewed)
        (waiting,) = waiting_claims(reviewed.payer)
        (answer,) = reviewed.answers(Path("bare.837"))
        received = waiting.deadline - timedelta(days=45)
        today = date_at(reviewed.payer.chain.head().timestamp)
        assert (waiting.claim, waiting.charge, waiting.overdue) == ("B-1", Money(175_00), False)
        assert waiting.age == (today - received).days
        assert {entry.edit for entry in waiting.reasons} == {"evidence"}
        assert not waiting.releasable
        assert answer.deadline == waiting.deadline

    def test_the_nearest_deadline_comes_first(self, reviewed: Parties) -> None:
        today = date_at(reviewed.payer.chain.head().timestamp)
        for name, age in (("Y-1", 3), ("O-1", 30), ("M-1", 9)):
            file = reviewed.write_claim(f"{name}.837", Bill(name, day=today - timedelta(days=40)))
            reviewed.hand_over(file)
            reviewed.adjudicate(file, received=today - timedelta(days=age))
        found = waiting_claims(reviewed.payer)
        assert [(each.claim, each.age) for each in found] == [("O-1", 30), ("M-1", 9), ("Y-1", 3)]

    def test_a_decided_claim_is_not_in_it(self, reviewed: Parties) -> None:
        reviewed.decided()
        assert waiting_claims(reviewed.payer) == ()
        assert reviewed.answers()[0].deadline is None

    def test_it_is_the_payers(self, reviewed: Parties) -> None:
        with pytest.raises(UsageError, match="payer's"):
            waiting_claims(reviewed.clinic)


class TestRelease:
    def test_a_near_duplicate_is_paid_and_settled_on_a_persons_word(self, reviewed: Parties) -> None:
        file = near_duplicate(reviewed)
        (waiting,) = waiting_claims(reviewed.payer)
        assert waiting.releasable
        done = release(
            reviewed.payer, "N-1", key=REVIEWER, reason="two visits stand in the chart", out=reviewed.to_clinic
        )
        decision = done.answer.decision
        assert decision.status == PAID
        assert waiting_claims(reviewed.payer) == ()
        assert decision.trace[0].edit == "review"
        (outcome,) = reviewed.settle(file, decisions=done.file)
        assert outcome.status == "settled"
        assert reviewed.balances()[0] == ESCROW - Money(175_00) - decision.paid

    def test_who_when_and_why_are_kept_with_the_version_and_its_signature(self, reviewed: Parties) -> None:
        near_duplicate(reviewed)
        (waiting,) = waiting_claims(reviewed.payer)
        done = release(reviewed.payer, waiting.control_number, key=REVIEWER, reason="seen in the chart")
        with reviewed.payer.store.reading() as work:
            (kept,) = work.reviews.of_claim(waiting.control_number)
            latest = work.decisions.latest(waiting.control_number)
        assert latest is not None
        assert (kept.revision, kept.review) == (latest.revision, done.review)
        assert kept.review.reviewer == REVIEWER
        assert kept.review.address == reviewed.payer.keystore.address(REVIEWER)
        assert kept.review.address != reviewed.payer.keystore.address("adjudicator")
        assert (kept.review.reason, kept.review.edits) == ("seen in the chart", ("duplicate",))
        assert signature_holds(kept)
        assert not signature_holds(replace(kept, review=replace(kept.review, reason="another reason")))
        assert not signature_holds(replace(kept, revision=kept.revision + 1))
        inputs = decode(Inputs, latest.inputs)
        assert decide(inputs) == latest.decision, "what was kept decides the same again"

    def test_the_story_tells_it_in_both_homes(self, reviewed: Parties) -> None:
        file = near_duplicate(reviewed)
        done = release(reviewed.payer, "N-1", key=REVIEWER, reason="seen in the chart", out=reviewed.to_clinic)
        reviewed.settle(file, decisions=done.file)
        (payer,), (clinic,) = claim_explanation(reviewed.payer, "N-1"), claim_explanation(reviewed.clinic, "N-1")
        sentence = "Released after review (duplicate): seen in the chart."
        assert sentence in payer["story"]
        assert sentence in clinic["story"]
        assert f"{REVIEWER} (" in payer["story"][-1]
        assert "the signature holds" in payer["story"][-1]
        assert REVIEWER not in str(clinic)

    def test_a_line_without_a_price_is_paid_what_the_person_allows(self, reviewed: Parties) -> None:
        unpriced(reviewed)
        with pytest.raises(UsageError, match=r"line 3 has no price.*--allow 3=60\.00"):
            release(reviewed.payer, "O-1", key=REVIEWER, reason="priced")
        with pytest.raises(UsageError, match=r"at most its charge, 60\.00"):
            release(reviewed.payer, "O-1", key=REVIEWER, reason="priced", prices={3: Money(60_01)})
        with pytest.raises(UsageError, match="line 1 does not wait"):
            release(reviewed.payer, "O-1", key=REVIEWER, reason="priced", prices={1: Money(1), 3: Money(1)})
        done = release(reviewed.payer, "O-1", key=REVIEWER, reason="priced", prices={3: Money(40_00)})
        line = done.answer.decision.lines[2]
        assert line.allowed == Money(40_00)
        assert any("40.00 is allowed after review" in sentence for sentence in done.answer.story)

    def test_missing_evidence_is_never_released(self, reviewed: Parties) -> None:
        without_evidence(reviewed)
        before = reviewed.rows()
        with pytest.raises(ClaimPending, match="nobody can release"):
            release(reviewed.payer, "B-1", key=REVIEWER, reason="we trust them")
        assert reviewed.rows() == before

    def test_a_dry_run_keeps_nothing(self, reviewed: Parties) -> None:
        near_duplicate(reviewed)
        before = reviewed.rows()
        done = release(
            reviewed.payer, "N-1", key=REVIEWER, reason="seen", out=reviewed.folder / "nowhere", dry_run=True
        )
        assert done.answer.decision.status == PAID
        assert done.file is None
        assert not (reviewed.folder / "nowhere").exists()
        assert reviewed.rows() == before

    @pytest.mark.parametrize("key", ["adjudicator", "insurer", "credentialer"])
    def test_the_payers_own_keys_are_nobodys(self, reviewed: Parties, key: str) -> None:
        near_duplicate(reviewed)
        with pytest.raises(UsageError, match="not a person's"):
            release(reviewed.payer, "N-1", key=key, reason="seen")

    @pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "x" * 401])
    def test_a_reason_is_one_line(self, reviewed: Parties, reason: str) -> None:
        near_duplicate(reviewed)
        with pytest.raises(UsageError, match="--reason"):
            release(reviewed.payer, "N-1", key=REVIEWER, reason=reason)

    def test_only_a_claim_that_waits_can_be_released(self, reviewed: Parties) -> None:
        reviewed.decided()
        with pytest.raises(UsageError, match="claim EC-1044 is paid"):
            release(reviewed.payer, "EC-1044", key=REVIEWER, reason="seen")
        with pytest.raises(UsageError, match="not known"):
            release(reviewed.payer, "EC-9", key=REVIEWER, reason="seen")


class TestDeny:
    def test_every_line_is_denied_with_the_code_and_told_by_an_835(self, reviewed: Parties) -> None:
        without_evidence(reviewed)
        done = deny(reviewed.payer, "B-1", key=REVIEWER, carc="252", remark="N706", reason="the visit was not held")
        decision = done.answer.decision
        assert (decision.status, decision.paid, decision.patient) == (DENIED, Money(0), Money(0))
        assert [(a.group, a.reason, a.amount) for line in decision.lines for a in line.adjustments] == [
            ("CO", "252", Money(95_00)),
            ("CO", "252", Money(80_00)),
        ]
        assert {line.remarks for line in decision.lines} == {("N706",)}
        assert (decision.trace[0].edit, decision.trace[0].outcome) == ("review", "deny")
        assert any("denied after review: the visit was not held" in sentence for sentence in done.answer.story)
        (written,) = reviewed.remit()
        assert (written.paid, written.claims) == (Money(0), ("B-1",))
        assert check_835(written.path.read_bytes()).balances

    def test_it_stays_denied_when_its_file_is_adjudicated_again(self, reviewed: Parties) -> None:
        file = without_evidence(reviewed)
        deny(reviewed.payer, "B-1", key=REVIEWER, carc="50", reason="not necessary")
        (claim,) = reviewed.adjudicate(file)["claims"]
        assert claim["status"] == DENIED

    @pytest.mark.parametrize(
        ("carc", "remark", "message"),
        [("16", "", "too little alone"), ("2520", "", "--carc"), ("x", "", "--carc"), ("50", "7", "--remark")],
    )
    def test_codes_must_be_codes(self, reviewed: Parties, carc: str, remark: str, message: str) -> None:
        without_evidence(reviewed)
        with pytest.raises(UsageError, match=message):
            deny(reviewed.payer, "B-1", key=REVIEWER, carc=carc, remark=remark, reason="no")
        assert [each.claim for each in waiting_claims(reviewed.payer)] == ["B-1"]

    def test_a_pended_claim_keeps_pending_without_a_person(self, reviewed: Parties) -> None:
        file = near_duplicate(reviewed)
        (claim,) = reviewed.adjudicate(file)["claims"]
        assert claim["status"] == PENDED
