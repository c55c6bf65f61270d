"""A provider's list: each kind of work is there while it is open, and gone when it is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from claims.model.money import Money
from claims.service.calendar import date_at
from claims.service.encounters import Choice
from claims.service.errors import FileRejected, UsageError
from claims.service.posting import post_remittance
from claims.service.worklist import Task, work_list
from tests.service.parties import OTHER_PERSON, WREN, Bill, Parties

ORDER = ["unsigned", "rejected", "pended", "denied", "unsettled", "unposted", "untold"]


def tasks(parties: Parties, name: str, remittances: Path | None = None) -> tuple[Task, ...]:
    """The tasks of one section."""
    return next(s.tasks for s in work_list(parties.clinic, remittances=remittances) if s.name == name)


def settle_as_far_as_it_goes(parties: Parties, file: Path) -> None:
    """Hand over, adjudicate, and take the answer in."""
    parties.decided(file)
    parties.settle(file)


def test_the_sections_stand_in_order_and_say_what_to_do(local: Parties) -> None:
    sections = work_list(local.clinic)
    assert [section.name for section in sections] == ORDER
    assert all(section.todo and section.title for section in sections)
    assert not any(section.tasks for section in sections)


def test_it_is_the_providers(local: Parties) -> None:
    with pytest.raises(UsageError, match="provider's"):
        work_list(local.payer)


def test_an_unsigned_encounter_names_who_must_sign_until_it_is_signed(local: Parties) -> None:
    (visit,) = local.visits()
    later = replace(visit, identifier="later")
    local.sign(later, choice=Choice(unsigned=("later",)))
    (task,) = tasks(local, "unsigned")
    assert task.subject == "encounter later"
    assert task.why == "practitioner 1 has to sign, with the key clinician"
    local.sign(later)
    assert tasks(local, "unsigned") == ()


def test_a_rejected_file_is_listed_until_it_is_handed_over_corrected(local: Parties) -> None:
    sound = local.claim.read_bytes()
    local.claim.write_bytes(sound[:600])
    with pytest.raises(FileRejected):
        local.hand_over()
    (task,) = tasks(local, "rejected")
    assert "claim.837" in task.subject + task.why
    local.claim.write_bytes(sound)
    local.hand_over()
    assert tasks(local, "rejected") == ()


def test_a_rejected_claim_is_listed_by_its_number_until_it_comes_in_another_file(local: Parties) -> None:
    file = local.write_claim("mixed.837", Bill("R-1"), Bill("R-2"))
    text = file.read_text()
    first, second = text.index("CLM*R-2*175"), text.index("CLM*R-2*175") + len("CLM*R-2*175")
    file.write_text(text[:first] + "CLM*R-2*999" + text[second:])
    local.hand_over(file)
    (task,) = tasks(local, "rejected")
    assert (task.subject, task.claims) == ("claim R-2", ("R-2",))
    assert "mixed.837" in task.why
    local.hand_over(local.write_claim("again.837", Bill("R-2")))
    assert tasks(local, "rejected") == ()


def test_a_pended_claim_has_its_deadline_and_its_cure(local: Parties) -> None:
    (visit,) = local.visits()
    settle_as_far_as_it_goes(
        local, local.write_claim("bare.837", Bill("B-1", day=visit.services[0].begins + timedelta(days=1)))
    )
    (task,) = tasks(local, "pended")
    (answer,) = local.answers(Path("bare.837"))
    assert (task.claims, task.amount, task.deadline) == (("B-1",), Money(175_00), answer.deadline)
    assert task.deadline is not None
    assert task.deadline > date_at(local.clinic.chain.head().timestamp)
    pend = next(entry for entry in answer.decision.trace if entry.outcome == "pend")
    assert pend.cure
    assert pend.cure in task.why


def test_denials_are_grouped_by_what_cures_them_and_go_when_they_are_billed_anew(local: Parties) -> None:
    local.decided()
    local.settle()
    file = local.write_claim("twice.837", Bill("EC-2044"), Bill("EC-3044"))
    settle_as_far_as_it_goes(local, file)
    (task,) = tasks(local, "denied")
    assert task.claims == ("EC-2044", "EC-3044")
    assert (task.amount, "OA-18" in task.why) == (Money(350_00), True)
    local.hand_over(local.write_claim("anew.837", Bill("EC-2044", rank="P", day=local.visits()[0].services[0].begins)))
    assert tasks(local, "denied")[0].claims == ("EC-3044",)


def test_an_approval_that_the_contract_refused_is_listed_with_its_deadline(local: Parties) -> None:
    local.decided()
    local.payer.write(local.payer.signer("insurer"), "InsurerBook", "advanceEpoch")
    local.settle()
    (task,) = tasks(local, "unsettled")
    (answer,) = local.answers()
    assert answer.signed is not None
    assert (task.claims, task.amount) == (("EC-1044",), Money(175_00))
    assert task.deadline == date_at(answer.signed.deadline)
    assert "Claims_EpochMismatch" in task.why
    local.adjudicate()
    local.settle()
    assert tasks(local, "unsettled") == ()


def test_a_payment_waits_for_its_835_to_be_posted(local: Parties) -> None:
    local.decided()
    local.settle()
    (payment,), (claim,) = tasks(local, "unposted"), tasks(local, "untold")
    assert (payment.claims, payment.amount) == (("EC-1044",), Money(175_00))
    assert (claim.claims, claim.amount) == (("EC-1044",), Money(175_00))
    (written,) = local.remit()
    (arrived,) = tasks(local, "unposted", local.to_clinic)
    assert str(written.path) in arrived.why
    assert arrived.claims == ("EC-1044",)
    post_remittance(local.clinic, written.path)
    assert tasks(local, "unposted", local.to_clinic) == ()
    assert tasks(local, "untold") == ()


def test_an_835_that_does_not_balance_is_told_as_such(local: Parties) -> None:
    local.decided()
    local.settle()
    (written,) = local.remit()
    written.path.write_bytes(written.path.read_bytes().replace(b"BPR*I*175.00*", b"BPR*I*174.00*"))
    found = tasks(local, "unposted", local.to_clinic)
    assert any("does not balance" in task.why for task in found)


def test_nobody_is_named(local: Parties) -> None:
    (visit,) = local.visits()
    local.sign(replace(visit, identifier="later"), choice=Choice(unsigned=("later",)))
    file = local.write_claim("wren.837", Bill("W-1", member=WREN))
    local.decided(file)
    local.settle(file)
    told = str(work_list(local.clinic))
    for secret in ("OSGOOD", "WREN", "NG0081275", OTHER_PERSON, "1988", "HALLAM", "NGP-550917"):
        assert secret not in told
